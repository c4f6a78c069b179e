"""Tables of the incidents app."""

from garrison.apps.incidents.models.case import PHASES, Incident, Link, Member, Phase
from garrison.apps.incidents.models.continuity import Outage, RestoreTest, Service
from garrison.apps.incidents.models.duties import AppliedLaw, Decision, Fact, OwnRule
from garrison.apps.incidents.models.evidence import (
    Coding,
    CustodyChain,
    CustodyEntry,
    EvidenceItem,
    HandOver,
    LegalHold,
    Release,
)
from garrison.apps.incidents.models.learning import Cause, Lesson
from garrison.apps.incidents.models.report import Report
from garrison.apps.incidents.models.telling import Recipient, Statement, Told
from garrison.apps.incidents.models.timeline import Entry
from garrison.apps.incidents.models.work import PlaybookRun, PlaybookStep, Task

__all__ = [
    "PHASES",
    "AppliedLaw",
    "Cause",
    "Coding",
    "CustodyChain",
    "CustodyEntry",
    "Decision",
    "Entry",
    "EvidenceItem",
    "Fact",
    "HandOver",
    "Incident",
    "LegalHold",
    "Lesson",
    "Link",
    "Member",
    "Outage",
    "OwnRule",
    "Phase",
    "PlaybookRun",
    "PlaybookStep",
    "Recipient",
    "Release",
    "Report",
    "RestoreTest",
    "Service",
    "Statement",
    "Task",
    "Told",
]

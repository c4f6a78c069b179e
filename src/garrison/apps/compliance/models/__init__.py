"""Tables of the compliance app."""

from garrison.apps.compliance.models.assessing import (
    Assessment,
    Check,
    Deficiency,
    EvidenceRequest,
    Sample,
    SampleItem,
    ServiceReport,
    UserEntityControl,
)
from garrison.apps.compliance.models.evidence import Evidence, EvidenceLink
from garrison.apps.compliance.models.frameworks import Crosswalk, Framework, Requirement
from garrison.apps.compliance.models.linking import Applicability, Decision, Mapping
from garrison.apps.compliance.models.originals import Original

__all__ = [
    "Applicability",
    "Assessment",
    "Check",
    "Crosswalk",
    "Decision",
    "Deficiency",
    "Evidence",
    "EvidenceLink",
    "EvidenceRequest",
    "Framework",
    "Mapping",
    "Original",
    "Requirement",
    "Sample",
    "SampleItem",
    "ServiceReport",
    "UserEntityControl",
]

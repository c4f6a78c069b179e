"""Facts: what any file can tell Garrison, in one shape whatever the format was.

A reader turns bytes into a stream of facts and refusals. Two formats that say the same thing give equal facts
(``row`` apart), which is why the same catalogue in JSON and then in CSV changes nothing. Text is stripped, absent
text is ``""``, absent times and numbers are ``None``; times are UTC and aware.
"""

from garrison.formats.facts.base import Fact, Note, Refusal
from garrison.formats.facts.decisions import ControlFact, InitiativeFact, ScenarioFact
from garrison.formats.facts.lines import AssetLineFact, FindingLineFact, LineFact
from garrison.formats.facts.organisation import AccessEventFact, AccountFact, BadgeFact, PersonFact, UnitFact
from garrison.formats.facts.register import DeviceFact, FindingFact, HostFact, ServiceFact, SoftwareFact, SubjectFact
from garrison.formats.facts.world import (
    DocumentFact,
    FrameworkFact,
    RequirementFact,
    ThreatFact,
    ThreatLinkFact,
    VulnerabilityFact,
)

AnyFact = (
    UnitFact
    | PersonFact
    | VulnerabilityFact
    | ThreatFact
    | ThreatLinkFact
    | DeviceFact
    | HostFact
    | ServiceFact
    | SubjectFact
    | SoftwareFact
    | AccountFact
    | BadgeFact
    | AccessEventFact
    | FindingFact
    | ControlFact
    | FrameworkFact
    | DocumentFact
    | RequirementFact
    | ScenarioFact
    | InitiativeFact
    | AssetLineFact
    | FindingLineFact
)
"""Every kind of fact, lowest app first: the order in which they are stored."""

Reading = AnyFact | Refusal | Note
"""What a reader yields."""

THREAT_COUNTS = {
    "tactic": "tactics",
    "technique": "techniques",
    "subtechnique": "subtechniques",
    "group": "groups",
    "malware": "malware",
    "tool": "tools",
    "mitigation": "mitigations",
    "campaign": "campaigns",
}


def count_name(fact: Fact) -> str:
    """The name under which ``fact`` is counted in a file's ``counts``; "" for links, subjects and frameworks."""
    if isinstance(fact, ThreatFact):
        return THREAT_COUNTS.get(fact.kind, "")
    if isinstance(fact, RequirementFact) and fact.withdrawn:
        return "withdrawn"
    return fact.COUNT


__all__ = [
    "THREAT_COUNTS",
    "AccessEventFact",
    "AccountFact",
    "AnyFact",
    "AssetLineFact",
    "BadgeFact",
    "ControlFact",
    "DeviceFact",
    "DocumentFact",
    "Fact",
    "FindingFact",
    "FindingLineFact",
    "FrameworkFact",
    "HostFact",
    "InitiativeFact",
    "LineFact",
    "Note",
    "PersonFact",
    "Reading",
    "Refusal",
    "RequirementFact",
    "ScenarioFact",
    "ServiceFact",
    "SoftwareFact",
    "SubjectFact",
    "ThreatFact",
    "ThreatLinkFact",
    "UnitFact",
    "VulnerabilityFact",
    "count_name",
]

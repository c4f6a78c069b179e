"""How soon a finding must be fixed: CISA's table for known vulnerabilities, and one of ours for everything else.

The table of CISA's Binding Operational Directive 26-04 binds US federal civilian agencies; we adopt it as a default
policy. Ours maps doors, misconfigurations and whatever else has no CVE to the same five classes. Both are pure and
whole: each combination has its row. What is not known is taken as the worse case, and the reason says so.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["low", "medium", "high", "critical"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A class of urgency: ``days`` to fix (None: with the next upgrade), whether a forensic ``triage`` opens a case.

    ``level`` orders the classes from 1 (with the next upgrade) to 5 (most urgent).
    """

    days: int | None
    triage: bool
    label: str
    level: int


ON_UPGRADE = Deadline(None, False, "On upgrade", 1)
DAYS_60 = Deadline(60, False, "60 days", 2)
DAYS_14 = Deadline(14, False, "14 days", 3)
DAYS_3 = Deadline(3, False, "3 days", 4)
DAYS_3_TRIAGE = Deadline(3, True, "3 days + triage", 5)
DEADLINES = (ON_UPGRADE, DAYS_60, DAYS_14, DAYS_3, DAYS_3_TRIAGE)

BOD_26_04: dict[tuple[bool, bool], tuple[Deadline, Deadline, Deadline, Deadline]] = {
    (False, False): (ON_UPGRADE, ON_UPGRADE, DAYS_60, DAYS_60),
    (False, True): (DAYS_60, DAYS_14, DAYS_14, DAYS_3),
    (True, False): (DAYS_14, DAYS_14, DAYS_14, DAYS_3_TRIAGE),
    (True, True): (DAYS_14, DAYS_3_TRIAGE, DAYS_3, DAYS_3_TRIAGE),
}
"""By (in KEV, publicly exposed); then in the order (automatable, total impact) = no no, no yes, yes no, yes yes."""

OTHER_FINDINGS: dict[Severity, tuple[Deadline, Deadline, Deadline, Deadline]] = {
    "low": (ON_UPGRADE, ON_UPGRADE, ON_UPGRADE, DAYS_60),
    "medium": (ON_UPGRADE, DAYS_60, DAYS_60, DAYS_14),
    "high": (DAYS_60, DAYS_14, DAYS_14, DAYS_3),
    "critical": (DAYS_14, DAYS_3, DAYS_3, DAYS_3),
}
"""Our own rule, by severity; then in the order (exposed, critical asset) = no no, no yes, yes no, yes yes.

One step of severity, a critical asset and exposure each weigh about one class; nothing but evidence of exploitation
asks for forensic triage, so this table never does.
"""


def _worst(known: bool | None) -> bool:
    """Take what is not known as the worse case."""
    return known is not False


def deadline(in_kev: bool, exposed: bool | None, automatable: bool | None, total_impact: bool | None) -> Deadline:
    """When to fix a known vulnerability (BOD 26-04). None is not known, and counts as yes."""
    row = BOD_26_04[in_kev, _worst(exposed)]
    return row[2 * _worst(automatable) + _worst(total_impact)]


def other_deadline(severity: Severity, *, exposed: bool | None, critical_asset: bool) -> Deadline:
    """When to fix a finding that is no known vulnerability: a door, a misconfiguration. None is not known: yes."""
    return OTHER_FINDINGS[severity][2 * _worst(exposed) + critical_asset]


def reason(in_kev: bool, exposed: bool | None, automatable: bool | None, total_impact: bool | None) -> str:
    """Why a known vulnerability has its deadline, in a line fit for a list."""
    return _sentence(
        "exploited elsewhere" if in_kev else "not known to be exploited",
        {True: "open to the internet", False: "not open to the internet", None: "exposure unknown, taken as open"}[
            exposed
        ],
        {True: "attack can be automated", False: "", None: "automation unknown, taken as possible"}[automatable],
        {True: "whole system at stake", False: "part of the system at stake", None: "impact unknown, taken as whole"}[
            total_impact
        ],
    )


def other_reason(severity: Severity, *, exposed: bool | None, critical_asset: bool) -> str:
    """Why a finding that is no known vulnerability has its deadline, in a line fit for a list."""
    return _sentence(
        f"{severity} severity",
        {True: "reachable from outside", False: "not reachable from outside", None: "exposure unknown, taken as open"}[
            exposed
        ],
        "critical asset" if critical_asset else "",
    )


def _sentence(*parts: str) -> str:
    """Join what there is to say, starting with a capital."""
    text = ", ".join(part for part in parts if part)
    return text[0].upper() + text[1:]

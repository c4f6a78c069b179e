"""Decisions about findings that need no database: priority with reason and due day, identity, what may change what."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from garrison.engines import priority as engine

KINDS = {
    "vulnerability": "Known vulnerability",
    "misconfiguration": "Misconfiguration",
    "secret": "Secret in the open",
    "code": "Code",
    "licence": "Licence",
    "exposure": "Exposure",
    "door": "Door or device",
    "observation": "Observation",
}
SEVERITIES = ("critical", "high", "medium", "low", "none", "unknown")
DEVICES = "Device list"
"""The tool of findings that follow from tests and states of doors and devices."""

TEST_FAILED, OFFLINE = "device-test-failed", "device-offline"
NO_DAY = 9_999_999
OBSERVED = 5 * (NO_DAY + 1)
"""The least rank of an observation: whatever asks for something ranks below."""

SEARCH_BYTES = 1_000
"""The most that is kept of a finding's words for searching; an index entry has to fit PostgreSQL's 2,700 bytes."""


JUDGED = {"not_affected": "not affected", "false_positive": "not affected", "fixed": "closed", "suppressed": "accepted"}
"""What a report's own judgement makes of a finding; anything else leaves it open."""

SUPPRESSED_NOTE = "Suppressed in the report itself."


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogues say of one CVE; None is what nobody said."""

    cve: str
    kev_added: date | None = None
    epss: float | None = None
    automatable: bool | None = None
    total_impact: bool | None = None
    vector: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a finding's asset bears on priority."""

    exposed: bool | None = None
    critical: bool = False
    kind: str = "host"


@dataclass(frozen=True, slots=True)
class Weakness:
    """What of a finding itself bears on priority."""

    kind: str
    rule: str
    severity: str
    first_seen: date
    cves: tuple[str, ...] = ()
    vector: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Priority:
    """How urgent a finding is, and why."""

    level: int
    deadline: str
    reason: str
    due: date | None
    in_kev: bool = False
    epss: float | None = None
    decided_by: str = ""
    """The CVE that decided, of a finding with several."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the two SSVC answers, with where it comes from: "catalogue", "score" or "" for unknown."""

    value: bool | None
    source: str = ""


OBSERVATION = Priority(0, "Observation", "Tells something and asks for nothing", None)

_METRICS = re.compile(r"([A-Za-z]{1,3}):([A-Za-z]{1,2})")


@lru_cache(maxsize=16_384)
def from_vector(vector: str, score: float | None) -> tuple[bool | None, bool | None]:
    """(automatable, total impact) as a CVSS vector suggests, for CVEs that nobody answered for.

    Automatable: over the network, without special conditions, rights or a user. Total impact: confidentiality,
    integrity and availability all lost. Without a vector a score below 9 rules out only that both hold, and is taken
    to mean that less than the whole system is at stake.
    """
    found = dict(_METRICS.findall(vector.partition("/")[2] if vector.upper().startswith("CVSS:") else vector))
    if "AV" in found and ("C" in found or "VC" in found):
        easy = found["AV"] == "N" and found.get("AC") == "L" and found.get("AT", "N") == "N"
        alone = found.get("Au", found.get("PR", "N")) == "N" and found.get("UI", "N") == "N"
        lost = (found.get("VC", found.get("C")), found.get("VI", found.get("I")), found.get("VA", found.get("A")))
        return easy and alone, lost in (("H", "H", "H"), ("C", "C", "C"))
    return None, (False if score is not None and score < 9 else None)


def answers(known: Known, vector: str, score: float | None) -> tuple[Answer, Answer]:
    """Whether an attack can be automated and whether the whole system is at stake, each with its source."""
    easy, whole = from_vector(known.vector or vector, known.score if known.score is not None else score)
    return _answer(known.automatable, easy), _answer(known.total_impact, whole)


def _answer(told: bool | None, judged: bool | None) -> Answer:
    """The catalogue's answer, else the score's, else none."""
    if told is not None:
        return Answer(told, "catalogue")
    return Answer(judged, "score") if judged is not None else Answer(None)


@lru_cache(maxsize=1_024)
def _of_cve(
    in_kev: bool, exposed: bool | None, automatable: bool | None, total: bool | None, judged: bool
) -> tuple[engine.Deadline, str]:
    """The row of BOD 26-04 and its words; ``judged`` tells that an answer was read from the score."""
    reason = engine.reason(in_kev, exposed, automatable, total)
    return engine.deadline(in_kev, exposed, automatable, total), f"{reason} (judged by its CVSS)" if judged else reason


@lru_cache(maxsize=1_024)
def _of_other(severity: str, exposed: bool | None, critical: bool) -> tuple[engine.Deadline, str]:
    """The row of our own table and its words; a severity that nobody told is taken as medium, and said so."""
    known = next((word for word in engine.SEVERITIES if word == severity), None)
    word = known or "medium"
    reason = engine.other_reason(word, exposed=exposed, critical_asset=critical)
    if known is None:
        reason = f"Severity not told, taken as medium, {reason.partition(', ')[2]}"
    return engine.other_deadline(word, exposed=exposed, critical_asset=critical), reason


@lru_cache(maxsize=256)
def _of_door(rule: str, kind: str, critical: bool) -> tuple[engine.Deadline, str]:
    """Doors and devices: anyone may stand before them, so they count as exposed, with high severity."""
    row = engine.other_deadline("high", exposed=True, critical_asset=critical)
    what = f"{kind.capitalize()} {'of a critical room ' if critical else ''}"
    return row, what + ("failed its latest test" if rule == TEST_FAILED else "is out of order: it protects nothing now")


SHORT = {
    "exploited elsewhere": "exploited",
    "not known to be exploited": "not known exploited",
    "open to the internet": "internet",
    "reachable from outside": "exposed",
    "not open to the internet": "inside",
    "not reachable from outside": "inside",
    "exposure unknown": "exposure unknown",
    "taken as open": "",
    "attack can be automated": "automated",
    "automation unknown": "automation unknown",
    "taken as possible": "",
    "whole system at stake": "total",
    "part of the system at stake": "partial",
    "impact unknown": "impact unknown",
    "taken as whole": "",
}
"""The few words by which a list tells each part of a reason; whatever is not here is short enough."""


def short_reason(reason: str, listed: str = "") -> str:
    """A reason in the few words that a row of a list has room for; ``listed`` is the day of the entry in KEV."""
    body, judged, _rest = reason.partition(" (judged by its CVSS)")
    parts = [SHORT.get(part[:1].lower() + part[1:], part) for part in body.split(", ")]
    if parts[0] == "exploited" and listed:
        parts[0] = f"in KEV since {listed}"
    said = " · ".join(part for part in [*parts, "by CVSS" if judged else ""] if part)
    return said[:1].upper() + said[1:]


def prioritise(weakness: Weakness, subject: Subject, known: Sequence[Known]) -> Priority:
    """Level, deadline, reason and due day of one finding; of several CVEs the most urgent decides."""
    kev = [found for found in known if found.kev_added is not None]
    if not kev and (weakness.kind == "observation" or weakness.severity == "none"):
        return OBSERVATION
    epss = max((found.epss for found in known if found.epss is not None), default=None)
    if not weakness.cves:
        if weakness.kind == "door":
            row, reason = _of_door(weakness.rule, subject.kind, subject.critical)
        else:
            row, reason = _of_other(weakness.severity, subject.exposed, subject.critical)
        return Priority(row.level, row.label, reason, _due(row, weakness.first_seen, None))
    best: Priority | None = None
    for found in known or [Known(weakness.cves[0])]:
        easy, whole = answers(found, weakness.vector, weakness.score)
        judged = "score" in (easy.source, whole.source)
        in_kev = found.kev_added is not None
        row, reason = _of_cve(in_kev, subject.exposed, easy.value, whole.value, judged)
        due = _due(row, weakness.first_seen, found.kev_added)
        here = Priority(row.level, row.label, reason, due, bool(kev), epss, found.cve)
        if best is None or (here.level, -_day(here.due)) > (best.level, -_day(best.due)):
            best = here
    assert best is not None
    return best


def _due(row: engine.Deadline, first_seen: date, kev_added: date | None) -> date | None:
    """So many days from the day it was first seen, or from its listing in KEV where that was later."""
    if row.days is None:
        return None
    return max(first_seen, kev_added or first_seen) + timedelta(days=row.days)


def _day(due: date | None) -> int:
    """A day as a number, no day being after all others."""
    return due.toordinal() if due is not None else NO_DAY


def rank(level: int, due: date | None) -> int:
    """The order of the list as one number: most urgent level first, then the earliest due day."""
    return (5 - level) * (NO_DAY + 1) + _day(due)


def keep_due(priority: Priority, *, was_level: int, was_due: date | None, due_set: bool) -> tuple[date | None, bool]:
    """The due day to store: a day that a person set holds until the finding becomes more urgent."""
    if due_set and priority.level <= was_level:
        return was_due, True
    return priority.due, False


def finding_key(asset: str, rule: str, component: str, location: str, kind: str, nth: int = 1) -> str:
    """The identity of a finding, the same whenever and by whomever it is seen again.

    The version is no part of it: an upgrade that does not help moves the version of the same finding. Where one file
    tells two findings apart by nothing else, ``nth`` counts them.
    """
    parts = [asset, rule.casefold(), component.casefold(), location, kind]
    if nth > 1:
        parts.append(str(nth))
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def search_words(*texts: str) -> str:
    """What the list searches: every word once, in lower case."""
    words = " ".join(dict.fromkeys(" ".join(texts).lower().split()))
    return words.encode("utf-8", "replace")[:SEARCH_BYTES].decode("utf-8", "ignore")


def next_status(*, stored: str, decided: datetime | None, told: str, seen: datetime, last_seen: datetime) -> str:
    """The status after a report speaks: what a person decided stands, but what was closed and is seen again reopens.

    A report older than what is known, or than the decision, changes nothing; planned and accepted stand in any case.
    """
    said = JUDGED.get(told, "open")
    if decided is None:
        return said if seen >= last_seen or stored == said else stored
    if seen > decided and (stored == "open" or (stored in ("closed", "not affected") and said == "open")):
        return said
    return stored


EDITED = ("owner", "due", "status", "note", "accepted_until")
"""What a person may change in an exported list of findings."""

Edits = tuple[tuple[str, Any], ...]


def edits(
    stored: Mapping[str, Any], told: Mapping[str, Any], said: Collection[str]
) -> tuple[Edits, tuple[str, str] | None]:
    """What a row of an exported list wants changed, of the columns ``said`` in it, and what is wrong with that.

    A decision is whole: its note and, for an acceptance, its last day go with the status.
    """
    differ = [name for name in EDITED if name in said and (told[name] or None) != (stored[name] or None)]
    wants = {name: told[name] for name in differ if name in ("owner", "due")}
    if "due" in wants and wants["due"] is None:
        return (), ("due", "a due day is not taken away; write another day")
    decision = [name for name in differ if name not in wants]
    if not decision:
        return tuple(wants.items()), None
    status = told["status"] if "status" in said else stored["status"]
    if not status or status == "not affected":
        return (), ("status", "write open, planned, accepted or closed; only a report says that it does not matter")
    if decision != ["status"] and status == "open" == stored["status"]:
        return (), (decision[0], "it belongs to a decision, and the finding is open: write planned, accepted or closed")
    note = told["note"] if "note" in said else stored["note"]
    until = told["accepted_until"] if "accepted_until" in said else stored["accepted_until"]
    wants["status"] = status
    if "note" in decision and (status == "open" or (status == "planned" and not note)):
        return (), ("note", "opening again and planning keep the note; write another one with a decision")
    if status != "open":
        wants["note"] = note
    if status == "accepted":
        if until is None:
            return (), ("accepted_until", "an acceptance needs its last day")
        wants["accepted_until"] = until
    elif "accepted_until" in decision and until is not None:
        return (), ("accepted_until", "only what is accepted has a last day; write accepted, or leave it empty")
    return tuple(wants.items()), None


def cves_in_order(cves: Iterable[str], rule: str) -> tuple[str, ...]:
    """The CVEs of a finding, its rule first when that is one."""
    found = tuple(dict.fromkeys(cves))
    return (rule, *(cve for cve in found if cve != rule)) if rule in found else found

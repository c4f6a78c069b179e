"""What the scanners' formats have in common: bounded text, identifiers, severities, scores and times.

No function raises, however odd what a file says.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from garrison.formats.facts import FindingFact, Reading

TEXT_CHARS = 4_000
"""The longest description or advice kept; the rest is left out, marked by an ellipsis."""
NAME_CHARS = 500
"""The longest name, title, version or location kept."""

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,19}\b", re.IGNORECASE)
_CWE = re.compile(r"\bCWE[-_: /]*(\d{1,5})\b", re.IGNORECASE)
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_SEVERITIES = {
    "critical": "critical",
    "high": "high",
    "important": "high",
    "medium": "medium",
    "moderate": "medium",
    "low": "low",
    "minor": "low",
    "negligible": "low",
    "none": "none",
    "info": "none",
    "informational": "none",
}


def text(value: str | None, limit: int = TEXT_CHARS) -> str:
    """``value`` stripped, without control characters, and cut at ``limit`` characters."""
    if not value:
        return ""
    kept = value[: limit * 2 + 64].strip()
    if not kept.isprintable():
        kept = _UNWANTED.sub("", kept).strip()
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def name(value: str | None) -> str:
    """``value`` as one line of at most ``NAME_CHARS`` characters."""
    kept = text(value, NAME_CHARS)
    return kept if kept.isprintable() else " ".join(kept.split())


def cves(*texts: str | None) -> tuple[str, ...]:
    """The CVE ids in the texts, in capitals, each once, in order of appearance."""
    return tuple(dict.fromkeys(found.upper() for value in texts if value for found in _CVE.findall(value)))


def cwes(*texts: str | None) -> tuple[str, ...]:
    """The weaknesses in the texts as ``CWE-79``, each once, in order of appearance."""
    return tuple(dict.fromkeys(f"CWE-{int(found)}" for value in texts if value for found in _CWE.findall(value)))


def severity(word: str | None) -> str:
    """A FindingFact's severity for a scanner's word; "unknown" for any other."""
    return _SEVERITIES.get((word or "").strip().lower(), "unknown")


def severity_of_score(score: float | None) -> str:
    """The qualitative severity of a CVSS 3 or 4 score (CVSS 3.1, section 5)."""
    if score is None:
        return "unknown"
    for floor, word in ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low")):
        if score >= floor:
            return word
    return "none"


def score(value: str | float | None) -> float | None:
    """A CVSS base score between 0 and 10, else None."""
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= 10 else None


def vector(value: str | None) -> str:
    """A CVSS vector as its standard writes it; Nessus puts ``CVSS2#`` before one of version 2."""
    return name(value).removeprefix("CVSS2#")


def moment(value: str | None) -> datetime | None:
    """An ISO 8601 date and time in UTC, else None; one that names no zone is taken as UTC. Year 1 means unknown."""
    if not value:
        return None
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
    except ValueError:
        return None
    if not 1970 <= found.year <= 9000:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def moment_of_epoch(value: str | None) -> datetime | None:
    """Seconds since 1970 as a time in UTC, else None."""
    kept = (value or "").strip()
    if not kept.isascii() or not kept.isdigit() or len(kept) > 11 or kept.strip("0") == "":
        return None
    return datetime.fromtimestamp(int(kept), UTC)


def first(values: Iterable[str]) -> str:
    """The first text that is not empty, else ""."""
    return next((value for value in values if value), "")


def distinct(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings, where a finding told apart by nothing from an earlier one of the file has a number in its location.

    Scanners repeat a rule at the same place (two columns of one line); each row stays a finding of its own.
    """
    times: dict[int, int] = {}
    for reading in readings:
        if not isinstance(reading, FindingFact):
            yield reading
            continue
        key = hash((reading.subject_kind, reading.subject, reading.rule, reading.component, reading.location))
        times[key] = times.get(key, 0) + 1
        if times[key] == 1:
            yield reading
        else:
            yield msgspec.structs.replace(reading, location=f"{reading.location} ({times[key]})".lstrip())

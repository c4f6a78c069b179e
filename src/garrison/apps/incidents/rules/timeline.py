"""How the one timeline is laid out: by day, the zone named at each, doors left, logs right. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

SIDES = {"door": "L", "log": "R"}
"""The lane of each kind; the others stand across."""

ICONS = {
    "door": "door-enter",
    "log": "login",
    "action": "tool",
    "decision": "scale",
    "note": "note",
    "system": "info-circle",
}


class Happened(Protocol):
    """What has a time, or a range of times."""

    at: datetime
    at_latest: datetime | None


E = TypeVar("E", bound=Happened)


@dataclass(frozen=True, slots=True)
class Placed(Generic[E]):
    """An entry with its clock words: ``21:37:22``, or ``21:46 to 21:55``."""

    entry: E
    words: str
    ranged: bool


@dataclass(slots=True)
class Day(Generic[E]):
    """The entries of one day, and the zone that held on it. ``changes``: the clocks were put on or back that day."""

    day: date
    zone: str
    offset: str
    changes: bool
    placed: list[Placed[E]] = field(default_factory=list)


def days(entries: Iterable[E], zone: ZoneInfo) -> list[Day[E]]:
    """Entries by the day of ``zone`` on which they began, in order, with the zone's name and offset at each day."""
    found: dict[date, Day[E]] = {}
    for entry in sorted(entries, key=lambda entry: entry.at):
        local = entry.at.astimezone(zone)
        day = found.get(local.date())
        if day is None:
            day = found[local.date()] = _day(local, zone)
        day.placed.append(Placed(entry, _words(local, entry.at_latest, zone), entry.at_latest is not None))
    return list(found.values())


def _day(local: datetime, zone: ZoneInfo) -> Day[E]:
    """The head of a day: the zone at its end, and whether its offset moved."""
    begins = datetime(local.year, local.month, local.day, tzinfo=zone)
    ends = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    moved = begins.utcoffset() != ends.utcoffset()
    last = ends - timedelta(seconds=1)
    return Day(local.date(), last.tzname() or "UTC", offset_words(last), moved)


def offset_words(moment: datetime) -> str:
    """The offset from UTC as readers write it: UTC−5, UTC+5:30."""
    seconds = int((moment.utcoffset() or timedelta(0)).total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    sign = "−" if seconds < 0 else "+"
    return f"UTC{sign}{hours}:{rest // 60:02}" if rest else f"UTC{sign}{hours}" if hours else "UTC"


def _words(local: datetime, latest: datetime | None, zone: ZoneInfo) -> str:
    """The clock time of an entry, or its range; a range over days names the last day."""
    if latest is None:
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    end = latest.astimezone(zone)
    return f"{local:%H:%M} – {end:%H:%M}" if end.date() == local.date() else f"{local:%H:%M} – {end:%a %H:%M}"

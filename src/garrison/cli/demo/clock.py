"""The story's calendar: days counted from the export day, and the group's local clock (US Eastern)."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

STORY_TIME = time(8, 42)
"""The clock time at which the story is told; nothing in the exports is later."""


def _sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def eastern_offset(local: datetime) -> timedelta:
    """The offset from UTC of a naive US Eastern time: four hours in summer time, else five.

    Written out because a small machine may have no time zone files. Rule since 2007: from the second Sunday of
    March, 02:00, to the first Sunday of November, 02:00.
    """
    start = datetime.combine(_sunday(local.year, 3, 2), time(2))
    end = datetime.combine(_sunday(local.year, 11, 1), time(2))
    return timedelta(hours=-4 if start <= local < end else -5)


def eastern(moment: datetime) -> datetime:
    """An aware time as naive US Eastern clock time."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    standard = utc - timedelta(hours=5)
    return utc + eastern_offset(standard)


@dataclass(frozen=True, slots=True)
class Clock:
    """Day 0 is the Eastern date of ``as_of``; ``cutoff`` is the UTC time after which nothing has happened yet."""

    today: date
    cutoff: datetime
    seed: int

    @classmethod
    def of(cls, as_of: datetime, seed: int) -> "Clock":
        """The calendar for exports taken at ``as_of`` (aware), or at 08:42 Eastern of that day if that was earlier."""
        if as_of.tzinfo is None:
            raise ValueError("as_of needs a time zone; give an aware time such as datetime.now(UTC)")
        today = eastern(as_of).date()
        told = cls(today, as_of, seed).at(0, STORY_TIME)
        return cls(today, min(as_of.astimezone(UTC).replace(microsecond=0), told), seed)

    def day(self, offset: int) -> date:
        """The date so many days from day 0; negative is the past."""
        return self.today + timedelta(days=offset)

    def at(self, offset: int, clock: time) -> datetime:
        """The UTC time at which local clocks showed ``clock`` on that day."""
        local = datetime.combine(self.day(offset), clock)
        return (local - eastern_offset(local)).replace(tzinfo=UTC)

    def dice(self, purpose: str) -> random.Random:
        """A stream of chance of its own for each purpose, so that one table's length does not move another's rows."""
        return random.Random(f"{self.seed}:{self.today}:{purpose}")  # noqa: S311 - made-up data, no secrets


def iso(moment: datetime) -> str:
    """A UTC time as ``2026-03-10T12:42:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

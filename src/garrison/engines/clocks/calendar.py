"""Calendar arithmetic: days, business days and months in a time zone.

A calendar is anything that says whether a date is ``in`` it as a holiday: a set, or one that grows by the year.
"""

import calendar
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta, tzinfo

SATURDAY = 5
LAST_SECOND = time(23, 59, 59)


def is_open(day: date, holidays: Container[date]) -> bool:
    """Whether a day is neither on a weekend nor a holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def next_open_day(day: date, holidays: Container[date]) -> date:
    """The day itself where it is open, else the first open one after it."""
    while not is_open(day, holidays):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, count: int, holidays: Container[date]) -> date:
    """The ``count``-th open day after ``day``, which does not count itself, whether open or not."""
    for _ in range(count):
        day = next_open_day(day + timedelta(days=1), holidays)
    return day


def add_months(day: date, count: int) -> date:
    """The same day of the month ``count`` months on, or that month's last day where it has no such day.

    Regulation (EEC, Euratom) No 1182/71, article 3(2)(c).
    """
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def at(day: date, clock: time, zone: tzinfo) -> datetime:
    """A wall-clock time of a day in ``zone``; one that a change of clocks skips comes out after the change."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    return wall.astimezone(UTC).astimezone(zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of a day in ``zone``."""
    return at(day, LAST_SECOND, zone)


def add_hours(moment: datetime, hours: float, zone: tzinfo) -> datetime:
    """A moment some elapsed hours later, whatever the clocks on the wall do between."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)

"""Days as people here count them. The time itself is always passed in; nothing here asks the clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def zone() -> ZoneInfo:
    """The organisation's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local_day(at: datetime) -> date:
    """The day that ``at`` belongs to in the organisation's time zone."""
    return at.astimezone(zone()).date()

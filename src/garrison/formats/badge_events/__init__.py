"""Badge events: who presented which card at which door, and what the door did. Four vendors' exports and ours."""

from collections.abc import Iterator

from garrison.formats.badge_events.layouts import SCHEMAS, TITLE
from garrison.formats.facts import Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import readings, recognised

FORMAT = "badge-events"
VERSION = 1

__all__ = ["FORMAT", "SCHEMAS", "TITLE", "VERSION", "read", "sniff"]


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of badge events in a layout that is known."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The badge events of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

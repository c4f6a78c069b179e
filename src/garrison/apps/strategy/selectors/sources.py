"""How old what we read is: the newest file of each kind, in words."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.strategy.rules import Source
from garrison.apps.strategy.selectors.links import VIEW
from garrison.core.models import ImportedFile, User
from garrison.core.scopes import may
from garrison.core.ui import figures

SPEAKERS = (
    (gettext_lazy("badge log"), ("badge-events",)),
    (gettext_lazy("badge list"), ("badge-holders",)),
    (gettext_lazy("directory"), ("directory", "directory-ldif")),
    (gettext_lazy("scanner"), ("nessus-xml", "nmap-xml", "sarif", "trivy-json", "findings")),
    (gettext_lazy("door and device list"), ("devices",)),
    (gettext_lazy("HR roster"), ("hr-roster",)),
)
"""The files that speak of what needs action, by the words that people use."""


def sources(*, viewer: User) -> tuple[Source, ...]:
    """When the newest file of each kind was read. Ages alone; the ledger itself stays with those who may see it."""
    if not may(viewer, VIEW):
        return ()
    newest = dict(
        ImportedFile.objects.filter(status__in=["imported", "unchanged"])
        .values_list("format")
        .annotate(newest=Max("at"))
        .values_list("format", "newest")
    )
    found = []
    for name, formats in SPEAKERS:
        times = [newest[key] for key in formats if key in newest]
        if times:
            found.append(Source(str(name), max(times)))
    return tuple(found)


def counted(rows: tuple[Source, ...], at: datetime) -> str:
    """The line above the tally: what was counted from, and when each was read."""
    if not rows:
        return ""
    moments: dict[str, list[str]] = {}
    for row in rows:
        moments.setdefault(_clock(row.at, at), []).append(row.name)
    parts = [
        _("%(names)s read %(clock)s") % {"names": figures.listed(names), "clock": clock}
        for clock, names in moments.items()
    ]
    return _("Counted from %(sources)s") % {"sources": "; ".join(parts)}


def _clock(moment: datetime, at: datetime) -> str:
    """A clock time today, else the day with it."""
    words = figures.moment(moment, at=at)
    return words.rpartition(", ")[2] if figures.day(moment) == figures.day(at) and moment.year == at.year else words

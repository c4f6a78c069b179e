"""The one timeline of a case."""

from uuid import UUID

from django.db.models import QuerySet

from garrison.apps.incidents.models import Entry, Incident
from garrison.apps.incidents.selectors.cases import incidents, inside
from garrison.core.commands import Missing
from garrison.core.models import User


def entries(*, viewer: User, incident: Incident, kind: str = "") -> QuerySet[Entry]:
    """The entries of a case as they stand, corrected ones left out; what is privileged only for who is inside."""
    rows = written(viewer=viewer, incident=incident).filter(corrected_by=None)
    if kind == "decisions":
        return rows.filter(kind__in=["decision", "action"])
    return rows.filter(kind={"doors": "door", "logs": "log"}[kind]) if kind in ("doors", "logs") else rows


def written(*, viewer: User, incident: Incident) -> QuerySet[Entry]:
    """Every entry that was ever written in a case, corrected ones too, in sight."""
    rows = Entry.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    if not inside(viewer=viewer, incident=incident):
        rows = rows.filter(privileged=False)
    return rows.select_related("by", "source", "corrects", "corrected_by").order_by("at", "pk")


def entry(*, viewer: User, incident: Incident, uuid: UUID) -> Entry:
    """One entry of a case. Raises ``Missing`` outside the viewer's sight."""
    found = written(viewer=viewer, incident=incident).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such entry")
    return found


def told_rows(*, viewer: User, incident: Incident) -> set[tuple[UUID, int]]:
    """The (file, row) pairs that already have an entry."""
    rows = Entry.objects.filter(incident__in=incidents(viewer=viewer), incident=incident, source__isnull=False)
    return set(rows.values_list("source__uuid", "source_row"))

"""Who must know of a case, what is to be said, and who was told what."""

from uuid import UUID

from django.db.models import QuerySet

from garrison.apps.incidents.models import Cause, Incident, Lesson, Recipient, Statement, Told
from garrison.apps.incidents.selectors.cases import incidents
from garrison.apps.organization import selectors as organization
from garrison.core.commands import Missing
from garrison.core.models import User


def organisation_name(*, viewer: User) -> str:
    """How the organisation is called."""
    return organization.name(viewer=viewer)


def recipients(*, viewer: User, incident: Incident) -> QuerySet[Recipient]:
    """Who must know of a case, with what they were told."""
    rows = Recipient.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    return rows.prefetch_related("told")


def statements(*, viewer: User, incident: Incident) -> QuerySet[Statement]:
    """The statements of a case, newest first."""
    rows = Statement.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    return rows.select_related("recipient", "made_by", "approved_by")


def statement(*, viewer: User, uuid: UUID) -> Statement:
    """One statement. Raises ``Missing`` outside the viewer's sight."""
    rows = Statement.objects.filter(incident__in=incidents(viewer=viewer), uuid=uuid)
    found = rows.select_related("incident__unit", "recipient", "approved_by").first()
    if found is None:
        raise Missing("no such statement")
    return found


def told(*, viewer: User, incident: Incident) -> QuerySet[Told]:
    """Who was told what and when, newest first."""
    rows = Told.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    return rows.select_related("by", "statement")


def causes(*, viewer: User, incident: Incident) -> list[Cause]:
    """The contributing causes of a case."""
    return list(Cause.objects.filter(incident__in=incidents(viewer=viewer), incident=incident))


def lessons(*, viewer: User, incident: Incident) -> list[Lesson]:
    """The lessons of a case."""
    rows = Lesson.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    return list(rows.select_related("adopted_by"))


def lesson(*, viewer: User, uuid: UUID) -> Lesson:
    """One lesson. Raises ``Missing`` outside the viewer's sight."""
    rows = Lesson.objects.filter(incident__in=incidents(viewer=viewer), uuid=uuid)
    found = rows.select_related("incident__unit").first()
    if found is None:
        raise Missing("no such lesson")
    return found

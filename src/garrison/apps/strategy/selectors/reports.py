"""Reports that were issued."""

from django.db.models import QuerySet

from garrison.apps.strategy.models import IssuedReport
from garrison.apps.strategy.selectors.links import VIEW
from garrison.core.models import User
from garrison.core.scopes import paths


def issued(*, viewer: User) -> QuerySet[IssuedReport]:
    """Issued reports, newest first. They speak of the whole organisation, so only who sees all of it sees them."""
    if "/" not in paths(viewer, VIEW):
        return IssuedReport.objects.none()
    return IssuedReport.objects.select_related("issued_by").order_by("-at", "-pk")


def may_read(*, viewer: User) -> bool:
    """Whether the viewer may look at a report of the whole organisation."""
    return "/" in paths(viewer, VIEW)


def may_issue(*, viewer: User) -> bool:
    """Whether the viewer may hand one out."""
    return "/" in paths(viewer, "strategy.issue_report")

"""What the policies app adds to the frame and to the pages of lower apps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.policies import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider


def find_policies(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Policies by code, title or words of the text in force."""
    for policy in selectors.found(viewer=viewer, text=text, limit=limit):
        context = " · ".join(part for part in (policy.code, policy.owner) if part)
        yield Hit(policy.title, context, reverse("policies:detail", args=[policy.uuid]), "file-text")


def waiting(*, viewer: User) -> int:
    """What waits: reviews due or late, and versions that wait for the viewer's own decision."""
    return selectors.reviews_due(viewer=viewer) + selectors.in_review_of(viewer=viewer).count()


def policies_of_control(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The policies that a control enforces."""
    rows = selectors.of_control(viewer=viewer, control=subject)
    return {"rows": rows} if rows else None


NAV.append(
    NavEntry("What we owe", _("Policies"), "policies:list", "file-text", selectors.VIEW, order=20, count=waiting)
)
SEARCH.append(SearchProvider(_("Policies"), selectors.VIEW, find_policies))
PANELS.append(Panel("controls.control", selectors.VIEW, "policies/_of_control.html", policies_of_control, order=20))

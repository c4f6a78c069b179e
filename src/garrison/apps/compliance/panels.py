"""What the compliance app adds to the frame."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.compliance import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider


def find_requirements(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Requirements by code or title."""
    for found in selectors.found(viewer=viewer, text=text, limit=limit):
        url = reverse("compliance:requirement", args=[found.uuid])
        yield Hit(str(found), str(found.framework), url, "scale")


def requirements_of_control(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any]:
    """The requirements that a control meets, by every source's word, and the evidence tied to it."""
    return {
        "rows": list(selectors.of_control(viewer=viewer, control=subject.uuid)),
        "evidence": selectors.evidence_of_control(viewer=viewer, control=subject)[:10],
    }


NAV.append(NavEntry("What we owe", _("Compliance"), "compliance:home", "scale", selectors.VIEW, 30))
SEARCH.append(SearchProvider(_("Requirements"), selectors.VIEW, find_requirements))
PANELS.append(
    Panel("controls.control", selectors.VIEW, "compliance/_of_control.html", requirements_of_control, order=5)
)

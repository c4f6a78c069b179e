"""What the controls app adds to the frame and to the pages of lower apps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.assets.models import PHYSICAL
from garrison.apps.controls import selectors
from garrison.core.clock import local_day
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider


def find_controls(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Controls by code or name."""
    for control in selectors.found(viewer=viewer, text=text, limit=limit):
        context = " · ".join(part for part in (control.code, control.owner) if part)
        yield Hit(control.name, context, reverse("controls:detail", args=[control.uuid]), "shield")


def controls_of_device(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The controls that rest on a door or device."""
    if subject.kind not in PHYSICAL:
        return None
    controls = selectors.of_device(viewer=viewer, device=subject)
    if not controls:
        return None
    return {"rows": [(control, control.standing(local_day(as_of))) for control in controls]}


NAV.append(NavEntry("What we owe", _("Controls"), "controls:list", "shield", selectors.VIEW, order=10))
SEARCH.append(SearchProvider(_("Controls"), selectors.VIEW, find_controls))
PANELS.append(Panel("assets.asset", selectors.VIEW, "controls/_of_device.html", controls_of_device, order=40))

"""What the compliance app adds to the frame."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.compliance import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, SEARCH, Hit, NavEntry, SearchProvider


def find_requirements(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Requirements by code or title."""
    for found in selectors.found(viewer=viewer, text=text, limit=limit):
        url = reverse("compliance:requirement", args=[found.uuid])
        yield Hit(str(found), str(found.framework), url, "scale")


NAV.append(NavEntry("What we owe", _("Compliance"), "compliance:list", "scale", selectors.VIEW, 30))
SEARCH.append(SearchProvider(_("Requirements"), selectors.VIEW, find_requirements))

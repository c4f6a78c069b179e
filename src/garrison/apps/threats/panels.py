"""What the threats app adds to the frame."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.threats import selectors
from garrison.apps.threats.models import Vulnerability
from garrison.core.models import User
from garrison.core.registries import NAV, SEARCH, Hit, NavEntry, SearchProvider


def find_threats(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Vulnerabilities by number or name, techniques, groups and the rest by code or name."""
    for found in selectors.found(viewer=viewer, text=text, limit=limit):
        if isinstance(found, Vulnerability):
            url = reverse("threats:vulnerability", args=[found.cve])
            yield Hit(found.cve, found.kev_name or found.title or _("Vulnerability"), url, "bug")
        else:
            said = " · ".join(filter(None, (found.code, capfirst(found.kind))))
            yield Hit(found.name, said, reverse("threats:threat", args=[found.uuid]), "target-arrow")


NAV.append(NavEntry("What it may cost", gettext_lazy("Threats"), "threats:list", "radar-2", selectors.VIEW, 10))
SEARCH.append(SearchProvider(gettext_lazy("Threats"), selectors.VIEW, find_threats))

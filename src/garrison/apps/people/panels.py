"""What the people app adds to the frame."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.people import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, SEARCH, Hit, NavEntry, SearchProvider


def find_people(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """People by name, number or e-mail address."""
    for person in selectors.found(viewer=viewer, text=text, limit=limit):
        said = [person.number, person.title, str(person.unit) if person.unit else ""]
        yield Hit(person.name, " · ".join(filter(None, said)), reverse("people:detail", args=[person.uuid]), "user")


NAV.append(NavEntry("What is ours", _("People"), "people:list", "users", selectors.VIEW, 30))
SEARCH.append(SearchProvider(_("People"), selectors.VIEW, find_people))

"""What the access app adds to the frame and to other apps' pages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.access import selectors
from garrison.apps.access.models import Badge
from garrison.apps.assets.models import Asset
from garrison.apps.people.models import Person
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider
from garrison.core.scopes import may, paths

DAYS = 30
"""How far back a door's page looks."""

NAV.append(
    NavEntry("What is ours", _("Access"), "access:leavers", "id-badge-2", selectors.VIEW, 40, selectors.open_count)
)


def hits(*, viewer: User, text: str, limit: int) -> Iterable[Hit]:
    """Accounts and badges for the global search."""
    for found in selectors.find(viewer=viewer, text=text, limit=limit):
        person = found.person.name if found.person else "not on the roster"
        if isinstance(found, Badge):
            yield Hit(f"Badge {found.card}", person, f"{reverse('access:badges')}?q={found.card}", "id-badge-2")
        else:
            yield Hit(f"Account {found.login}", person, f"{reverse('access:accounts')}?q={found.login}", "user")


SEARCH.append(SearchProvider(_("Badges and accounts"), selectors.VIEW, hits))


def of_person(*, viewer: User, subject: Person, as_of: datetime) -> dict[str, Any] | None:
    """A person's badges, accounts and open exception."""
    badges, accounts = selectors.of_person(viewer=viewer, person=subject)
    return {
        "person": subject,
        "badges": badges,
        "accounts": accounts,
        "exception": selectors.exception_of(viewer=viewer, person=subject),
        "may_look": may(viewer, "access.look_at_movements", subject.unit.path if subject.unit else ""),
    }


def of_asset(*, viewer: User, subject: Asset, as_of: datetime) -> dict[str, Any] | None:
    """A door's latest badge events."""
    if subject.kind != "door":
        return None
    found = selectors.door_events(viewer=viewer, door=subject, since=as_of - timedelta(days=DAYS))
    return {"door": subject, "events": found, "may_files": "/" in paths(viewer, "imports.view")}


PANELS.append(Panel("people.person", selectors.VIEW, "access/_person.html", of_person, 10))
PANELS.append(Panel("assets.asset", selectors.VIEW, "access/_door.html", of_asset, 30))

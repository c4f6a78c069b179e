"""What the web layer adds to the frame: the System group of the navigation, and users among what can be searched."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.core import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, SEARCH, Hit, NavEntry, SearchProvider
from garrison.core.ui import figures
from garrison.web.tables import title_of


def _waiting(*, viewer: User) -> int:
    """How many files wait for somebody to name their columns."""
    return selectors.import_counts(viewer=viewer)["needs_mapping"]


def _files(*, viewer: User, text: str, limit: int) -> Iterable[Hit]:
    """Imported files by name."""
    for file in selectors.files_named(viewer=viewer, text=text)[:limit]:
        context = f"{title_of(file.format) or file.status}, {figures.day(file.at)}"
        yield Hit(file.title, context, reverse("web:file", args=[file.uuid]), "file-import")


def _users(*, viewer: User, text: str, limit: int) -> Iterable[Hit]:
    """Users by name."""
    for user in selectors.users_named(viewer=viewer, text=text)[:limit]:
        yield Hit(str(user), user.username, reverse("web:user", args=[user.uuid]), "user-circle")


NAV += [
    NavEntry("System", _("Imports"), "web:imports", "database-import", "imports.view", 10, _waiting, "/"),
    NavEntry("System", _("Audit"), "web:audit", "history", "audit.view", 20),
    NavEntry("System", _("Users"), "web:users", "user-shield", "users.view", 30),
]
SEARCH += [
    SearchProvider(_("Imported files"), "imports.view", _files),
    SearchProvider(_("Users"), "users.view", _users),
]

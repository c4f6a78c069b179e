"""Where apps announce what the frame shows: navigation entries, search providers and panels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from garrison.core.models import User
from garrison.core.scopes import may


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the side navigation. ``count`` gives the small number beside it; both are narrowed by viewer.

    ``path`` is "/" where the page is for those alone who hold the permission in the whole organisation.
    """

    group: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str
    order: int = 0
    count: Callable[..., int] | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result."""

    label: str
    context: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class SearchProvider:
    """A kind of thing that can be searched: ``find(viewer=, text=, limit=)`` gives hits."""

    label: str | Promise
    permission: str
    find: Callable[..., Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A block that a higher app adds to a lower app's page.

    ``page`` names the page, such as "assets.asset"; ``data(viewer=, subject=, as_of=)`` gives the template's context,
    or None for nothing to show.
    """

    page: str
    permission: str
    template: str
    data: Callable[..., dict[str, Any] | None]
    order: int = 0


NAV_GROUPS = ("", "Now", "What is ours", "What it may cost", "What we owe", "Where we are going", "System")
NAV: list[NavEntry] = []
SEARCH: list[SearchProvider] = []
PANELS: list[Panel] = []


def navigation(viewer: User) -> dict[str, list[NavEntry]]:
    """The entries that ``viewer`` may open, by group in the fixed order, empty groups left out."""
    shown = {g: sorted((e for e in NAV if e.group == g), key=lambda e: e.order) for g in NAV_GROUPS}
    return {
        group: kept
        for group, entries in shown.items()
        if (kept := [entry for entry in entries if may(viewer, entry.permission, entry.path)])
    }


def search(viewer: User, text: str, *, limit: int = 6) -> list[tuple[str, list[Hit]]]:
    """What ``viewer`` may see that matches ``text``: (kind, hits) for each kind with any. Two characters at least."""
    text = text.strip()
    if len(text) < 2:
        return []
    found = []
    for provider in SEARCH:
        if may(viewer, provider.permission) and (hits := list(provider.find(viewer=viewer, text=text, limit=limit))):
            found.append((str(provider.label), hits))
    return found


def panels(page: str, *, viewer: User, subject: Any, as_of: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The (template, context) blocks that other apps add to ``page`` for ``viewer``."""
    blocks = []
    for panel in sorted((p for p in PANELS if p.page == page), key=lambda p: p.order):
        if may(viewer, panel.permission):
            context = panel.data(viewer=viewer, subject=subject, as_of=as_of)
            if context is not None:
                blocks.append((panel.template, context))
    return blocks

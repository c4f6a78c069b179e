"""What every page's frame shows."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from garrison.apps.organization import selectors as organization
from garrison.core.models import User
from garrison.core.registries import navigation
from garrison.core.services import THEMES

FRAME_S = 5


def frame(request: HttpRequest) -> dict[str, Any]:
    """The side navigation, the organisation's name and the chosen theme; nothing but the theme before sign-in."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme") or getattr(user, "theme", "auto")
    shown: dict[str, Any] = {"theme": theme if theme in THEMES else "auto", "nav": [], "organisation": ""}
    if not isinstance(user, User) or not user.is_active or request.headers.get("HX-Request"):
        return shown
    groups = navigation(user)
    here = _here([reverse(entry.url_name) for entries in groups.values() for entry in entries], request.path)
    shown["nav"] = [
        {"label": group, "entries": [_entry(entry, user, here) for entry in entries]}
        for group, entries in groups.items()
    ]
    shown["organisation"] = _remembered(user, "organisation", lambda: organization.name(viewer=user))
    return shown


def _remembered(user: User, name: str, find: Callable[[], Any]) -> Any:
    """What the frame shows beside every page, found anew after a few seconds: pages come faster than it changes."""
    key = f"frame:{user.pk}:{name}"
    known = cache.get(key)
    if known is None:
        known = find()
        cache.set(key, known, FRAME_S)
    return known


def _here(urls: list[str], path: str) -> str:
    """The navigation line that ``path`` belongs to: the longest address that it begins with; "" for none."""
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=len, default="")


def _entry(entry: Any, user: User, here: str) -> dict[str, Any]:
    """One navigation line; ``here`` is the address of the one that is current."""
    url = reverse(entry.url_name)
    return {
        "label": entry.label,
        "url": url,
        "icon": entry.icon,
        "count": _remembered(user, entry.url_name, lambda: entry.count(viewer=user)) if entry.count else None,
        "current": url == here,
    }

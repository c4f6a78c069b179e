"""Addresses of the pages where numbers open, and the day that a moment falls on here."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import NoReverseMatch, reverse

VIEW = "strategy.view"


def address(name: str, *args: Any, **query: str) -> str:
    """The address of a page by its name, with a query where given; "" where this installation has no such page."""
    try:
        path = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{path}?{urlencode(query)}" if query else path


def absolute(path: str) -> str:
    """An address as it stands in a document; "" stays."""
    return f"{settings.GARRISON_URL}{path}" if path else ""

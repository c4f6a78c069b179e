"""What the assets app adds to the frame."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from garrison.apps.assets import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, SEARCH, Hit, NavEntry, SearchProvider

ICONS = {"host": "server-2", "door": "door", "camera": "device-cctv", "reader": "nfc"}


def find_assets(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Assets by code, name or address."""
    for asset in selectors.found(viewer=viewer, text=text, limit=limit):
        said = [capfirst(asset.kind), *([asset.code] if asset.code != asset.name else [])]
        said += [str(asset.site)] if asset.site else []
        yield Hit(
            asset.name, " · ".join(said), reverse("assets:detail", args=[asset.uuid]), ICONS.get(asset.kind, "box")
        )


NAV += [
    NavEntry("What is ours", _("Sites and doors"), "assets:places", "map-2", selectors.VIEW, 10),
    NavEntry("What is ours", _("Assets"), "assets:list", "server-2", selectors.VIEW, 20),
]
SEARCH.append(SearchProvider(_("Assets"), selectors.VIEW, find_assets))

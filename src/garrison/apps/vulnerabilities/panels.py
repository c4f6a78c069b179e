"""What the vulnerabilities app adds to the frame and to other apps' pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from garrison.apps.assets.models import Asset
from garrison.apps.threats.models import Vulnerability
from garrison.apps.vulnerabilities import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider

NAV.append(
    NavEntry(
        "What it may cost", "Findings", "vulnerabilities:findings", "bug", selectors.VIEW, 20, selectors.urgent_count
    )
)


def hits(*, viewer: User, text: str, limit: int) -> Iterable[Hit]:
    """Findings for the global search."""
    for found in selectors.found(viewer=viewer, text=text, limit=limit):
        context = ", ".join(filter(None, (found.code, found.cve, found.asset.code, found.status)))
        yield Hit(found.title, context, reverse("vulnerabilities:finding", args=[found.uuid]), "bug")


SEARCH.append(SearchProvider("Findings", selectors.VIEW, hits))


def of_asset(*, viewer: User, subject: Asset, as_of: datetime) -> dict[str, Any] | None:
    """The open findings of an asset."""
    rows, count = selectors.of_asset(viewer=viewer, asset=subject)
    return {"findings": rows, "count": count, "asked": subject.code}


def of_vulnerability(*, viewer: User, subject: Vulnerability, as_of: datetime) -> dict[str, Any] | None:
    """Where a vulnerability is found here; None where no open finding in sight names it."""
    rows, count = selectors.of_cve(viewer=viewer, cve=subject.cve)
    return {"findings": rows, "count": count, "asked": subject.cve} if count else None


PANELS.append(Panel("threats.vulnerability", selectors.VIEW, "vulnerabilities/_asset.html", of_vulnerability, 20))
PANELS.append(Panel("assets.asset", selectors.VIEW, "vulnerabilities/_asset.html", of_asset, 20))

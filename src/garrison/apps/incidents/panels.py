"""What the incidents app adds to the frame and to the pages of lower apps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.incidents import rules, selectors
from garrison.apps.incidents.selectors import continuity, custody
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider
from garrison.core.scopes import may


def find_incidents(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Cases by code or title."""
    for incident in selectors.found(viewer=viewer, text=text, limit=limit):
        context = f"{incident.code} · {rules.PHASES[incident.phase]}"
        yield Hit(incident.title, context, reverse("incidents:case", args=[incident.uuid]), "urgent")


def cases_of_thing(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The cases that touch a person, asset or finding; and for a finding the way to open one."""
    rows = selectors.of_target(viewer=viewer, target=subject.uuid)
    return {"rows": rows} if rows else None


def case_of_exception(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The case of a leaver's access exception, or the button that opens one."""
    there = selectors.of_exception(viewer=viewer, exception=subject.uuid)
    may_open = may(viewer, "incidents.open_from_exception", subject.unit.path if subject.unit else "/")
    if there is None and not may_open:
        return None
    return {"incident": there, "exception": subject, "may_open": may_open}


def case_of_finding(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The cases of a finding, and the button that opens one."""
    rows = selectors.of_target(viewer=viewer, target=subject.uuid)
    may_open = may(viewer, "incidents.open_from_finding", subject.unit.path if subject.unit else "/")
    return {"rows": rows, "finding": subject, "may_open": may_open} if rows or may_open else None


def custody_of_case(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any]:
    """The evidence of a case: who holds it, and how its files compare with their hashes."""
    items = custody.of_incident(viewer=viewer, incident=subject)
    return {
        "incident": subject,
        "items": items,
        "checked": custody.checked(items=items),
        "hold": custody.hold(viewer=viewer, incident=subject),
        "waiting": any(row.receiver_id == viewer.pk for item in items for row in item.hand_overs.all()),
    }


def effect_of_case(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The services that a case stopped, in the order of return."""
    effect = continuity.effect(viewer=viewer, incident=subject, at=as_of)
    return {"incident": subject, "effect": effect} if effect.down or effect.back else None


def services_on_asset(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The critical services that rest on an asset."""
    rows = continuity.of_asset(viewer=viewer, asset=subject)
    return {"rows": rows} if rows else None


def find_services(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Critical services by code or name."""
    for service in continuity.found(viewer=viewer, text=text, limit=limit):
        yield Hit(service.name, service.code, reverse("incidents:service", args=[service.uuid]), "heart-rate-monitor")


NAV.append(NavEntry("Now", _("Incidents"), "incidents:list", "urgent", selectors.VIEW, 20, selectors.open_count))
SEARCH.append(SearchProvider(_("Incidents"), selectors.VIEW, find_incidents))
PANELS.append(Panel("access.leaver", selectors.VIEW, "incidents/_of_exception.html", case_of_exception, 10))
PANELS.append(Panel("people.person", selectors.VIEW, "incidents/_of_thing.html", cases_of_thing, 60))
PANELS.append(Panel("assets.asset", selectors.VIEW, "incidents/_of_thing.html", cases_of_thing, 60))
PANELS.append(Panel("vulnerabilities.finding", selectors.VIEW, "incidents/_of_finding.html", case_of_finding, 60))
SEARCH.append(SearchProvider(_("Critical services"), selectors.VIEW, find_services))
PANELS.append(Panel("incidents.incident", selectors.VIEW, "incidents/_custody.html", custody_of_case, 20))
PANELS.append(Panel("incidents.incident", selectors.VIEW, "incidents/_effect.html", effect_of_case, 10))
PANELS.append(Panel("assets.asset", selectors.VIEW, "incidents/_services_on.html", services_on_asset, 45))

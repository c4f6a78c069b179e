"""What the risk app adds to the frame and to the pages of lower apps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from garrison.apps.assets.models import PHYSICAL
from garrison.apps.controls import selectors as controls
from garrison.apps.policies import selectors as policies
from garrison.apps.risk import selectors
from garrison.core.clock import local_day
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider


def find_scenarios(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Scenarios by code or name."""
    for scenario in selectors.found(viewer=viewer, text=text, limit=limit):
        context = " · ".join(part for part in (scenario.code, scenario.owner) if part)
        yield Hit(scenario.name, context, reverse("risk:scenario", args=[scenario.uuid]), "chart-line")


def money_of_control(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """What a control bears on, and the money that hangs on it."""
    rows = selectors.of_controls(viewer=viewer, controls=[subject], as_of=local_day(as_of))
    lost = selectors.borne_in_vain(viewer=viewer, control=subject)
    return {"rows": rows, "lost": lost, "currency": rows[0].scenario.currency if rows else ""} if rows or lost else None


def money_of_device(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The money that hangs on a door or device, through the controls that rest on it."""
    if subject.kind not in PHYSICAL:
        return None
    resting = controls.of_device(viewer=viewer, device=subject)
    rows = selectors.of_controls(viewer=viewer, controls=resting, as_of=local_day(as_of))
    return {"rows": rows, "currency": rows[0].scenario.currency} if rows else None


def money_of_exception(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """What the scenarios of the controls that a policy exception weakens cost, and would cost if those did not hold."""
    weakened = policies.weakened(viewer=viewer, rows=subject)
    rows = selectors.unprotected(viewer=viewer, controls=weakened, as_of=local_day(as_of))
    if not rows:
        return None
    at_risk = sum(row.lost for row in rows)
    return {"rows": rows, "currency": rows[0].scenario.currency, "at_risk": at_risk}


def coverage_of_controls(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any]:
    """The scenarios in sight that each of some controls bears on, for the list of controls."""
    return {"borne": selectors.coverage(viewer=viewer, controls=subject)}


def lessons_of_incident(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """What the lessons of a case change in money, or would change."""
    rows = selectors.changes_of(viewer=viewer, incident=subject, as_of=as_of)
    return {"rows": rows} if rows else None


NAV.append(NavEntry("What it may cost", _("Risk"), "risk:portfolio", "chart-line", selectors.VIEW, order=30))
SEARCH.append(SearchProvider(_("Scenarios"), selectors.VIEW, find_scenarios))
PANELS.append(Panel("controls.control", selectors.VIEW, "risk/_of_control.html", money_of_control, order=10))
PANELS.append(Panel("controls.controls", selectors.VIEW, "", coverage_of_controls, order=10))
PANELS.append(Panel("assets.asset", selectors.VIEW, "risk/_of_device.html", money_of_device, order=50))
PANELS.append(Panel("policies.exception", selectors.VIEW, "risk/_of_exception.html", money_of_exception, order=10))
PANELS.append(Panel("incidents.incident", selectors.VIEW, "risk/_of_incident.html", lessons_of_incident, order=50))
PANELS.append(Panel("incidents.review", selectors.VIEW, "risk/_of_incident.html", lessons_of_incident, order=10))

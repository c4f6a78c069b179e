"""What the budget app adds to the frame and to the pages of lower apps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from garrison.apps.budget import selectors
from garrison.core.models import User
from garrison.core.registries import NAV, PANELS, SEARCH, Hit, NavEntry, Panel, SearchProvider
from garrison.core.ui import figures


def find_initiatives(*, viewer: User, text: str, limit: int) -> Iterator[Hit]:
    """Initiatives by code or name."""
    for initiative in selectors.found(viewer=viewer, text=text, limit=limit):
        context = " · ".join(part for part in (initiative.code, initiative.owner) if part)
        yield Hit(initiative.name, context, reverse("budget:initiative", args=[initiative.uuid]), "layout-kanban")


def plan_on_risk(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The loss that the plan leaves, as a key figure and as a curve beside today's."""
    if subject.unit_id is not None:
        return None
    plan = selectors.latest_plan(viewer=viewer)
    if plan is None:
        return None
    named = {"year": plan.as_of.year}
    return {
        "label": _("With plan %(year)s") % named,
        "curve": plan.detail["curve"],
        "title": _("With plan %(year)s, expected") % named,
        "plan": plan,
        "note": _met(plan.detail["curve"], subject.portfolio["appetite"], subject.currency),
    }


def scenario_helped(*, viewer: User, subject: Any, as_of: datetime) -> dict[str, Any] | None:
    """The initiatives that take something off a scenario."""
    rows = selectors.helping(viewer=viewer, code=subject.code)
    return {"rows": rows} if rows else None


def _met(curve: list[list[float]], appetite: list[dict[str, Any]], currency: str) -> str:
    """Which agreed points the plan's curve meets, in words."""
    known = {point[0]: point[1] for point in curve}
    missed = [p for p in appetite if known.get(p["loss"], 0.0) > p["agreed"]]
    if not appetite:
        return ""
    if missed:
        told = {
            "loss": figures.money(missed[0]["loss"], currency, trim=True),
            "chance": figures.chance(known[missed[0]["loss"]]),
        }
        return _("still above appetite at %(loss)s: %(chance)s") % told
    return _("appetite met from %(loss)s up") % {"loss": figures.money(appetite[0]["loss"], currency, trim=True)}


NAV.append(NavEntry("What it may cost", gettext_lazy("Plan"), "budget:plan", "layout-kanban", selectors.VIEW, order=40))
SEARCH.append(SearchProvider(gettext_lazy("Initiatives"), selectors.VIEW, find_initiatives))
PANELS.append(Panel("risk.portfolio", selectors.VIEW, "budget/_on_risk.html", plan_on_risk, order=10))
PANELS.append(Panel("risk.scenario", selectors.VIEW, "budget/_on_scenario.html", scenario_helped, order=10))

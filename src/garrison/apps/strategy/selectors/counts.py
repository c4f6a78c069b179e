"""How many of everything is stored, asked of every app, and what was read last."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.db.models import Count

from garrison import __version__
from garrison.apps.budget import selectors as budget
from garrison.apps.budget.models import Plan
from garrison.apps.strategy.selectors import facts
from garrison.apps.strategy.selectors.money import current_loss, figures_of
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.core import selectors as core
from garrison.core.models import User

APPS = (
    "organization",
    "people",
    "threats",
    "assets",
    "access",
    "vulnerabilities",
    "controls",
    "compliance",
    "risk",
    "budget",
)


def counts(*, viewer: User) -> dict[str, int]:
    """How many of each record type are in sight, by the name that each app gives it."""
    found: dict[str, int] = {}
    for app in APPS:
        found.update(import_module(f"garrison.apps.{app}.selectors").counts(viewer=viewer))
    return found


def status(*, viewer: User, at: datetime) -> dict[str, Any]:
    """Counts, the money, the plan, the last import and the version, as ``garrison status --json`` prints them."""
    loss, plan, run = (
        current_loss(viewer=viewer),
        budget.latest_plan(viewer=viewer),
        core.import_runs(viewer=viewer).first(),
    )
    return {
        "version": __version__,
        "at": at,
        "counts": counts(viewer=viewer),
        "loss": {
            "uuid": str(loss.uuid),
            "as_of": loss.as_of,
            "currency": loss.currency,
            "period": "year",
            "mean": float(loss.mean),
            "mean_band": loss.portfolio["mean_band"],
            "scenarios": len(loss.scenarios),
            "unit": loss.unit.code if loss.unit else None,
        }
        if loss
        else None,
        "plan": _shape(plan) if plan else None,
        "last_import": {
            "uuid": str(run.uuid),
            "label": run.label,
            "at": run.at,
            "finished": run.finished,
            "files": run.files.count(),
        }
        if run
        else None,
    }


def _shape(plan: Plan) -> dict[str, Any]:
    """A plan as ``garrison plan --json`` prints it."""
    return {
        "uuid": str(plan.uuid),
        "as_of": plan.as_of,
        "at": plan.at,
        "currency": plan.currency,
        "period": "year",
        "budget": float(plan.budget),
        "cost": float(plan.cost),
        "baseline": float(plan.baseline),
        "residual": float(plan.residual),
        "bound": float(plan.bound),
        "gap": plan.gap,
        "greedy": float(plan.greedy),
        "chosen": plan.chosen,
        "in": plan.detail["chosen"],
        "out": plan.detail["out"],
        "next": plan.detail.get("next"),
        "forced": plan.forced,
        "conditions": plan.conditions,
        "conditions_cost": plan.price,
        "standing": budget.standing(plan),
        "because": plan.because,
    }


def plan(*, viewer: User) -> dict[str, Any] | None:
    """The newest plan as ``garrison plan --json`` prints it; None before there is one."""
    latest = budget.latest_plan(viewer=viewer)
    return _shape(latest) if latest else None


def figures(*, viewer: User, at: datetime) -> dict[str, Any]:
    """The figures of a day, as a snapshot keeps them: all counts, the tally, the money and the plan."""
    found = facts.facts(viewer=viewer, at=at)
    loss, plan = current_loss(viewer=viewer), budget.latest_plan(viewer=viewer)
    by_unit = facts.findings(viewer=viewer).order_by().values_list("unit__path").annotate(n=Count("pk"))
    told: dict[str, Any] = {
        "counts": counts(viewer=viewer),
        "tallies": facts.tally_counts(found),
        "findings": {
            "newest": _newest(viewer),
            "open_by_unit": {path or "": n for path, n in by_unit},
        },
    }
    if loss is not None:
        told["loss"] = figures_of(loss)
    if plan is not None:
        told["plan"] = {
            "uuid": str(plan.uuid),
            "chosen": plan.chosen,
            "cost": float(plan.cost),
            "residual": float(plan.residual),
            "gap": plan.gap,
        }
    return told


def _newest(viewer: User) -> int:
    """The newest finding's number: what comes later is new."""
    rows = vulnerabilities.findings(viewer=viewer)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0

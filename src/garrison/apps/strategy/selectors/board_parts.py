"""The parts of the board report behind its first page: facts, causes, plan, scenarios, method."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.budget import selectors as budget
from garrison.apps.budget.models import Initiative, Plan
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult, Scenario
from garrison.apps.risk.rules import PRIOR
from garrison.apps.strategy.rules import Brief, Cause
from garrison.apps.strategy.selectors import changes
from garrison.apps.strategy.selectors.links import absolute, address
from garrison.apps.strategy.selectors.money import BAD_YEAR, middle
from garrison.apps.strategy.selectors.notes import Notes, computation, row_of
from garrison.core.models import User
from garrison.core.ui import figures

SHOWN = 6
"""So many scenarios fit the first page; the rest are summed in one line and stand in full further on."""


def facts(brief: Brief, notes: Notes) -> dict[str, Any]:
    """What needs action now and what to do first."""
    return {
        "counted": brief.counted,
        "tallies": [
            {
                "label": tally.label,
                "figure": figures.number(tally.count) if tally.count is not None else "–",
                "sentence": tally.sentence,
                "worst": tally.worst,
                "note": notes.cite(tally.label, brief.counted or _("no file read yet"), tally.url),
            }
            for tally in brief.tallies
        ],
        "first": [
            {
                "title": action.title,
                "reason": action.reason,
                "change": action.change,
                "note": action.note,
                "who": action.who,
                "when": action.when,
                "url": absolute(action.url),
            }
            for action in brief.actions
        ],
        "rule": _(
            "Order: access that somebody used already, then the loss avoided in money, then the due date; the first of "
            "each kind before the second of any."
        ),
    }


def causes(viewer: User, loss: LossResult | None, then: LossResult | None, notes: Notes) -> dict[str, Any] | None:
    """Why the expected loss changed since the computation before."""
    if loss is None or then is None or loss.pk == then.pk:
        return None
    found = changes.causes(viewer=viewer, now=loss, then=then)
    delta = float(loss.mean) - float(then.mean)
    words = {
        "day": figures.day(then.as_of, year=True),
        "was": figures.money(then.mean, then.currency),
        "now": figures.money(loss.mean, loss.currency),
        "delta": figures.money(delta, loss.currency, signed=True),
    }
    mark = notes.cite(_("Expected loss before"), computation(then.uuid), address("risk:result", then.uuid))
    return {
        "sentence": _("On %(day)s the expected loss was %(was)s a year; today it is %(now)s (%(delta)s).") % words,
        "note": mark,
        "rule": _(
            "A cause's figure is what it added, given the causes above it. What a repair takes off, under Do first, is "
            "counted from today, with everything else as it is now; so the two differ."
        ),
        "rows": [
            {
                "words": changes.cause_words(cause, loss),
                "reason": _reason(cause, loss),
                "scenarios": ", ".join(cause.scenarios),
                "amount": figures.money(cause.amount, loss.currency, signed=True),
            }
            for cause in found
        ],
    }


def _reason(cause: Cause, loss: LossResult) -> str:
    """A cause's reason without the control's name, which stands beside it."""
    names = [c["name"] for row in loss.scenarios for c in row["controls"] if c["code"] == cause.code]
    return cause.words.removeprefix(f"{names[0]}: ") if names else cause.words


def plan(viewer: User, made: Plan, notes: Notes) -> dict[str, Any]:
    """The plan: in with reasons, out with reasons, the gap and the next money."""
    currency = made.currency
    initiatives = {row.code: row for row in budget.initiatives(viewer=viewer)}
    mark = notes.cite(_("Plan"), computation(made.uuid, _("branch and bound")), address("budget:plan"))
    further = made.detail.get("next")
    bound = figures.money(made.bound, currency)
    gap = (
        _("The plan is %(standing)s.") % {"standing": budget.standing(made)}
        if made.conditions
        else _("No other choice within the budget leaves less: proven to the last initiative.")
        if made.gap < budget.EXACT
        else _("No choice within the budget leaves less than %(bound)s; the proven gap is %(gap)s.")
        % {"bound": bound, "gap": figures.percent(made.gap, 1)}
    )
    nothing = _("No more can be bought with it.")
    return {
        "note": mark,
        "cells": [
            {"label": _("Budget"), "figure": figures.cost(made.budget, currency), "under": _("a year"), "note": mark},
            {
                "label": _("Cost of the plan"),
                "figure": figures.cost(made.cost, currency),
                "under": _("%(money)s left") % {"money": figures.cost(made.budget - made.cost, currency)},
                "note": mark,
            },
            {
                "label": _("Expected loss it leaves"),
                "figure": figures.money(made.residual, currency),
                "under": _("today %(money)s") % {"money": figures.money(made.baseline, currency)},
                "note": mark,
            },
        ],
        "gap": gap,
        "in": [
            {
                "code": row["code"],
                "name": row["name"],
                "url": _page(initiatives.get(row["code"])),
                "cost": figures.cost(row["cost"], currency),
                "amount": figures.money(-row["takes"], currency),
                "why": initiatives[row["code"]].must_reason if row["code"] in initiatives else "",
            }
            for row in made.detail["chosen"]
        ],
        "out": [
            {
                "code": row["code"],
                "name": row["name"],
                "url": _page(initiatives.get(row["code"])),
                "cost": figures.cost(row["cost"], currency),
                "why": _why_not(row, currency),
            }
            for row in made.detail["out"]
        ],
        "next": _("%(amount)s more would avoid another %(avoided)s a year, by %(what)s.")
        % {
            "amount": figures.cost(further["amount"], currency),
            "avoided": figures.money(further["avoided"], currency),
            "what": figures.listed(further["in"]),
        }
        if further and further["avoided"] > 0
        else nothing,
        "teams": [
            {
                "team": team["team"],
                "days": ngettext("%(n)s day", "%(n)s days", round(team["days"]))
                % {"n": figures.number(round(team["days"]))},
            }
            for team in made.detail.get("teams", [])
        ],
    }


def _page(initiative: Initiative | None) -> str:
    """The page of an initiative in sight."""
    return absolute(address("budget:initiative", initiative.uuid)) if initiative else ""


def _why_not(row: dict[str, Any], currency: str) -> str:
    """Why an initiative is left out."""
    if row["extra"] is None:
        return row.get("why") or _("It does not fit the budget or the conditions.")
    said = ""
    if row["out"]:
        said = _("It would push out %(codes)s") % {"codes": figures.listed(row["out"])}
        if row["in"]:
            said += _(" and bring in %(codes)s") % {"codes": figures.listed(row["in"])}
        said += "; "
    return said + _("the year would cost %(money)s more.") % {"money": figures.money(row["extra"], currency)}


def weighs(loss: LossResult, made: Plan | None, rows: dict[str, Scenario], notes: Notes) -> dict[str, Any]:
    """What weighs most: the dearest scenarios now and with the plan."""
    ordered = sorted(loss.scenarios, key=lambda row: -row["mean"])
    left = made.detail.get("left", {}) if made else {}
    shown = [
        {
            "name": _("%(name)s (sector prior, not yours)") % {"name": row["name"]}
            if row.get("basis") == PRIOR
            else row["name"],
            "now": figures.money(row["mean"], loss.currency),
            "note": _scenario_note(row, rows.get(row["code"]), loss, notes),
            "planned": figures.money(row["mean"] * left.get(row["code"], 1.0), loss.currency) if made else "–",
            "does": _does(row["code"], made),
        }
        for row in ordered[:SHOWN]
    ]
    rest = ordered[SHOWN:]
    total = sum(row["mean"] for row in rest)
    return {
        "rows": shown,
        "rest": ngettext(
            "%(n)s more scenario, %(money)s a year", "%(n)s more scenarios, %(money)s a year together", len(rest)
        )
        % {"n": figures.number(len(rest)), "money": figures.money(total, loss.currency)}
        if rest
        else "",
    }


def _scenario_note(row: dict[str, Any], scenario: Scenario | None, loss: LossResult, notes: Notes) -> dict[str, Any]:
    """The note of one scenario's loss."""
    text = _("%(code)s %(name)s, expected loss a year") % {"code": row["code"], "name": row["name"]}
    source = row_of(scenario.source, scenario.source_row) if scenario else computation(loss.uuid)
    path = address("risk:scenario", scenario.uuid) if scenario else address("risk:result", loss.uuid)
    return notes.cite(text, source, path)


def _does(code: str, made: Plan | None) -> str:
    """What the plan does about a scenario: its strongest initiative by short name, and how many more."""
    if made is None:
        return _("No plan yet")
    effects = made.detail.get("effects", {}).get(code, [])
    if not effects:
        return _("Nothing in this plan")
    first = changes.short(effects[0][1], 60)
    if len(effects) == 1:
        return first
    return ngettext("%(first)s, and %(n)s more", "%(first)s, and %(n)s more", len(effects) - 1) % {
        "first": first,
        "n": len(effects) - 1,
    }


def effects_of(viewer: User, made: Plan) -> dict[str, list[tuple[str, str, float]]]:
    """Chosen initiatives by the scenario that they act on, strongest first: code, name, share."""
    found: dict[str, list[tuple[str, str, float]]] = {}
    for row in budget.initiatives(viewer=viewer):
        if row.code in made.chosen:
            for effect in row.effects.all():
                found.setdefault(effect.scenario_code, []).append((row.code, row.name, effect.share))
    return {code: sorted(rows, key=lambda entry: -entry[2]) for code, rows in found.items()}


def scenarios(loss: LossResult, rows: dict[str, Scenario], notes: Notes) -> list[dict[str, Any]]:
    """Every approved scenario with owner, estimate, spread, judge and approval."""
    told = []
    for row in sorted(loss.scenarios, key=lambda entry: -entry["mean"]):
        scenario = rows.get(row["code"])
        bad = middle(row["quantiles"].get(BAD_YEAR, []))
        prior = row.get("basis") == PRIOR
        calibrated = _("calibrated") if row["calibrated"] else _("not calibrated yet")
        told.append(
            {
                "code": row["code"],
                "name": row["name"],
                "owner": row["owner"] or "–",
                "mean": figures.money(row["mean"], loss.currency),
                "range": figures.interval(row["mean_band"][0], row["mean_band"][1], loss.currency),
                "bad": figures.money(bad, loss.currency),
                "judge": _("Sector prior, not yours") if prior else row["estimator"] or _("not named"),
                "calibrated": row["estimator"] if prior else calibrated,
                "approved": scenario.approved_by if scenario and scenario.approved_by else "–",
                "on": figures.day(scenario.approved_on, year=True) if scenario and scenario.approved_on else "",
                "note": _scenario_note(row, scenario, loss, notes),
            }
        )
    return told


def drafts(viewer: User, notes: Notes) -> list[dict[str, Any]]:
    """Drafts that are left out, by name and what they rest on."""
    return [
        {
            "code": row.code,
            "name": row.name,
            "owner": row.owner or "–",
            "basis": _("sector prior, not yours") if row.basis == PRIOR else _("own estimate, not approved"),
            "note": notes.cite(
                _("%(code)s, draft") % {"code": row.code},
                row_of(row.source, row.source_row),
                address("risk:scenario", row.uuid),
            ),
        }
        for row in risk.scenarios(viewer=viewer).filter(status="draft")
    ]


def uncertainty(loss: LossResult) -> dict[str, str]:
    """How sure the estimates are, and how exact the computation is, apart."""
    bad = loss.portfolio["quantiles"].get(BAD_YEAR, [])
    width = (bad[1] - bad[0]) if len(bad) == 2 and None not in bad else None
    computed = (
        _("Thinner than the line: the amount of a 1-in-20 year is bounded to %(width)s. Grid of %(n)s steps.")
        % {"width": figures.money(width, loss.currency), "n": figures.number(loss.portfolio["buckets"])}
        if width is not None
        else _("The tail of the curve lies beyond the grid; its upper bound is open.")
    )
    return {"estimates": _("The shaded band: %(share)s.") % {"share": judged(loss)}, "computation": computed}


def judged(loss: LossResult) -> str:
    """Whose judgement the band is."""
    own = [row for row in loss.scenarios if row.get("basis") != PRIOR]
    judges = {row["estimator"] for row in own if row["estimator"]}
    sure = {row["estimator"] for row in own if row["estimator"] and row["calibrated"]}
    said = ngettext(
        "90 %% of what %(n)s estimator holds possible (%(sure)s calibrated)",
        "90 %% of what %(n)s estimators hold possible (%(sure)s calibrated)",
        len(judges),
    ) % {"n": figures.number(len(judges)), "sure": figures.number(len(sure))}
    priors = len(loss.scenarios) - len(own)
    if not priors:
        return said
    rest = ngettext(
        "%(n)s scenario rests on a sector prior, not yours", "%(n)s scenarios rest on sector priors, not yours", priors
    )
    return f"{said}; {rest % {'n': figures.number(priors)}}"

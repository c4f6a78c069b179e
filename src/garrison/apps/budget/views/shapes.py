"""The figures of the plan page as words and pictures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from garrison.apps.budget import selectors
from garrison.apps.budget.models import Initiative, Plan
from garrison.apps.budget.selectors import Board, Placed
from garrison.core.ui import charts, figures


@dataclass(frozen=True, slots=True)
class Row:
    """One initiative on the board."""

    placed: Placed
    uuid: str
    title: str
    url: str
    context: str
    amount: str
    cost: str
    badge: str
    badge_icon: str
    why: str
    forced: str
    asked: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One initiative in one plan, the other, or both."""

    code: str
    name: str
    url: str
    cost: float
    before: bool
    now: bool


def board(shown: Board) -> dict[str, Any]:
    """The figures and rows of the plan page."""
    plan = shown.plan
    if plan is None:
        return {"missing": [_MISSING[name] for name in shown.missing]}
    currency, detail = plan.currency, plan.detail
    left = float(plan.budget - plan.cost)
    following = detail["next"]
    year = plan.as_of.year
    gap = float(plan.residual - plan.bound)
    greedy = float(plan.greedy - plan.residual)
    chosen = {"label": _("Plan %(year)s") % {"year": year}, "loss": figures.money(plan.residual, currency)}
    label = _("%(label)s: %(loss)s at %(cost)s") % {**chosen, "cost": figures.cost(plan.cost, currency)}
    points = [(float(budget), float(loss)) for budget, loss, _gap in detail["frontier"]]
    marks = [charts.Mark(float(plan.cost), float(plan.residual), label, chosen=True)]
    worst = max((gap for _b, _l, gap in detail["frontier"]), default=0.0)
    return {
        "year": year,
        "all": len(shown.inside) + len(shown.outside),
        "currency": currency,
        "cost": figures.cost(plan.cost, currency),
        "budget": figures.cost(plan.budget, currency),
        "left": figures.cost(left, currency),
        "budget_amount": float(plan.budget),
        "blocks": [charts.Block(row["code"], row["cost"]) for row in detail["chosen"]],
        "gap": _share(plan.gap),
        "gap_money": figures.money(math.ceil(max(gap, 1.0)), currency),
        "greedy": _("Simple ranking would leave %(more)s more a year") % {"more": figures.money(greedy, currency)}
        if greedy >= 0.5
        else _("Simple ranking finds the same plan"),
        "following": following,
        "following_words": _swap(following["in"], following["out"]) if following else "",
        "standing": selectors.standing(plan),
        "conditions": _conditions(shown),
        "start": _start(plan, points),
        "inside": [_inside(placed, shown, currency) for placed in shown.inside],
        "outside": [_outside(placed, currency) for placed in shown.outside],
        "frontier": charts.Frontier(points, marks, currency, _("Budget for %(year)s") % {"year": year}),
        "points": points,
        "worst": _share(worst),
        "teams": _teams(shown),
        "estimate": _estimate(plan),
    }


_MISSING = {
    "initiatives": gettext_lazy(
        "Drop the initiatives here: CSV or XLSX with initiative_code, initiative_name, cost, effectiveness."
    ),
    "scenarios": gettext_lazy(
        "Drop the risk register here: CSV or XLSX with scenario_code, events_per_year, loss_low, loss_high; its owners "
        "approve it."
    ),
    "budget": gettext_lazy("Give the organisation a yearly budget: yearly_budget in the business units table."),
}


def moved(to: str, plan: Plan) -> str:
    """What a change of conditions came to, in one sentence."""
    words = {
        "in": _("Put in."),
        "out": _("Left out."),
        "auto": _("The numbers decide."),
        "best": _("All conditions cleared."),
    }[to]
    told = {"loss": figures.money(plan.residual, plan.currency), "cost": figures.cost(plan.cost, plan.currency)}
    return f"{words} {_('The plan costs %(cost)s and leaves %(loss)s a year') % told}"


def comparison(newest: Plan, before: Plan, initiatives: Mapping[str, Initiative]) -> list[Difference]:
    """Every initiative of either plan, what changed first."""
    known = {row["code"]: row for plan in (before, newest) for row in (*plan.detail["chosen"], *plan.detail["out"])}
    rows = [
        Difference(
            code, row["name"], _url(initiatives.get(code)), row["cost"], code in before.chosen, code in newest.chosen
        )
        for code, row in sorted(known.items())
        if code in before.chosen or code in newest.chosen
    ]
    return sorted(rows, key=lambda row: (row.before == row.now, row.code))


def _inside(placed: Placed, shown: Board, currency: str) -> Row:
    """A row of what is in the plan: what it takes off the yearly loss."""
    record, told = placed.initiative, placed.told
    badge, symbol = "", ""
    if placed.forced == "in":
        badge, symbol = _("Put in by a person"), "pinned"
    elif record is not None and record.must:
        badge, symbol = _("Must do: %(reason)s") % {"reason": record.must_reason or _("no reason given")}, "lock"
    elif placed.came_in and shown.earlier:
        badge, symbol = _("Came in since %(day)s") % {"day": figures.day(shown.earlier.as_of)}, "arrow-up-right"
    return _row(placed, figures.money(-told["takes"], currency, signed=True), currency, badge, symbol, "")


def _outside(placed: Placed, currency: str) -> Row:
    """A row of what is out: why not, and what forcing it in would cost a year."""
    told = placed.told
    badge, symbol = (_("Left out by a person"), "pinned") if placed.forced == "out" else ("", "")
    if told["extra"] is None:
        why = _("it cannot be had: %(reason)s") % {"reason": told["why"]} if told["why"] else ""
        return _row(placed, "–", currency, badge, symbol, why)
    cost = figures.money(abs(told["extra"]), currency)
    swap = _pushes(told["out"], told["in"])
    if told["extra"] >= 0.5:
        why = _("%(swap)s; the year would cost %(cost)s more.") % {"swap": swap, "cost": cost}
    elif told["extra"] <= -0.5:
        why = _("%(swap)s; the year would cost %(cost)s less.") % {"swap": swap, "cost": cost}
    else:
        why = _("%(swap)s; the year would cost the same.") % {"swap": swap}
    return _row(placed, figures.money(told["extra"], currency, signed=True), currency, badge, symbol, why)


def _row(placed: Placed, amount: str, currency: str, badge: str, symbol: str, why: str) -> Row:
    """One row in words."""
    record, told = placed.initiative, placed.told
    parts = [told["code"]]
    if record is not None:
        if record.days:
            parts.append(ngettext("%(n)s day", "%(n)s days", record.days) % {"n": figures.number(record.days)})
        if record.team and record.team_days:
            days = {"team": record.team, "n": figures.number(record.team_days)}
            one = 1 if record.team_days == 1 else 2
            parts.append(ngettext("%(team)s %(n)s day", "%(team)s %(n)s days", one) % days)
        elif record.team:
            parts.append(record.team)
        elif record.owner:
            parts.append(record.owner)
    return Row(
        placed,
        str(record.uuid) if record else "",
        told["name"],
        _url(record),
        " · ".join(parts),
        amount,
        _("costs %(cost)s") % {"cost": figures.cost(told["cost"], currency)},
        badge,
        symbol,
        why,
        placed.forced,
        _("If put back:") if placed.forced == "out" else _("Why not:"),
    )


def _url(record: Initiative | None) -> str:
    """The page of an initiative in sight."""
    return reverse("budget:initiative", args=[record.uuid]) if record else ""


def _pushes(out: Sequence[str], brought: Sequence[str]) -> str:
    """What forcing something in would change."""
    if out and brought:
        return _("Would push out %(out)s and bring in %(in)s") % {"out": ", ".join(out), "in": ", ".join(brought)}
    if out:
        return _("Would push out %(out)s") % {"out": ", ".join(out)}
    if brought:
        return _("Would bring in %(in)s as well") % {"in": ", ".join(brought)}
    return _("Would push nothing out")


def _swap(brought: Sequence[str], out: Sequence[str]) -> str:
    """What more money would change."""
    said = []
    if brought:
        said.append(_("%(codes)s in") % {"codes": figures.listed(brought)})
    if out:
        said.append(_("%(codes)s out") % {"codes": figures.listed(out)})
    return ", ".join(said) or _("the plan would not change")


def _conditions(shown: Board) -> str:
    """What people decided, by name: put in, left out, and must do with its reason."""
    assert shown.plan is not None
    records = {each.told["code"]: each.initiative for each in (*shown.inside, *shown.outside)}
    words = {"in": _("%(code)s put in"), "out": _("%(code)s left out")}
    said = []
    for code in shown.plan.conditions:
        record = records.get(code)
        if code in shown.plan.forced:
            said.append(words[shown.plan.forced[code]] % {"code": code})
        elif record is not None and record.must_reason:
            said.append(_("%(code)s must be done: %(reason)s") % {"code": code, "reason": record.must_reason})
        else:
            said.append(_("%(code)s must be done") % {"code": code})
    return "; ".join(said)


def _start(plan: Plan, points: Sequence[tuple[float, float]]) -> str:
    """Why the frontier begins where it does; "" where it begins at nothing."""
    if not points or points[0][0] <= 0:
        return ""
    said = _("It begins at %(cost)s: less does not pay for what must be in the plan.")
    return said % {"cost": figures.cost(points[0][0], plan.currency)}


def _share(gap: float) -> str:
    """A gap in percent: two digits, or that it is nil to within the proof's own tolerance."""
    if gap < 0.000_05:
        return "<\u202f0.01\u00a0%"
    return figures.percent(gap, 2 if gap < 0.01 else 1)


def _teams(shown: Board) -> list[charts.Bar]:
    """Working days that the plan asks of each team."""
    assert shown.plan is not None
    return [
        charts.Bar(
            row["team"],
            row["days"],
            ngettext("%(n)s day needed", "%(n)s days needed", round(row["days"]))
            % {"n": figures.number(round(row["days"]))},
        )
        for row in shown.plan.detail["teams"]
    ]


def _estimate(plan: Plan) -> str:
    """What the estimators' range would make of what is left, in proportion."""
    low, high = plan.detail.get("band", (None, None))
    return figures.estimate(low, high, plan.currency) if low and high else ""

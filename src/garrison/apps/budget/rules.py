"""From initiatives and current losses to a plan with its proof, frontier and reasons. Pure; HiGHS is loaded on use."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garrison.engines.plan import Plan, Planner, Problem

NEXT_SHARE = 1 / 6
"""The "next money" question asks about a sixth of the budget more, rounded to a round amount."""
FRONTIER_POINTS = 36
METHOD = 2
"""What a plan tells of itself; plans of an earlier method are made anew."""


@dataclass(frozen=True, slots=True)
class Option:
    """An initiative as the plan sees it: its cost and the share of each scenario's loss it takes away."""

    code: str
    name: str
    cost: float
    effects: Mapping[str, float]
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    team: str = ""
    team_days: float | None = None
    must: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what a board asks about it, ``detail`` in JSON's own types."""

    chosen: tuple[str, ...]
    cost: float
    residual: float
    bound: float
    gap: float
    greedy: float
    left: dict[str, float]
    detail: dict[str, Any]


class CannotPlan(ValueError):
    """No plan satisfies what was asked; the message says why."""


def round_amount(amount: float) -> float:
    """The nearest 1, 2 or 5 times a power of ten at or under ``amount``; 0 for nothing."""
    if amount <= 0:
        return 0.0
    power = 1.0
    while power * 10 <= amount:
        power *= 10
    while power > amount:
        power /= 10
    return max(step * power for step in (1, 2, 5) if step * power <= amount)


def fingerprint(result: str, budget: str, forced: Mapping[str, str], options: Sequence[Option]) -> str:
    """The digest of everything that a plan rests on; the same inputs need no second plan."""
    body = json.dumps([METHOD, result, budget, sorted(forced.items()), [repr(option) for option in options]])
    return hashlib.sha256(body.encode()).hexdigest()


def remaining(chosen: Sequence[Option], losses: Mapping[str, float]) -> dict[str, float]:
    """The share of each scenario's loss that a choice leaves."""
    left = dict.fromkeys(losses, 1.0)
    for option in chosen:
        for name, share in option.effects.items():
            if name in left:
                left[name] *= 1.0 - share
    return left


def residual(chosen: Sequence[Option], losses: Mapping[str, float]) -> float:
    """The expected yearly loss that a choice leaves."""
    left = remaining(chosen, losses)
    return sum(loss * left[name] for name, loss in losses.items())


def make_plan(
    options: Sequence[Option],
    losses: Mapping[str, float],
    budget: float,
    forced: Mapping[str, str],
    *,
    brief: bool = False,
) -> Planned:
    """Find the plan that leaves the least expected loss within ``budget``.

    ``losses`` is today's expected yearly loss by scenario; effects on scenarios that are not there count nothing.
    ``forced`` maps initiative codes to "in" or "out". A ``brief`` plan answers no questions beyond itself: no
    frontier, no "why not". ``detail["free"]`` is what the best plan without any condition, must-do or person's, would
    leave. Raises CannotPlan when the conditions contradict one another.
    """
    from garrison.engines.plan import Infeasible, InvalidPlan, Planner

    lacking = unusable(options)
    for option in options:
        asked = forced.get(option.code, "in" if option.must else "")
        if option.code in lacking and asked == "in":
            raise CannotPlan(f"{option.code} is to be in the plan, but {lacking[option.code]}")
    held_back = [option for option in options if option.code in lacking]
    options = [option for option in options if option.code not in lacking]
    forced = {code: place for code, place in forced.items() if code not in lacking}
    wanted = [o.code for o in options if forced.get(o.code) == "in" or (o.must and forced.get(o.code) != "out")]
    avoided = [o.code for o in options if forced.get(o.code) == "out"]
    try:
        problem = _problem(options, losses)
        planner = Planner(problem)
        plan = planner.plan(budget, must=wanted, avoid=avoided)
        detail = _rows(options, losses, plan)
        detail["musts"] = [option.code for option in options if option.must]
        if wanted or avoided:
            detail["free"] = planner.plan(budget).residual
        if not brief:
            _answer(detail, options, losses, problem, planner, plan, wanted, avoided)
    except (Infeasible, InvalidPlan) as error:
        raise CannotPlan(str(error)) from error
    detail["out"] += [_outside(option, lacking[option.code]) for option in held_back]
    left = remaining([option for option in options if option.code in plan.chosen], losses)
    return Planned(plan.chosen, plan.cost, plan.residual, plan.bound, plan.gap, plan.greedy_residual, left, detail)


def unusable(options: Sequence[Option]) -> dict[str, str]:
    """The initiatives that cannot be chosen, with why: they require one that is unknown or cannot be chosen either.

    They stay in the register and count again as soon as what they require has come.
    """
    known = {option.code for option in options}
    found: dict[str, str] = {}
    for option in options:
        lost = [code for code in option.requires if code not in known]
        if lost:
            found[option.code] = f"it requires {', '.join(lost)}, which no imported table has told of"
    while more := {
        option.code: f"it requires {code}, which cannot be chosen: {found[code]}"
        for option in options
        if option.code not in found
        for code in option.requires
        if code in found
    }:
        found |= more
    return found


def _outside(option: Option, why: str = "") -> dict[str, Any]:
    """The row of what is out of the plan, before it is known what forcing it in would mean."""
    return {"code": option.code, "name": option.name, "cost": option.cost, "extra": None, "in": [], "out": [],
            "why": why}  # fmt: skip


def _problem(options: Sequence[Option], losses: Mapping[str, float]) -> "Problem":
    """The engine's problem. All that is required is known; excluded codes that no initiative bears are left out."""
    from garrison.engines.plan import Initiative, Problem, Risk

    known = {option.code for option in options}
    return Problem(
        tuple(Risk(name, loss) for name, loss in losses.items()),
        tuple(
            Initiative(
                o.code,
                o.cost,
                {name: share for name, share in o.effects.items() if name in losses},
                o.requires,
                tuple(code for code in o.excludes if code in known and code != o.code),
            )
            for o in options
        ),
    )


def _rows(options: Sequence[Option], losses: Mapping[str, float], plan: "Plan") -> dict[str, Any]:
    """What is in and what is out. For what is in: how much of the yearly loss returns if it alone is dropped."""
    chosen = [option for option in options if option.code in plan.chosen]
    detail: dict[str, Any] = {"chosen": [], "out": [], "frontier": [], "next": None, "free": None}
    detail["teams"] = _teams(chosen)
    for option in options:
        row: dict[str, Any] = {"code": option.code, "name": option.name, "cost": option.cost}
        if option in chosen:
            others = [other for other in chosen if other is not option]
            row["takes"] = residual(others, losses) - plan.residual
            detail["chosen"].append(row)
        else:
            detail["out"].append(_outside(option))
    detail["chosen"].sort(key=lambda row: -row["takes"] / max(row["cost"], 1.0))
    return detail


def _answer(
    detail: dict[str, Any],
    options: Sequence[Option],
    losses: Mapping[str, float],
    problem: "Problem",
    planner: "Planner",
    plan: "Plan",
    wanted: list[str],
    avoided: list[str],
) -> None:
    """Answer what a board asks: what forcing in what is out would mean, and what less or more money would buy."""
    from garrison.engines.plan import Infeasible, frontier

    for row in detail["out"]:
        code = row["code"]
        try:
            other = planner.plan(plan.budget, must=[*wanted, code], avoid=[a for a in avoided if a != code])
        except Infeasible as refusal:
            row["why"] = str(refusal)
            continue
        row["extra"] = other.residual - plan.residual
        row["in"] = [name for name in other.chosen if name not in plan.chosen and name != code]
        row["out"] = [name for name in plan.chosen if name not in other.chosen]
    detail["out"].sort(key=lambda row: row["extra"] if row["extra"] is not None else float("inf"))
    free, free_planner = list(options), planner
    if avoided:
        free = _without(options, avoided)
        free_planner = _planner(free, losses)
    more = round_amount(plan.budget * NEXT_SHARE)
    reach = max(plan.budget * 1.6, plan.budget + more, min(sum(o.cost for o in free), plan.budget * 2.5))
    least = sum(option.cost for option in options if option.code in wanted)
    budgets = {
        *(float(math.floor(reach * i / FRONTIER_POINTS)) for i in range(FRONTIER_POINTS + 1)),
        plan.budget,
        least,
    }
    steps = frontier(free_planner.problem, {*budgets, plan.budget + more}, must=wanted, planner=free_planner)
    detail["frontier"] = [[step.budget, step.plan.residual, step.plan.gap] for step in steps]
    then = next((step.plan for step in steps if step.budget == plan.budget + more), None)
    if more and then is not None:
        detail["next"] = {
            "amount": more,
            "avoided": plan.residual - then.residual,
            "in": [name for name in then.chosen if name not in plan.chosen],
            "out": [name for name in plan.chosen if name not in then.chosen],
        }


def _planner(options: Sequence[Option], losses: Mapping[str, float]) -> "Planner":
    """A planner over some of the initiatives."""
    from garrison.engines.plan import Planner

    return Planner(_problem(options, losses))


def _without(options: Sequence[Option], avoided: Sequence[str]) -> list[Option]:
    """The initiatives without those avoided and without what needs one of them."""
    gone = set(avoided)
    while more := {o.code for o in options if o.code not in gone and gone & set(o.requires)}:
        gone |= more
    return [option for option in options if option.code not in gone]


def _teams(chosen: Sequence[Option]) -> list[dict[str, Any]]:
    """Working days that the plan asks of each team."""
    days: dict[str, float] = {}
    for option in chosen:
        if option.team and option.team_days:
            days[option.team] = days.get(option.team, 0.0) + option.team_days
    return [{"team": team, "days": number} for team, number in sorted(days.items(), key=lambda item: -item[1])]

"""What a board asks about a plan: the best for each budget, why something is not in it, what more money would buy."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from garrison.engines.plan.problem import Infeasible, Problem
from garrison.engines.plan.solver import Plan, Planner


@dataclass(frozen=True, slots=True)
class FrontierStep:
    """The best plan within a budget; ``avoided_loss`` is against doing nothing."""

    budget: float
    plan: Plan
    avoided_loss: float


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What reversing the plan's decision on one initiative would mean.

    ``chosen`` tells whether the plan holds it; ``forced`` is the best plan with the decision reversed, or None with a
    ``reason`` where there is none. ``extra_loss`` is what the reversal adds to the yearly loss left.
    """

    initiative: str
    chosen: bool
    forced: Plan | None
    pushed_out: tuple[str, ...]
    brought_in: tuple[str, ...]
    extra_loss: float
    reason: str


@dataclass(frozen=True, slots=True)
class NextMoney:
    """What so much more budget would buy: loss avoided a year in all and per unit of money, and what changes."""

    amount: float
    now: Plan
    then: Plan
    avoided_loss: float
    avoided_per_unit: float
    brought_in: tuple[str, ...]
    pushed_out: tuple[str, ...]


def solve(problem: Problem, budget: float, *, must: Iterable[str] = ()) -> Plan:
    """The plan that leaves the least expected yearly loss within ``budget``, with its proven gap."""
    return Planner(problem).plan(budget, must=must)


def frontier(
    problem: Problem, budgets: Iterable[float], *, must: Iterable[str] = (), planner: Planner | None = None
) -> tuple[FrontierStep, ...]:
    """The best plan for each budget, rising. More money never leaves more loss: a cheaper plan serves if it is better.

    Nor can less money have a lower bound above what a greater budget proves: bounds are carried downwards. Budgets
    that what must be chosen exceeds are left out.
    """
    planner = planner or Planner(problem)
    wanted = tuple(must)
    plans: list[Plan] = []
    for budget in sorted(set(budgets)):
        try:
            plan = planner.plan(budget, must=wanted)
        except Infeasible:
            continue
        if plans and plans[-1].residual < plan.residual:
            cheaper = plans[-1]
            plan = replace(plan, chosen=cheaper.chosen, cost=cheaper.cost, residual=cheaper.residual)
        plans.append(plan)
    floor = -math.inf
    steps = []
    for plan in reversed(plans):
        floor = max(floor, plan.bound)
        bound = min(floor, plan.residual)
        gap = (plan.residual - bound) / plan.residual if plan.residual > 0.0 else 0.0
        steps.append(FrontierStep(plan.budget, replace(plan, bound=bound, gap=gap), problem.total_loss - plan.residual))
    return tuple(reversed(steps))


def why_not(
    problem: Problem, budget: float, initiative: str, *, must: Iterable[str] = (), planner: Planner | None = None
) -> WhyNot:
    """What it would push out, and cost, to force an initiative in (or, where the plan holds it, to leave it out)."""
    planner = planner or Planner(problem)
    wanted = tuple(must)
    plan = planner.plan(budget, must=wanted)
    chosen = initiative in plan.chosen
    try:
        if chosen:
            forced = planner.plan(budget, must=wanted, avoid=(initiative,))
        else:
            forced = planner.plan(budget, must=(*wanted, initiative))
    except Infeasible as refusal:
        return WhyNot(initiative, chosen, None, (), (), 0.0, str(refusal))
    pushed_out, brought_in = _changes(plan, forced)
    return WhyNot(initiative, chosen, forced, pushed_out, brought_in, forced.residual - plan.residual, "")


def next_money(
    problem: Problem, budget: float, amount: float, *, must: Iterable[str] = (), planner: Planner | None = None
) -> NextMoney:
    """What loss the next ``amount`` above ``budget`` avoids a year; ``amount`` is above zero."""
    planner = planner or Planner(problem)
    steps = frontier(problem, (budget, budget + amount), must=must, planner=planner)
    if len(steps) < 2:
        raise Infeasible(f"what must be chosen costs more than the budget of {budget:g}")
    now, then = steps[0].plan, steps[1].plan
    avoided = now.residual - then.residual
    pushed_out, brought_in = _changes(now, then)
    return NextMoney(amount, now, then, avoided, avoided / amount, brought_in, pushed_out)


def _changes(before: Plan, after: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name what a change of plan pushes out and what it brings in, in order."""
    out = tuple(name for name in before.chosen if name not in after.chosen)
    return out, tuple(name for name in after.chosen if name not in before.chosen)

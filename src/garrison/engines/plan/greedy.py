"""A good plan quickly: the most loss avoided per unit of money first, then exchanges while they help.

The greedy plan is what the proven plan is compared with, and where its search starts.
"""

from fractions import Fraction

import numpy as np

from garrison.engines.plan.problem import Infeasible, Problem

Choice = frozenset[int]


def start(problem: Problem, budget: Fraction, must: Choice, avoid: Choice) -> Choice:
    """What must be chosen, with all that it requires. Raises Infeasible where that cannot be, and says why."""
    chosen = frozenset[int]().union(*(problem.closures[place] for place in must))
    if chosen & avoid:
        raise Infeasible(f"{_list(problem, chosen & avoid)} is both required and ruled out")
    for place in sorted(chosen):
        if clash := chosen & problem.conflicts[place]:
            raise Infeasible(f"{problem.initiatives[place].name} excludes {_list(problem, clash)}")
    cost = problem.cost(chosen)
    if cost > budget:
        raise Infeasible(f"{_list(problem, chosen)} cost {float(cost):g}, above the budget of {float(budget):g}")
    return chosen


def _list(problem: Problem, chosen: Choice) -> str:
    return ", ".join(problem.names(chosen))


def grow(problem: Problem, budget: Fraction, chosen: Choice, avoid: Choice) -> Choice:
    """Add, while the budget lasts, the initiative (with what it requires) that avoids most loss for its cost."""
    left = np.array(problem.residual_by_risk(chosen))
    room = budget - problem.cost(chosen)
    candidates = [p for p in range(len(problem.initiatives)) if p not in chosen and not problem.closures[p] & avoid]
    while True:
        best: tuple[float, float, int] | None = None
        best_added: Choice = frozenset()
        for place in candidates:
            added = problem.closures[place] - chosen
            cost = problem.cost(added)
            if cost > room or not added or _clashes(problem, chosen | added, added):
                continue
            after = left.copy()
            for member in added:
                for risk, factor in problem.factors[member]:
                    after[risk] *= factor
            avoided = float((left - after).sum())
            if avoided <= 0.0:
                continue
            rank = (avoided / float(cost) if cost else float("inf"), avoided, -place)
            if best is None or rank > best:
                best, best_added = rank, added
        if best is None:
            return chosen
        chosen |= best_added
        room -= problem.cost(best_added)
        left = np.array(problem.residual_by_risk(chosen))


def _clashes(problem: Problem, together: Choice, added: Choice) -> bool:
    return any(not together.isdisjoint(problem.conflicts[place]) for place in added)


def improve(problem: Problem, budget: Fraction, chosen: Choice, kept: Choice, avoid: Choice) -> Choice:
    """Exchange: take one initiative out (with what requires it), rule it out, grow again; while the loss falls."""
    best, best_loss = chosen, problem.residual(chosen)
    improved = True
    while improved:
        improved = False
        for place in sorted(best - kept):
            without = frozenset(p for p in best if place not in problem.closures[p])
            grown = grow(problem, budget, without, avoid | {place})
            grown = grow(problem, budget, grown, avoid)
            loss = problem.residual(grown)
            if loss < best_loss * (1 - 1e-12):
                best, best_loss, improved = grown, loss, True
                break
    return best

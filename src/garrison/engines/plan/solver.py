"""The plan that leaves the least expected loss within a budget, with a proven bound on what any plan could leave.

Outer approximation (Duran and Grossmann 1986): what is left of a risk is at least each tangent of the convex function
exp(sum of logarithms), and, being a supermodular function of the set chosen, at least each of the cuts of Nemhauser and
Wolsey (1978). A mixed-integer program over the cuts so far bounds every plan from below; its answer, valued exactly,
gives the next cuts. An effectiveness of 1 has no logarithm: such an initiative leaves nothing, so it is subtracted
whole from every tangent.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import highspy
import numpy as np
from numpy.typing import NDArray

from garrison.engines.plan import greedy
from garrison.engines.plan.greedy import Choice
from garrison.engines.plan.problem import Problem, exact

Array = NDArray[np.float64]

TARGET_GAP = 1e-7
ROUNDS = 80
NODES = 20_000
WORK = 1_000_000
"""Simplex iterations after which no further round starts: about a minute, and unlike one the same everywhere."""
_RELAXED_ROUNDS = 25
_SOLVER_ERROR = 1e-8  # of the largest loss: ten times the solver's tolerance
_MOST_WHOLE_COST = 2**20


@dataclass(frozen=True, slots=True)
class Plan:
    """A choice of initiatives, what it leaves, and how good it provably is.

    ``bound`` is a yearly loss that no allowed choice can get below; ``gap`` is (residual - bound) / residual.
    """

    budget: float
    chosen: tuple[str, ...]
    cost: float
    residual: float
    bound: float
    gap: float
    greedy_residual: float


class Planner:
    """Solves one problem under many budgets and conditions: the cuts found for one hold for all."""

    def __init__(self, problem: Problem, *, rounds: int = ROUNDS, nodes: int = NODES, work: int = WORK) -> None:
        self.problem = problem
        self._rounds = rounds
        self._work = work
        self._n = len(problem.initiatives)
        effect = np.zeros((len(problem.risks), self._n))
        for place, factors in enumerate(problem.factors):
            for risk, factor in factors:
                effect[risk, place] = 1.0 - factor
        losses = np.array([risk.annual_loss for risk in problem.risks])
        live = (losses > 0.0) & (effect > 0.0).any(axis=1)
        self._constant = math.fsum(losses[~live])
        self._effect = effect[live]
        self._losses = losses[live]
        self._scale = float(losses.max()) if len(losses) and losses.max() > 0 else 1.0
        self._total = self._effect >= 1.0
        with np.errstate(divide="ignore"):
            self._logs = np.where(self._total, 0.0, np.log1p(-np.where(self._total, 0.0, self._effect)))
        self._seen: set[tuple[int, bytes]] = set()
        self._too_dear: list[int] = []
        self._highs = self._model(nodes)

    def _model(self, nodes: int) -> highspy.Highs:
        """Set up the program: a column for each initiative and for each risk, rules between initiatives, the budget."""
        highs = highspy.Highs()
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "parallel": "off",
            "random_seed": 0,
            "mip_max_nodes": nodes,
            "mip_feasibility_tolerance": 1e-9,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
            "mip_abs_gap": 0.0,
        }
        for option, value in options.items():
            highs.setOptionValue(option, value)
        for _ in range(self._n):
            highs.addCol(0.0, 0.0, 1.0, 0, np.array([], dtype=np.int32), np.array([]))
        for loss in self._losses:
            highs.addCol(loss / self._scale, 0.0, 1.0, 0, np.array([], dtype=np.int32), np.array([]))
        self._cost_row, self._per_unit = self._cost_coefficients()
        everything = np.arange(self._n, dtype=np.int32)
        highs.addRow(-highspy.kHighsInf, highspy.kHighsInf, self._n, everything, self._cost_row)
        for place, needs in enumerate(self.problem.needs):
            for need in needs:
                highs.addRow(0.0, 1.0, 2, np.array([need, place], dtype=np.int32), np.array([1.0, -1.0]))
        for place, others in enumerate(self.problem.conflicts):
            for other in sorted(others):
                if other > place:
                    highs.addRow(0.0, 1.0, 2, np.array([place, other], dtype=np.int32), np.array([1.0, 1.0]))
        return highs

    def _cost_coefficients(self) -> tuple[Array, Fraction]:
        """Costs as small whole numbers where they are that, so that the solver's tolerance cannot blur a budget."""
        denominator = math.lcm(*(cost.denominator for cost in self.problem.costs), 1)
        whole = [int(cost * denominator) for cost in self.problem.costs]
        common = math.gcd(*whole) or 1
        largest = max(whole, default=0) // common
        if largest <= _MOST_WHOLE_COST:
            return np.array([value // common for value in whole], dtype=np.float64), Fraction(denominator, common)
        unit = Fraction(denominator, common * largest)
        return np.array([float(cost * unit) for cost in self.problem.costs]), unit

    def plan(self, budget: float, *, must: Iterable[str] = (), avoid: Iterable[str] = ()) -> Plan:
        """The best plan found within ``budget``, holding all of ``must`` and none of ``avoid``, and its proven bound.

        Raises Infeasible where ``must`` cannot be had, KeyError for an unknown name.
        """
        problem, money = self.problem, exact(budget)
        forbidden = problem.positions(avoid)
        kept = greedy.start(problem, money, problem.positions(must), forbidden)
        simple = greedy.grow(problem, money, kept, forbidden)
        best = greedy.improve(problem, money, simple, kept, forbidden)
        best, bound = self._prove(money, kept, forbidden, best)
        residual = problem.residual(best)
        bound = min(bound, residual)
        gap = (residual - bound) / residual if residual > 0.0 else 0.0
        cost = float(problem.cost(best))
        return Plan(budget, problem.names(best), cost, residual, bound, gap, problem.residual(simple))

    def _prove(self, budget: Fraction, kept: Choice, forbidden: Choice, best: Choice) -> tuple[Choice, float]:
        """Alternate program and cuts until the bound meets the best plan, or the rounds are used up."""
        highs = self._highs
        affordable = [p not in forbidden and not self.problem.closures[p] & forbidden for p in range(self._n)]
        for place in range(self._n):
            highs.changeColBounds(place, 1.0 if place in kept else 0.0, 1.0 if affordable[place] else 0.0)
        limit = budget * self._per_unit
        slack = Fraction(1, 2) if float(self._cost_row.max(initial=0.0)) > 1.0 else Fraction(1, 10**9)
        whole = math.floor(limit) if slack == Fraction(1, 2) else limit
        highs.changeRowBounds(0, -highspy.kHighsInf, float(min(whole, Fraction(10**15)) + slack))
        self._relax(highs)
        try:
            return self._search(highs, budget, kept, forbidden, best)
        finally:
            for row in self._too_dear:  # true of this budget only
                highs.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)
            self._too_dear.clear()

    def _relax(self, highs: highspy.Highs) -> None:
        """Add tangents at the answers of the continuous relaxation, which is cheap, while they raise its value."""
        columns = np.arange(self._n, dtype=np.int32)
        highs.changeColsIntegrality(self._n, columns, np.array([highspy.HighsVarType.kContinuous] * self._n))
        last = -math.inf
        for _ in range(_RELAXED_ROUNDS):  # pragma: no branch - only large problems use them up
            highs.run()
            value = highs.getInfo().objective_function_value
            if value <= last + 1e-6 * abs(value):
                break
            last = value
            if not self._cut(np.array(highs.getSolution().col_value)):
                break
        highs.changeColsIntegrality(self._n, columns, np.array([highspy.HighsVarType.kInteger] * self._n))

    def _search(
        self, highs: highspy.Highs, budget: Fraction, kept: Choice, forbidden: Choice, best: Choice
    ) -> tuple[Choice, float]:
        problem = self.problem
        best_loss, bound = problem.residual(best), self._constant
        self._cut_at(best)
        exactly, work = False, 0
        for _ in range(self._rounds):
            gap = (best_loss - bound) / best_loss if best_loss > 0.0 else 0.0
            if gap <= TARGET_GAP or work > self._work:
                break
            highs.setOptionValue("mip_rel_gap", TARGET_GAP / 10 if exactly else max(gap / 20, TARGET_GAP / 10))
            self._offer(highs, best)
            highs.run()
            info = highs.getInfo()
            work += max(info.simplex_iteration_count, 0)
            bound = max(bound, self._constant + self._scale * (info.mip_dual_bound - _SOLVER_ERROR))
            values = np.array(highs.getSolution().col_value)
            found = kept | {int(p) for p in np.flatnonzero(values[: self._n] > 0.5)}
            if problem.cost(found) > budget or not problem.allows(found):
                self._rule_out(highs, found)
                continue
            better = greedy.grow(problem, budget, found, forbidden)
            added = self._cut_at(found) + self._cut_at(better)
            if (loss := problem.residual(better)) < best_loss:
                best, best_loss = better, loss
            if not added:
                if exactly:
                    break  # the program has nothing more to say
                exactly = True
        return best, bound

    def _offer(self, highs: highspy.Highs, best: Choice) -> None:
        """Give the solver the best plan so far to start from."""
        solution = highspy.HighsSolution()
        chosen = np.zeros(self._n)
        chosen[sorted(best)] = 1.0
        solution.col_value = [*chosen, *self._left(chosen)]
        highs.setSolution(solution)

    def _left(self, x: Array) -> Array:
        """Part left of each live risk at a point; an initiative that prevents all takes its share linearly."""
        result: Array = np.exp(self._logs @ x) * np.clip(1.0 - self._total @ x, 0.0, 1.0)
        return result

    def _rule_out(self, highs: highspy.Highs, found: Choice) -> None:
        """Forbid a choice that the solver's tolerance let through although it exceeds the budget."""
        self._too_dear.append(highs.getNumRow())
        places = np.array(sorted(found), dtype=np.int32)
        highs.addRow(-highspy.kHighsInf, len(places) - 1.0, len(places), places, np.ones(len(places)))

    def _cut(self, values: Array) -> int:
        """Add the tangents, at a fractional point, that it breaks; return how many were added."""
        x, y = values[: self._n], values[self._n :]
        added = 0
        exponents = self._logs @ x
        for risk, exponent in enumerate(exponents):
            height = math.exp(exponent)
            if height - self._total[risk] @ x - y[risk] > 1e-6:
                slopes = height * self._logs[risk] - self._total[risk]
                added += self._add(risk, height * (1.0 - exponent), slopes)
        return added

    def _cut_at(self, chosen: Choice) -> int:
        """Add, at a choice, both kinds of cut for each risk; return how many were new."""
        x = np.zeros(self._n)
        x[sorted(chosen)] = 1.0
        added = 0
        inside = x > 0.5
        for risk, effect in enumerate(self._effect):
            exponent = float(self._logs[risk] @ x)
            height = math.exp(exponent)
            slopes = height * self._logs[risk] - self._total[risk]
            added += self._add(risk, height * (1.0 - exponent), slopes)
            left = float(np.prod(1.0 - effect[inside]))
            # Taking j out of all raises what is left by at least effect_j times what all others leave.
            others = np.array(
                [float(np.prod(np.delete(1.0 - effect, j))) if inside[j] else 0.0 for j in range(self._n)]
            )
            slopes = np.where(inside, -effect * others, -effect * left)
            added += self._add(risk, left - float(slopes[inside].sum()), slopes)
        return added

    def _add(self, risk: int, constant: float, slopes: Array) -> int:
        """Add the row y_risk >= constant + slopes . x, unless it is there already; return the number added."""
        places = np.flatnonzero(slopes)
        key = (risk, np.append(slopes, constant).round(12).tobytes())
        if key in self._seen:
            return 0
        self._seen.add(key)
        columns = np.append(places, self._n + risk).astype(np.int32)
        coefficients = np.append(-slopes[places], 1.0)
        self._highs.addRow(constant - 1e-12, highspy.kHighsInf, len(columns), columns, coefficients)
        return 1

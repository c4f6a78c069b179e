"""The plan engine against published optima and brute force: exact, proven, never worse than greedy."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.engines.plan import (
    Infeasible,
    Initiative,
    InvalidPlan,
    Planner,
    Problem,
    Risk,
    frontier,
    next_money,
    solve,
    why_not,
)
from garrison.engines.plan.investment import best_investment

P1_COST = (40, 25, 60, 35, 80, 20, 45, 30, 55, 15)
P1_LOSS = (900, 600, 400, 350, 250)
P1_EFFECT = (
    (0.3, 0, 0, 0.1, 0),
    (0.2, 0.1, 0, 0, 0),
    (0.45, 0.2, 0, 0, 0.1),
    (0, 0.35, 0.1, 0, 0),
    (0.25, 0.25, 0.25, 0.25, 0.25),
    (0, 0, 0.3, 0, 0.05),
    (0, 0.15, 0.4, 0.1, 0),
    (0.1, 0, 0, 0.35, 0),
    (0, 0.1, 0, 0.5, 0.2),
    (0.05, 0.05, 0.05, 0.05, 0.05),
)


def p1():
    return Problem(
        tuple(Risk(f"r{j}", loss) for j, loss in enumerate(P1_LOSS)),
        tuple(
            Initiative(
                str(i + 1),
                P1_COST[i],
                {f"r{j}": e for j, e in enumerate(P1_EFFECT[i])},
                ("2",) if i == 2 else (),
                {0: ("3",), 6: ("6",)}.get(i, ()),
            )
            for i in range(10)
        ),
    )


@pytest.mark.parametrize(
    ("budget", "chosen", "residual"),
    [(60, "2 6 10", 2021.125), (150, "2 3 6 8 10", 1434.1675), (300, "2 3 4 5 7 9", 873.234)],
)
def test_p1(budget, chosen, residual):
    """Reference value P1 (brute force and HiGHS agree)."""
    plan = solve(p1(), budget)
    assert plan.chosen == tuple(chosen.split())
    assert plan.residual == pytest.approx(residual, abs=1e-9)
    assert plan.gap < 1e-6
    assert plan.bound <= plan.residual <= plan.greedy_residual


def test_p2_knapsack():
    """Reference value P2 (knapsack P07 of Kreher and Stinson): each profit a risk that one initiative ends."""
    weights = (70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120)
    profits = (135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240)
    problem = Problem(
        tuple(Risk(f"r{i}", p) for i, p in enumerate(profits)),
        tuple(Initiative(f"i{i}", w, {f"r{i}": 1.0}) for i, w in enumerate(weights)),
    )
    plan = solve(problem, 750)
    assert sum(profits) - plan.residual == pytest.approx(1458, abs=1e-9)
    assert plan.gap < 1e-6


@pytest.mark.parametrize(("breach_class", "expected"), [(1, 61_245.15), (2, 26_314.98)])
def test_p3_gordon_loeb(breach_class, expected):
    """Reference value P3 (Gordon and Loeb 2002)."""
    assert best_investment(0.65, 400_000, 1e-5, breach_class=breach_class) == pytest.approx(expected, abs=0.005)


def test_gordon_loeb_where_nothing_pays_and_where_nothing_makes_sense():
    assert [best_investment(0.65, 100, 1e-5, breach_class=c) for c in (1, 2)] == [0.0, 0.0]
    for vulnerability, breach_class in ((1.0, 1), (0.5, 3)):
        with pytest.raises(ValueError, match="give"):
            best_investment(vulnerability, 1e5, 1e-5, breach_class=breach_class)


EFFECT = st.sampled_from([0.0, 0.05, 0.3, 0.5, 0.9, 1.0])


@st.composite
def problems(draw):
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    risks = tuple(Risk(f"r{j}", draw(st.sampled_from([0, 1, 10.5, 300, 1e6]))) for j in range(m))
    initiatives = []
    for i in range(n):
        requires = draw(st.sets(st.integers(0, i - 1), max_size=2)) if i else set()
        excludes = draw(st.sets(st.integers(0, n - 1), max_size=1)) - requires - {i}
        initiatives.append(
            Initiative(
                f"i{i}",
                draw(st.sampled_from([0, 1, 2.5, 4, 7, 1e9])),
                {f"r{j}": draw(EFFECT) for j in range(m)},
                tuple(f"i{k}" for k in sorted(requires)),
                tuple(f"i{k}" for k in sorted(excludes)),
            )
        )
    return Problem(risks, tuple(initiatives))


def brute_force(problem, budget, must=frozenset(), avoid=frozenset()):
    n = len(problem.initiatives)
    return min(
        (
            problem.residual(chosen)
            for size in range(n + 1)
            for chosen in itertools.combinations(range(n), size)
            if problem.allows(chosen)
            and problem.cost(chosen) <= budget
            and must <= set(chosen)
            and not avoid & set(chosen)
        ),
        default=None,
    )


@settings(max_examples=150, deadline=None)
@given(problems(), st.sampled_from([0, 1, 3.5, 8, 14, 2e9]), st.data())
def test_plans_are_optimal_by_brute_force(problem, budget, data):
    n = len(problem.initiatives)
    must = frozenset(data.draw(st.sets(st.integers(0, n - 1), max_size=1)))
    expected = brute_force(problem, budget, must)
    planner = Planner(problem)
    if expected is None:
        with pytest.raises(Infeasible):
            planner.plan(budget, must=problem.names(must))
        return
    plan = planner.plan(budget, must=problem.names(must))
    chosen = problem.positions(plan.chosen)
    assert problem.allows(chosen)
    assert must <= chosen
    assert problem.cost(chosen) <= Fraction(budget)
    assert plan.residual == pytest.approx(problem.residual(chosen))
    assert plan.bound <= expected * (1 + 1e-12)
    assert plan.residual <= expected * (1 + 1e-6) + 1e-6 * max(r.annual_loss for r in problem.risks)
    assert plan.residual <= plan.greedy_residual * (1 + 1e-12)
    assert plan == Planner(problem).plan(budget, must=problem.names(must))


@settings(max_examples=25, deadline=None)
@given(problems(), st.data())
def test_one_planner_answers_many_questions(problem, data):
    planner = Planner(problem)
    for budget in (8, 0, 2e9, 3.5):
        place = data.draw(st.integers(0, len(problem.initiatives) - 1))
        name = problem.initiatives[place].name
        plan = planner.plan(budget)
        assert plan.residual == pytest.approx(brute_force(problem, budget), rel=1e-6, abs=1e-2)
        answer = why_not(problem, budget, name, planner=planner)
        if answer.chosen:
            expected = brute_force(problem, budget, avoid=frozenset({place}))
            assert name in answer.pushed_out
        else:
            expected = brute_force(problem, budget, must=frozenset({place}))
        if expected is None:
            assert answer.forced is None
            assert answer.reason
        else:
            assert answer.forced.residual == pytest.approx(expected, rel=1e-6, abs=1e-2)
            assert answer.extra_loss == pytest.approx(expected - plan.residual, rel=1e-6, abs=2e-2)


def test_frontier_falls_and_its_bounds_hold():
    steps = frontier(p1(), (300, 60, 150, 60))
    assert [s.budget for s in steps] == [60, 150, 300]
    assert [s.plan.residual for s in steps] == [pytest.approx(v) for v in (2021.125, 1434.1675, 873.234)]
    assert steps[0].avoided_loss == pytest.approx(2500 - 2021.125)
    assert all(s.plan.gap < 1e-6 for s in steps)


def test_frontier_leaves_out_budgets_below_what_must_be_chosen():
    steps = frontier(p1(), (50, 100), must=("3",))
    assert [s.budget for s in steps] == [100]
    assert {"2", "3"} <= set(steps[0].plan.chosen)


def test_frontier_never_rises_even_where_the_search_is_cut_short():
    planner = Planner(p1(), rounds=0)
    steps = frontier(p1(), range(0, 440, 5), planner=planner)
    losses = [s.plan.residual for s in steps]
    assert losses == sorted(losses, reverse=True)
    assert all(s.plan.bound <= s.plan.residual for s in steps)


def test_why_not():
    answer = why_not(p1(), 150, "9")
    assert (answer.chosen, answer.brought_in) == (False, ("9",))
    assert answer.extra_loss > 0
    kept = why_not(p1(), 150, "8")
    assert kept.chosen
    assert "8" in kept.pushed_out
    refused = why_not(p1(), 150, "1", must=("3",))
    assert refused.forced is None
    assert "excludes" in refused.reason
    with pytest.raises(KeyError):
        why_not(p1(), 150, "none")


def test_next_money():
    answer = next_money(p1(), 60, 90)
    assert answer.avoided_loss == pytest.approx(2021.125 - 1434.1675)
    assert answer.avoided_per_unit == pytest.approx(answer.avoided_loss / 90)
    assert answer.brought_in == ("3", "8")
    with pytest.raises(Infeasible, match="budget of 60"):
        next_money(p1(), 60, 90, must=("3",))


def test_a_budget_is_kept_to_the_last_cent_where_a_solver_would_not_see_it():
    problem = Problem(
        (Risk("r", 100.0), Risk("q", 90.0)),
        (
            Initiative("huge", 1e15, {"r": 0.5}),
            Initiative("cent", 0.01, {"r": 0.4}),
            Initiative("other", 1e15, {"q": 0.5}),
        ),
    )
    planner = Planner(problem)
    assert planner.plan(1e15).chosen == ("huge",)
    assert planner.plan(1e15).residual == pytest.approx(140.0)
    assert set(planner.plan(1.0e15 + 1).chosen) == {"cent", "other"}
    assert planner.plan(1e18).residual == pytest.approx(75.0)


def test_tenths_add_up():
    problem = Problem(
        tuple(Risk(f"r{i}", 1.0) for i in range(3)),
        tuple(Initiative(f"i{i}", 0.1, {f"r{i}": 0.5}) for i in range(3)),
    )
    assert len(solve(problem, 0.3).chosen) == 3


def test_nothing_to_lose():
    plan = solve(Problem((Risk("r", 0.0),), (Initiative("i", 1.0, {"r": 0.5}),)), 10)
    assert (plan.chosen, plan.residual, plan.bound, plan.gap) == ((), 0.0, 0.0, 0.0)


def test_without_initiatives_or_risks():
    assert solve(Problem((Risk("r", 5.0),), ()), 10).residual == 5.0
    assert solve(Problem((), (Initiative("i", 1.0),)), 10).chosen == ()


def test_what_is_required_and_ruled_out():
    with pytest.raises(Infeasible, match="ruled out"):
        Planner(p1()).plan(300, must=("3",), avoid=("2",))


def test_a_long_chain_of_prerequisites():
    chain = tuple(Initiative(f"i{i}", 1.0, {"r": 0.01}, (f"i{i - 1}",) if i else ()) for i in range(400))
    problem = Problem((Risk("r", 100.0),), chain)
    assert len(problem.closures[399]) == 400
    backwards = Problem((Risk("r", 100.0),), chain[::-1])
    assert len(backwards.closures[0]) == 400
    assert solve(Problem((Risk("r", 100.0),), chain[:20]), 5).residual == pytest.approx(100 * 0.99**5)


R = (Risk("r", 1.0),)


@pytest.mark.parametrize(
    ("risks", "initiatives", "path", "says"),
    [
        ((Risk("r", 1), Risk("r", 2)), (), "risks[1].name", "its own"),
        ((Risk("r", -1),), (), "risks[0].annual_loss", "from 0"),
        ((Risk("r", math.nan),), (), "risks[0].annual_loss", "from 0"),
        (R, (Initiative("a", 1), Initiative("a", 1)), "initiatives[1].name", "its own"),
        (R, (Initiative("a", 1e300),), "initiatives[0].cost", "from 0"),
        (R, (Initiative("a", 1, {"q": 0.5}),), "initiatives[0].effectiveness.q", "no risk"),
        (R, (Initiative("a", 1, {"r": 1.5}),), "initiatives[0].effectiveness.r", "from 0 to 1"),
        (R, (Initiative("a", 1, {}, ("b",)),), "initiatives[0].requires[0]", "no initiative"),
        (R, (Initiative("a", 1, {}, ("a",)),), "initiatives[0].requires[0]", "itself"),
        (R, (Initiative("a", 1, {}, (), ("a",)),), "initiatives[0].excludes[0]", "itself"),
        (
            R,
            (Initiative("a", 1, {}, ("b",), ("b",)), Initiative("b", 1)),
            "initiatives[0].excludes[0]",
            "also required",
        ),
        (
            R,
            (
                Initiative("z", 1, {}, ("a",)),
                Initiative("a", 1, {}, ("b",)),
                Initiative("b", 1, {}, ("c",)),
                Initiative("c", 1, {}, ("a",)),
            ),
            "initiatives[3].requires",
            "a requires b requires c requires a",
        ),
    ],
)
def test_problems_that_make_no_sense(risks, initiatives, path, says):
    with pytest.raises(InvalidPlan, match=says) as refusal:
        Problem(risks, initiatives)
    assert refusal.value.path == path


def seeded_problem(initiatives, risks, seed=1):
    rng = np.random.default_rng(seed)
    made = []
    for i in range(initiatives):
        effect = {f"r{j}": round(float(rng.uniform(0.05, 0.6)), 2) for j in range(risks) if rng.random() < 0.3}
        requires = (f"i{rng.integers(0, i)}",) if i and rng.random() < 0.15 else ()
        made.append(Initiative(f"i{i}", float(rng.integers(10, 200)) * 1000, effect, requires))
    return Problem(tuple(Risk(f"r{j}", float(x)) for j, x in enumerate(rng.lognormal(12, 1, risks))), tuple(made))


def test_work_is_limited_and_the_gap_then_says_so():
    problem = seeded_problem(40, 20)
    budget = 0.25 * sum(i.cost for i in problem.initiatives)
    short = Planner(problem, work=0).plan(budget)
    assert 1e-6 < short.gap < 0.5
    assert short.bound <= solve(problem, budget).residual <= short.residual <= short.greedy_residual


@pytest.mark.parametrize(("initiatives", "risks"), [(20, 10), (40, 20)])
def test_larger_problems_are_proven_too(initiatives, risks):
    problem = seeded_problem(initiatives, risks)
    plan = solve(problem, 0.25 * sum(i.cost for i in problem.initiatives))
    assert plan.gap < 1e-6
    assert plan.residual <= plan.greedy_residual

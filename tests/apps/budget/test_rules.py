"""The plan's own rules, against brute force."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.apps.budget.rules import CannotPlan, Option, fingerprint, make_plan, remaining, residual, round_amount

LOSSES = {"R-1": 100.0, "R-2": 60.0}
OPTIONS = [
    Option("a", "A", 40.0, {"R-1": 0.5}, team="IT", team_days=10),
    Option("b", "B", 30.0, {"R-1": 0.3, "R-2": 0.1}, team="IT", team_days=5),
    Option("c", "C", 50.0, {"R-2": 0.6}, requires=("d",)),
    Option("d", "D", 5.0, {"R-9": 0.9}),
    Option("e", "E", 500.0, {"R-1": 0.9}, excludes=("e", "zz")),
]


def best(options, budget: float, must=(), avoid=()) -> float:
    found = []
    for size in range(len(options) + 1):
        for chosen in combinations(options, size):
            codes = {o.code for o in chosen}
            if (
                sum(o.cost for o in chosen) <= budget
                and set(must) <= codes
                and not codes & set(avoid)
                and all(set(o.requires) <= codes for o in chosen)
                and not any(codes & (set(o.excludes) - {o.code}) for o in chosen)
            ):
                found.append(residual(chosen, LOSSES))
    return min(found)


@pytest.mark.parametrize("budget", [0.0, 40.0, 75.0, 100.0, 130.0])
def test_the_plan_is_the_best_of_all(budget) -> None:
    plan = make_plan(OPTIONS, LOSSES, budget, {}, brief=True)
    assert plan.residual == pytest.approx(best(OPTIONS, budget))
    assert plan.bound <= plan.residual <= plan.greedy
    assert plan.cost <= budget
    assert plan.detail["frontier"] == []


@settings(deadline=None, max_examples=15)
@given(st.fixed_dictionaries({}, optional={code: st.sampled_from(["in", "out"]) for code in "abcd"}))
def test_conditions_hold_and_are_priced(forced) -> None:
    must = [code for code, place in forced.items() if place == "in"]
    avoid = [code for code, place in forced.items() if place == "out"]
    if forced.get("c") == "in" and forced.get("d") == "out":
        with pytest.raises(CannotPlan):
            make_plan(OPTIONS, LOSSES, 100.0, forced)
        return
    closed = must + (["d"] if "c" in must and "d" not in must else [])
    if sum(o.cost for o in OPTIONS if o.code in closed) > 100:
        with pytest.raises(CannotPlan):
            make_plan(OPTIONS, LOSSES, 100.0, forced)
        return
    plan = make_plan(OPTIONS, LOSSES, 100.0, forced)
    assert set(must) <= set(plan.chosen)
    assert not set(avoid) & set(plan.chosen)
    assert plan.residual == pytest.approx(best(OPTIONS, 100.0, must, avoid))
    if forced:
        assert plan.detail["free"] == pytest.approx(best(OPTIONS, 100.0))
    for row in plan.detail["out"]:
        if row["extra"] is not None:
            other = best(OPTIONS, 100.0, [*must, row["code"]], [a for a in avoid if a != row["code"]])
            assert row["extra"] == pytest.approx(other - plan.residual, abs=1e-9)


def test_rows_say_what_each_takes_off_and_why_not() -> None:
    plan = make_plan(OPTIONS, LOSSES, 100.0, {})
    chosen = [o for o in OPTIONS if o.code in plan.chosen]
    for row in plan.detail["chosen"]:
        others = [o for o in chosen if o.code != row["code"]]
        assert row["takes"] == pytest.approx(residual(others, LOSSES) - plan.residual)
    returns = [row["takes"] / row["cost"] for row in plan.detail["chosen"]]
    assert returns == sorted(returns, reverse=True)
    dear = next(row for row in plan.detail["out"] if row["code"] == "e")
    assert dear["extra"] is None
    assert dear["why"]
    assert plan.left == remaining(chosen, LOSSES)
    assert plan.detail["teams"] == [{"team": "IT", "days": sum(o.team_days for o in chosen if o.team)}]


def test_the_frontier_falls_and_holds_the_plan() -> None:
    plan = make_plan(OPTIONS, LOSSES, 100.0, {"a": "out"})
    losses = [loss for _, loss, _ in plan.detail["frontier"]]
    assert losses == sorted(losses, reverse=True)
    at = {budget: loss for budget, loss, _ in plan.detail["frontier"]}
    assert at[100.0] == pytest.approx(plan.residual)
    following = plan.detail["next"]
    assert following["amount"] == 10.0
    assert following["avoided"] == pytest.approx(plan.residual - at[110.0])


def test_leaving_out_what_another_needs_leaves_both_out() -> None:
    plan = make_plan(OPTIONS, LOSSES, 100.0, {"d": "out"})
    assert not {"c", "d"} & set(plan.chosen)
    assert {row["code"] for row in plan.detail["out"]} >= {"c", "d"}


def test_a_must_is_a_condition_priced_against_the_best_without_any() -> None:
    options = [Option("m", "M", 90.0, {"R-1": 0.1}, must=True), Option("n", "N", 90.0, {"R-2": 0.1}, must=True)]
    plan = make_plan(options, LOSSES, 100.0, {"n": "out"})
    assert plan.chosen == ("m",)
    assert plan.detail["musts"] == ["m", "n"]
    assert plan.detail["free"] == pytest.approx(best(options, 100.0))
    alone = make_plan([Option("m", "M", 90.0, {"R-1": 0.01}, must=True), options[1]], LOSSES, 100.0, {"n": "out"})
    assert alone.residual > alone.detail["free"]
    with pytest.raises(CannotPlan):
        make_plan(options, LOSSES, 100.0, {})


def test_without_money_there_is_no_next_money() -> None:
    assert make_plan(OPTIONS, LOSSES, 0.0, {}).detail["next"] is None


@pytest.mark.parametrize(
    ("amount", "rounded"), [(0, 0), (-5, 0), (1, 1), (100_000, 100_000), (99_999, 50_000), (0.3, 0.2), (25, 20), (9, 5)]
)
def test_round_amounts(amount, rounded) -> None:
    assert round_amount(amount) == pytest.approx(rounded)


def test_a_fingerprint_moves_with_every_input() -> None:
    base = fingerprint("r", "100", {"a": "in"}, OPTIONS)
    assert base == fingerprint("r", "100", {"a": "in"}, list(OPTIONS))
    others = [
        fingerprint("s", "100", {"a": "in"}, OPTIONS),
        fingerprint("r", "101", {"a": "in"}, OPTIONS),
        fingerprint("r", "100", {}, OPTIONS),
        fingerprint("r", "100", {"a": "in"}, OPTIONS[1:]),
    ]
    assert base not in others
    assert len(set(others)) == 4


def test_what_requires_the_unknown_is_held_back_with_its_reason() -> None:
    options = [
        Option("a", "A", 40.0, {"R-1": 0.5}),
        Option("b", "B", 10.0, {"R-1": 0.9}, requires=("zz", "a")),
        Option("c", "C", 5.0, {"R-2": 0.9}, requires=("b",)),
    ]
    plan = make_plan(options, LOSSES, 100.0, {})
    assert plan.chosen == ("a",)
    why = {row["code"]: row["why"] for row in plan.detail["out"]}
    assert "requires zz, which no imported table has told of" in why["b"]
    assert why["c"].startswith("it requires b, which cannot be chosen")
    assert make_plan(options, LOSSES, 100.0, {"b": "out"}).chosen == ("a",)
    for forced, more in (
        ({"b": "in"}, options),
        ({}, [*options, Option("m", "M", 1.0, {}, requires=("q",), must=True)]),
    ):
        with pytest.raises(CannotPlan, match=r"is to be in the plan, but it requires (zz|q)"):
            make_plan(more, LOSSES, 100.0, forced)
    known = [*options, Option("zz", "Z", 1.0, {})]
    assert set(make_plan(known, LOSSES, 100.0, {}).chosen) == {"a", "b", "c", "zz"}

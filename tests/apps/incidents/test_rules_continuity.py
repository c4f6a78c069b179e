"""What is down costs by the hour, and comes back in an order that brute force agrees with."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.apps.incidents.rules.continuity import (
    Circle,
    Down,
    Proof,
    circle,
    cost,
    order_of_return,
    standing,
    weight,
)

AT = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def down(code: str, hours: float, per_hour: int, objective_h: float = 4) -> Down:
    return Down(code, AT - timedelta(hours=hours), Decimal(per_hour), timedelta(hours=objective_h))


def codes(found: list) -> list[str]:
    return [row.code for row in found]


def test_cost_is_counted_from_the_outage_and_never_below_nothing() -> None:
    assert cost(Decimal(1200), AT - timedelta(minutes=90), AT) == Decimal("1800.00")
    assert cost(Decimal("0.01"), AT - timedelta(days=365), AT) == Decimal("87.60")
    assert cost(Decimal(1200), AT + timedelta(hours=1), AT) == 0


def test_weight_is_cost_by_share_of_the_objective() -> None:
    assert weight(down("a", 4, 100, 4), AT) == 100
    assert weight(down("a", 8, 100, 4), AT) == 200
    assert weight(down("a", 0, 100, 4), AT) == 0
    assert weight(down("a", 2, 100, 0), AT) == 200


def test_the_dearest_and_latest_first() -> None:
    rows = [down("cheap", 4, 10), down("dear", 4, 100), down("late", 40, 20)]
    assert codes(order_of_return(rows, at=AT, needs={})) == ["late", "dear", "cheap"]


def test_what_others_need_comes_first_and_carries_their_weight() -> None:
    needs = {"pharmacy": ("network", "directory"), "directory": ("network",), "lobby": ()}
    rows = [down("pharmacy", 4, 9000), down("lobby", 4, 500), down("network", 4, 10), down("directory", 1, 5)]
    found = order_of_return(rows, at=AT, needs=needs)
    assert codes(found) == ["network", "directory", "pharmacy", "lobby"]
    assert found[2].waits_for == ("directory", "network")
    assert found[0].weight == found[2].weight


def test_needs_are_followed_through_services_that_are_up() -> None:
    rows = [down("records", 2, 800), down("power", 2, 1)]
    assert codes(order_of_return(rows, at=AT, needs={"records": ("hosts",), "hosts": ("power",)})) == [
        "power",
        "records",
    ]


def test_lateness_and_cost_are_told() -> None:
    (row,) = order_of_return([down("a", 6, 100, 4)], at=AT, needs={})
    assert (row.late, row.cost_so_far, row.due) == (timedelta(hours=2), Decimal("600.00"), AT - timedelta(hours=2))
    assert order_of_return([], at=AT, needs={}) == []


def test_a_circle_is_refused_with_its_names() -> None:
    needs = {"a": ("b",), "b": ("c",), "c": ("a",), "d": ("a",)}
    found = circle(needs)
    assert sorted(found) == ["a", "b", "c"]
    assert all(found[(n + 1) % 3] in needs[found[n]] for n in range(3))
    with pytest.raises(Circle, match="needs"):
        order_of_return([down("a", 1, 1)], at=AT, needs=needs)
    assert circle({"a": ("a",)}) == ("a",)
    assert circle({"a": ("b", "c"), "b": ("d",), "c": ("d",)}) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 900)), min_size=1, max_size=5),
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=7),
)
def test_the_order_is_the_best_of_all_that_are_possible(told, edges) -> None:
    """Of every order that lets needs come first, the one whose weights fall fastest, by trying all of them."""
    rows = [down(str(n), hours, per_hour) for n, (hours, per_hour) in enumerate(told)]
    needs = {str(a): tuple(sorted(str(b) for x, b in edges if x == a and b < a)) for a in range(5)}
    found = order_of_return(rows, at=AT, needs=needs)
    waits = {row.code: row.waits_for for row in found}
    weights = {row.code: row.weight for row in found}
    possible = [
        order
        for order in itertools.permutations(sorted(waits))
        if all(order.index(w) < order.index(c) for c in waits for w in waits[c])
    ]
    assert tuple(codes(found)) in possible
    best = max([weights[c] for c in order] for order in possible)
    assert [weights[c] for c in codes(found)] == best


@pytest.mark.parametrize(
    ("tests", "kind", "words"),
    [
        ([], "warn", "never"),
        ([Proof(AT, False)], "crit", "failed"),
        ([Proof(AT - timedelta(days=9), False), Proof(AT, True)], "ok", "in time"),
        ([Proof(AT, True, took=timedelta(hours=5))], "crit", "longer"),
        ([Proof(AT, True, lost=timedelta(hours=2))], "crit", "data"),
        ([Proof(AT - timedelta(days=400), True)], "warn", "overdue"),
    ],
)
def test_how_well_a_return_is_proven(tests, kind, words) -> None:
    found = standing(tests, recovery_time=timedelta(hours=4), recovery_point=timedelta(hours=1), every_days=365, at=AT)
    assert found[0] == kind
    assert words in found[1]

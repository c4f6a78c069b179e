"""Medians with intervals, against closed forms, brute force and a published example."""

import itertools
import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.incidents.rules.measures import Duration, kaplan_meier, median, order_statistics

seconds = st.integers(1, 10_000_000)
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission under 6-MP (Freireich and others, 1963), the usual example of the method; + is censored."""


def durations(text: str) -> list[Duration]:
    return [Duration(float(word.rstrip("+")), word.endswith("+")) for word in text.split()]


def test_nothing_has_no_median() -> None:
    assert median([]) is None


@pytest.mark.parametrize(
    ("count", "ranks", "level"),
    [(6, (1, 6), 1 - 2 / 64), (10, (2, 9), 1 - 2 * 11 / 1024), (20, (6, 15), 0.9586105346679688)],
)
def test_ranks_of_the_binomial(count, ranks, level) -> None:
    found = order_statistics(count)
    assert found is not None
    assert found[:2] == ranks
    assert found[2] == pytest.approx(level)


def test_too_few_have_no_interval() -> None:
    assert order_statistics(5) is None
    assert order_statistics(0) is None
    found = median([Duration(s) for s in (1, 2, 3, 4, 5)])
    assert found is not None
    assert (found.seconds, found.low, found.high) == (3, None, None)


@pytest.mark.parametrize("count", range(6, 15))
def test_the_confidence_is_the_share_of_all_orders(count) -> None:
    """Each value lies above the true median or below it, like coins: count the ways in which the interval holds it."""
    found = order_statistics(count)
    assert found is not None
    low, high, level = found
    held = sum(low <= sum(coins) < high for coins in itertools.product((0, 1), repeat=count))
    assert held / 2**count == pytest.approx(level)
    assert level >= 0.95
    narrower = sum(low + 1 <= sum(coins) < high - 1 for coins in itertools.product((0, 1), repeat=count))
    assert narrower / 2**count < 0.95


@given(st.lists(seconds, min_size=1, max_size=40))
def test_without_open_cases_it_is_the_usual_median(values) -> None:
    found = median([Duration(v) for v in values])
    assert found is not None
    assert found.seconds == statistics.median(values)
    if found.low is not None and found.high is not None:
        assert found.low <= found.seconds <= found.high


@given(st.lists(seconds, min_size=1, max_size=40, unique=True))
def test_the_curve_without_open_cases_is_the_share_left(values) -> None:
    for place, (end, share, _) in enumerate(kaplan_meier([Duration(v) for v in values]), start=1):
        assert end == sorted(values)[place - 1]
        assert share == pytest.approx(1 - place / len(values), abs=1e-9)


def test_the_published_example() -> None:
    steps = kaplan_meier(durations(REMISSION))
    assert [round(share, 3) for _, share, _ in steps] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [end for end, _, _ in steps] == [6, 7, 10, 13, 16, 22, 23]
    error = [share * math.sqrt(greenwood) for _, share, greenwood in steps]
    assert [round(e, 4) for e in error[:4]] == [0.0764, 0.0869, 0.0963, 0.1068]
    found = median(durations(REMISSION))
    assert found is not None
    assert (found.seconds, found.count, found.still_open) == (23, 21, 12)
    assert found.low == 13
    assert found.high is None
    assert found.longest == 35


@given(st.lists(st.tuples(seconds, st.booleans()), min_size=1, max_size=30))
def test_an_open_case_never_makes_us_look_faster(rows) -> None:
    """Closing an open case at the moment at which it stands can only shorten the median."""
    told = [Duration(s, o) for s, o in rows]
    closed = [Duration(s) for s, _ in rows]
    found, without = median(told), median(closed)
    assert found is not None
    assert without is not None
    assert found.seconds is None or found.seconds >= without.seconds


def test_more_than_half_open_has_no_median_yet() -> None:
    found = median(durations("5 7+ 9+ 11+"))
    assert found is not None
    assert (found.seconds, found.high, found.still_open, found.longest) == (None, None, 3, 11)


def test_a_curve_that_rests_on_one_half() -> None:
    found = median(durations("2 4 6 8 9+"))
    assert found is not None
    assert found.seconds == 6
    assert median(durations("2 4 6+ 8+")).seconds == 6  # type: ignore[union-attr]
    assert median(durations("2 4 6 8+")).seconds == 5  # type: ignore[union-attr]

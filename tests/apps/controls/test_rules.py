"""How well a control works on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.controls.rules import (
    FAILED_SHARE,
    HALF_LIFE_DAYS,
    Measured,
    Place,
    after_device_test,
    health,
    shares,
    standing,
)

DAY = date(2026, 3, 9)


def days(number: int) -> date:
    return DAY - timedelta(days=number)


def test_never_tested_is_not_working() -> None:
    stands = standing([], test_every_days=90, as_of=DAY)
    assert (stands.effectiveness, stands.due, stands.on) == (0.0, None, None)
    assert "never tested" in stands.reason


def test_the_newest_test_counts_and_the_later_of_a_day() -> None:
    tests = [Measured(days(9), 0.5), Measured(days(3), 0.7, "by hand"), Measured(days(3), 0.6), Measured(days(-1), 0.1)]
    stands = standing(tests, test_every_days=90, as_of=DAY)
    assert (stands.effectiveness, stands.measured, stands.overdue_days, stands.failed) == (0.6, 0.6, 0, False)
    assert stands.reason == "test of 6 Mar 2026"
    assert standing(tests[:2], test_every_days=90, as_of=DAY).reason == "test of 6 Mar 2026 (by hand)"


def test_an_overdue_test_halves() -> None:
    stands = standing([Measured(days(90 + HALF_LIFE_DAYS), 0.8)], test_every_days=90, as_of=DAY)
    assert stands.effectiveness == pytest.approx(0.4)
    assert stands.overdue_days == HALF_LIFE_DAYS
    assert "180 days overdue, so 80% counts for 40%" in stands.reason


def test_a_failed_device_is_named() -> None:
    stands = standing(
        [Measured(days(1), 0.48, "D-1: loose", by_device=True, passed=False)], test_every_days=90, as_of=DAY
    )
    assert stands.failed
    assert stands.reason == "its device failed a test on 8 Mar 2026 (D-1: loose)"


@given(
    st.lists(st.builds(Measured, st.dates(days(400), DAY), st.floats(0, 1)), max_size=8),
    st.integers(1, 365),
    st.integers(0, 400),
)
def test_effectiveness_never_exceeds_what_was_measured_and_only_falls_with_time(tests, every, later) -> None:
    now = standing(tests, test_every_days=every, as_of=DAY)
    then = standing(tests, test_every_days=every, as_of=DAY + timedelta(days=later))
    assert 0 <= then.effectiveness <= now.effectiveness <= max((t.effectiveness for t in tests), default=0)


def test_a_device_test_scales_the_last_good_measurement() -> None:
    own = [Measured(days(50), 0.5), Measured(days(20), 0.8)]
    failed = after_device_test(own, on=days(3), passed=False, note="n")
    passed = after_device_test(own, on=days(2), passed=True, note="")
    assert failed == Measured(days(3), 0.8 * FAILED_SHARE, "n", by_device=True, passed=False)
    assert passed is not None
    assert passed.effectiveness == 0.8


def test_a_device_test_says_nothing_without_or_before_a_measurement() -> None:
    assert after_device_test([], on=DAY, passed=False, note="") is None
    assert after_device_test([Measured(days(1), 0.8)], on=days(3), passed=False, note="") is None
    newer = [Measured(days(9), 0.8), Measured(days(1), 0.9)]
    assert after_device_test(newer, on=days(3), passed=False, note="") is None
    derived = [Measured(days(9), 0.8), Measured(days(4), 0.48, by_device=True, passed=False)]
    assert after_device_test(derived, on=days(3), passed=True, note="") == Measured(days(3), 0.8, by_device=True)


def test_health_is_in_place_times_measured_times_fresh() -> None:
    stands = standing([Measured(days(90 + HALF_LIFE_DAYS), 0.8)], test_every_days=90, as_of=DAY)
    found = health([Place("A", "1", 0.5), Place("B", "2", 1.0)], stands)
    assert (found.implemented, found.tested, found.fresh) == (0.75, 0.8, pytest.approx(0.5))
    assert found.value == pytest.approx(0.75 * 0.8 * 0.5)
    assert "not wholly in A" in found.implemented_why
    assert found.reason == found.fresh_why, "what holds it back most"


def test_nobody_said_where_it_is_in_place() -> None:
    measured = health([], standing([Measured(days(1), 0.8)], test_every_days=90, as_of=DAY))
    assert (measured.implemented, measured.value) == (1.0, 0.8)
    assert "nobody said" in measured.implemented_why
    never = health([], standing([], test_every_days=90, as_of=DAY))
    assert (never.value, never.implemented) == (0.0, 0.0)
    assert "never tested" in never.reason
    nothing = health([Place("A", "1", 1.0)], standing([Measured(days(1), 0.0)], test_every_days=90, as_of=DAY))
    assert (nothing.value, nothing.fresh) == (0.0, 1.0)


def test_inherited_and_shared_places_take_their_providers_share() -> None:
    places = [
        Place("IT", "it", 0.6),
        Place("A", "a", None, "it", "inherited"),
        Place("B", "b", 0.4, "it", "shared"),
        Place("C", "c", 1.0, "it", "shared"),
        Place("D", "d", None, "nobody", "inherited"),
        Place("E", "e", None, "f", "inherited"),
        Place("F", "f", None, "e", "inherited"),
    ]
    assert shares(places) == [0.6, 0.6, 0.4, 0.6, 0.0, 0.0, 0.0], "a circle and a silent provider give nothing"

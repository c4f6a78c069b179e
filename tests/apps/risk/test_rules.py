"""Money from judged scenarios: closed forms, steps that sum, and what moves a loss."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.risk.rules import (
    Bearing,
    Estimate,
    Step,
    assess,
    changed_estimate,
    changed_losses,
    estimates_of,
    exceedance,
    expected,
    explain,
    explore,
    factors,
    mean_band,
    severity_of,
    swings,
    thresholds,
    why_unusable,
)
from garrison.engines.loss import Portfolio, Scenario

Z95 = 1.6448536269514722
DOOR = Bearing("C-1", "Door", "preventing", 0.5, 0.8, "tested")
BACKUP = Bearing("C-2", "Backup", "responding", 0.25, 0.6)
ONE = Estimate("R-1", "One", "Ida", 2.0, 1.0, 4.0, "lognormal", 20_000, None, 400_000, "Ida", True, (DOOR, BACKUP))


def lognormal_mean(low: float, high: float) -> float:
    mu, sigma = (math.log(low) + math.log(high)) / 2, (math.log(high) - math.log(low)) / (2 * Z95)
    return math.exp(mu + sigma**2 / 2)


def test_the_mean_is_rate_times_severity_times_what_controls_leave() -> None:
    by_hand = 2.0 * lognormal_mean(20_000, 400_000) * (1 - 0.5 * 0.8) * (1 - 0.25 * 0.6)
    assert expected(ONE) == pytest.approx(by_hand, rel=1e-12)
    assert assess([ONE]).mean == pytest.approx(by_hand, rel=1e-9)
    assert assess([ONE]).scenarios[0]["mean"] == pytest.approx(by_hand, rel=1e-9)
    left = factors((DOOR, BACKUP))
    assert (left.rate, left.severity) == pytest.approx((0.6, 0.85))


@pytest.mark.parametrize(
    ("distribution", "low", "mode", "high", "mean"),
    [
        ("lognormal", 20_000.0, None, 400_000.0, lognormal_mean(20_000, 400_000)),
        ("pert", 10.0, 20.0, 60.0, (10 + 4 * 20 + 60) / 6),
        ("gamma", 2.0, None, 0.5, 4.0),
        ("exponential", 0.25, None, None, 4.0),
        ("fixed", 900.0, None, None, 900.0),
    ],
)
def test_every_distribution_scales(distribution, low, mode, high, mean) -> None:
    one = replace(ONE, distribution=distribution, low=low, mode=mode, high=high, bearings=())
    assert severity_of(one).mean == pytest.approx(mean)
    assert severity_of(one, 0.5).mean == pytest.approx(mean / 2)
    assert explore(one).mean == pytest.approx(2 * mean)
    assert [swing.kind for swing in swings(one) if swing.kind == "rate"] == ["rate"]


@given(
    st.lists(
        st.builds(
            Bearing,
            st.sampled_from("abcd"),
            st.sampled_from(["N", "M"]),
            st.sampled_from(["preventing", "responding"]),
            st.floats(0, 1),
            st.floats(0, 1),
        ),
        max_size=4,
        unique_by=lambda b: b.code,
    ),
    st.lists(
        st.builds(
            Bearing,
            st.sampled_from("abcd"),
            st.sampled_from(["N", "M"]),
            st.sampled_from(["preventing", "responding"]),
            st.floats(0, 1),
            st.floats(0, 1),
        ),
        max_size=4,
        unique_by=lambda b: b.code,
    ),
    st.floats(0, 1e7),
    st.floats(0, 1e7),
)
def test_steps_sum_to_the_change(before, after, inherent_before, inherent_after) -> None:
    steps = explain(before=before, after=after, inherent_before=inherent_before, inherent_after=inherent_after)
    then, now = factors(before), factors(after)
    whole = inherent_after * now.rate * now.severity - inherent_before * then.rate * then.severity
    assert math.fsum(step.amount for step in steps) == pytest.approx(whole, abs=0.006, rel=1e-9)
    assert all(step.reason for step in steps)


def test_each_cause_has_its_words() -> None:
    def why(before, after, **inherent):
        said = {"inherent_before": 100.0, "inherent_after": 100.0} | inherent
        return [step.reason for step in explain(before=before, after=after, **said)]

    failed = replace(DOOR, effectiveness=0.48, reason="its device failed")
    assert why([DOOR], [failed]) == ["Door: 80% to 48%; its device failed"]
    assert why([DOOR], [replace(DOOR, coverage=0.7)]) == ["Door: coverage 50% to 70%"]
    assert why([DOOR], []) == ["Door no longer bears on it"]
    assert why([], [DOOR]) == ["Door now bears on it"]
    assert why([], [], inherent_after=50.0) == ["the estimate of frequency or loss changed"]
    assert why([DOOR], [replace(DOOR, reason="other words")]) == []


def test_changes_name_what_came_and_went() -> None:
    now = assess([ONE, replace(ONE, code="R-2", name="Two")]).scenarios
    before = assess([replace(ONE, bearings=()), replace(ONE, code="R-3")]).scenarios
    found = changed_losses(now, before)
    assert found["R-2"] == [Step("", "newly approved", now[1]["mean"])]
    assert found["R-3"] == [Step("", "no longer counted", -before[1]["mean"])]
    assert sum(step.amount for step in found["R-1"]) == pytest.approx(now[0]["mean"] - before[0]["mean"])
    assert changed_losses(now, now) == {}


def test_the_assessment_holds_appetite_bounds_and_comes_back() -> None:
    found = assess([ONE, replace(ONE, code="R-2", rate_low=None)], appetite=[(100_000.0, 0.05)])
    whole = found.portfolio
    (point,) = whole["appetite"]
    assert 0 < point["lower"] <= point["upper"] < 1
    assert point["band"][0] <= point["upper"]
    low, high = whole["quantiles"]["0.95"]
    assert low <= high <= low * 1.01
    assert whole["mean_band"][0] < found.mean < whole["mean_band"][1]
    assert sum(row["tail_share"] for row in found.scenarios) == pytest.approx(1)
    again = estimates_of(found.scenarios)
    assert again[0] == ONE
    (chance,) = exceedance(again, [100_000.0])
    assert chance == pytest.approx((point["lower"] + point["upper"]) / 2, rel=0.01)
    assert exceedance(again, [100_000.0], {"R-1": 0.0, "R-2": 0.0}) == [0.0]


def test_controls_that_leave_nothing_are_no_error() -> None:
    perfect = Bearing("C-9", "Perfect", "responding", 1.0, 1.0)
    whole = assess([replace(ONE, bearings=(perfect,))])
    assert (whole.mean, whole.scenarios[0]["mean"]) == (0.0, 0.0)
    assert explore(replace(ONE, bearings=(perfect,))).mean == 0.0


def test_nothing_to_lose_is_no_error() -> None:
    assert assess([]).mean == 0.0
    assert assess([], appetite=[(5.0, 0.1)]).portfolio["appetite"][0]["band"] is None
    never = assess([replace(ONE, rate=0.0, rate_low=None, rate_high=None)])
    assert never.scenarios[0]["mean"] == 0.0
    assert mean_band([], {}) == [0.0, 0.0]
    silent = Portfolio([Scenario("x", 1e-12, severity_of(replace(ONE, distribution="fixed", low=5.0)))])
    assert len(thresholds(silent, points=5)) == 5


def test_the_band_of_the_mean_holds_it_and_shrinks_with_a_plan() -> None:
    low, high = mean_band([ONE], {})
    assert low < expected(ONE) < high
    assert mean_band([ONE], {"R-1": 0.5}) == pytest.approx([low / 2, high / 2])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"low": None}, "no loss is estimated yet"),
        ({"low": 5e5}, "not below high"),
        ({"rate": -1.0}, "rate"),
        ({"rate": 200_000.0, "rate_low": None}, "between 0 and 100,000"),
        ({"rate": 90_000.0, "high": 1e14, "low": 1e13}, "quadrillion"),
        ({"rate_low": 9.0, "rate_high": 3.0}, "rate_interval"),
        ({"rate_low": 9.0, "rate_high": 3.0, "bearings": (replace(DOOR, coverage=1.0, effectiveness=1.0),)}, "low end"),
    ],
)
def test_what_cannot_be_computed_says_why(change, reason) -> None:
    found = why_unusable(replace(ONE, **change))
    assert reason in found
    with pytest.raises(ValueError, match=r"."):
        explore(replace(ONE, **change))
    assert why_unusable(ONE) == ""


def test_other_numbers_move_the_judged_interval_along() -> None:
    moved = changed_estimate(ONE, {"rate": 3.0, "low": 20_050.0, "high": 800_000.0})
    assert (moved.rate, moved.rate_low, moved.rate_high, moved.low, moved.high) == (3.0, 1.5, 6.0, 20_000, 800_000.0)
    assert changed_estimate(ONE, {"rate": 2.004}) == ONE
    bare = replace(ONE, rate_low=None)
    assert changed_estimate(bare, {"rate": 5.0}).rate_high is None
    assert changed_estimate(replace(ONE, rate=0.0), {"rate": 1.0}).rate == 1.0
    assert changed_estimate(ONE, {"rate": 0.0}).rate_low is None


def test_the_tornado_moves_one_input_at_a_time() -> None:
    found = {(swing.kind, swing.code): swing for swing in swings(ONE)}
    mean = expected(ONE)
    assert found["rate", ""].lower == pytest.approx(-mean / 2)
    assert found["rate", ""].upper == pytest.approx(mean)
    door = found["control", "C-1"]
    assert door.lower == pytest.approx(mean * (0.5 / 0.6 - 1))
    assert door.upper == pytest.approx(mean * (1 / 0.6 - 1))
    spans = [swing.span for swing in swings(ONE)]
    assert spans == sorted(spans, reverse=True)
    narrow = replace(ONE, low=390_000.0)
    assert "low" not in {swing.kind for swing in swings(narrow)}
    judged = replace(ONE, rate_low=None, rate_high=None)
    assert next(s for s in swings(judged) if s.kind == "rate").values == pytest.approx((2 / 1.5, 3.0))


def test_exploring_gives_bounds_and_a_falling_curve() -> None:
    found = explore(ONE)
    assert found.bad_year is not None
    assert found.bad_year[0] <= found.bad_year[1]
    assert found.band == pytest.approx((found.mean / 2, found.mean * 2))
    chances = [chance for _, chance in found.curve]
    assert chances == sorted(chances, reverse=True)
    assert explore(replace(ONE, rate_low=None)).band == pytest.approx((found.mean, found.mean))
    assert explore(replace(ONE, rate=0.0, rate_low=None, rate_high=None)).bad_year is None


def truth(rate: float, per_money: float, amount: float) -> float:
    """P(loss >= amount) for exponential losses at a Poisson rate: a sum of Erlang tails, in closed form."""
    total, weight, tail, term = 0.0, math.exp(-rate), 0.0, math.exp(-per_money * amount)
    for events in range(1, 200):
        weight *= rate / events
        tail += term
        term *= per_money * amount / events
        total += weight * tail
    return total


@pytest.mark.parametrize("rate", [0.3, 2.0, 12.0])
def test_every_curve_is_right_to_its_last_point(rate: float) -> None:
    one = Estimate("R-1", "Theft", "Ida", rate, None, None, "exponential", 1e-5, None, None, "Ida", True)
    alone = explore(one).curve
    whole = [(a, (low + high) / 2) for a, low, high in assess([one]).portfolio["curve"]]
    amounts = [a for a, _chance in whole]
    again = list(zip(amounts, exceedance([one], amounts, {"R-1": 0.5}), strict=True))
    for drawn, times in ((alone, rate), (whole, rate), (again, rate / 2)):
        assert len(drawn) > 40
        for amount, chance in drawn:
            assert chance == pytest.approx(truth(times, 1e-5, amount), rel=0.01, abs=2e-6)

"""Bands of estimate uncertainty: the same seed gives the same band; certain rates give the curve itself."""

import numpy as np
import pytest

from garrison.engines.loss import Fixed, Lognormal, Portfolio, Scenario, estimate_band
from garrison.engines.loss.band import sample_rates

SEVERITY = Lognormal.from_interval(1e4, 1e6)
THRESHOLDS = (0.0, 1e3, 1e5, 1e6, 1e7)


def test_certain_rates_give_the_curve():
    scenarios = (Scenario("a", 0.5, SEVERITY), Scenario("b", 0.2, Fixed(3e5)))
    band = estimate_band(scenarios, THRESHOLDS, 8, 1)
    lower, upper = Portfolio(scenarios).curve(THRESHOLDS)
    assert np.abs(band.lower - (lower + upper) / 2).max() < 2e-3
    assert np.allclose(band.lower, band.upper)
    assert band.mean.lower == pytest.approx(Portfolio(scenarios).mean)


def test_uncertain_rates_widen_it_and_a_seed_repeats_it():
    scenarios = tuple(Scenario(f"s{i}", 0.3, SEVERITY, (0.1, 0.9)) for i in range(4))
    band, again = (estimate_band(scenarios, THRESHOLDS, 64, 5) for _ in range(2))
    assert (band.upper[1:-1] > band.lower[1:-1]).all()
    assert band.mean.lower < Portfolio(scenarios).mean < band.mean.upper
    assert np.array_equal(band.lower, again.lower)
    assert band.lower[0] == 1.0


def test_sampled_rates_have_the_interval_asked_for():
    rates = sample_rates((Scenario("a", 1.0, SEVERITY, (0.1, 0.9)),), 20_000, 2)[:, 0]
    assert np.quantile(rates, (0.05, 0.95)) == pytest.approx((0.1, 0.9), rel=0.05)

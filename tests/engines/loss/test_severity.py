"""Severities against SciPy's distributions, and the parameters that make none."""

import math

import numpy as np
import pytest
from scipy import stats

from garrison.engines.loss import Exponential, Fixed, Gamma, InvalidParameter, Lognormal, Pert, Scenario

CASES = [
    (Lognormal(11.0, 1.4), stats.lognorm(1.4, scale=math.exp(11))),
    (Lognormal.from_interval(1e4, 1e6), stats.lognorm(math.log(100) / 2 / 1.6448536269514722, scale=1e5)),
    (Gamma(2.5, 1e-4), stats.gamma(2.5, scale=1e4)),
    (Exponential(1e-4), stats.expon(scale=1e4)),
    (Pert(1e4, 5e4, 5e5), stats.beta(1 + 16 / 49, 1 + 180 / 49, loc=1e4, scale=4.9e5)),
]


@pytest.mark.parametrize(("severity", "oracle"), CASES)
def test_moments_and_distribution_function(severity, oracle):
    x = np.logspace(2, 7, 400)
    assert severity.mean == pytest.approx(oracle.mean(), rel=1e-10)
    assert severity.root_mean_square == pytest.approx(math.sqrt(oracle.moment(2)), rel=1e-9)
    assert np.abs(severity.cdf(x) - oracle.cdf(x)).max() < severity.cdf_error + 1e-14
    assert severity.density(x) == pytest.approx(oracle.pdf(x), rel=1e-8, abs=1e-300)


def test_l5_pert():
    """Reference value L5."""
    pert = Pert(1e4, 5e4, 5e5)
    assert pert.mean == pytest.approx(118_333.33, abs=0.005)
    assert (pert.alpha, pert.beta) == (pytest.approx(1.3265306, abs=5e-8), pytest.approx(4.6734694, abs=5e-8))


def test_fixed():
    fixed = Fixed(100.0)
    assert (fixed.mean, fixed.root_mean_square, fixed.cdf_error) == (100.0, 100.0, 0.0)
    assert fixed.cdf(np.array([99.0, 100.0])).tolist() == [0.0, 1.0]
    assert fixed.density(np.array([99.0, 100.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Lognormal.from_interval(10, 10), "low"),
        (lambda: Lognormal.from_interval(100, 10), "low"),
        (lambda: Lognormal.from_interval(0, 10), "low"),
        (lambda: Lognormal.from_interval(1, 1e300), "high"),
        (lambda: Lognormal.from_interval(1e9, 1e9 * (1 + 1e-9)), "high"),
        (lambda: Lognormal(math.nan, 1), "mu"),
        (lambda: Lognormal(1, 0), "sigma"),
        (lambda: Lognormal(1, math.inf), "sigma"),
        (lambda: Gamma(-1, 1), "shape"),
        (lambda: Gamma(1, 0), "rate"),
        (lambda: Exponential(0), "rate"),
        (lambda: Pert(-1, 2, 3), "min"),
        (lambda: Pert(3, 3, 3), "min"),
        (lambda: Pert(1, 5, 3), "mode"),
        (lambda: Pert(1e9, 1e9, 1e9 * (1 + 1e-12)), "max"),
        (lambda: Fixed(0), "value"),
        (lambda: Fixed(1e300), "value"),
        (lambda: Scenario("s", -1, Fixed(1)), "rate"),
        (lambda: Scenario("s", 1e300, Fixed(1)), "rate"),
        (lambda: Scenario("s", 1, Fixed(1), (0.0, 1.0)), "rate_interval"),
        (lambda: Scenario("s", 1, Fixed(1), (2.0, 1.0)), "rate_interval"),
    ],
)
def test_refused_parameters_are_named(make, field):
    with pytest.raises(InvalidParameter) as refusal:
        make()
    assert refusal.value.field == field
    assert refusal.value.reason

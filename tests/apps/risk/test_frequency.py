"""A rate updated by a count, against scipy's gamma distribution and hand-worked conjugates."""

import math

import pytest
from scipy import stats

from garrison.apps.risk.rules import update
from garrison.apps.risk.rules.frequency import Z_90, Gamma, prior_of


def test_the_prior_has_the_judged_mean_and_spread() -> None:
    prior = prior_of(1.93, 0.93, 3.74)
    assert prior.mean == pytest.approx(1.93)
    assert math.sqrt(prior.shape) / prior.years == pytest.approx((3.74 - 0.93) / (2 * Z_90))


def test_without_an_interval_the_prior_is_wide() -> None:
    assert prior_of(2.0, None, None) == Gamma(1.0, 0.5)


def test_the_conjugate_by_hand() -> None:
    found = update(2.0, None, None, events=3, years=3, let_through=0.5)
    assert found.posterior == Gamma(4.0, 2.0)
    assert found.rate == pytest.approx(2.0)
    more = update(2.0, None, None, events=9, years=3, let_through=0.5)
    assert more.rate > found.rate > update(2.0, None, None, events=0, years=3, let_through=0.5).rate


@pytest.mark.parametrize("shape", [1.0, 2.5, 8.1, 40.0])
@pytest.mark.parametrize("z", [-Z_90, 0.0, Z_90])
def test_quantiles_agree_with_scipy(shape: float, z: float) -> None:
    exact = stats.gamma.ppf(stats.norm.cdf(z), shape, scale=1 / 2.0)
    assert Gamma(shape, 2.0).quantile(z) == pytest.approx(exact, rel=0.02, abs=0.007)


def test_nothing_let_through_teaches_nothing() -> None:
    assert update(1.0, 0.5, 2.0, events=0, years=10, let_through=0.0).rate == pytest.approx(1.0)

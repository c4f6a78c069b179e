"""Aggregation on a given lattice, against actuar's vignette: the sum itself, apart from how severities are rounded.

The engine encloses; here the lattice severity is given as fixed losses, so that both bounds are the sum itself.
"""

import numpy as np
import pytest
from scipy import stats

from garrison.engines.loss import Fixed, Portfolio, Scenario
from garrison.engines.loss.compound import TransformCache
from garrison.engines.loss.lattice import Lattice, cdf_on_lattice, exact
from garrison.engines.loss.severity import Gamma, Lognormal, Pert


def lattice_portfolio(rate, amounts, probabilities, farthest=0.995):
    scenarios = [
        Scenario(f"{amount:g}", rate * float(p), Fixed(float(amount)))
        for amount, p in zip(amounts, probabilities, strict=True)
        if amount > 0 and p > 0
    ]
    return Portfolio(tuple(scenarios), buckets=2**14, farthest=farthest)


def unbiased(limited, cdf, end, step):
    """Discretise by matching limited expected values (the 'unbiased' method of R actuar)."""
    x = np.arange(0, end + step / 2, step)
    means = np.array([limited(v) for v in x])
    p = np.empty(len(x))
    p[0] = (means[0] - means[1]) / step + 1 - cdf(0.0)
    p[1:-1] = (2 * means[1:-1] - means[:-2] - means[2:]) / step
    p[-1] = (means[-1] - means[-2]) / step - 1 + cdf(end)
    return x, p


def test_l2_vignette_of_actuar():
    """Reference value L2 (vignette of R actuar, rerun)."""
    gamma = stats.gamma(2)
    x, p = unbiased(lambda v: 2 * stats.gamma(3).cdf(v) + v * gamma.sf(v), gamma.cdf, 22.0, 0.5)
    x, p = np.append(x, 1e4), np.append(p, 1 - p.sum())  # what actuar leaves out counts as far beyond
    portfolio = lattice_portfolio(10, x, p, farthest=1 - 2e-7)
    probabilities = (0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
    expected = (14.5, 19.5, 25, 30.5, 34, 37, 41)
    assert [(b.lower, b.upper) for b in portfolio.quantiles(probabilities)] == [(q, q) for q in expected]
    amounts = np.arange(0, 150, 0.5)
    cdf = 1 - portfolio.curve(amounts + 0.5)[0]
    stop = np.argmax(cdf > 1 - 1e-6) + 1  # where actuar's recursion stops, its default tolerance
    masses = np.diff(cdf, prepend=0.0)[:stop]
    for probability, tail in ((0.9, 35.41874), (0.95, 38.54920), (0.99, 45.01066)):
        beyond = np.argmax(cdf >= probability) + 1
        expectation = (amounts[beyond:stop] * masses[beyond:]).sum() / masses[beyond:].sum()
        assert expectation == pytest.approx(tail, abs=5e-6)


def test_l2_is_not_the_gamma_itself():
    """Reference value L2: the true quantiles, which the unrounded calculation must hold."""
    low, high = Portfolio((Scenario("g", 10, Gamma(2, 1)),), buckets=2**18).quantiles((0.25, 0.99))
    assert 14.432 <= low.lower <= low.upper <= 14.436
    assert 40.808 <= high.lower <= high.upper <= 40.816


def test_l3_rounded_on_a_lattice():
    """Reference value L3: value at risk on a lattice of 5,000 with rounding (R actuar and PyPI aggregate)."""
    severity = Lognormal.from_interval(1e4, 1e6)
    edges = (np.arange(2**12) + 0.5) * 5_000
    probabilities = np.diff(severity.cdf(edges), prepend=0.0, append=1.0)  # the rest counts as 20.48 million
    portfolio = lattice_portfolio(0.5, np.arange(2**12 + 1) * 5_000, probabilities, farthest=0.9995)
    expected = {0.9: 340e3, 0.95: 650e3, 0.99: 1.89e6, 0.995: 2.73e6, 0.999: 5.78e6}
    for probability, bounds in zip(expected, portfolio.quantiles(tuple(expected)), strict=True):
        assert bounds.lower == pytest.approx(expected[probability], abs=1)
        assert bounds.upper == pytest.approx(expected[probability], abs=1)


@pytest.mark.parametrize(
    "severity",
    [
        Lognormal(9.0, 1.5),
        Lognormal(10.0, 0.01),
        Lognormal(2.0, 0.5),
        Gamma(0.05, 1e-4),
        Gamma(5_000.0, 0.2),
        Pert(3_000.0, 3_000.0, 60_000.0),
        Pert(0.0, 5e5, 1e6),
    ],
)
def test_interpolation_stays_within_the_error_it_reports(severity):
    lattice = Lattice(exact(1.5), 2**16)
    cdf, error = cdf_on_lattice(severity, lattice)
    points = 1.5 * np.arange(1, 2**16 + 1)
    assert error < 1e-9
    assert np.abs(cdf[1:] - severity.cdf(points)).max() <= error
    assert (np.diff(cdf) >= 0).all()


def test_transforms_are_kept_by_content_and_dropped_by_size():
    lattice = Lattice(exact(1.0), 64)
    cache = TransformCache(2 * 33 * 16)
    first = cache.transform(Gamma(2, 1), lattice)
    assert cache.transform(Gamma(2, 1), Lattice(exact(1.0), 64)) is first
    cache.transform(Gamma(3, 1), lattice)
    cache.transform(Gamma(4, 1), lattice)
    assert len(cache) == 2
    assert cache.transform(Gamma(2, 1), lattice) is not first


def test_a_loss_that_two_threads_transform_is_kept_once():
    lattice = Lattice(exact(1.0), 64)
    cache = TransformCache(10**6)

    class Meeting(Gamma):
        """A severity whose transform another caller finishes first."""

        def cdf(self, amounts):
            if not len(cache):
                cache.transform(Gamma(9, 1), lattice)
                cache._kept[(self, lattice)] = cache._kept.pop((Gamma(9, 1), lattice))
            return super().cdf(amounts)

    cache.transform(Meeting(2, 1), lattice)
    assert len(cache) == 1

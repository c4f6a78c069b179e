"""The loss engine against published figures, closed forms and brute force: bounds must hold, and be narrow."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc
from scipy.stats import poisson

from garrison.engines.loss import (
    Bounds,
    Exponential,
    Fixed,
    Gamma,
    InvalidParameter,
    Lognormal,
    Pert,
    Portfolio,
    Scenario,
)
from garrison.engines.loss.lattice import Lattice, power_of_two


def one(rate, severity, **options):
    return Portfolio((Scenario("s", rate, severity),), **options)


def compound_gamma_exceedance(rate, severity, threshold):
    """Closed form: a sum of n gamma losses is gamma distributed with n times the shape."""
    if threshold <= 0:
        return 1.0
    shape, per_money = (severity.shape, severity.rate) if isinstance(severity, Gamma) else (1.0, severity.rate)
    n = np.arange(1, int(rate + 12 * math.sqrt(rate) + 60))
    return float((poisson.pmf(n, rate) * (1 - gammainc(n * shape, per_money * threshold))).sum())


@pytest.mark.parametrize(
    ("rate", "low", "high", "expected"),
    [
        (0.1, 1e5, 1e6, 40_400.128269),
        (0.01, 1e6, 1e7, 40_400.128),
        (0.1, 1e7, 1e9, 26_639_800.977),
        (0.05, 5e6, 5e7, 1_010_003.207),
    ],
)
def test_l1_means_of_riskquant(rate, low, high, expected):
    """Reference value L1 (README of riskquant)."""
    assert one(rate, Lognormal.from_interval(low, high)).mean == pytest.approx(expected, abs=1e-3)


def test_l3_lognormal():
    """Reference value L3 (R actuar and PyPI aggregate agree)."""
    portfolio = one(0.5, Lognormal.from_interval(1e4, 1e6))
    loss = portfolio.annual_loss((0.99,), (1e6,))
    assert loss.mean == pytest.approx(133_199.00, abs=0.01)
    assert loss.sd == pytest.approx(501_818.83, abs=0.01)
    assert 1_888_275 <= loss.quantiles[0][1].lower < loss.quantiles[0][1].upper <= 1_889_229
    # The published .028075 counts losses rounded on a lattice of 954 (its test is in test_aggregation).
    assert loss.exceedance[0][1].lower == pytest.approx(0.028075, abs=5e-6)
    assert loss.exceedance[0][1].upper == pytest.approx(0.028075, abs=5e-6)
    tail = portfolio.shortfall(0.99)
    assert tail.lower < 3_555_040 < tail.upper
    assert tail.upper / tail.lower < 1.001


def test_l4_a_fixed_loss_is_exact():
    """Reference value L4: the trap that frequency times magnitude falls into."""
    loss = one(0.1, Fixed(1e6)).annual_loss((0.95,), (1e6, 1e6 + 0.01, 0.0, -5.0))
    assert loss.quantiles == ((0.95, Bounds(1e6, 1e6)),)
    exceedance = [bounds for _, bounds in loss.exceedance]
    assert exceedance[0].lower == pytest.approx(0.0951626, abs=5e-8)
    assert exceedance[0].lower <= -math.expm1(-0.1) <= exceedance[0].upper < exceedance[0].lower + 1e-12
    assert exceedance[1].upper == pytest.approx(1 - 1.1 * math.exp(-0.1), abs=1e-12)
    assert exceedance[2:] == [Bounds(1.0, 1.0)] * 2


def test_fixed_losses_in_any_company_stay_on_the_lattice():
    scenarios = (
        Scenario("a", 0.1, Fixed(1e6)),
        Scenario("b", 0.05, Fixed(250_000)),
        Scenario("c", 0.001, Lognormal(8.0, 0.5)),
    )
    lattice = Portfolio(scenarios).lattice
    assert (1_000_000 / lattice.step).denominator == 1
    assert (250_000 / lattice.step).denominator == 1


def test_fixed_losses_without_a_common_step_are_bounded():
    scenarios = (Scenario("a", 0.5, Fixed(1e6)), Scenario("b", 0.4, Fixed(777_777.7777777)))
    loss = Portfolio(scenarios, buckets=1024).annual_loss((0.5,), (1_777_777.5,), tolerance=None)
    both = 1 - math.exp(-0.9) * (1 + 0.9 + 0.4**2 / 2)
    assert loss.quantiles[0][1].lower <= 777_777.7777777 <= loss.quantiles[0][1].upper
    assert loss.exceedance[0][1].lower <= both <= loss.exceedance[0][1].upper


@settings(max_examples=60, deadline=None)
@given(
    rate=st.floats(-3, 2.5).map(lambda e: 10**e),
    shape=st.one_of(st.none(), st.floats(-2, 2).map(lambda e: 10**e)),
    per_money=st.floats(-6, 0).map(lambda e: 10**e),
    buckets=st.sampled_from([64, 1024, 8192, 65536]),
)
def test_bounds_hold_the_closed_form(rate, shape, per_money, buckets):
    severity = Exponential(per_money) if shape is None else Gamma(shape, per_money)
    portfolio = one(rate, severity, buckets=buckets)
    end = portfolio.lattice.end
    thresholds = np.concatenate([np.linspace(0, 3 * end, 12), end * np.logspace(-4, 2, 12)])
    lower, upper = portfolio.curve(thresholds)
    exact = np.array([compound_gamma_exceedance(rate, severity, t) for t in thresholds])
    assert (lower <= exact + 1e-13).all()
    assert (exact <= upper + 1e-13).all()
    for p, bounds in portfolio.annual_loss(thresholds=(end / 50,)).quantiles:
        assert bounds.lower <= bounds.upper < math.inf
        if bounds.lower > 0:
            below = compound_gamma_exceedance(rate, severity, bounds.lower * (1 - 1e-12))
            assert below >= 1 - p - 1e-12
        above = compound_gamma_exceedance(rate, severity, max(bounds.upper, 5e-324))
        assert above <= 1 - p + 1e-12


def panjer(rate, probabilities, size):
    """Panjer's recursion for a compound Poisson distribution, in extended precision: the brute-force oracle."""
    f = np.zeros(size, dtype=np.longdouble)
    f[: len(probabilities)] = probabilities[:size]
    g = np.zeros(size, dtype=np.longdouble)
    g[0] = np.exp(np.longdouble(rate) * (f[0] - 1))
    j = np.arange(size)
    for k in range(1, size):
        g[k] = rate / np.longdouble(k) * (j[1 : k + 1] * f[1 : k + 1] * g[k - 1 :: -1][:k]).sum()
    return g


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 3), st.integers(1, 40)), min_size=1, max_size=4, unique_by=lambda p: p[1]))
def test_bounds_hold_fixed_losses_by_brute_force(parts):
    portfolio = Portfolio(tuple(Scenario(str(v), rate, Fixed(v)) for rate, v in parts), buckets=4096)
    rate = sum(r for r, _ in parts)
    probabilities = np.zeros(41)
    for r, v in parts:
        probabilities[v] = r / rate
    cdf = np.cumsum(panjer(rate, probabilities, 900)).astype(float)
    thresholds = np.arange(1, 300, dtype=float)
    lower, upper = portfolio.curve(thresholds)
    exact = 1 - cdf[:299]
    assert (lower <= exact + 1e-14).all()
    assert (exact <= upper + 1e-14).all()
    for p, bounds in zip((0.5, 0.9, 0.99), portfolio.quantiles((0.5, 0.9, 0.99)), strict=True):
        assert bounds.lower <= float(np.searchsorted(cdf, p)) <= bounds.upper


@pytest.mark.parametrize("sigma", [3.0, 6.0, 10.0])
def test_heavy_tails_stay_rigorous_and_narrow(sigma):
    loss = one(0.5, Lognormal(10.0, sigma)).annual_loss(thresholds=(1e6, 1e12))
    for _, bounds in loss.quantiles:
        assert bounds.upper - bounds.lower <= 1e-3 * bounds.upper
    assert math.isfinite(loss.mean)
    assert math.isfinite(loss.sd)
    for threshold, bounds in loss.exceedance:
        # One loss alone is that large at least so often; the mean bounds it from above (Markov).
        z = (math.log(threshold) - 10.0) / sigma
        single = -math.expm1(-0.5 * 0.5 * math.erfc(z / math.sqrt(2)))
        assert bounds.upper >= single * (1 - 1e-9)
        assert bounds.lower <= min(bounds.upper, loss.mean / threshold)


def mixed_portfolio(n, seed=7, total=50.0):
    rng = np.random.default_rng(seed)
    rates = rng.lognormal(-1.5, 1, n)
    rates *= total / rates.sum()
    scenarios = []
    for i, rate in enumerate(rates):
        low = 10 ** rng.uniform(3.5, 6)
        severity = (
            Lognormal.from_interval(low, low * 10 ** rng.uniform(0.7, 2)),
            Pert(low, 2 * low, 10 * low),
            Gamma(rng.uniform(0.5, 4), 1 / low),
            Exponential(1 / low),
        )[i % 4]
        scenarios.append(Scenario(f"s{i}", float(rate), severity))
    return tuple(scenarios)


def simulate(scenarios, years, seed=3):
    rng = np.random.Generator(np.random.Philox(seed))
    by_scenario = np.empty((len(scenarios), years))
    for row, s in enumerate(scenarios):
        counts = rng.poisson(s.events_per_year, years)
        n, v = int(counts.sum()), s.severity
        if isinstance(v, Lognormal):
            drawn = rng.lognormal(v.mu, v.sigma, n)
        elif isinstance(v, Pert):
            drawn = v.least + (v.most - v.least) * rng.beta(v.alpha, v.beta, n)
        elif isinstance(v, Fixed):
            drawn = np.full(n, v.value)
        else:
            shape, rate = (v.shape, v.rate) if isinstance(v, Gamma) else (1.0, v.rate)
            drawn = rng.gamma(shape, 1 / rate, n)
        by_scenario[row] = np.bincount(np.repeat(np.arange(years), counts), weights=drawn, minlength=years)
    return by_scenario


def test_a_portfolio_of_a_hundred_is_narrow():
    portfolio = Portfolio(mixed_portfolio(100))
    assert portfolio.events_per_year == pytest.approx(50)
    for _, bounds in portfolio.annual_loss().quantiles:
        assert bounds.upper - bounds.lower <= 1e-3 * bounds.upper


def test_shares_of_the_tail_agree_with_simulation():
    scenarios = (*mixed_portfolio(8, total=6.0), Scenario("fixed", 0.3, Fixed(400_000)))
    portfolio = Portfolio(scenarios)
    years = simulate(scenarios, 200_000)
    total = years.sum(axis=0)
    worst = years[:, total >= portfolio.quantiles((0.95,))[0].upper]
    shares = portfolio.tail_shares(0.95)
    assert math.fsum(s.fraction for s in shares) == pytest.approx(1)
    for share, simulated in zip(shares, worst, strict=True):
        sampling = simulated.std() / math.sqrt(worst.shape[1])
        assert abs(share.loss - simulated.mean()) < 4.5 * sampling
    tail = portfolio.shortfall(0.95)
    assert tail.lower <= math.fsum(s.loss for s in shares) * 1.001
    assert math.fsum(s.loss for s in shares) <= tail.upper * 1.001


def test_a_changed_frequency_gives_what_a_new_portfolio_gives():
    portfolio = Portfolio(mixed_portfolio(12))
    changed = portfolio.with_rate("s3", 4.5).with_rate("s3", 0.75)
    fresh = Portfolio(changed.scenarios)
    assert changed.lattice == portfolio.lattice
    for one_way, other in zip(changed.quantiles(), fresh.quantiles(), strict=True):
        meeting = one_way.meet(other)
        assert meeting.lower <= meeting.upper
    with pytest.raises(KeyError):
        portfolio.with_rate("none", 1.0)


def test_a_changed_frequency_of_a_fixed_loss():
    portfolio = one(0.1, Fixed(1e6)).with_rate("s", 0.2)
    assert portfolio.curve((1e6,))[0][0] == pytest.approx(-math.expm1(-0.2), abs=1e-12)
    assert portfolio.with_rate("s", 0.0).curve((1e6,))[1][0] < 1e-12


def test_a_scenario_alone():
    scenarios = mixed_portfolio(3)
    alone = Portfolio(scenarios).alone("s1", buckets=2048)
    assert alone.scenarios == scenarios[1:2]
    assert alone.buckets == 2048


def test_what_never_happens_costs_nothing():
    loss = one(0.0, Lognormal(10.0, 2.0)).annual_loss(thresholds=(1.0, 1e9))
    assert (loss.mean, loss.sd) == (0.0, 0.0)
    assert all(bounds == Bounds(0.0, 0.0) for _, bounds in loss.quantiles)
    assert all(bounds.upper < 1e-9 for _, bounds in loss.exceedance)
    never = one(0.0, Fixed(5.0))
    assert [(s.loss, s.fraction) for s in never.tail_shares()] == [(0.0, 0.0)]


def test_far_beyond_the_lattice_moments_bound_from_above_and_single_losses_from_below():
    portfolio = one(0.5, Fixed(100.0))
    lower, upper = portfolio.curve((1e12,))
    assert lower[0] == 0.0
    assert 0.0 <= upper[0] <= portfolio.mean / 1e12
    heavy = one(0.5, Lognormal(10.0, 3.0), buckets=64)
    lower, upper = heavy.curve((1e12,))
    assert 0.0 < lower[0] < upper[0]


def test_a_threshold_that_the_lattice_ends_at():
    portfolio = one(2.0, Exponential(1e-3), buckets=64)
    lattice = portfolio.lattice
    ends = [lattice.amount(64), lattice.amount(65), lattice.amount(63)]
    lower, upper = portfolio.curve(ends)
    for i, end in enumerate(ends):
        assert lower[i] <= compound_gamma_exceedance(2.0, Exponential(1e-3), end) <= upper[i]


def test_frequent_losses_fall_back_on_moments():
    loss = one(1e6, Lognormal(3.0, 1.0)).annual_loss()
    for p, bounds in loss.quantiles:
        normal = loss.mean + loss.sd * {0.5: 0, 0.9: 1.2816, 0.95: 1.6449, 0.99: 2.3263, 0.995: 2.5758}[p]
        assert bounds.lower <= normal <= bounds.upper


def test_names_are_unique():
    with pytest.raises(InvalidParameter) as refusal:
        Portfolio((Scenario("a", 1, Fixed(1)), Scenario("a", 2, Fixed(1))))
    assert refusal.value.field == "name"


def test_amounts_are_read_as_decimals():
    lattice = Lattice(Fraction(1, 10), 64)
    assert lattice.index_at_least(0.3) == 3
    assert lattice.amount(3) == 0.3
    assert [power_of_two(n) for n in (1, 64, 65, 10**9)] == [64, 64, 128, 2**20]


def test_a_fixed_loss_beyond_a_finer_lattice():
    scenarios = (Scenario("rare", 0.02, Fixed(1e9)), Scenario("usual", 5.0, Exponential(1e-3)))
    loss = Portfolio(scenarios, buckets=1024).annual_loss((0.5, 0.995))
    assert loss.quantiles[0][1].upper < 6_000
    assert loss.quantiles[0][1].upper / loss.quantiles[0][1].lower < 1.02
    assert loss.quantiles[1][1].lower >= 1e9

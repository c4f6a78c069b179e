"""Time the loss engine on 100 scenarios beside its limits and a plain Monte Carlo: ``python bench/portfolio.py``.

CPU seconds after imports, in one run on one machine. The peer is NumPy alone, 100,000 simulated years; its error at the
99 % quantile is told against the bounds, which hold the true value.
"""

import math
import time
from collections.abc import Callable

import numpy as np

from garrison.engines.loss import Lognormal, Pert, Portfolio, Scenario, estimate_band

SCENARIOS = 100
EVENTS_PER_YEAR = 50.0
YEARS = 100_000
BUILD_LIMIT_S = 0.6
CHANGE_LIMIT_S = 0.010
BAND_LIMIT_S = 0.5


def scenarios(seed: int = 20) -> tuple[Scenario, ...]:
    """A seeded portfolio: two thirds lognormal, one third PERT."""
    rng = np.random.default_rng(seed)
    rates = rng.lognormal(-1.5, 1.0, SCENARIOS)
    rates *= EVENTS_PER_YEAR / rates.sum()
    made = []
    for i, rate in enumerate(rates):
        low = 10 ** rng.uniform(3.5, 6)
        severity = (
            Pert(low, 3 * low, 12 * low)
            if i % 3 == 2
            else Lognormal.from_interval(low, low * 10 ** rng.uniform(0.7, 2))
        )
        made.append(Scenario(f"scenario {i + 1}", float(rate), severity, (float(rate) / 3, float(rate) * 3)))
    return tuple(made)


def simulate(portfolio: tuple[Scenario, ...], years: int, seed: int) -> np.ndarray:
    """The peer: simulated yearly totals."""
    rng = np.random.default_rng(seed)
    totals = np.zeros(years)
    for scenario in portfolio:
        counts = rng.poisson(scenario.events_per_year, years)
        n, severity = int(counts.sum()), scenario.severity
        if isinstance(severity, Lognormal):
            losses = rng.lognormal(severity.mu, severity.sigma, n)
        else:
            width = severity.most - severity.least
            losses = severity.least + width * rng.beta(severity.alpha, severity.beta, n)
        totals += np.bincount(np.repeat(np.arange(years), counts), weights=losses, minlength=years)
    return totals


def cpu_s(work: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of one call, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    """Print each figure with its ratio to the limit or the peer."""
    listed = scenarios()
    rate = math.fsum(s.events_per_year for s in listed)
    portfolio = Portfolio(listed)
    build, quantiles = cpu_s(portfolio.quantiles)
    print(f"{SCENARIOS} scenarios, {rate:.0f} losses a year, {portfolio.lattice.buckets} buckets")
    print(f"from nothing       {build:8.3f} CPU-s   {build / BUILD_LIMIT_S:6.2f} of the limit of {BUILD_LIMIT_S} s")
    changes = [cpu_s(lambda i=i: portfolio.with_rate("scenario 8", 0.1 * i).quantiles())[0] for i in range(1, 21)]
    change = float(np.median(changes))
    print(f"one rate changed   {change:8.4f} CPU-s   {change / CHANGE_LIMIT_S:6.2f} of the limit of {CHANGE_LIMIT_S} s")
    refined, loss = cpu_s(portfolio.annual_loss)
    widths = ", ".join(f"{p:g}: {(b.upper - b.lower) / b.upper:.3%}" for p, b in loss.quantiles)
    print(f"all within .1 %    {refined:8.3f} CPU-s more; widths {widths}")
    shares, _ = cpu_s(portfolio.tail_shares)
    print(f"tail shares        {shares:8.3f} CPU-s more")
    band, _ = cpu_s(lambda: estimate_band(listed[:10], np.logspace(4, 8, 60).tolist(), 64, 1))
    print(f"band, 10 x 64      {band:8.3f} CPU-s   {band / BAND_LIMIT_S:6.2f} of the limit of {BAND_LIMIT_S} s")
    peer, totals = cpu_s(lambda: simulate(listed, YEARS, 1))
    middle = (quantiles[3].lower + quantiles[3].upper) / 2
    spread = [float(np.quantile(simulate(listed, YEARS, seed), 0.99)) / middle - 1 for seed in range(2, 7)]
    width = (quantiles[3].upper - quantiles[3].lower) / middle
    error = float(np.quantile(totals, 0.99)) / middle - 1
    worst = max(map(abs, [error, *spread]))
    print(f"Monte Carlo peer   {peer:8.3f} CPU-s   {peer / build:6.2f} times ours; {YEARS:,} years, NumPy")
    print(f"99 % quantile: ours certain within {width:.3%}; peer off by {error:+.2%}, {worst:.2%} at worst of six runs")


if __name__ == "__main__":
    main()

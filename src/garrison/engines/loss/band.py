"""How sure a loss curve is, given how sure its frequencies are: percentile curves over sampled rates.

Each draw only rescales the scenarios' transforms by their rates, so a curve costs one small transform. Point
estimates: a band says what the estimates' own uncertainty does, beside which a bucket is nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from garrison.engines.loss.compound import TILT, TRANSFORMS
from garrison.engines.loss.lattice import Lattice, exact, power_of_two
from garrison.engines.loss.portfolio import Bounds, Portfolio, Scenario
from garrison.engines.loss.severity import Z95
from garrison.engines.loss.special import Array

BAND_BUCKETS = 2**12
_DRAWS_AT_ONCE = 32


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Percentile curves of P(loss >= threshold), an array each, and the 5 % to 95 % interval of the mean."""

    thresholds: Array
    lower: Array
    upper: Array
    mean: Bounds


def sample_rates(scenarios: Sequence[Scenario], draws: int, seed: int) -> Array:
    """Sampled yearly rates, draws x scenarios: lognormal by each ``rate_interval``, or the rate itself without one."""
    normal = np.random.Generator(np.random.Philox(seed)).standard_normal((draws, len(scenarios)))
    rates = np.empty_like(normal)
    for column, scenario in enumerate(scenarios):
        if scenario.rate_interval is None:
            rates[:, column] = scenario.events_per_year
        else:
            low, high = (math.log(rate) for rate in scenario.rate_interval)
            rates[:, column] = np.exp((low + high) / 2 + (high - low) / (2 * Z95) * normal[:, column])
    return rates


def estimate_band(
    scenarios: Sequence[Scenario], thresholds: Sequence[float], draws: int, seed: int, *, buckets: int = BAND_BUCKETS
) -> Band:
    """The 5 % and 95 % percentile curves over ``draws`` of the rates. The same seed gives the same band."""
    rates = sample_rates(scenarios, draws, seed)
    means = rates @ np.array([scenario.severity.mean for scenario in scenarios])
    low, high = (float(value) for value in np.quantile(means, (0.05, 0.95)))
    curves = np.concatenate(
        [
            _curves(scenarios, rates[start : start + _DRAWS_AT_ONCE], thresholds, power_of_two(buckets))
            for start in range(0, draws, _DRAWS_AT_ONCE)
        ]
    )
    lower, upper = np.quantile(curves, (0.05, 0.95), axis=0)
    return Band(np.asarray(thresholds, dtype=np.float64), lower, upper, Bounds(low, high))


def _curves(scenarios: Sequence[Scenario], rates: Array, thresholds: Sequence[float], buckets: int) -> Array:
    """Exceedance at each threshold for each row of rates, midway between rounding losses down and up."""
    reach = max([*thresholds, Portfolio(scenarios, buckets=buckets).lattice.end])
    lattice = Lattice(exact(float(f"{reach / buckets * 1.0006:.4g}")), buckets)
    theta = TILT / buckets
    turns = np.arange(buckets // 2 + 1) / buckets
    halfway = (1.0 + math.exp(-theta) * np.exp(-2j * math.pi * turns)) / 2  # half the losses down, half up
    transforms = [TRANSFORMS.transform(scenario.severity, lattice) for scenario in scenarios]
    spectra = np.stack([t.spectrum * halfway if t.moves_up else t.spectrum for t in transforms])
    exponents = rates @ spectra - rates.sum(axis=1)[:, None]
    del spectra
    tilted = np.fft.irfft(np.exp(exponents), buckets, axis=1)
    cdf = np.cumsum(tilted * np.exp(theta * np.arange(buckets)), axis=1)
    indices = np.array([min(lattice.index_at_least(threshold), buckets) for threshold in thresholds])
    exceedance: Array = np.clip(1.0 - cdf[:, np.maximum(indices - 1, 0)], 0.0, 1.0)
    exceedance[:, indices == 0] = 1.0
    return exceedance

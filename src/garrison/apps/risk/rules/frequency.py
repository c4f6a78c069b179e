"""How often a scenario happens, once some of it was counted: a gamma prior updated by a Poisson count. Pure.

Conjugate updating (Gelman and others, Bayesian Data Analysis, section 2.6): rate ~ Gamma(a, b), n events in t years
give Gamma(a + n, b + t). Rates of scenarios are those before controls, and events are counted with controls in place,
so the years count by the share of events that the controls let through.
"""

import math
from dataclasses import dataclass

Z_90 = 1.6448536269514722
VAGUE_SHAPE = 1.0
"""The prior's shape where nobody gave an interval: as wide as an exponential distribution."""


@dataclass(frozen=True, slots=True)
class Gamma:
    """A gamma distribution of a yearly rate by shape and years."""

    shape: float
    years: float

    @property
    def mean(self) -> float:
        """The expected number of events a year."""
        return self.shape / self.years

    def quantile(self, z: float) -> float:
        """The rate at a standard normal ``z``, after Wilson and Hilferty (1931).

        It is within 2 % from a shape of 2 up, coarser below.
        """
        spread = 1 / (9 * self.shape)
        return self.shape * max(0.0, 1 - spread + z * math.sqrt(spread)) ** 3 / self.years


@dataclass(frozen=True, slots=True)
class Updated:
    """A rate before and after counting, with its 90 % interval and the prior that it rests on."""

    prior: Gamma
    posterior: Gamma
    rate: float
    low: float
    high: float


def prior_of(rate: float, low: float | None, high: float | None) -> Gamma:
    """The prior of a judged rate: its mean, and a standard deviation from its 90 % interval. The rate is above 0."""
    if low is None or high is None or high <= low:
        return Gamma(VAGUE_SHAPE, VAGUE_SHAPE / rate)
    deviation = (high - low) / (2 * Z_90)
    return Gamma((rate / deviation) ** 2, rate / deviation**2)


def update(
    rate: float, low: float | None, high: float | None, *, events: int, years: float, let_through: float
) -> Updated:
    """The rate after ``events`` in ``years``, of which the controls ``let_through`` the share 0 to 1."""
    prior = prior_of(rate, low, high)
    posterior = Gamma(prior.shape + events, prior.years + years * let_through)
    return Updated(prior, posterior, posterior.mean, posterior.quantile(-Z_90), posterior.quantile(Z_90))

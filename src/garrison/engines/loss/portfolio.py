"""What a portfolio of loss scenarios may cost in a year: mean, spread, quantiles, exceedance curve, shares of the tail.

Mean and standard deviation are closed forms; everything else is an interval that certainly holds the true value.
Conventions: exceedance is P(loss >= threshold); a quantile is the least x with F(x) >= p.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from garrison.engines.loss.compound import Enclosure, Exponent, floor_probabilities
from garrison.engines.loss.lattice import Lattice, exact, lattice_reaching, power_of_two
from garrison.engines.loss.severity import Fixed, InvalidParameter, Severity, require_between
from garrison.engines.loss.special import Array

BUCKETS = 2**16
PROBABILITIES = (0.5, 0.9, 0.95, 0.99, 0.995)
TOLERANCE = 1e-3
MOST_EVENTS_PER_YEAR = 1e6
_SCOUT_BUCKETS = 2**11
_NEGLIGIBLE = 1e-6
_MOST_DOUBLINGS = 2


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to lose money: how often it happens (a Poisson rate) and what one loss costs.

    ``rate_interval``, where given, is a 90 % interval for the rate itself, read as lognormal: see
    ``garrison.engines.loss.band.estimate_band``.
    """

    name: str
    events_per_year: float
    severity: Severity
    rate_interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        require_between("rate", self.events_per_year, 0.0, MOST_EVENTS_PER_YEAR)
        if self.rate_interval is not None:
            low, high = self.rate_interval
            require_between("rate_interval", low, 1e-12, MOST_EVENTS_PER_YEAR)
            require_between("rate_interval", high, low, MOST_EVENTS_PER_YEAR)

    @property
    def mean_per_year(self) -> float:
        """Expected loss in a year, in money."""
        return self.events_per_year * self.severity.mean


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval that certainly holds a value."""

    lower: float
    upper: float

    def meet(self, other: "Bounds") -> "Bounds":
        """What both intervals hold."""
        return Bounds(max(self.lower, other.lower), min(self.upper, other.upper))


@dataclass(frozen=True, slots=True)
class AnnualLoss:
    """A year's loss: quantiles by probability, exceedance by threshold, in the order asked for."""

    mean: float
    sd: float
    quantiles: tuple[tuple[float, Bounds], ...]
    exceedance: tuple[tuple[float, Bounds], ...]
    buckets: int
    step: float


@dataclass(frozen=True, slots=True)
class TailShare:
    """What one scenario costs, on average, in the years at or beyond a quantile; ``fraction`` of the whole."""

    name: str
    loss: float
    fraction: float


class Portfolio:
    """Independent scenarios on one lattice, which is laid to reach just past a quantile: ``farthest``, in (0, 1)."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        *,
        buckets: int = BUCKETS,
        farthest: float = 0.995,
        exponent: Exponent | None = None,
    ) -> None:
        self.scenarios = tuple(scenarios)
        self.buckets = power_of_two(buckets)
        self.farthest = farthest
        self._given = exponent
        self._places = {scenario.name: place for place, scenario in enumerate(self.scenarios)}
        if len(self._places) < len(self.scenarios):
            raise InvalidParameter("name", "is used by two scenarios; give each its own")

    @property
    def mean(self) -> float:
        """Expected loss in a year, in closed form."""
        return math.fsum(scenario.mean_per_year for scenario in self.scenarios)

    @property
    def sd(self) -> float:
        """Standard deviation of a year's loss, in closed form."""
        return math.hypot(*(math.sqrt(s.events_per_year) * s.severity.root_mean_square for s in self.scenarios))

    @property
    def events_per_year(self) -> float:
        """Expected number of losses in a year."""
        return math.fsum(scenario.events_per_year for scenario in self.scenarios)

    @property
    def lattice(self) -> Lattice:
        """The lattice in use."""
        return self._exponent.lattice

    @cached_property
    def _exponent(self) -> Exponent:
        return self._given or self._exponent_reaching(self._reach())

    @cached_property
    def _enclosure(self) -> Enclosure:
        return self._exponent.enclosure()

    def _exponent_reaching(self, reach: float, buckets: int | None = None) -> Exponent:
        """Lay a lattice to ``reach`` and put every scenario on it."""
        happening = [s for s in self.scenarios if s.events_per_year > 0.0]
        fixed = [s for s in happening if isinstance(s.severity, Fixed)]
        fixed.sort(key=lambda s: (-s.mean_per_year, s.severity.mean))
        values = dict.fromkeys(s.severity.mean for s in fixed)
        only_fixed = len(fixed) == len(happening) and bool(fixed)
        lattice = lattice_reaching(reach, buckets or self.buckets, values, only_fixed=only_fixed)
        return Exponent.of(tuple((s.events_per_year, s.severity) for s in happening), lattice)

    def _reach(self) -> float:
        """Find an amount just past the farthest quantile, by ever tighter looks through a small lattice.

        Where losses are rarer than that, the quantile of the worst twentieth of the years with a loss serves.
        """
        if self.mean == 0.0:
            return 1.0
        tail = min(1.0 - self.farthest, 0.05 * -math.expm1(-self.events_per_year))
        reach = _moment_bounds(self.mean, self.sd, 1.0 - tail).upper
        for _ in range(16):  # pragma: no branch - a few looks always do
            scout = self._exponent_reaching(reach, _SCOUT_BUCKETS).enclosure()
            place = scout.quantile_indices(1.0 - tail)[1]
            if place >= scout.lattice.buckets:
                break
            shorter = scout.lattice.amount(place + 1)
            if shorter > 0.8 * reach:
                return min(shorter, reach)
            reach = shorter * 1.05
        return reach

    def with_rate(self, name: str, events_per_year: float) -> "Portfolio":
        """The portfolio with another frequency for one scenario, on the same lattice: milliseconds, not a rebuild.

        Raises KeyError for a name that no scenario has.
        """
        place = self._places[name]
        old = self.scenarios[place]
        new = replace(old, events_per_year=events_per_year)
        exponent = self._exponent.plus(events_per_year - old.events_per_year, old.severity)
        scenarios = (*self.scenarios[:place], new, *self.scenarios[place + 1 :])
        return Portfolio(scenarios, buckets=self.buckets, farthest=self.farthest, exponent=exponent)

    def alone(self, name: str, *, buckets: int | None = None) -> "Portfolio":
        """One scenario as a portfolio of its own, on its own lattice. Raises KeyError for an unknown name."""
        return Portfolio((self.scenarios[self._places[name]],), buckets=buckets or self.buckets)

    def quantiles(self, probabilities: Iterable[float] = PROBABILITIES) -> tuple[Bounds, ...]:
        """Bounds on the least losses that years stay at or under with these probabilities (above 0, below 1)."""
        return tuple(self._quantile(self._enclosure, probability) for probability in probabilities)

    def curve(self, thresholds: Iterable[float]) -> tuple[Array, Array]:
        """Lower and upper bounds on P(loss >= threshold), an array each."""
        bounds = [self._exceedance(self._enclosure, threshold) for threshold in thresholds]
        return np.array([b.lower for b in bounds]), np.array([b.upper for b in bounds])

    def annual_loss(
        self,
        probabilities: Sequence[float] = PROBABILITIES,
        thresholds: Sequence[float] = (),
        *,
        tolerance: float | None = TOLERANCE,
    ) -> AnnualLoss:
        """The year's loss in full. Bounds wider than ``tolerance`` (relative) get a closer look at a finer lattice.

        ``buckets`` and ``step`` of the answer are those of the widest lattice; None for ``tolerance`` uses only it.
        """
        quantiles = [self._quantile(self._enclosure, p) for p in probabilities]
        exceedance = [self._exceedance(self._enclosure, t) for t in thresholds]
        if tolerance is not None and self.mean > 0.0:
            self._refine(probabilities, quantiles, thresholds, exceedance, tolerance)
        return AnnualLoss(
            self.mean,
            self.sd,
            tuple(zip(probabilities, quantiles, strict=True)),
            tuple(zip(thresholds, exceedance, strict=True)),
            self.lattice.buckets,
            float(self.lattice.step),
        )

    def _refine(
        self,
        probabilities: Sequence[float],
        quantiles: list[Bounds],
        thresholds: Sequence[float],
        exceedance: list[Bounds],
        tolerance: float,
    ) -> None:
        """Narrow wide bounds in place, from the largest amount to the smallest: each lattice serves all below it."""
        last = math.inf
        while True:
            wide = [(b.upper, (b.upper - b.lower) / b.upper) for b in quantiles if b.upper > 0.0]
            wide += [
                (t, (b.upper - b.lower) / b.upper)
                for t, b in zip(thresholds, exceedance, strict=True)
                if b.upper - b.lower > _NEGLIGIBLE
            ]
            wide = [(reach, width) for reach, width in wide if width > tolerance and reach < 0.9 * last]
            if not wide:
                return
            last, width = max(wide)
            # Width goes with the step: a shorter lattice, or one of more buckets, but not of very many.
            needed = width / tolerance * min(last / self.lattice.end, 1.0)
            growth = min(max(math.ceil(math.log2(1.1 * needed)), 0), _MOST_DOUBLINGS)
            enclosure = self._exponent_reaching(last, power_of_two(self.buckets << growth)).enclosure()
            for i, probability in enumerate(probabilities):
                quantiles[i] = quantiles[i].meet(self._quantile(enclosure, probability))
            for i, threshold in enumerate(thresholds):
                exceedance[i] = exceedance[i].meet(self._exceedance(enclosure, threshold))

    def _quantile(self, enclosure: Enclosure, probability: float) -> Bounds:
        """Bound a quantile by an enclosure, and by the moments where the lattice ends before it."""
        lower, upper = enclosure.quantile_indices(probability)
        lattice = enclosure.lattice
        moments = _moment_bounds(self.mean, self.sd, probability)
        high = lattice.amount(upper) if upper < lattice.buckets else math.inf
        return Bounds(max(lattice.amount(lower), moments.lower), min(high, moments.upper))

    def _exceedance(self, enclosure: Enclosure, threshold: float) -> Bounds:
        """Bound an exceedance by an enclosure; beyond the lattice by single losses below and moments above."""
        if threshold <= 0.0:
            return Bounds(1.0, 1.0)
        lower, upper = enclosure.exceedance_at(enclosure.lattice.index_at_least(threshold))
        if threshold > enclosure.lattice.end:
            lower = -math.expm1(-self._single_losses_per_year(threshold))
        if threshold > self.mean:
            spread = (threshold - self.mean) / self.sd if self.sd > 0.0 else math.inf
            upper = min(upper, self.mean / threshold, 1.0 / (1.0 + spread * spread))
        return Bounds(min(lower, upper), upper)

    def _single_losses_per_year(self, threshold: float) -> float:
        """Bound from below the yearly rate of single losses of at least ``threshold``."""
        at = np.array([math.nextafter(threshold, 0.0)])
        tails = (
            s.events_per_year * max(1.0 - float(s.severity.cdf(at)[0]) - s.severity.cdf_error, 0.0)
            for s in self.scenarios
        )
        return math.fsum(tails)

    def shortfall(self, probability: float) -> Bounds:
        """Bounds on the mean of the worst ``1 - probability`` of years (tail value at risk, CVaR).

        It is the least over q of q + E[(loss - q)+] / (1 - p) (Rockafellar and Uryasev 2000), and E[(loss - q)+] is
        the mean less the integral of the exceedance up to q, which the enclosure bounds from both sides.
        """
        enclosure, step = self._enclosure, float(self.lattice.step)
        amounts = step * np.arange(1, enclosure.lattice.buckets + 1)
        below_at_least = step * np.cumsum(1.0 - enclosure.cdf_upper)
        below_at_most = step * np.cumsum(1.0 - enclosure.cdf_lower)
        tail = 1.0 - probability
        highest = amounts + np.maximum(self.mean - below_at_least, 0.0) / tail
        lowest = amounts - step + np.maximum(self.mean - below_at_most, 0.0) / tail
        lower = max(float(lowest.min()), self._quantile(enclosure, probability).lower, self.mean)
        return Bounds(min(lower, float(highest.min())), float(highest.min()))

    def tail_shares(self, probability: float = 0.95) -> tuple[TailShare, ...]:
        """What each scenario contributes, on average, to the years at or beyond a quantile (1 in 20 by default).

        By Mecke's formula E[loss of i; total >= q] = rate_i E[X_i; X_i + total >= q]. Point estimates, midway between
        the bounds; their sum is the mean loss of those years. Nothing happening, every share is zero.
        """
        lattice = self.lattice
        at = min(self._enclosure.quantile_indices(probability)[1], lattice.buckets - 1)
        exceedance = 1.0 - (self._enclosure.cdf_lower + self._enclosure.cdf_upper) / 2
        reaching = np.concatenate([[1.0], exceedance])[: at + 1][::-1]  # of what is still missing after a loss of k
        losses = [self._tail_loss(scenario, at, reaching) for scenario in self.scenarios]
        total = math.fsum(losses)
        chance = float(reaching[0])
        return tuple(
            TailShare(s.name, loss / chance if chance > 0.0 else 0.0, loss / total if total > 0.0 else 0.0)
            for s, loss in zip(self.scenarios, losses, strict=True)
        )

    def _tail_loss(self, scenario: Scenario, at: int, reaching: Array) -> float:
        """Expected yearly loss from ``scenario`` in years of at least ``at`` steps, times their probability."""
        severity, lattice = scenario.severity, self.lattice
        if isinstance(severity, Fixed):
            index = math.floor(exact(severity.value) / lattice.step)
            return scenario.mean_per_year * float(reaching[min(index, at)])
        probabilities = floor_probabilities(severity, lattice)[0][:at]
        middles = float(lattice.step) * (np.arange(at) + 0.5)
        small = probabilities * middles
        with_small = float((small * (reaching[:-1] + reaching[1:])).sum()) / 2
        return scenario.events_per_year * (with_small + max(severity.mean - float(small.sum()), 0.0))


def _moment_bounds(mean: float, sd: float, probability: float) -> Bounds:
    """Bound a quantile of a loss that is never negative by Markov's and Cantelli's inequalities."""
    odds = math.sqrt(probability / (1.0 - probability))
    return Bounds(max(mean - sd / odds, 0.0), min(mean / (1.0 - probability), mean + sd * odds))

"""One scenario under other numbers: what it would cost, and which of its inputs moves that most. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from garrison.apps.risk.rules.assessment import ALONE_BUCKETS, Estimate, scenario_of, severity_of
from garrison.apps.risk.rules.bearing import Bearing, factors

MOST_A_YEAR = 100_000.0
MOST_MONEY = 1e15
UNJUDGED = 1.5
"""An input whose range nobody judged is moved to this many times its value, and to as many times less."""
LEVERS: dict[str, tuple[str, ...]] = {
    "lognormal": ("low", "high"),
    "pert": ("low", "mode", "high"),
    "gamma": ("low", "high"),
    "exponential": ("low",),
    "fixed": ("low",),
}
"""The inputs of each distribution of the loss."""


@dataclass(frozen=True, slots=True)
class Swing:
    """One input moved and all others held: the input (``rate``, ``low``, ``mode``, ``high`` or ``control``), its two
    values, and how far each moves the expected loss. For a control: 0 is failing, 1 is working fully.
    """

    kind: str
    code: str
    values: tuple[float, float]
    lower: float
    upper: float

    @property
    def span(self) -> float:
        """How far apart the two ends are."""
        return self.upper - self.lower


@dataclass(frozen=True, slots=True)
class Explored:
    """What a scenario costs a year: expected, the interval that the judged frequencies give, and a bad year alone."""

    estimate: Estimate
    mean: float
    mean_severity: float
    rate_factor: float
    severity_factor: float
    band: tuple[float, float]
    bad_year: tuple[float, float] | None
    curve: tuple[tuple[float, float], ...]
    swings: tuple[Swing, ...]


def why_unusable(estimate: Estimate) -> str:
    """Why the loss engine could not take an estimate; "" when it can."""
    missing = [name for name in LEVERS[estimate.distribution] if getattr(estimate, name) is None]
    if missing:
        return "no loss is estimated yet"
    try:
        mean = severity_of(estimate).mean
        scenario_of(estimate)
    except ValueError as error:
        return str(error)
    if not 0 <= estimate.rate <= MOST_A_YEAR or not estimate.rate * mean < MOST_MONEY:
        return "a frequency lies between 0 and 100,000 a year, and a year's loss under a quadrillion"
    low, high = estimate.rate_low, estimate.rate_high
    if low is not None and high is not None and not low <= high <= MOST_A_YEAR:
        return "the low end of the frequency lies above its high end"
    return ""


def expected(estimate: Estimate) -> float:
    """Expected loss in a year: rate times mean severity times what the controls leave of both."""
    left = factors(estimate.bearings)
    return estimate.rate * severity_of(estimate).mean * left.rate * left.severity


def changed_estimate(estimate: Estimate, values: Mapping[str, float]) -> Estimate:
    """The estimate with other values; the judged interval of the rate moves along with the rate.

    A value as good as the stored one is the stored one: a slider that was not moved says its value in three digits.
    """
    values = {name: value for name, value in values.items() if not _same(value, getattr(estimate, name))}
    new = replace(
        estimate,
        low=values.get("low", estimate.low),
        mode=values.get("mode", estimate.mode),
        high=values.get("high", estimate.high),
    )
    rate = values.get("rate", estimate.rate)
    if rate == estimate.rate:
        return new
    times = rate / estimate.rate if estimate.rate else 0.0
    if estimate.rate_low is None or estimate.rate_high is None or not times:
        return replace(new, rate=rate, rate_low=None, rate_high=None)
    return replace(new, rate=rate, rate_low=estimate.rate_low * times, rate_high=estimate.rate_high * times)


def _same(value: float, stored: float | None) -> bool:
    """Whether a value differs from the stored one by no more than rounding to three digits does."""
    return stored is not None and math.isclose(value, stored, rel_tol=0.005)


def swings(estimate: Estimate) -> tuple[Swing, ...]:
    """How far each input moves the expected loss, one at a time, the widest first."""
    mean = expected(estimate)
    found = []
    low, high = estimate.rate_low, estimate.rate_high
    if low is None or high is None:
        low, high = estimate.rate / UNJUDGED, estimate.rate * UNJUDGED
    if estimate.rate:
        found.append(
            Swing("rate", "", (low, high), mean * (low / estimate.rate - 1), mean * (high / estimate.rate - 1))
        )
    for name in LEVERS[estimate.distribution]:
        value = getattr(estimate, name)
        ends = (value / UNJUDGED, value * UNJUDGED)
        moved = [_expected_or_none(changed_estimate(estimate, {name: end})) for end in ends]
        if value and moved[0] is not None and moved[1] is not None:
            found.append(Swing(name, "", ends, min(moved[0], moved[1]) - mean, max(moved[0], moved[1]) - mean))
    for bearing in estimate.bearings:
        working, failing = (expected(_with(estimate, replace(bearing, effectiveness=end))) for end in (1.0, 0.0))
        found.append(Swing("control", bearing.code, (0.0, 1.0), working - mean, failing - mean))
    return tuple(sorted((swing for swing in found if swing.span > 0.005), key=lambda swing: -swing.span))


def explore(estimate: Estimate) -> Explored:
    """What a scenario costs alone. Raises ValueError for an estimate that the engine cannot take."""
    from garrison.apps.risk.rules.assessment import curve as curve_of
    from garrison.apps.risk.rules.assessment import thresholds
    from garrison.engines.loss import Portfolio

    if reason := why_unusable(estimate):
        raise ValueError(reason)
    left = factors(estimate.bearings)
    mean = expected(estimate)
    spread = (1.0, 1.0)
    if estimate.rate and estimate.rate_low is not None and estimate.rate_high is not None:
        spread = (estimate.rate_low / estimate.rate, estimate.rate_high / estimate.rate)
    bad_year: tuple[float, float] | None = None
    curve: tuple[tuple[float, float], ...] = ()
    if mean:
        alone = Portfolio([scenario_of(estimate)], buckets=ALONE_BUCKETS)
        worst = alone.quantiles((0.95,))[0]
        bad_year = (worst.lower, worst.upper) if math.isfinite(worst.upper) else None
        amounts = thresholds(alone, points=48)
        curve = tuple((a, (low + high) / 2) for a, low, high in curve_of(alone, amounts))
    return Explored(
        estimate,
        mean,
        severity_of(estimate).mean,
        left.rate,
        left.severity,
        (mean * spread[0], mean * spread[1]),
        bad_year,
        curve,
        swings(estimate),
    )


def _with(estimate: Estimate, new: Bearing) -> Estimate:
    """The estimate with one control changed."""
    return replace(estimate, bearings=tuple(new if old.code == new.code else old for old in estimate.bearings))


def _expected_or_none(estimate: Estimate) -> float | None:
    """The expected loss; None where the numbers fit no distribution."""
    try:
        return expected(estimate)
    except ValueError:
        return None

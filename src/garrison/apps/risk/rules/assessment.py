"""From judged scenarios and their controls to a year's loss in money. Pure; NumPy is imported when it is needed."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from garrison.apps.risk.rules.bearing import Bearing, factors

if TYPE_CHECKING:
    from garrison.engines.loss import Portfolio, Scenario, Severity

DRAWS = 96
SEED = 20_417
CURVE_POINTS = 96
CURVE_TOLERANCE = 0.01
"""So far apart, as a share, may the bounds on a point of a curve be: thinner than its line."""
QUANTILES = (0.5, 0.9, 0.95, 0.99, 0.995)
ALONE_BUCKETS = 2**12
NOTHING = 1e-6
"""Less than a millionth of a loss is no loss."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A scenario as its estimators judged it, before controls, and the controls that bear on it.

    ``low``, ``mode`` and ``high`` mean what ``ScenarioFact`` says for each distribution; money in one currency.
    """

    code: str
    name: str
    owner: str
    rate: float
    rate_low: float | None
    rate_high: float | None
    distribution: str
    low: float | None
    mode: float | None
    high: float | None
    estimator: str
    calibrated: bool
    bearings: tuple[Bearing, ...] = ()
    basis: str = "own"


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a year may cost: the whole, and each scenario, in JSON's own types."""

    mean: float
    portfolio: dict[str, Any]
    scenarios: list[dict[str, Any]]


def severity_of(estimate: Estimate, scale: float = 1.0) -> "Severity":
    """The engine's severity, every amount times ``scale`` (above 0). Raises ValueError for numbers that do not fit."""
    from garrison.engines.loss import Exponential, Fixed, Gamma, Lognormal, Pert

    low, mode, high = (
        float(value) if value is not None else math.nan for value in (estimate.low, estimate.mode, estimate.high)
    )
    match estimate.distribution:
        case "lognormal":
            return Lognormal.from_interval(low * scale, high * scale)
        case "pert":
            return Pert(low * scale, mode * scale, high * scale)
        case "gamma":
            return Gamma(low, high / scale)
        case "exponential":
            return Exponential(low / scale)
        case _:
            return Fixed(low * scale)


def scenario_of(estimate: Estimate, share_left: float = 1.0) -> "Scenario":
    """The engine's scenario after controls; ``share_left`` further scales the rate, as a plan does."""
    from garrison.engines.loss import Scenario

    left = factors(estimate.bearings)
    if left.severity < NOTHING:  # controls leave nothing of a loss: the same as its never happening
        return Scenario(estimate.code, 0.0, severity_of(estimate))
    scale = left.rate * share_left
    interval = None
    if estimate.rate_low and estimate.rate_high and scale > 0:
        interval = (estimate.rate_low * scale, estimate.rate_high * scale)
    return Scenario(estimate.code, estimate.rate * scale, severity_of(estimate, left.severity), interval)


def thresholds(portfolio: "Portfolio", points: int = CURVE_POINTS) -> list[float]:
    """Amounts for a loss curve, evenly spaced in their logarithm, from a common year to a 1-in-200 one."""
    worst = portfolio.quantiles((0.995,))[0].upper
    if not math.isfinite(worst) or worst <= 0:
        worst = max(portfolio.mean * 20, 1.0)
    least = max(min(portfolio.mean / 20, worst / 1000), worst / 10_000, 1.0)
    ratio = math.log(worst * 1.3 / least)
    return [least * math.exp(ratio * i / (points - 1)) for i in range(points)]


def curve(portfolio: "Portfolio", amounts: Sequence[float]) -> list[tuple[float, float, float]]:
    """Each amount with tight bounds on the chance that a year reaches it.

    The last amounts lie beyond the portfolio's own lattice, where it knows no more than moments tell: those get a
    lattice that reaches them.
    """
    found = portfolio.annual_loss((), amounts, tolerance=CURVE_TOLERANCE).exceedance
    return [(amount, bounds.lower, bounds.upper) for amount, bounds in found]


def exceedance(
    estimates: Sequence[Estimate], amounts: Sequence[float], share_left: dict[str, float] | None = None
) -> list[float]:
    """The chance that a year reaches each amount, with each scenario's rate times its ``share_left``."""
    from garrison.engines.loss import Portfolio

    left = share_left or {}
    portfolio = Portfolio([scenario_of(e, left.get(e.code, 1.0)) for e in estimates], buckets=2**14)
    return [(low + high) / 2 for _amount, low, high in curve(portfolio, amounts)]


def mean_band(estimates: Sequence[Estimate], share_left: dict[str, float]) -> list[float]:
    """The 5 % to 95 % interval of the expected loss over the judged rates, each scenario's rate times its share."""
    import numpy as np

    from garrison.engines.loss.band import sample_rates

    engine = [scenario_of(estimate, share_left.get(estimate.code, 1.0)) for estimate in estimates]
    means = sample_rates(engine, DRAWS, SEED) @ np.array([scenario.severity.mean for scenario in engine])
    return [float(value) for value in np.quantile(means, (0.05, 0.95))] if engine else [0.0, 0.0]


def estimates_of(rows: Sequence[dict[str, Any]]) -> list[Estimate]:
    """The estimates behind the scenarios that ``assess`` gave."""
    return [
        Estimate(
            row["code"],
            row["name"],
            row["owner"],
            row["rate"],
            row["rate_low"],
            row["rate_high"],
            row["distribution"],
            row["low"],
            row["mode"],
            row["high"],
            row["estimator"],
            row["calibrated"],
            tuple(Bearing(**control) for control in row["controls"]),
            row.get("basis", "own"),
        )
        for row in rows
    ]


def assess(estimates: Sequence[Estimate], *, appetite: Sequence[tuple[float, float]] = ()) -> Assessed:
    """Compute the portfolio and each scenario alone.

    ``appetite`` is (loss, agreed probability) pairs; the curve holds those losses exactly. Computation bounds are
    rigorous (engines.loss); the estimate's own uncertainty is the band over the judged intervals of the rates.
    """
    from garrison.engines.loss import Portfolio, estimate_band

    engine = [scenario_of(estimate) for estimate in estimates]
    portfolio = Portfolio(engine)
    loss = portfolio.annual_loss(QUANTILES, [amount for amount, _ in appetite])
    amounts = sorted({*thresholds(portfolio), *(amount for amount, _ in appetite)}) if portfolio.mean else []
    band = estimate_band(engine, amounts, DRAWS, SEED) if amounts else None
    shares = {share.name: share for share in portfolio.tail_shares()} if portfolio.mean else {}
    whole: dict[str, Any] = {
        "mean": loss.mean,
        "sd": loss.sd,
        "quantiles": {str(p): [_plain(b.lower), _plain(b.upper)] for p, b in loss.quantiles},
        "curve": [list(point) for point in curve(portfolio, amounts)] if amounts else [],
        "band": [[a, float(low), float(high)] for a, low, high in zip(amounts, band.lower, band.upper, strict=True)]
        if band
        else [],
        "mean_band": [band.mean.lower, band.mean.upper] if band else [loss.mean, loss.mean],
        "quantile_bands": {},
        "appetite": [
            {
                "loss": amount,
                "agreed": agreed,
                "lower": found.lower,
                "upper": found.upper,
                "band": _at(amounts, band.lower, band.upper, amount) if band else None,
            }
            for (amount, agreed), (_, found) in zip(appetite, loss.exceedance, strict=True)
        ],
        "buckets": loss.buckets,
        "step": loss.step,
        "draws": DRAWS,
        "seed": SEED,
    }
    if band:
        whole["quantile_bands"] = {
            str(p): [_cross(amounts, band.lower, 1 - p), _cross(amounts, band.upper, 1 - p)] for p in QUANTILES
        }
    rows = [_alone(e, portfolio, shares.get(e.code)) for e in estimates]
    return Assessed(loss.mean, whole, rows)


def _alone(estimate: Estimate, portfolio: "Portfolio", share: Any) -> dict[str, Any]:
    """One scenario's own figures."""
    alone = portfolio.alone(estimate.code, buckets=ALONE_BUCKETS)
    loss = alone.annual_loss((0.5, 0.95, 0.99), tolerance=None)
    left = factors(estimate.bearings)
    spread = [1.0, 1.0]
    if estimate.rate and estimate.rate_low and estimate.rate_high:
        spread = [estimate.rate_low / estimate.rate, estimate.rate_high / estimate.rate]
    inherent = estimate.rate * severity_of(estimate).mean
    return {
        "code": estimate.code,
        "name": estimate.name,
        "owner": estimate.owner,
        "mean": loss.mean,
        "sd": loss.sd,
        "mean_band": [loss.mean * spread[0], loss.mean * spread[1]],
        "inherent": inherent,
        "rate": estimate.rate,
        "rate_low": estimate.rate_low,
        "rate_high": estimate.rate_high,
        "distribution": estimate.distribution,
        "low": estimate.low,
        "mode": estimate.mode,
        "high": estimate.high,
        "estimator": estimate.estimator,
        "calibrated": estimate.calibrated,
        "basis": estimate.basis,
        "rate_factor": left.rate,
        "severity_factor": left.severity,
        "quantiles": {str(p): [_plain(b.lower), _plain(b.upper)] for p, b in loss.quantiles},
        "tail_share": share.fraction if share else 0.0,
        "controls": [asdict(bearing) for bearing in estimate.bearings],
    }


def _plain(value: float) -> float | None:
    """A number that JSON can hold; None for an unbounded one."""
    return value if math.isfinite(value) else None


def _at(amounts: Sequence[float], lower: Any, upper: Any, amount: float) -> list[float]:
    """The band at one of its amounts."""
    place = list(amounts).index(amount)
    return [float(lower[place]), float(upper[place])]


def _cross(amounts: Sequence[float], chances: Any, chance: float) -> float | None:
    """The least of ``amounts`` at which a falling curve is at or under ``chance``; None when it never is."""
    for amount, value in zip(amounts, chances, strict=True):
        if value <= chance:
            return amount
    return None

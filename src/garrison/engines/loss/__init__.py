"""The loss engine: a year's loss as a compound Poisson distribution, with rigorous bounds on every figure."""

from garrison.engines.loss.band import Band, estimate_band
from garrison.engines.loss.portfolio import BUCKETS, AnnualLoss, Bounds, Portfolio, Scenario, TailShare
from garrison.engines.loss.severity import (
    Exponential,
    Fixed,
    Gamma,
    InvalidParameter,
    Lognormal,
    Pert,
    Severity,
)

__all__ = [
    "BUCKETS",
    "AnnualLoss",
    "Band",
    "Bounds",
    "Exponential",
    "Fixed",
    "Gamma",
    "InvalidParameter",
    "Lognormal",
    "Pert",
    "Portfolio",
    "Scenario",
    "Severity",
    "TailShare",
    "estimate_band",
]

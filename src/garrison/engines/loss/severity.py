"""What one loss costs: the severity distributions, each with its distribution function and closed-form moments.

A severity is a frozen value: equal content is the same severity, which is what transforms are cached by. All amounts
are in one currency; which one is the caller's affair.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from garrison.engines.loss import special
from garrison.engines.loss.special import Array

Z95 = 1.6448536269514722
"""The 95 % point of the standard normal: a 90 % interval reaches so many standard deviations to either side."""

MOST_MONEY = 1e18
LEAST_MONEY = 1e-6
_ROUNDING = float(np.finfo(np.float64).eps)


class InvalidParameter(ValueError):
    """A parameter that makes no distribution: ``field`` is its name, ``reason`` what is wrong and what would do."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


def require_between(field: str, value: float, least: float, most: float) -> None:
    """Refuse a parameter that is not a number from ``least`` to ``most``, both included."""
    if not (isinstance(value, int | float) and least <= value <= most):
        raise InvalidParameter(field, f"is {value:g}; give a number from {least:g} to {most:g}")


class Severity(Protocol):
    """The cost of one loss, as a random amount above zero."""

    @property
    def mean(self) -> float:
        """Mean, in money."""

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money: unlike the moment itself it does not overflow."""

    @property
    def cdf_error(self) -> float:
        """Upper bound on the absolute error of ``cdf`` at arguments correct to a few units in the last place."""

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts`` (above zero)."""

    def density(self, amounts: Array) -> Array:
        """Derivative of ``cdf``, to guide interpolation; its accuracy never enters a bound."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A loss whose logarithm is normal with mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        require_between("mu", self.mu, math.log(LEAST_MONEY), math.log(MOST_MONEY))
        require_between("sigma", self.sigma, 1e-6, 13.0)

    @classmethod
    def from_interval(cls, low: float, high: float) -> "Lognormal":
        """The lognormal with 5 % of losses below ``low`` and 5 % above ``high``."""
        require_between("low", low, LEAST_MONEY, MOST_MONEY)
        require_between("high", high, LEAST_MONEY, MOST_MONEY)
        if low >= high:
            raise InvalidParameter("low", f"is {low:g}, which is not below high ({high:g}); swap or widen the interval")
        sigma = (math.log(high) - math.log(low)) / (2 * Z95)
        if sigma < 1e-6:
            raise InvalidParameter("high", f"is {high:g}, hardly above low ({low:g}); use a fixed severity")
        return cls((math.log(low) + math.log(high)) / 2, sigma)

    @property
    def mean(self) -> float:
        """Mean, in money."""
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money."""
        return math.exp(self.mu + self.sigma**2)

    @property
    def cdf_error(self) -> float:
        """Bound on the absolute error of ``cdf``: that of the function, and of rounding its argument."""
        # |d cdf / d log x| <= 1 / (sigma sqrt(2 pi)); log x is rounded, and so is its difference to mu.
        return special.NORMAL_CDF_ERROR + _ROUNDING * (4 + abs(self.mu) + 8 * self.sigma) / self.sigma

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts``."""
        return special.normal_cdf((np.log(amounts) - self.mu) / self.sigma)

    def density(self, amounts: Array) -> Array:
        """Density at each of ``amounts``, per unit of money."""
        z = (np.log(amounts) - self.mu) / self.sigma
        result: Array = np.exp(-0.5 * z * z) / (amounts * (self.sigma * math.sqrt(2 * math.pi)))
        return result


@dataclass(frozen=True, slots=True)
class Gamma:
    """A gamma-distributed loss of mean ``shape / rate``; ``rate`` is per unit of money."""

    shape: float
    rate: float

    def __post_init__(self) -> None:
        require_between("shape", self.shape, 1e-3, 1e4)
        require_between("rate", self.rate, 1 / MOST_MONEY, 1 / LEAST_MONEY)

    @property
    def mean(self) -> float:
        """Mean, in money."""
        return self.shape / self.rate

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money."""
        return math.sqrt(self.shape * (self.shape + 1)) / self.rate

    @property
    def cdf_error(self) -> float:
        """Bound on the absolute error of ``cdf``."""
        return special.GAMMA_CDF_ERROR + 8 * _ROUNDING * (1 + math.sqrt(self.shape))

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts``."""
        return special.gamma_cdf(self.shape, amounts * self.rate)

    def density(self, amounts: Array) -> Array:
        """Density at each of ``amounts``, per unit of money."""
        return special.gamma_density(self.shape, amounts * self.rate) * self.rate


@dataclass(frozen=True, slots=True)
class Exponential:
    """An exponentially distributed loss of mean ``1 / rate``; ``rate`` is per unit of money."""

    rate: float

    def __post_init__(self) -> None:
        require_between("rate", self.rate, 1 / MOST_MONEY, 1 / LEAST_MONEY)

    @property
    def mean(self) -> float:
        """Mean, in money."""
        return 1 / self.rate

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money."""
        return math.sqrt(2) / self.rate

    @property
    def cdf_error(self) -> float:
        """Bound on the absolute error of ``cdf``."""
        return 4 * _ROUNDING

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts``."""
        result: Array = -np.expm1(-self.rate * amounts)
        return result

    def density(self, amounts: Array) -> Array:
        """Density at each of ``amounts``, per unit of money."""
        result: Array = self.rate * np.exp(-self.rate * amounts)
        return result


@dataclass(frozen=True, slots=True)
class Pert:
    """A loss between ``least`` and ``most``, most often about ``mode``: the beta distribution of PERT, lambda 4."""

    least: float
    mode: float
    most: float

    def __post_init__(self) -> None:
        require_between("min", self.least, 0.0, MOST_MONEY)
        require_between("mode", self.mode, 0.0, MOST_MONEY)
        require_between("max", self.most, LEAST_MONEY, MOST_MONEY)
        if self.least >= self.most:
            raise InvalidParameter("min", f"is {self.least:g}, which is not below max ({self.most:g}); widen the range")
        if self.most - self.least < 1e-9 * self.most:
            raise InvalidParameter("max", f"is {self.most:g}, hardly above min; use a fixed severity")
        if not self.least <= self.mode <= self.most:
            raise InvalidParameter(
                "mode", f"is {self.mode:g}, outside min to max ({self.least:g} to {self.most:g}); put it within"
            )

    @property
    def alpha(self) -> float:
        """First shape parameter of the beta distribution, from 1 to 5."""
        return 1 + 4 * (self.mode - self.least) / (self.most - self.least)

    @property
    def beta(self) -> float:
        """Second shape parameter of the beta distribution, from 1 to 5."""
        return 1 + 4 * (self.most - self.mode) / (self.most - self.least)

    @property
    def mean(self) -> float:
        """Mean, in money."""
        return (self.least + 4 * self.mode + self.most) / 6

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money."""
        deviation = (self.most - self.least) * math.sqrt(self.alpha * self.beta / (36 * 7))
        return math.hypot(self.mean, deviation)

    @property
    def cdf_error(self) -> float:
        """Bound on the absolute error of ``cdf``: that of the function, and of rounding its argument."""
        # The density of a PERT is nowhere above 5 over its width.
        return special.BETA_CDF_ERROR + 5 * 4 * _ROUNDING * self.most / (self.most - self.least)

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts``."""
        return special.beta_cdf(self.alpha, self.beta, (amounts - self.least) / (self.most - self.least))

    def density(self, amounts: Array) -> Array:
        """Density at each of ``amounts``, per unit of money."""
        width = self.most - self.least
        return special.beta_density(self.alpha, self.beta, (amounts - self.least) / width) / width


@dataclass(frozen=True, slots=True)
class Fixed:
    """A loss that always costs the same."""

    value: float

    def __post_init__(self) -> None:
        require_between("value", self.value, LEAST_MONEY, MOST_MONEY)

    @property
    def mean(self) -> float:
        """Mean, in money."""
        return self.value

    @property
    def root_mean_square(self) -> float:
        """Square root of the second moment, in money."""
        return self.value

    @property
    def cdf_error(self) -> float:
        """Bound on the absolute error of ``cdf``: none."""
        return 0.0

    def cdf(self, amounts: Array) -> Array:
        """Probability that one loss is at most each of ``amounts``."""
        return np.where(np.asarray(amounts) >= self.value, 1.0, 0.0)

    def density(self, amounts: Array) -> Array:
        """Density at each of ``amounts``: zero, the whole mass being an atom."""
        return np.zeros_like(np.asarray(amounts, dtype=np.float64))

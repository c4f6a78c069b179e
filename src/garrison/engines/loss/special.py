"""Special functions that NumPy lacks, for whole arrays at once: error function, normal, gamma and beta distributions.

SciPy is the oracle of the tests, never a dependency: importing it costs more than all the work done here. Each
``*_ERROR`` constant bounds the absolute error of its function over the arguments that this package passes; the tests
hold the functions to half of it, and ``garrison.engines.loss.severity`` adds it to the bounds that it reports.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NORMAL_CDF_ERROR = 4e-16
GAMMA_CDF_ERROR = 1e-13
BETA_CDF_ERROR = 1e-14

# W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969), 631-637.
_ERF_TOP = (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
            3.20937758913846947e3)  # fmt: skip
_ERF_BOTTOM = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
_MIDDLE_TOP = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
               2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
               1.23033935479799725e3)  # fmt: skip
_MIDDLE_BOTTOM = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
                  3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
                  1.23033935480374942e3)  # fmt: skip
_FAR_TOP = (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
            1.60837851487422766e-2, 6.58749161529837803e-4)  # fmt: skip
_FAR_BOTTOM = (1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
               2.33520497626869185e-3)  # fmt: skip
_TINY = 1e-300
_SETTLED = 4e-16
_STEPS = 20_000  # far above what any argument in range needs: a loop that cannot run for ever
_ONE_OVER_ROOT_PI = 1.0 / math.sqrt(math.pi)
_ROOT_HALF = math.sqrt(0.5)


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    """Evaluate a polynomial, highest power first."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total


def _gauss(x: Array) -> Array:
    """Evaluate exp(-x^2) without the relative error that squaring a large ``x`` would bring (Cody's splitting)."""
    whole = np.trunc(x * 16.0) / 16.0
    result: Array = np.exp(-whole * whole) * np.exp(-(x - whole) * (x + whole))
    return result


def erfc(x: Array) -> Array:
    """Complementary error function, of any shape; relative error below 1e-13 where the result is not subnormal."""
    x = np.asarray(x, dtype=np.float64)
    size = np.abs(x)
    result = np.empty_like(size)
    near = size <= 0.46875
    if near.any():
        argument = x[near]
        square = argument * argument
        result[near] = 1.0 - argument * _horner(_ERF_TOP, square) / _horner(_ERF_BOTTOM, square)
    middle = (size > 0.46875) & (size <= 4.0)
    if middle.any():
        argument = size[middle]
        result[middle] = _gauss(argument) * _horner(_MIDDLE_TOP, argument) / _horner(_MIDDLE_BOTTOM, argument)
    far = size > 4.0
    if far.any():
        argument = np.minimum(size[far], 27.0)  # erfc(27) is already below the smallest normal number
        inverse = 1.0 / (argument * argument)
        series = inverse * _horner(_FAR_TOP, inverse) / _horner(_FAR_BOTTOM, inverse)
        result[far] = _gauss(argument) * (_ONE_OVER_ROOT_PI - series) / argument
    mirrored = (x < 0) & ~near
    result[mirrored] = 2.0 - result[mirrored]
    return result


def erf(x: Array) -> Array:
    """Error function, of any shape."""
    x = np.asarray(x, dtype=np.float64)
    result = 1.0 - erfc(x)
    near = np.abs(x) <= 0.46875
    square = x[near] * x[near]
    result[near] = x[near] * _horner(_ERF_TOP, square) / _horner(_ERF_BOTTOM, square)
    return result


def normal_cdf(z: Array) -> Array:
    """Probability that a standard normal variable is at most ``z``."""
    result: Array = 0.5 * erfc(-_ROOT_HALF * np.asarray(z, dtype=np.float64))
    return result


def normal_quantile(p: Array) -> Array:
    """The ``z`` below which a standard normal variable falls with probability ``p``; infinite at 0 and 1.

    A rational start (Abramowitz and Stegun 26.2.23), then three steps of Halley's method on the smaller tail.
    """
    p = np.asarray(p, dtype=np.float64)
    tail = np.minimum(p, 1.0 - p)
    safe = np.where(tail > 0.0, tail, 0.5)
    t = np.sqrt(-2.0 * np.log(safe))
    z = t - _horner((0.010328, 0.802853, 2.515517), t) / _horner((0.001308, 0.189269, 1.432788, 1.0), t)
    for _ in range(3):
        excess = (0.5 * erfc(_ROOT_HALF * z) - safe) * math.sqrt(2.0 * math.pi) * np.exp(0.5 * z * z)
        z = z + excess / (1.0 + 0.5 * z * excess)
    z = np.where(tail > 0.0, z, np.inf)
    return np.where(p < 0.5, -z, z)


def _log_poisson_weight(shape: float, x: Array) -> Array:
    """Logarithm of x^shape exp(-x) / gamma(shape), free of cancellation where ``shape`` is large."""
    result: Array
    if shape < 30.0:
        result = shape * np.log(x) - x - math.lgamma(shape)
        return result
    away = (x - shape) / shape
    stirling = 0.5 * math.log(shape / (2.0 * math.pi)) - 1.0 / (12.0 * shape) + 1.0 / (360.0 * shape**3)
    stirling -= 1.0 / (1260.0 * shape**5) - 1.0 / (1680.0 * shape**7)
    result = shape * (np.log1p(away) - away)
    result += stirling
    return result


def gamma_cdf(shape: float, x: Array) -> Array:
    """Regularised lower incomplete gamma function P(shape, x), for shapes in (0, 10000] and any ``x``; 0 below 0.

    Power series below ``shape + 1``, Legendre's continued fraction above (Numerical Recipes, section 6.2).
    """
    x = np.asarray(x, dtype=np.float64)
    result = np.zeros_like(x)
    low = (x > 0.0) & (x < shape + 1.0)
    if low.any():
        argument = x[low]
        term = np.full_like(argument, 1.0 / shape)
        total = term.copy()
        for n in range(1, _STEPS):  # pragma: no branch - it always settles before
            term *= argument / (shape + n)
            total += term
            if bool((term <= 0.1 * _SETTLED * total).all()):
                break
        result[low] = total * np.exp(_log_poisson_weight(shape, argument))
    high = x >= shape + 1.0
    if high.any():
        argument = x[high]
        weight = np.exp(_log_poisson_weight(shape, argument))
        result[high] = 1.0 - weight * _upper_gamma_fraction(shape, argument)
    return np.clip(result, 0.0, 1.0)


def _upper_gamma_fraction(shape: float, x: Array) -> Array:
    """Evaluate the continued fraction of the upper incomplete gamma function by Lentz's method."""
    b = x + 1.0 - shape
    c = np.full_like(x, 1.0 / _TINY)
    d = 1.0 / b
    fraction = d.copy()
    for i in range(1, _STEPS):  # pragma: no branch - it always settles before
        numerator = -i * (i - shape)
        b = b + 2.0
        d = numerator * d + b
        d[np.abs(d) < _TINY] = _TINY
        c = b + numerator / c
        c[np.abs(c) < _TINY] = _TINY
        d = 1.0 / d
        change = c * d
        fraction *= change
        if float(np.abs(change - 1.0).max()) <= _SETTLED:
            break
    return fraction


def beta_cdf(a: float, b: float, x: Array) -> Array:
    """Regularised incomplete beta function I_x(a, b), for ``a`` and ``b`` in [1, 5]; 0 below 0 and 1 above 1.

    Continued fraction on the side of the mean where it converges fast (Numerical Recipes, section 6.4).
    """
    x = np.clip(np.asarray(x, dtype=np.float64), 0.0, 1.0)
    result = np.where(x >= 1.0, 1.0, 0.0)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    inside = (x > 0.0) & (x < 1.0)
    left = inside & (x < (a + 1.0) / (a + b + 2.0))
    right = inside & ~left
    for part, first, second in ((left, a, b), (right, b, a)):
        if part.any():
            argument = x[part] if part is left else 1.0 - x[part]
            weight = np.exp(scale + first * np.log(argument) + second * np.log1p(-argument)) / first
            value = weight * _beta_fraction(first, second, argument)
            result[part] = value if part is left else 1.0 - value
    return np.clip(result, 0.0, 1.0)


def _beta_fraction(a: float, b: float, x: Array) -> Array:
    """Evaluate the continued fraction of the incomplete beta function by Lentz's method."""
    c = np.ones_like(x)
    d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    fraction = d.copy()
    for m in range(1, _STEPS):  # pragma: no branch - it always settles before
        even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        fraction *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        change = c * d
        fraction *= change
        if float(np.abs(change - 1.0).max()) <= _SETTLED:
            break
    return fraction


def gamma_density(shape: float, x: Array) -> Array:
    """Density of the gamma distribution of unit rate at ``x``; 0 at and below 0."""
    x = np.asarray(x, dtype=np.float64)
    result = np.zeros_like(x)
    inside = x > 0.0
    argument = x[inside]
    result[inside] = np.exp(_log_poisson_weight(shape, argument)) / argument
    return result


def beta_density(a: float, b: float, x: Array) -> Array:
    """Density of the beta distribution at ``x``; 0 outside (0, 1)."""
    x = np.asarray(x, dtype=np.float64)
    result = np.zeros_like(x)
    inside = (x > 0.0) & (x < 1.0)
    argument = x[inside]
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    result[inside] = np.exp(scale + (a - 1.0) * np.log(argument) + (b - 1.0) * np.log1p(-argument))
    return result

"""The compound Poisson distribution of a year's losses, bounded from both sides.

Each severity is rounded down and up to a lattice. Rounding down makes every loss, so every sum of losses, smaller, and
rounding up makes it greater (stochastic order): the two distributions enclose the true one at every point. Below the
end of the lattice the distribution of a sum of non-negative terms depends on terms below that end only (Panjer 1981),
so cutting severities off there costs nothing. The sums come from one fast Fourier transform each, with exponential
tilting (Gruebel and Hermesmeier 1999); what aliasing, rounding and special functions may add is bounded and widens the
result:

- aliasing adds mass, at most exp(-tilt) times the mass beyond the lattice;
- rounding: ``FFT_ERROR`` for each level of a transform in the 2-norm (Higham 2002, theorem 24.2), carried through the
  exponential, and to sums of the untilted result by the Cauchy-Schwarz inequality;
- a severity's distribution function wrong by at most d moves that of the sum by a factor within exp(+-rate d).
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from garrison.engines.loss.lattice import Lattice, cdf_on_lattice, exact
from garrison.engines.loss.severity import Fixed, Severity
from garrison.engines.loss.special import Array

Spectrum = NDArray[np.complex128]

TILT = 11.0
FFT_ERROR = 8e-16
CACHE_BYTES = 64 * 2**20
_UNIT = 2.0**-53


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A severity on a lattice, rounded down: transform of the tilted probabilities, and what its accuracy needs.

    ``moves_up`` says that rounding up gives the same probabilities one step higher; an atom on the lattice does not
    move. ``norm`` is the 2-norm of the tilted probabilities, ``mass`` their untilted sum.
    """

    spectrum: Spectrum
    moves_up: bool
    norm: float
    mass: float
    cdf_error: float


class TransformCache:
    """Transforms by content (severity and lattice), the least recently used dropped beyond a size in bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[Severity, Lattice], Transform] = OrderedDict()
        self._lock = threading.Lock()

    def transform(self, severity: Severity, lattice: Lattice) -> Transform:
        """The transform of a severity, computed unless it is kept."""
        key = (severity, lattice)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = _transform(severity, lattice)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += made.spectrum.nbytes
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].spectrum.nbytes
        return made

    def __len__(self) -> int:
        return len(self._kept)


TRANSFORMS = TransformCache(CACHE_BYTES)


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """What depends on the number of buckets only: tilting, untilting, one step up, growth of rounding errors."""

    down: Array
    up: Array
    one_step: Spectrum
    growth: Array
    counting: Array


def _norm(values: Array) -> float:
    """2-norm of an array; not by BLAS, whose threads cost more here than they bring."""
    return math.sqrt(float(np.einsum("i,i->", values, values)))


@lru_cache(maxsize=8)
def _weights(buckets: int) -> _Weights:
    theta = TILT / buckets
    k = np.arange(buckets, dtype=np.float64)
    turns = np.arange(buckets // 2 + 1, dtype=np.float64) / buckets
    growth = np.sqrt(np.expm1(2 * theta * (k + 1)) / math.expm1(2 * theta))
    one_step = math.exp(-theta) * np.exp(-2j * math.pi * turns)
    return _Weights(np.exp(-theta * k), np.exp(theta * k), one_step, growth, (k + 32) * _UNIT)


def floor_probabilities(severity: Severity, lattice: Lattice) -> tuple[Array, float]:
    """Probabilities of a severity rounded down to each point below the end, and the error of their running sums."""
    cdf, error = cdf_on_lattice(severity, lattice)
    return np.diff(cdf), error


def _transform(severity: Severity, lattice: Lattice) -> Transform:
    weights = _weights(lattice.buckets)
    if isinstance(severity, Fixed):
        place = exact(severity.value) / lattice.step
        index = math.floor(place)
        if index >= lattice.buckets:
            return Transform(np.zeros(lattice.buckets // 2 + 1, dtype=np.complex128), True, 0.0, 0.0, 0.0)
        size = float(weights.down[index])
        turns = (np.arange(lattice.buckets // 2 + 1, dtype=np.int64) * index) % lattice.buckets
        atom = size * np.exp((-2j * math.pi / lattice.buckets) * turns)
        return Transform(atom, place.denominator != 1, size, 1.0, 0.0)
    probabilities, error = floor_probabilities(severity, lattice)
    mass = float(probabilities.sum())
    probabilities *= weights.down
    norm = _norm(probabilities)
    return Transform(np.fft.rfft(probabilities), True, norm, mass, error)


@dataclass(frozen=True, slots=True, eq=False)
class Enclosure:
    """Bounds on the distribution function of a year's loss at each point of a lattice: rising, and 0 to 1."""

    lattice: Lattice
    cdf_lower: Array
    cdf_upper: Array

    def quantile_indices(self, probability: float) -> tuple[int, int]:
        """Points that the least x with F(x) >= ``probability`` lies between; ``buckets`` where beyond the lattice."""
        lower = int(np.searchsorted(self.cdf_upper, probability, side="left"))
        upper = int(np.searchsorted(self.cdf_lower, probability, side="left"))
        return lower, upper

    def exceedance_at(self, index: int) -> tuple[float, float]:
        """Bounds on the probability of a loss of at least the amount whose ``index_at_least`` is ``index``, from 1."""
        if index > self.lattice.buckets:
            return 0.0, float(1.0 - self.cdf_lower[-1])
        return float(1.0 - self.cdf_upper[index - 1]), float(1.0 - self.cdf_lower[index - 1])


@dataclass(frozen=True, slots=True, eq=False)
class Exponent:
    """The characteristic exponent of a year's loss on a lattice, as a sum that scenarios can be added to.

    ``moving`` sums rate times spectrum over severities that rounding up moves by a step, ``staying`` over atoms on the
    lattice. ``events_per_year`` is the total rate, ``beyond_per_year`` that of single losses beyond the lattice,
    ``spectrum_error`` a bound on the 2-norm of the error of the sums (over the root of ``buckets``), ``cdf_error`` the
    rate-weighted error of the severities' distribution functions, ``terms`` the number of additions so far.
    """

    lattice: Lattice
    moving: Spectrum
    staying: Spectrum
    events_per_year: float = 0.0
    beyond_per_year: float = 0.0
    spectrum_error: float = 0.0
    cdf_error: float = 0.0
    terms: int = 0

    @classmethod
    def of(cls, parts: tuple[tuple[float, Severity], ...], lattice: Lattice) -> "Exponent":
        """The exponent of independent scenarios, each a yearly rate and a severity."""
        sums = {True: np.zeros(lattice.buckets // 2 + 1, dtype=np.complex128)}
        sums[False] = np.zeros_like(sums[True])
        rate = beyond = spectrum_error = cdf_error = 0.0
        for events_per_year, severity in parts:
            transform = TRANSFORMS.transform(severity, lattice)
            sums[transform.moves_up] += events_per_year * transform.spectrum
            rate += events_per_year
            beyond += events_per_year * (1.0 - transform.mass)
            spectrum_error += events_per_year * transform.norm
            cdf_error += events_per_year * transform.cdf_error
        spectrum_error *= FFT_ERROR * math.log2(lattice.buckets) + (len(parts) + 24) * _UNIT
        return cls(lattice, sums[True], sums[False], rate, beyond, spectrum_error, cdf_error, len(parts))

    def plus(self, events_per_year: float, severity: Severity) -> "Exponent":
        """The exponent with a rate added to (or, if negative, taken from) one severity: the fast path of a change."""
        transform = TRANSFORMS.transform(severity, self.lattice)
        added = events_per_year * transform.spectrum
        size = abs(events_per_year)
        rounding = FFT_ERROR * math.log2(self.lattice.buckets) + 24 * _UNIT
        return Exponent(
            self.lattice,
            self.moving + added if transform.moves_up else self.moving,
            self.staying if transform.moves_up else self.staying + added,
            self.events_per_year + events_per_year,
            max(self.beyond_per_year + events_per_year * (1.0 - transform.mass), 0.0),
            self.spectrum_error + size * transform.norm * rounding + (self.events_per_year + size) * _UNIT,
            self.cdf_error + size * transform.cdf_error,
            self.terms + 1,
        )

    def enclosure(self) -> Enclosure:
        """Bounds on the distribution function of the year's loss: two transforms."""
        weights = _weights(self.lattice.buckets)
        down = self._cumulated(self.moving + self.staying)
        up = self._cumulated(self.moving * weights.one_step + self.staying)
        upper = (down[0] + down[1]) * math.exp(self.cdf_error)
        upper = np.minimum.accumulate(np.minimum(upper, 1.0)[::-1])[::-1]
        known = math.exp(-self.beyond_per_year + self.cdf_error)
        outside = max(known - float(up[0][-1] - up[1][-1]), 0.0) / -math.expm1(-TILT)
        lower = (up[0] - up[1] - outside * math.exp(-TILT)) * math.exp(-self.cdf_error)
        lower = np.maximum.accumulate(np.maximum(lower, 0.0))
        return Enclosure(self.lattice, np.minimum(lower, 1.0), np.maximum(upper, 0.0))

    def _cumulated(self, summed: Spectrum) -> tuple[Array, Array]:
        """Turn an exponent into running sums of probabilities, and a bound on their error at each point."""
        buckets = self.lattice.buckets
        weights = _weights(buckets)
        summed -= self.events_per_year
        spectrum = np.exp(summed, out=summed)
        tilted = np.fft.irfft(spectrum, buckets)
        norm = _norm(tilted)
        error = abs(spectrum[0]) * self.spectrum_error + norm * (8 * self.events_per_year + 16) * _UNIT
        error += norm * FFT_ERROR * math.log2(buckets)
        tilted *= weights.up
        return np.cumsum(tilted), weights.growth * (1.5 * error) + weights.counting

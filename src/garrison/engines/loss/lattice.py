"""The lattice that losses are counted on: equal steps from zero, in exact rational arithmetic.

A fixed loss must fall on a point exactly, and a threshold between two points exactly, so points are fractions: an
amount is read as the decimal number that it was written as, not as the binary number nearest to it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from garrison.engines.loss.severity import Severity
from garrison.engines.loss.special import Array

LEAST_BUCKETS = 2**6
MOST_BUCKETS = 2**20
DIRECT_POINTS = 1024
_BLOCKS_PER_OCTAVE = 512
_TOLERANCE = 1e-11


def exact(amount: float) -> Fraction:
    """The decimal number that ``amount`` was written as: 0.1 is a tenth."""
    return Fraction(repr(float(amount)))


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points 0, step, 2 step, ... up to ``buckets - 1`` steps; ``step`` in money, ``buckets`` a power of two."""

    step: Fraction
    buckets: int

    @property
    def end(self) -> float:
        """The first amount beyond the lattice."""
        return self.amount(self.buckets)

    def amount(self, index: int) -> float:
        """The amount at a point."""
        return float(index * self.step)

    def index_at_least(self, amount: float) -> int:
        """The least point at or above ``amount``; it may lie beyond the lattice."""
        return math.ceil(exact(amount) / self.step)


def power_of_two(buckets: int) -> int:
    """The number of buckets that serves a request for ``buckets``: the next power of two within what is allowed."""
    return min(max(1 << (int(buckets) - 1).bit_length(), LEAST_BUCKETS), MOST_BUCKETS)


def lattice_reaching(reach: float, buckets: int, fixed_values: Iterable[float], *, only_fixed: bool) -> Lattice:
    """Lay a lattice of at most ``buckets`` points that passes ``reach`` and carries the fixed losses exactly.

    ``fixed_values`` come most important first: where they have no common step of a useful size, the later ones stay
    off the lattice (and are then bounded from both sides, as other severities are). With ``only_fixed``, a lattice of
    the common step alone is enough, so it is not divided further.
    """
    least_step = exact(float(f"{reach / buckets * 1.0006:.4g}"))
    common: Fraction | None = None
    for value in fixed_values:
        amount = exact(value)
        shared = amount if common is None else _common_step(common, amount)
        if shared >= least_step:
            common = shared
    if common is None:
        return Lattice(least_step, buckets)
    parts = 1 if only_fixed else int(common / least_step)
    step = common / parts
    return Lattice(step, min(buckets, power_of_two(math.ceil(exact(reach) / step) + 1)) if only_fixed else buckets)


def _common_step(one: Fraction, other: Fraction) -> Fraction:
    """Find the greatest amount that divides both."""
    denominator = math.lcm(one.denominator, other.denominator)
    return Fraction(math.gcd(int(one * denominator), int(other * denominator)), denominator)


@dataclass(frozen=True, slots=True)
class _Octave:
    """A run of blocks of ``stride`` points whose inner points are interpolated; node positions are slices."""

    start: int
    stride: int
    nodes: slice
    middles: slice
    basis: Array


@dataclass(frozen=True, slots=True)
class _Scheme:
    """Where to evaluate a distribution function, and how to fill in the rest of a lattice of some size."""

    evaluate_at: Array
    direct: slice
    octaves: tuple[_Octave, ...]


@lru_cache(maxsize=16)
def _scheme(buckets: int) -> _Scheme:
    """Plan the evaluation: the first points directly, then blocks whose width grows with the distance from zero."""
    first = min(buckets, DIRECT_POINTS)
    positions: list[Array] = [np.arange(1, first + 1, dtype=np.float64)]
    octaves = []
    used, start = first, first
    while start < buckets:
        stride = start // _BLOCKS_PER_OCTAVE
        nodes = start + stride * np.arange(_BLOCKS_PER_OCTAVE + 1, dtype=np.float64)
        middles = nodes[:-1] + stride / 2
        positions += [nodes, middles]
        t = np.arange(stride, dtype=np.float64) / stride
        basis = np.stack([(1 + 2 * t) * (1 - t) ** 2, t * t * (3 - 2 * t), t * (1 - t) ** 2, t * t * (t - 1)])
        node_slice = slice(used, used + len(nodes))
        middle_slice = slice(node_slice.stop, node_slice.stop + len(middles))
        octaves.append(_Octave(start, stride, node_slice, middle_slice, basis))
        used, start = middle_slice.stop, 2 * start
    return _Scheme(np.concatenate(positions), slice(0, first), tuple(octaves))


def cdf_on_lattice(severity: Severity, lattice: Lattice) -> tuple[Array, float]:
    """Distribution function at points 0 to ``buckets`` (length buckets + 1), and a bound on its absolute error.

    Far from zero the function is smooth at the scale of a step, so it is evaluated at nodes and interpolated by cubics
    between them. The error of such a cubic is greatest in the middle of its block, where the true value is computed
    too: blocks that miss it are evaluated point by point, and twice the worst miss of the others joins the error.
    """
    step = float(lattice.step)
    scheme = _scheme(lattice.buckets)
    amounts: Array = scheme.evaluate_at * step
    values = severity.cdf(amounts)
    result = np.zeros(lattice.buckets + 1)
    result[1 : scheme.direct.stop + 1] = values[scheme.direct]
    missed = 0.0
    for octave in scheme.octaves:
        at_nodes = values[octave.nodes]
        if at_nodes[0] == at_nodes[-1]:  # below or above all losses
            result[octave.start : 2 * octave.start + 1] = at_nodes[0]
            continue
        slopes = severity.density(amounts[octave.nodes]) * (step * octave.stride)
        corners = np.stack([at_nodes[:-1], at_nodes[1:], slopes[:-1], slopes[1:]], axis=1)
        blocks = np.einsum("bc,cp->bp", corners, octave.basis)
        misses = np.abs(blocks[:, octave.stride // 2] - values[octave.middles])
        bad = np.flatnonzero(~(misses <= _TOLERANCE))
        if bad.size:
            inner = octave.start + octave.stride * bad[:, None] + np.arange(octave.stride)
            within = np.asarray(inner * step, dtype=np.float64).ravel()
            blocks[bad] = severity.cdf(within).reshape(inner.shape)
            misses[bad] = 0.0
        missed = max(missed, float(misses.max()))
        result[octave.start : 2 * octave.start] = blocks.ravel()
        result[2 * octave.start] = at_nodes[-1]
    # A running maximum is no further from the true, rising function than its input was.
    if bool((result[1:] < result[:-1]).any()):
        np.maximum.accumulate(result, out=result)
    np.clip(result, 0.0, 1.0, out=result)
    return result, severity.cdf_error + 2 * missed

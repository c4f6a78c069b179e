"""How long incidents take: medians with intervals that assume no distribution, open cases counted. Pure.

A case that has not been contained yet says something too: it takes at least so long. Leaving such cases out would
make a team look faster the more cases it leaves open, so they enter as censored durations and the median is Kaplan
and Meier's (1958). Its interval is the one of Brookmeyer and Crowley (1982) in the form that reflects the sign test:
without open cases it is the order-statistic interval of the binomial with one half, which is exact.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Duration:
    """How long one case took, in seconds; ``open``: it has lasted so long and is not over."""

    seconds: float
    open: bool = False


@dataclass(frozen=True, slots=True)
class Median:
    """The median of some durations and its interval, in seconds.

    None stands for "more than we have seen": the median when too many are open, a bound that the number of cases
    cannot give. ``count`` is of all, ``still_open`` of those not over. ``level`` is the interval's confidence, exact
    without open cases, else what was asked for.
    """

    seconds: float | None
    low: float | None
    high: float | None
    count: int
    still_open: int
    level: float
    longest: float


def kaplan_meier(durations: Sequence[Duration]) -> list[tuple[float, float, float]]:
    """The share not over yet after each duration that ended: (seconds, share, Greenwood's sum), shortest first."""
    ends = sorted({d.seconds for d in durations if not d.open})
    share, greenwood, steps = 1.0, 0.0, []
    for end in ends:
        at_risk = sum(d.seconds >= end for d in durations)
        over = sum(d.seconds == end and not d.open for d in durations)
        share *= 1 - over / at_risk
        greenwood = greenwood + over / (at_risk * (at_risk - over)) if at_risk > over else math.inf
        steps.append((end, share, greenwood))
    return steps


def order_statistics(count: int, level: float = LEVEL) -> tuple[int, int, float] | None:
    """Between which of ``count`` ordered values the median lies with at least ``level``: (rank, rank, confidence).

    Ranks begin at 1 and lie symmetrically; the narrowest that holds the level. None when even the smallest and the
    largest do not hold it: fewer than six values for 95 %.
    """
    below = 0.0
    best = None
    for rank in range(1, count // 2 + 1):
        below += math.comb(count, rank - 1) * 0.5**count
        held = 1 - 2 * below
        if held < level:
            break
        best = (rank, count + 1 - rank, held)
    return best


def median(durations: Sequence[Duration], level: float = LEVEL) -> Median | None:
    """The median with its interval; None without any durations."""
    if not durations:
        return None
    still_open = sum(d.open for d in durations)
    count, longest = len(durations), max(d.seconds for d in durations)
    if not still_open:
        values = sorted(d.seconds for d in durations)
        middle = (values[(count - 1) // 2] + values[count // 2]) / 2
        ranks = order_statistics(count, level)
        if ranks is None:
            return Median(middle, None, None, count, 0, level, longest)
        return Median(middle, values[ranks[0] - 1], values[ranks[1] - 1], count, 0, ranks[2], longest)
    steps = kaplan_meier(durations)
    low, high = _bounds(steps, level)
    return Median(_middle(steps, longest), low, high, count, still_open, level, longest)


def _middle(steps: Sequence[tuple[float, float, float]], longest: float) -> float | None:
    """Where the curve crosses one half; half-way when it lies on one half for a while, as in the usual median.

    A curve that ends on one half lies there until the longest duration that was seen.
    """
    for place, (seconds, share, _) in enumerate(steps):
        if math.isclose(share, 0.5, abs_tol=1e-12):
            return (seconds + (steps[place + 1][0] if place + 1 < len(steps) else longest)) / 2
        if share < 0.5:
            return seconds
    return None


def _bounds(steps: Sequence[tuple[float, float, float]], level: float) -> tuple[float | None, float | None]:
    """The durations at which one half lies within the curve's own interval (log-log transformed)."""
    z = _normal_quantile(0.5 + level / 2)
    inside = []
    after = None
    for seconds, share, greenwood in steps:
        if 0 < share < 1 and math.isfinite(greenwood):
            centre = math.log(-math.log(share))
            width = z * math.sqrt(greenwood) / abs(math.log(share))
            held = abs(math.log(-math.log(0.5)) - centre) <= width
        else:
            held = False
        if held:
            inside.append(seconds)
        elif inside and after is None:
            after = seconds
    return (inside[0] if inside else None), after


def _normal_quantile(p: float) -> float:
    """The standard normal quantile, by bisection of the error function."""
    low, high = -10.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2

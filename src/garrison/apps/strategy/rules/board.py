"""What the board report's first sentence may say."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """An agreed point: the loss, the agreed chance, today's chance and, where there is a plan, the chance with it."""

    loss: float
    agreed: float
    now: float
    planned: float | None = None

    @property
    def above(self) -> bool:
        """Whether today lies above what was agreed."""
        return self.now > self.agreed


@dataclass(frozen=True, slots=True)
class Verdict:
    """The case a headline is in.

    ``kind``: "facts" (no approved scenario), "no appetite", "within" or "above". ``plan``: "none", "within" (brings
    every agreed point within), "lowers" (not enough) or "lowers" where nothing was above. ``limit`` is the point to
    speak of: the one missed by the largest factor, else the first.
    """

    kind: str
    plan: str
    limit: Limit | None


def judge(*, approved: int, limits: Sequence[Limit], planned: bool) -> Verdict:
    """Choose the case. ``planned`` tells whether there is a plan at all."""
    if not approved:
        return Verdict("facts", "none", None)
    if not limits:
        return Verdict("no appetite", "lowers" if planned else "none", None)
    missed = [limit for limit in limits if limit.above]
    if not missed:
        return Verdict("within", "lowers" if planned else "none", limits[0])
    worst = max(missed, key=lambda limit: limit.now / limit.agreed if limit.agreed else float("inf"))
    if not planned:
        return Verdict("above", "none", worst)
    held = all(limit.planned is not None and limit.planned <= limit.agreed for limit in limits)
    return Verdict("above", "within" if held else "lowers", worst)

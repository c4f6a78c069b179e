"""Drawing a sample that anybody can draw again, and what it says of the whole. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

POPULATIONS = ("leavers", "joiners", "door-tests", "access-exceptions", "findings")
"""What samples are drawn from: records that the system holds anyway."""

CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Drawn:
    """The keys that were drawn, in the order of the draw, and the digest of all from which they were."""

    keys: tuple[str, ...]
    counted: int
    digest: str


def draw(keys: Iterable[str], *, size: int, seed: int) -> Drawn:
    """Draw ``size`` of ``keys`` without putting back: those whose SHA-256 of "seed:key" is smallest.

    The order of ``keys`` does not matter, and no program of ours is needed to draw again. ValueError where there are
    fewer keys than are to be drawn, or a key is there twice.
    """
    every = sorted(keys)
    if len(set(every)) != len(every):
        raise ValueError("a member of the population is there twice")
    if not 0 < size <= len(every):
        raise ValueError(f"{size} cannot be drawn of {len(every)}")
    ranked = sorted(every, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    return Drawn(tuple(ranked[:size]), len(every), population_digest(every))


def population_digest(keys: Sequence[str]) -> str:
    """The SHA-256 of a population's keys in order, one a line."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()


def most_failing(*, counted: int, size: int, failed: int, confidence: float = CONFIDENCE) -> int:
    """How many of ``counted`` may fail at most, at ``confidence``, when ``failed`` of a sample of ``size`` did.

    Exact, without putting back: the largest number K for which seeing so few failures is not less likely than one
    minus the confidence (hypergeometric).
    """
    if not 0 <= failed <= size <= counted:
        raise ValueError("a sample lies within its population and fails at most as a whole")
    if size == 0:
        return counted
    least, most = failed, counted - (size - failed)
    every = comb(counted, size)
    while least < most:
        middle = (least + most + 1) // 2
        few = sum(comb(middle, hit) * comb(counted - middle, size - hit) for hit in range(failed + 1))
        if few > (1 - confidence) * every:
            least = middle
        else:
            most = middle - 1
    return least


def suggested(counted: int) -> int:
    """How many to draw where nobody says: all of a few, twenty-five of many (a common habit of auditors, no rule)."""
    return min(counted, 25)

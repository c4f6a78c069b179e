"""The facts of a case as clocks read them: moments and counts that may be uncertain, words, and yes or no."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


class InvalidFact(ValueError):
    """A fact that cannot be used: ``name`` says which, ``reason`` why and what to do."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, between two aware datetimes that are equal where it is known."""

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise InvalidFact("a moment", "ends before it begins; put the earlier time first")

    @property
    def certain(self) -> bool:
        """Whether it is one instant."""
        return self.earliest == self.latest


@dataclass(frozen=True, slots=True)
class Count:
    """How many, between two bounds that are equal where it is known; ``high`` may be infinite."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise InvalidFact("a count", "is negative or upside down; give low and high from 0")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case, by name.

    ``residents`` counts people by state or country. Where ``individuals`` is not told, they are at least the residents.
    """

    moments: Mapping[str, Moment] = field(default_factory=dict)
    counts: Mapping[str, Count] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    residents: Mapping[str, Count] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.counts.get("individuals")
        if known is not None and known.high < sum(count.low for count in self.residents.values()):
            raise InvalidFact("residents", "add up to more than individuals; correct one of the two")

    def count(self, name: str) -> Count | None:
        """A count, or None where nothing is known of it."""
        if name in self.counts:
            return self.counts[name]
        if name == "individuals" and self.residents:
            return Count(sum(count.low for count in self.residents.values()), math.inf)
        return None

    def get(self, name: str) -> Moment | Count | str | bool | None:
        """A fact of any kind, or None where it is not known."""
        return self.moments.get(name) or self.count(name) or self.words.get(name) or self.flags.get(name)

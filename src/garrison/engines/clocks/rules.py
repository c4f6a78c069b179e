"""What a rule of law says of its clock: start, length, cap, delays, moves, and for whom it applies."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from garrison.engines.clocks.facts import Count, Facts

Verdict = Literal["yes", "no", "unknown"]
Status = Literal["in force", "adopted", "proposed", "vacated"]
Unit = Literal["hours", "days", "business_days", "months", "month_day"]
TESTS = ("is", "is_not", "at_least", "above", "below", "given")


class InvalidRule(ValueError):
    """A rule that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one fact. ``assume`` is the verdict where the fact is not known; without it the clock asks for it."""

    fact: str
    test: str
    value: str | int | bool = True
    assume: bool | None = None

    def __post_init__(self) -> None:
        if self.test not in TESTS:
            raise InvalidRule(f"there is no test {self.test!r}; one of {', '.join(TESTS)}")

    def verdict(self, facts: Facts) -> Verdict:
        """Whether the condition holds for what is known."""
        if self.test == "given":
            return "yes" if facts.get(self.fact) is not None else "no"
        found = self._told(facts)
        if found is None:
            found = self.assume
        if found is None:
            return "unknown"
        return "yes" if found else "no"

    def _told(self, facts: Facts) -> bool | None:
        """What the facts say by themselves."""
        if self.test in ("is", "is_not"):
            known = facts.words.get(self.fact) if isinstance(self.value, str) else facts.flags.get(self.fact)
            return None if known is None else (known == self.value) == (self.test == "is")
        count = facts.count(self.fact)
        return None if count is None else within(count, self.test, float(self.value))


def within(count: Count, test: str, value: float) -> bool | None:
    """Whether a count that may be uncertain is "at_least", "above" or "below" a value; None where it may or may not."""
    if test == "at_least":
        return True if count.low >= value else False if count.high < value else None
    if test == "above":
        return True if count.low > value else False if count.high <= value else None
    return True if count.high < value else False if count.low >= value else None


@dataclass(frozen=True, slots=True)
class Length:
    """How long a clock runs. ``month_day`` is a date as "04-15"; ``from_year_end`` counts from the end of the year of
    the start, so that a month_day is that of the following year.
    """

    unit: Unit
    amount: int | str
    from_year_end: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """A second limit, in hours from another fact, that holds unless the clock itself starts later than it ends."""

    starts: str
    hours: int


@dataclass(frozen=True, slots=True)
class Delay:
    """What may push a due date back: until a date that a fact gives, or some days ``since`` a fact."""

    until: str = ""
    since: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """A due time on a closed day moves to this time of the next open day, unless one of the conditions holds."""

    to: time
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One duty to tell somebody something by a time.

    ``starts`` names facts; the earliest that is known starts the clock (``pick`` "latest" takes the last). Without
    ``length`` the duty has no number of days, only the words in ``says``. ``per_resident`` makes one clock for each
    state whose count is above the number, in ``states`` only where those are named. ``stops`` is the fact that meets
    the duty. ``from_day`` and ``to_day`` bound the starts that the rule's text governs. ``read_on`` is the day on which
    its text was read, ``sure`` how: "text", "quoted" or "secondary".
    """

    code: str
    law: str
    article: str
    recipient: str
    starts: tuple[str, ...]
    says: str
    read_on: date
    length: Length | None = None
    pick: Literal["earliest", "latest"] = "earliest"
    asks: str = ""
    when: tuple[Condition, ...] = ()
    cap: Cap | None = None
    delays: tuple[Delay, ...] = ()
    moves: Move | None = None
    per_resident: int | None = None
    states: tuple[str, ...] = ()
    stops: str = ""
    status: Status = "in force"
    sure: str = "secondary"
    calendar: str = ""
    due_time: time | None = None
    due_zone: str = ""
    from_day: date | None = None
    to_day: date | None = None
    content: tuple[str, ...] = field(default=())
    source: str = ""

    def governs(self, start: datetime) -> bool:
        """Whether the rule's text was the law on the day of the start."""
        day = start.date()
        return (self.from_day is None or day >= self.from_day) and (self.to_day is None or day <= self.to_day)

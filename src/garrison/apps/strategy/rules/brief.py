"""What a brief holds, in the order in which it is read. These names are the keys of ``garrison brief --json``."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Source:
    """How old one kind of file is: its name in words and when the newest such file was read."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """One fact that needs action. ``count`` is None where no file says anything yet; ``worst`` is the worst case in
    words, "" for none; ``url`` opens the rows that were counted.
    """

    key: str
    label: str
    icon: str
    count: int | None
    sentence: str
    worst: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: why, what it changes, who, when, and where it is done.

    ``used`` counts uses that should not have been; ``avoided`` is the yearly loss it takes away in ``currency``, with
    the estimate's range; None where money was not computed. ``kind`` is access, device or finding.
    """

    kind: str
    title: str
    reason: str
    change: str
    note: str
    who: str
    when: str
    do: str
    url: str
    change_url: str = ""
    used: int = 0
    avoided: float | None = None
    low: float | None = None
    high: float | None = None
    due: date | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number: its value and estimate range, how they read, and where the number opens."""

    key: str
    label: str
    words: str
    note: str
    url: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a year may cost. ``unit`` is "" for the whole organisation; ``above`` tells where it lies above appetite,
    "" where it does not; ``left_out`` names what the amount does not hold.
    """

    unit: str
    currency: str
    computation: str
    as_of: date
    computed: datetime
    figures: tuple[Figure, ...]
    above: str
    approved: int
    drafts: int
    left_out: str
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different from before. ``amount`` and ``under`` stand at the end of its line."""

    key: str
    icon: str
    title: str
    context: str
    amount: str
    under: str
    url: str
    worse: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since ``since`` (None: nothing to compare with), and what could not be compared."""

    since: date | None
    rows: tuple[Change, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Brief:
    """The whole brief. ``facts_only`` says why no money is shown, "" where it is; ``missing`` are the files that would
    say more; ``more`` counts what also waits but is not among the first three.
    """

    at: datetime
    as_of: date
    organisation: str
    scope: str
    sources: tuple[Source, ...]
    counted: str
    tallies: tuple[Tally, ...]
    actions: tuple[Action, ...]
    more: int
    cost: Cost | None
    facts_only: str
    changes: Changes
    empty: bool
    missing: tuple[str, ...]

"""Decisions of the access app that need no database: whose a badge is, what is still open, when it was used since."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EVENTS = "access"
"""The event class of badge events in the lake."""

GRANTED = "granted"
BY_NUMBER, BY_EMAIL, BY_NAME, UNMATCHED = "number", "e-mail", "name", ""
PURPOSE_LENGTH = 10
"""The least that counts as a purpose for looking at somebody's movements, in characters."""

MOVEMENT_DAYS = 90
"""The most days of one person's movements that one look may cover."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """What matching needs to know of a person."""

    pk: int
    number: str
    email: str
    name: str
    unit_id: int | None


def plain_name(name: str) -> str:
    """A name as it is compared: one space between words, case folded."""
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class Roster:
    """Everybody on the roster, by what a badge or an account may say of its holder.

    Matching goes by employee number, then e-mail, then full name where only one person bears it.
    """

    by_number: dict[str, Somebody] = field(default_factory=dict)
    by_email: dict[str, Somebody | None] = field(default_factory=dict)
    by_name: dict[str, Somebody | None] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Somebody]) -> "Roster":
        """Index ``people``; what two of them share identifies neither."""
        roster = cls()
        for person in people:
            roster.by_number[person.number.casefold()] = person
            if person.email:
                key = person.email.casefold()
                roster.by_email[key] = None if key in roster.by_email else person
            key = plain_name(person.name)
            roster.by_name[key] = None if key in roster.by_name else person
        return roster

    def match(self, number: str, email: str, name: str) -> tuple[Somebody | None, str]:
        """Whose it is, and how that was found: "number", "e-mail", "name" or "" for nobody."""
        if number and (found := self.by_number.get(number.casefold())):
            return found, BY_NUMBER
        if email and (same := self.by_email.get(email.casefold())):
            return same, BY_EMAIL
        if name and (only := self.by_name.get(plain_name(name))):
            return only, BY_NAME
        return None, UNMATCHED


def event_key(at: int, door: str, card: str, outcome: str, direction: str) -> int:
    """The identity of a badge event: 64 bits of BLAKE2b over its microsecond, door, card, outcome and direction."""
    text = f"{at}\x1f{door}\x1f{card}\x1f{outcome}\x1f{direction}"
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, UTC, without the rounding of floats."""
    gap = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def moment(micro: int) -> datetime:
    """The UTC time of so many microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micro)


def end_of(last_day: date, zone: tzinfo) -> datetime:
    """The moment at which the last day worked is over, by the clock of ``zone``."""
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def opens(status: str, valid_until: date | None, today: date) -> bool:
    """Tell whether a badge still opens doors."""
    return status == "active" and (valid_until is None or valid_until >= today)


@dataclass(slots=True)
class Held:
    """What a leaver still holds, and what it was used for since the last day worked."""

    badges: int = 0
    accounts: int = 0
    asked: int = 0
    uses: int = 0
    last_use: datetime | None = None
    last_use_note: str = ""

    @property
    def state(self) -> str:
        """Whether closing was asked for everything that is open ("closing") or not ("open")."""
        return "closing" if self.asked == self.badges + self.accounts else "open"

    def used(self, times: int, at: datetime, note: str) -> None:
        """Count uses; the latest one gives the note."""
        self.uses += times
        if self.last_use is None or at > self.last_use:
            self.last_use, self.last_use_note = at, note[:300]


def median(values: Iterable[float]) -> float | None:
    """The middle value; of an even number the mean of the middle two; None for none."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

"""Clocks as a reader meets them: time left, share gone, what is missing, and those that are not owed. Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from garrison.apps.incidents.rules.clocks import LAWS, Described
from garrison.apps.incidents.rules.facts import label

URGENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Card:
    """One clock of a case on its page. ``standing`` is running, overdue, met, missed, needs, untimed or future.

    ``left`` is until ``due_at``, negative past it; ``share`` how much of its time is gone, None without a due time.
    """

    described: Described
    standing: str
    left: timedelta | None
    left_latest: timedelta | None
    share: float | None
    urgent: bool
    needs: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something for it."""
        return self.standing in ("running", "overdue", "future")


def cards(described: Iterable[Described], *, at: datetime, decided: Container[str] = ()) -> list[Card]:
    """The clocks in their order, without those of laws about which it was decided that nothing is owed."""
    return [_card(each, at) for each in described if each.clock.rule.law not in decided]


def _card(described: Described, at: datetime) -> Card:
    """One clock at a moment."""
    clock = described.clock
    needs = tuple(label(name) for name in clock.needs)
    if clock.stopped_at is not None:
        met = clock.in_time
        return Card(described, "missed" if met is False else "met", None, None, None, False, needs)
    if clock.due_at is None:
        return Card(described, "needs" if needs else "untimed", None, None, None, False, needs)
    left = _since(clock.due_at, at)
    latest = None if clock.due_at_latest is None else _since(clock.due_at_latest, at)
    assert clock.starts_at is not None
    whole = _since(clock.due_at, clock.starts_at).total_seconds()
    gone = _since(at, clock.starts_at).total_seconds()
    share = 1.0 if whole <= 0 else min(1.0, max(0.0, gone / whole))
    standing = (
        "overdue" if left < timedelta(0) else "future" if _since(clock.starts_at, at) > timedelta(0) else "running"
    )
    return Card(described, standing, left, latest, share, left < URGENT, needs)


def _since(later: datetime, earlier: datetime) -> timedelta:
    """The time between two aware datetimes as it passes, not as wall clocks show it."""
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def left_words(left: timedelta, latest: timedelta | None = None) -> str:
    """Time left: ``8 h 18 min``, ``1 d 21 h``, ``44 days``; of an uncertain start ``57 to 59 days``."""
    if left < timedelta(0):
        return f"{left_words(-left)} late"
    if latest is not None and latest.days != left.days and left.days >= 2:
        return f"{left.days} to {latest.days} days"
    minutes = int(left.total_seconds() // 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    if left.days < 7:
        return f"{left.days} d {minutes // 60 % 24} h"
    return f"{left.days} days"


def law_name(law: str) -> str:
    """What a law is called."""
    return "Own rules" if law == "own" else LAWS.get(law, law)

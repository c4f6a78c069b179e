"""How well a control works on a day, judged from its tests. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FAILED_SHARE = 0.6
"""What a failed test of its device leaves of a control's measured effectiveness, until the device passes again.

A house rule, not a measurement: the door still has a reader, a lock and somebody who looks, but no longer holds. It
is shown beside every number it touches, and a measured value replaces it."""

HALF_LIFE_DAYS = 180
"""Once a test is overdue, confidence in it halves in so many days."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One test: the day, the share of attempts it stops or of loss it avoids (0 to 1), and where it comes from."""

    on: date
    effectiveness: float
    note: str = ""
    by_device: bool = False
    passed: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A control's effectiveness on a day, and why it is that."""

    effectiveness: float
    measured: float | None
    on: date | None
    due: date | None
    overdue_days: int
    reason: str
    failed: bool = False


def standing(tests: list[Measured], *, test_every_days: int, as_of: date) -> Standing:
    """Judge a control on ``as_of`` from its tests up to that day. Never tested counts as not working.

    The newest test counts; of two on one day the one given later. Past its due day its value halves every
    ``HALF_LIFE_DAYS``.
    """
    known = [test for test in tests if test.on <= as_of]
    if not known:
        return Standing(0.0, None, None, None, 0, "never tested, so it counts as not working")
    latest = max(enumerate(known), key=lambda pair: (pair[1].on, pair[0]))[1]
    due = latest.on + timedelta(days=test_every_days)
    overdue = max(0, (as_of - due).days)
    value = latest.effectiveness * 0.5 ** (overdue / HALF_LIFE_DAYS)
    failed = latest.by_device and not latest.passed
    reason = f"its device failed a test on {_day(latest.on)}" if failed else f"test of {_day(latest.on)}"
    if latest.note:
        reason += f" ({latest.note})"
    if overdue:
        reason += f"; {overdue} days overdue, so {latest.effectiveness:.0%} counts for {value:.0%}"
    return Standing(value, latest.effectiveness, latest.on, due, overdue, reason, failed)


def _day(on: date) -> str:
    """A date as a reader writes it."""
    return f"{on.day} {on:%b %Y}"


def after_device_test(tests: list[Measured], *, on: date, passed: bool, note: str) -> Measured | None:
    """What a test of its device says of a control: a failure leaves ``FAILED_SHARE`` of the last good measurement, a
    pass restores it. None when nothing was measured before, or when a newer test of its own stands.
    """
    own = [test for test in tests if not test.by_device]
    good = max((test for test in own if test.on <= on), key=lambda test: test.on, default=None)
    if good is None or any(test.on > on for test in own):
        return None
    value = good.effectiveness if passed else good.effectiveness * FAILED_SHARE
    return Measured(on, value, note, by_device=True, passed=passed)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a control is in place somewhere: its own share, or that of the unit it is inherited from."""

    name: str
    key: str = ""
    share: float | None = 1.0
    inherited_from: str = ""
    kind: str = "own"
    on: date | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """A control's health, 0 to 1: implemented x tested x fresh, each with its reason in words."""

    value: float
    implemented: float
    tested: float
    fresh: float
    implemented_why: str
    tested_why: str
    fresh_why: str

    @property
    def reason(self) -> str:
        """What holds it back most, in words."""
        worst = min((self.implemented, self.tested, self.fresh))
        if self.tested == 0 or (worst == self.tested and self.fresh == 1):
            return self.tested_why
        if worst == self.implemented and self.implemented < self.fresh:
            return self.implemented_why
        return self.fresh_why if self.fresh < 1 else self.tested_why


def shares(places: Sequence[Place]) -> list[float]:
    """How far a control is in place in each of ``places``; inherited ones take their provider's share.

    A provider that said nothing, or that inherits in a circle, gives nothing. A shared control is as good as the
    weaker of both sides.
    """
    by_key: dict[str, Place] = {}
    for place in places:
        if not place.site:
            by_key.setdefault(place.key, place)

    def share(place: Place, seen: tuple[str, ...]) -> float:
        """The share of one place, through those that it inherits from."""
        if place.kind == "own":
            return place.share or 0.0
        provider = by_key.get(place.inherited_from)
        given = 0.0
        if provider is not None and provider is not place and provider.key not in seen:
            given = share(provider, (*seen, provider.key))
        return given if place.kind == "inherited" else min(given, place.share or 0.0)

    return [share(place, (place.key,)) for place in places]


def health(places: Sequence[Place], stands: Standing) -> Health:
    """Judge a control: implemented is the mean share of its places; tested and fresh are its standing's two factors.

    Where nobody said how far it is in place, a control that was measured is taken as there, and the reason says so.
    """
    found = shares(places)
    if places:
        implemented = sum(found) / len(found)
        short = [place.name for place, share in zip(places, found, strict=True) if share < 1]
        where = f"{len(places)} place" if len(places) == 1 else f"{len(places)} places"
        missing = f"; not wholly in {', '.join(short[:3])}" + (" and others" if len(short) > 3 else "") if short else ""
        why = f"in place to {implemented:.0%} in {where}{missing}"
    elif stands.measured is None:
        implemented, why = 0.0, "nobody said how far it is in place, and it was never tested"
    else:
        implemented, why = 1.0, "nobody said how far it is in place; taken as whole, since it was measured"
    tested = stands.measured or 0.0
    fresh = stands.effectiveness / stands.measured if stands.measured else (0.0 if stands.measured is None else 1.0)
    if stands.on is None:
        tested_why, fresh_why = "never tested, so it counts as not working", "never tested"
    else:
        failed = f"its device failed a test on {_day(stands.on)}" if stands.failed else ""
        tested_why = failed or f"stopped {stands.measured:.0%} when tested on {_day(stands.on)}"
        fresh_why = (
            f"its test is {stands.overdue_days} days overdue; its worth halves every {HALF_LIFE_DAYS} days"
            if stands.overdue_days
            else f"tested in time; next test due {_day(stands.due)}"
            if stands.due
            else "tested in time"
        )
    return Health(implemented * tested * fresh, implemented, tested, fresh, why, tested_why, fresh_why)

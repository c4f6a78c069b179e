"""How well a control works on a day, judged from its tests. Pure."""

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

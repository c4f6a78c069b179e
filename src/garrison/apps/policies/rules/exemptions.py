"""Exceptions to a policy: their life as a table, who may decide, and when one is void. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from garrison.apps.policies.rules.lifecycle import Move, add_months

EXCEPTION_STATES = ("requested", "approved", "refused", "expired", "voided", "ended")

EXCEPTION_MOVES = (
    Move("approve", "requested", "approved"),
    Move("refuse", "requested", "refused"),
    Move("withdraw", "requested", "ended"),
    Move("end", "approved", "ended"),
    Move("expire", "approved", "expired"),
    Move("void", "approved", "voided"),
)
"""Everything that may happen to an exception; what is not here may not."""

_TARGETS = {(move.verb, move.source): move.target for move in EXCEPTION_MOVES}

DEFAULT_LIMITS: dict[str, Decimal | None] = {
    "security head": None,
    "executive": Decimal(1_000_000),
    "privacy": Decimal(100_000),
    "manager": Decimal(50_000),
}
"""The most money at risk in a year that a role may accept, until somebody sets other limits; None is no limit."""

TOLERANCE = 1e-9


def exception_after(verb: str, state: str) -> str:
    """The state that follows; "" where the step is not allowed."""
    return _TARGETS.get((verb, state), "")


def why_not_until(until: date, as_of: date) -> str:
    """Why an exception cannot run until a day; "" when it can."""
    if until <= as_of:
        return "an exception ends in the future; choose a later day"
    last = add_months(as_of, 12)
    if until > last:
        return f"an exception runs for a year at most, until {last.isoformat()}; it may be asked for again then"
    return ""


def authority(limits: Mapping[str, Decimal | None], roles: Iterable[str]) -> Decimal | None:
    """The most money that somebody with these roles may accept; None is no limit, zero none at all."""
    highest = Decimal(0)
    for role in roles:
        if role not in limits:
            continue
        limit = limits[role]
        if limit is None:
            return None
        highest = max(highest, limit)
    return highest


def why_not_decide(money: Decimal | None, limit: Decimal | None, *, own: bool) -> str:
    """Why somebody with this limit may not approve an exception with so much money at risk; "" when they may.

    Where no amount could be computed only somebody without a limit may approve: unknown is not small.
    """
    if own:
        return "you asked for it yourself; somebody else decides"
    if limit is None:
        return ""
    if limit == 0:
        return "your role has no authority over exceptions; see the table of limits"
    if money is None:
        return "the money at risk is not known, so it takes somebody whose authority has no limit"
    if money > limit:
        return f"{money:,.0f} at risk is above your limit of {limit:,.0f}"
    return ""


def why_void(until: date, as_of: date, *, assumed: float | None, measured: float | None) -> tuple[str, str]:
    """What ends an approved exception on a day, as (verb, reason); ("", "") while it holds.

    ``assumed`` is the effectiveness of the compensating control when it was approved, ``measured`` what its tests say
    now; both None when no control of the register compensates.
    """
    if as_of > until:
        return "expire", f"it ran until {until.isoformat()}"
    if assumed is not None and measured is None:
        return "void", "its compensating control is no longer there"
    if assumed is not None and measured is not None and measured < assumed - TOLERANCE:
        return "void", f"its compensating control works at {measured:.0%}, {assumed:.0%} was assumed"
    return "", ""

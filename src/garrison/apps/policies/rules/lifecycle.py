"""The life of a policy's version, as a table; approval by quorum; the clock of its review. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

STATES = ("draft", "review", "approved", "published", "superseded", "retired")


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step: what is done, in which state, and the state that follows."""

    verb: str
    source: str
    target: str


MOVES = (
    Move("edit", "draft", "draft"),
    Move("edit", "review", "draft"),
    Move("edit", "approved", "draft"),
    Move("submit", "draft", "review"),
    Move("approve", "review", "approved"),
    Move("refuse", "review", "draft"),
    Move("publish", "approved", "published"),
    Move("supersede", "published", "superseded"),
    Move("retire", "published", "retired"),
    Move("retire", "draft", "retired"),
)
"""Everything that may happen to a version; what is not here may not.

``approve`` is the step that a quorum takes, ``refuse`` the one taken once a quorum can no longer be reached; a change
of the words takes a version back to draft, whoever had approved it.
"""

_TARGETS = {(move.verb, move.source): move.target for move in MOVES}
VERBS = tuple(dict.fromkeys(move.verb for move in MOVES))

_DONE = {
    "edit": "changed",
    "submit": "sent for review",
    "approve": "approved",
    "refuse": "refused",
    "publish": "published",
    "supersede": "superseded",
    "retire": "retired",
}
_NAMES = {"draft": "a draft", "review": "in review"}

DUE_DAYS = 30
"""A review that is due within so many days is called due."""


def after(verb: str, state: str) -> str:
    """The state that follows; "" where the step is not allowed."""
    return _TARGETS.get((verb, state), "")


def why_not(verb: str, state: str) -> str:
    """Why a step cannot be taken now, in words; "" when it can."""
    if after(verb, state):
        return ""
    sources = [_NAMES.get(move.source, move.source) for move in MOVES if move.verb == verb]
    return f"it is {_NAMES.get(state, state)}; only what is {' or '.join(sources)} can be {_DONE[verb]}"


def tally(decisions: Iterable[str], quorum: int) -> str:
    """What the decisions come to: "approve" at ``quorum`` approvals, "refuse" once that is out of reach, else "".

    ``decisions`` holds one word for each named approver: "approve", "refuse", or "" while undecided.
    """
    said = list(decisions)
    if said.count("approve") >= quorum:
        return "approve"
    if len(said) - said.count("refuse") < quorum:
        return "refuse"
    return ""


def why_not_named(named: int, quorum: int, *, author_named: bool) -> str:
    """Why so many named approvers and such a quorum cannot decide; "" when they can."""
    if named == 0:
        return "name at least one approver"
    if author_named:
        return "whoever wrote the text cannot approve it; name somebody else"
    if not 1 <= quorum <= named:
        return f"the quorum lies between 1 and the {named} named approvers"
    return ""


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the month's last day where it has no such day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def review_standing(due: date | None, as_of: date) -> str:
    """How a review stands: "none", "ok", "due" (within ``DUE_DAYS``) or "overdue"."""
    if due is None:
        return "none"
    if due < as_of:
        return "overdue"
    return "due" if due <= as_of + timedelta(days=DUE_DAYS) else "ok"

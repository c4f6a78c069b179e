"""The command that compares the roster with badges and accounts, and keeps the list of access exceptions true."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from garrison.apps.access import rules, selectors
from garrison.apps.access.models import AccessException, Account, Badge
from garrison.apps.access.rules import Held
from garrison.core import lake_files
from garrison.core.bulk import BATCH
from garrison.core.clock import zone
from garrison.core.commands import changed, command
from garrison.core.models import User
from garrison.core.writing import update_each

KIND = "leaver"
FIELDS = ("unit_id", "state", "badges", "accounts", "uses", "last_use", "last_use_note")

USES = """
SELECT c.card, count(*), max(e.time), arg_max(e.door, e.time)
FROM events e
JOIN (SELECT unnest(?::VARCHAR[]) AS card, unnest(?::TIMESTAMP[]) AS since) c ON lower(e.card) = lower(c.card)
WHERE e.outcome = 'granted' AND e.time >= c.since
GROUP BY c.card
"""


@command("access.reconcile")
def reconcile_leavers(*, actor: User, at: datetime) -> dict[str, list[str]]:
    """Make the access exceptions say what roster, badges, accounts and badge events say on ``at``.

    Gives the employee numbers for which an exception was opened, reopened or closed. Doing it twice changes nothing.
    """
    people, held = _held(actor, at)
    told: dict[str, list[str]] = {"opened": [], "reopened": [], "closed": [], "changed": []}
    known = _exceptions(closed=False)
    _close(set(known) - set(held), known, at, told)
    again = _exceptions(closed=True, people=set(held) - set(known))
    fresh: list[AccessException] = []
    changes: list[tuple[Any, ...]] = []
    for person, found in held.items():
        number, unit = people[person][0], people[person][1]
        now = (unit, found.state, found.badges, found.accounts, found.uses, found.last_use, found.last_use_note)
        stored = known.get(person) or again.get(person)
        if stored is None:
            told["opened"].append(number)
            fresh.append(AccessException(kind=KIND, person_id=person, found=at, **dict(zip(FIELDS, now, strict=True))))
        elif person in again:
            told["reopened"].append(number)
            changes.append((None, *now, stored["pk"]))
        elif tuple(stored[name] for name in FIELDS) != now:
            told["changed"].append(number)
            changes.append((None, *now, stored["pk"]))
    AccessException.objects.bulk_create(fresh, batch_size=BATCH)
    for start in range(0, len(changes), BATCH):
        update_each(AccessException, ("closed", *FIELDS), changes[start : start + BATCH])
    if any(told.values()):
        changed(target="leavers with access", after=told)
    else:
        changed(target="leavers with access", after={"still": len(held)})
    return told


def _held(actor: User, at: datetime) -> tuple[dict[int, tuple[str, int | None, date | None]], dict[int, Held]]:
    """The leavers with number, unit and last day, and what each of them still holds."""
    here = zone()
    today = at.astimezone(here).date()
    gone = selectors.gone(viewer=actor, today=today)
    people: dict[int, tuple[str, int | None, date | None]] = {
        pk: (number, unit, left) for pk, number, unit, left in gone.values_list("pk", "number", "unit_id", "left")
    }
    ends = {pk: rules.end_of(left, here) for pk, (_, _, left) in people.items() if left is not None}
    held: dict[int, Held] = {}
    cards: dict[str, int] = {}
    mine: Any = Badge.objects.filter(person__in=gone)
    for card, person, status, until, asked in mine.values_list(
        "card", "person_id", "status", "valid_until", "closing_asked"
    ):
        cards[card] = person
        if rules.opens(status, until, today):
            found = held.setdefault(person, Held())
            found.badges += 1
            found.asked += asked is not None
    logins: Any = Account.objects.filter(person__in=gone, enabled=True)
    for login, person, used, asked in logins.values_list("login", "person_id", "last_used", "closing_asked"):
        found = held.setdefault(person, Held())
        found.accounts += 1
        found.asked += asked is not None
        if used is not None and person in ends and used >= ends[person]:
            found.used(1, used, f"Account {login} signed in")
    since = {card: ends[person] for card, person in cards.items() if person in held and person in ends}
    for card, times, last, door in _uses_since(since):
        held[cards[card]].used(times, last, f"Badge {card} let in at {door}")
    return people, held


def _uses_since(since: dict[str, datetime]) -> Iterable[tuple[str, int, datetime, str]]:
    """How often each card was let in since its moment, when last and at which door."""
    if not since:
        return []
    names = lake_files.visible(rules.EVENTS, since=min(since.values()))
    moments = [moment.astimezone(UTC).replace(tzinfo=None) for moment in since.values()]
    rows = lake_files.lake().query(USES, names, [list(since), moments])
    return sorted((card, times, last.replace(tzinfo=UTC), door) for card, times, last, door in rows)


def _exceptions(*, closed: bool, people: set[int] | None = None) -> dict[int, dict[str, Any]]:
    """Exceptions by person: the open ones, or the latest closed ones of some people."""
    rows = AccessException.objects.filter(kind=KIND, closed__isnull=not closed).order_by("closed", "pk")
    found = {}
    for row in rows.values("pk", "person_id", "person__number", *FIELDS):
        if people is None or row["person_id"] in people:
            found[row["person_id"]] = row
    return found


def _close(people: set[int], known: dict[int, dict[str, Any]], at: datetime, told: dict[str, list[str]]) -> None:
    """Close the exceptions of people who hold nothing any more, and forget that closing was asked."""
    gone = sorted(people)
    told["closed"] = [known[person]["person__number"] for person in gone]
    for start in range(0, len(gone), BATCH):
        some = gone[start : start + BATCH]
        keys = [known[person]["pk"] for person in some]
        AccessException.objects.filter(pk__in=keys).update(state="closed", closed=at)
        for model in (Badge, Account):
            model._default_manager.filter(person__in=some).exclude(closing_asked=None).update(closing_asked=None)

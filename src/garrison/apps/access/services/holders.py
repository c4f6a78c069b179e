"""Commands that store accounts and badges, and tell whose they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from garrison.apps.access.models import Account, Badge
from garrison.apps.access.rules import Roster, Somebody
from garrison.apps.people.models import Person
from garrison.core.bulk import STORED, UPDATED, batches, key_of, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.core.writing import update_each
from garrison.formats.facts import AccountFact, BadgeFact

ACCOUNT_FIELDS = (
    "name", "number", "email", "person_id", "unit_id", "matched_by", "enabled", "privileged", "last_used", "created",
    "groups",
)  # fmt: skip
BADGE_FIELDS = (
    "holder", "number", "email", "person_id", "unit_id", "matched_by", "status", "valid_from", "valid_until", "levels",
)  # fmt: skip


def roster() -> Roster:
    """Everybody, indexed for matching: one statement."""
    rows = Person.objects.order_by("pk").values_list("pk", "number", "email", "name", "unit_id")
    return Roster.of(Somebody(*row) for row in rows)


@command("access.import_accounts")
def import_accounts(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store what directories say of accounts; what a directory leaves out stays as it was."""
    people = roster()
    told: dict[str, int] = {STORED: 0, UPDATED: 0}
    for chunk in batches(batch):
        rows = [_account(item, people) for item in chunk]
        verdicts, _ = reconcile(Account, rows, compare=ACCOUNT_FIELDS, merge=True)
        _settle(batch, chunk, verdicts, told)
    changed(target="accounts", after=told)
    return told


@command("access.import_badges")
def import_badges(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store what badge systems say of badges: the newest export is the whole truth of each badge it names."""
    people = roster()
    told: dict[str, int] = {STORED: 0, UPDATED: 0}
    for chunk in batches(batch):
        rows = [_badge(item, people) for item in chunk]
        verdicts, _ = reconcile(Badge, rows, compare=BADGE_FIELDS)
        _settle(batch, chunk, verdicts, told)
    changed(target="badges", after=told)
    return told


@command("access.match")
def match_holders(*, actor: User, at: datetime) -> int:
    """Match accounts and badges with the roster anew: people come, move and are renamed. Gives how many changed."""
    people = roster()
    moved = 0
    for model, name in ((Account, "name"), (Badge, "holder")):
        columns = ("pk", "number", "email", name, "person_id", "unit_id", "matched_by")
        last = 0
        while rows := list(model._default_manager.filter(pk__gt=last).order_by("pk").values_list(*columns)[:10_000]):
            last = rows[-1][0]
            changes: list[tuple[Any, ...]] = []
            for pk, number, email, holder, *stored in rows:
                found = _whose(people, number, email, holder)
                if found != tuple(stored):
                    changes.append((*found, pk))
            update_each(model, ("person_id", "unit_id", "matched_by"), changes)
            moved += len(changes)
    changed(target="accounts and badges", after={"changed": moved})
    return moved


def _whose(people: Roster, number: str, email: str, name: str) -> tuple[int | None, int | None, str]:
    """Person, unit and how they were found."""
    person, by = people.match(number, email, name)
    return (person.pk, person.unit_id, by) if person else (None, None, by)


def _account(item: Staged, people: Roster) -> dict[str, Any]:
    """One account's row."""
    fact = item.fact
    assert isinstance(fact, AccountFact)
    person, unit, by = _whose(people, fact.number, fact.email, fact.name)
    return {
        "key": key_of(fact.login),
        "login": fact.login,
        "name": fact.name,
        "number": fact.number,
        "email": fact.email,
        "person_id": person,
        "unit_id": unit,
        "matched_by": by,
        "enabled": fact.enabled,
        "privileged": fact.privileged,
        "last_used": fact.last_used,
        "created": fact.created,
        "groups": list(fact.groups),
        "source_id": item.file.pk,
        "source_row": fact.row,
    }


def _badge(item: Staged, people: Roster) -> dict[str, Any]:
    """One badge's row."""
    fact = item.fact
    assert isinstance(fact, BadgeFact)
    person, unit, by = _whose(people, fact.number, fact.email, fact.holder)
    return {
        "key": key_of(fact.card),
        "card": fact.card,
        "holder": fact.holder,
        "number": fact.number,
        "email": fact.email,
        "person_id": person,
        "unit_id": unit,
        "matched_by": by,
        "status": fact.status,
        "valid_from": fact.valid_from,
        "valid_until": fact.valid_until,
        "levels": list(fact.levels),
        "source_id": item.file.pk,
        "source_row": fact.row,
    }


def _settle(batch: Batch, chunk: Sequence[Staged], verdicts: Iterable[str], told: dict[str, int]) -> None:
    """Tell the ledger, and keep the sums for the audit log."""
    words = list(verdicts)
    batch.settle(chunk, words)
    for word in told:
        told[word] += words.count(word)

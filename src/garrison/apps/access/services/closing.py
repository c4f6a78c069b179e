"""Commands about what is to be done with access that nobody should have, and looks at somebody's movements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from garrison.apps.access import rules, selectors
from garrison.apps.access.models import AccessException, Account, Badge
from garrison.apps.access.selectors import Movement
from garrison.apps.people import selectors as people
from garrison.core.bulk import batches
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.scopes import paths
from garrison.core.ui import figures
from garrison.core.undoing import held, offer_undo

AT_ONCE = 10_000
"""The most exceptions that one command takes."""


@command("access.ask_to_close")
def ask_to_close(*, actor: User, exceptions: Sequence[UUID | str], at: datetime) -> Undo:
    """Ask for the badges and accounts of some leavers to be closed: they count as closing until an export confirms it.

    Nothing is sent to the badge system or the directory; the work order says what to close. Can be undone.
    """
    chosen = _chosen(actor, exceptions)
    today = local_day(at)
    badges, accounts = [], []
    for some in batches(chosen):
        holders = [exception.person_id for exception in some]
        badges += list(
            selectors.open_badges(viewer=actor, today=today)
            .filter(person__in=holders, closing_asked=None)
            .values_list("uuid", "card")
        )
        accounts += list(
            selectors.open_accounts(viewer=actor)
            .filter(person__in=holders, closing_asked=None)
            .values_list("uuid", "login")
        )
    if not badges and not accounts:
        raise Refused("closing was already asked for everything that is open here")
    _mark(Badge, [uuid for uuid, _ in badges], at)
    _mark(Account, [uuid for uuid, _ in accounts], at)
    _set_state([exception.pk for exception in chosen], "closing")
    open_things = {"badges": len(badges), "accounts": len(accounts)}
    counted = [figures.counted(number, things) for things, number in open_things.items() if number]
    label = f"Closing asked for {' and '.join(counted)}"
    path = _path(chosen)
    changed(
        target=label,
        path=path,
        before={"state": {str(exception.uuid): exception.state for exception in chosen}},
        after={"badges": [card for _, card in badges], "accounts": [login for _, login in accounts]},
    )
    return offer_undo(
        actor=actor,
        at=at,
        label=label,
        command_name="access.withdraw_closing",
        arguments={
            "badges": [str(uuid) for uuid, _ in badges],
            "accounts": [str(uuid) for uuid, _ in accounts],
            "states": {str(exception.uuid): exception.state for exception in chosen},
        },
    )


@command("access.withdraw_closing")
def withdraw_closing(*, actor: User, badges: Sequence[str], accounts: Sequence[str], states: dict[str, str]) -> None:
    """Take back that closing was asked for these badges and accounts."""
    chosen = _chosen(actor, list(states))
    holders = [exception.person_id for exception in chosen]
    for model, uuids in ((Badge, badges), (Account, accounts)):
        for some in batches(uuids):
            model._default_manager.filter(uuid__in=some, person__in=holders).update(closing_asked=None)
    for state in ("open", "closing"):
        _set_state([e.pk for e in chosen if states.get(str(e.uuid)) == state and e.closed is None], state)
    changed(
        target=f"{figures.counted(len(badges), 'badges')} and {figures.counted(len(accounts), 'accounts')}",
        path=_path(chosen),
        after={"badges": list(badges), "accounts": list(accounts), "states": states},
    )


@command("access.look_at_movements")
def look_at_movements(
    *, actor: User, person: UUID, purpose: str, days: int, at: datetime
) -> tuple[list[Movement], bool]:
    """Give somebody's badge events of the last ``days``, for a stated purpose; the look itself is on record.

    Newest first, at doors within the actor's sight; also tells whether there were more than are given.
    """
    purpose = " ".join(purpose.split())
    if len(purpose) < rules.PURPOSE_LENGTH:
        raise Refused("say in a sentence why you need to see this person's movements; it is kept in the audit log")
    if not 1 <= days <= rules.MOVEMENT_DAYS:
        raise Refused(f"one look covers 1 to {rules.MOVEMENT_DAYS} days")
    looked_at = people.person(viewer=actor, uuid=person)
    found, more = selectors.movements(viewer=actor, person=looked_at, days=days, at=at)
    changed(
        target=f"{looked_at.name} ({looked_at.number})",
        path=looked_at.unit.path if looked_at.unit else "/",
        after={"purpose": purpose[:1000], "days": days, "events": len(found), "more": more},
    )
    return found, more


@command("access.look_at_events")
def look_at_events(*, actor: User, asked: str, exported: bool) -> None:
    """Put on record that badge events are looked at with the names of who came and went.

    ``asked`` are the list's filters, and ``exported`` says that all matching rows left as a file.
    """
    held = paths(actor, selectors.LOOK)
    changed(
        target="badge events with names",
        path=held[0] if len(held) == 1 else "/",
        after={"asked": asked[:1000], "exported": exported},
    )


def _chosen(actor: User, exceptions: Sequence[UUID | str]) -> list[AccessException]:
    """The open exceptions of these uuids. Raises ``Refused`` for too many, ``Missing`` when one is out of sight."""
    if len(exceptions) > AT_ONCE:
        raise Refused(f"at most {AT_ONCE:,} at once; choose fewer")
    wanted = dict.fromkeys(_uuid(value) for value in exceptions)
    found: list[AccessException] = []
    for some in batches(wanted):
        found += held(selectors.open_exceptions(viewer=actor).filter(uuid__in=some))
    if not found or len(found) != len(wanted):
        raise Missing("one of those access exceptions is closed or out of sight; look at the list again")
    return found


def _uuid(value: UUID | str) -> UUID:
    """A uuid from its text. Raises ``Refused`` for anything else."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError as error:
        raise Refused("that is not an access exception") from error


def _mark(model: type[Badge] | type[Account], uuids: Sequence[UUID], at: datetime) -> None:
    """Keep when closing was asked."""
    for some in batches(uuids):
        rows: Any = model._default_manager
        rows.filter(uuid__in=some).update(closing_asked=at)


def _set_state(keys: Sequence[int], state: str) -> None:
    """Give exceptions a state."""
    for some in batches(keys):
        AccessException.objects.filter(pk__in=some).update(state=state)


def _path(chosen: Sequence[AccessException]) -> str:
    """The unit path that holds all of them."""
    paths = {exception.unit.path if exception.unit else "/" for exception in chosen}
    return paths.pop() if len(paths) == 1 else "/"

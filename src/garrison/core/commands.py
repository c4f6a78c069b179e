"""Commands: the only way in which anything changes.

A command is permitted, atomic and audited in one line. Commands may call one another: the outermost opens the
transaction, and all entries are chained at its end, when the chain's lock is held for the shortest time. A command
that somebody asked for always has its entry; one that followed from it only where it changed something.
"""

import getpass
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.utils import timezone

from garrison.core import audit
from garrison.core.models import User
from garrison.core.scopes import current_command, may

P = ParamSpec("P")
R = TypeVar("R")

COMMANDS: dict[str, Callable[..., Any]] = {}
"""Every command by its name, for permissions, documentation and tests."""

SUBSCRIBERS: dict[str, list[Callable[..., None]]] = defaultdict(list)
"""What runs after a command, by the command's name, in the order in which apps are installed."""


OBJECTS = {
    "access": "badges and accounts",
    "assets": "assets",
    "budget": "the plan",
    "imports": "imports",
    "jobs": "long work",
    "risk": "scenarios",
    "users": "users",
    "vulnerabilities": "findings",
}
"""What a command of one word is about, by its app, for the sentence that refuses it."""

WORDS = {
    "access.ask_to_close": "ask to close access exceptions",
    "access.withdraw_closing": "withdraw what was asked about access exceptions",
    "assets.assign_owner": "assign owners to assets",
    "assets.record_test": "record tests of devices",
    "assets.remove_test": "remove tests of devices",
    "assets.set_critical": "say which assets are critical",
    "assets.set_exposed": "say which assets are exposed",
    "budget.force": "force initiatives into the plan or out of it",
    "budget.replan": "make the plan anew",
    "budget.set_budget": "set the budget",
    "controls.record_test": "record tests of controls",
    "controls.remove_test": "remove tests of controls",
    "imports.begin": "import files",
    "imports.upload": "upload files to import",
    "risk.compute": "compute the loss",
    "strategy.issue_report": "issue reports",
    "users.grant": "grant roles",
    "users.revoke": "revoke roles",
    "users.issue_link": "issue sign-in links",
    "users.reset_mfa": "reset the second factor of users",
    "vulnerabilities.accept": "accept the risk of findings",
    "vulnerabilities.assign": "assign findings",
    "vulnerabilities.plan": "plan the repair of findings",
    "vulnerabilities.set_due": "set the due day of findings",
}
"""Commands whose name alone does not say what they do, for the sentence that refuses them."""


class Refused(Exception):
    """A command that could not be carried out, with a reason fit for the user's eyes."""


class Missing(Refused):
    """What was asked for does not exist within the actor's sight; the two cases look alike from outside."""


class Forbidden(Refused):
    """The actor does not hold the permission anywhere."""


@dataclass(slots=True)
class Change:
    """What the running command did, as its audit entry will tell it."""

    command: str
    target: str = ""
    path: str = "/"
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class _Stack:
    """The commands under way in this thread, and the entries that wait for the end of the outermost."""

    asker: User
    changes: list[Change] = field(default_factory=list)
    entries: list[tuple[User, Change]] = field(default_factory=list)


_stack: ContextVar[_Stack | None] = ContextVar("commands_under_way", default=None)


@lru_cache
def os_user() -> str:
    """The operating-system user behind this process; "" where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def changed(*, target: object = "", before: Any = None, after: Any = None, path: str = "/") -> None:
    """Tell the audit log what the running command changes: whole values, never cut."""
    stack = _stack.get()
    assert stack is not None, "changed() belongs inside a command"
    assert stack.changes
    change = stack.changes[-1]
    change.target, change.path = str(target)[:400], path
    change.before, change.after = before, after


def command(name: str, *, to_the_hour: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function with an ``actor`` a command.

    ``name`` is ``<app>.<verb>``: the permission the actor needs, the name in the audit log, and what subscribers ask
    for. A refusal is recorded too, outside the transaction that it rolls back. ``to_the_hour`` stamps its audit entries
    with the hour alone, where the minute could tell who somebody was.
    """

    def decorate(work: Callable[P, R]) -> Callable[P, R]:
        takes = signature(work).parameters

        @wraps(work)
        def carry_out(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = kwargs["actor"]
            assert isinstance(actor, User)
            stack = _stack.get()
            if stack is None:
                return _outermost(name, work, actor, args, kwargs, to_the_hour)
            return _run(name, work, actor, stack, args, kwargs)

        assert "actor" in takes, f"{name} needs an actor"
        assert name not in COMMANDS, f"two commands are called {name}"
        COMMANDS[name] = carry_out
        return carry_out

    return decorate


def _changed_nothing(change: Change) -> bool:
    """Whether a command told of no change: of nothing at all, or of a before and an after that are both empty."""
    if change.before is None and change.after is None:
        return not change.target
    return _empty(change.before) and _empty(change.after)


def _empty(told: Any) -> bool:
    """Whether a before or after holds nothing, or counts zero of everything."""
    if isinstance(told, dict):
        return all(_empty(value) for value in told.values())
    return told is None or (isinstance(told, int | str | list | tuple | set) and not told and told is not False)


def _outermost(name: str, work: Callable[..., R], actor: User, args: Any, kwargs: Any, to_the_hour: bool) -> R:
    """Carry out the command that somebody asked for, with its transaction and its audit entries."""
    stack = _Stack(actor)
    token = _stack.set(stack)
    try:
        with transaction.atomic():
            result = _run(name, work, actor, stack, args, kwargs, asked=True)
            audit.append(
                [_entry(who, change, "done", _for(who, actor)) for who, change in stack.entries], at=_now(to_the_hour)
            )
            return result
    except Refused as refusal:
        change = Change(name, target=str(kwargs.get("uuid", kwargs.get("code", "")))[:400])
        with transaction.atomic():
            audit.append([_entry(actor, change, "refused", str(refusal))], at=_now(to_the_hour))
        raise
    finally:
        _stack.reset(token)


def _now(to_the_hour: bool) -> datetime:
    """The time that audit entries bear."""
    now = timezone.now()
    return now.replace(minute=0, second=0, microsecond=0) if to_the_hour else now


def demand(actor: User, name: str, path: str = "") -> None:
    """Refuse at a door, and record, a command that ``actor`` may not carry out: in the unit ``path``, or anywhere.

    For whoever looks at a form first: what is wrong with it is nobody's business who may not send it.
    """
    if may(actor, name, path):
        return
    refusal = Forbidden(_may_not(name, path))
    with transaction.atomic():
        audit.append([_entry(actor, Change(name), "refused", str(refusal))], at=timezone.now())
    raise refusal


def _may_not(name: str, path: str = "") -> str:
    """Why a command is refused to whoever does not hold its permission, in the unit ``path`` or anywhere."""
    app, _, verb = name.partition(".")
    words = WORDS.get(name) or verb.replace("_", " ")
    if name not in WORDS and " " not in words and app in OBJECTS:
        words = f"{words} {OBJECTS[app]}"
    where = {"": "", "/": " for the whole organisation"}.get(path, " in this unit")
    return f"you may not {words}{where}; ask the security head for a role"


def _run(
    name: str, work: Callable[..., R], actor: User, stack: _Stack, args: Any, kwargs: Any, *, asked: bool = False
) -> R:
    """Carry out one command inside the transaction of the outermost."""
    if not may(actor, name):
        raise Forbidden(_may_not(name))
    change = Change(name)
    stack.changes.append(change)
    token, told, whole = current_command.set(name), len(stack.entries), False
    try:
        result = work(*args, **kwargs)
        whole = True
    finally:
        current_command.reset(token)
        stack.changes.pop()
        if not whole:  # whoever catches its refusal has rolled back what it did: no entry may tell of it
            del stack.entries[told:]
    if asked or not _changed_nothing(change):
        stack.entries.append((actor, change))  # what followed and changed nothing is not worth an entry
    if SUBSCRIBERS[name]:
        following = kwargs | {"actor": system_actor(), "result": result}
        for subscriber in SUBSCRIBERS[name]:
            subscriber(**following)
    return result


def system_actor() -> User:
    """The built-in actor: of the CLI and the worker, and of everything that follows from what somebody did.

    What follows concerns the whole organisation, so it is neither limited by the asker's units nor by their role; its
    audit entries name the asker.
    """
    return User.objects.get(is_system=True)


def _for(who: User, asker: User) -> str:
    """On whose behalf the system acted."""
    return "" if who.pk == asker.pk else f"for {asker.username}"


def _entry(actor: User, change: Change, outcome: str, reason: str = "") -> audit.Entry:
    """The audit entry of one change."""
    return audit.Entry(
        actor=actor,
        os_user=os_user(),
        command=change.command,
        outcome=outcome,
        reason=reason,
        target=change.target,
        path=change.path,
        before=change.before,
        after=change.after,
    )


def on(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a function of a higher app after the command ``name``, in the same transaction.

    It is called with the command's own keyword arguments and ``result``, but as the system actor; what it changes goes
    through commands of its own app, each with its own audit entry that names the asker.
    """

    def subscribe(react: Callable[..., None]) -> Callable[..., None]:
        SUBSCRIBERS[name].append(react)
        return react

    return subscribe

"""Keeping how a change is taken back, and keeping two decisions on one record apart."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from garrison.core.models import Undo, User

M = TypeVar("M", bound=Model)


def held(rows: QuerySet[M]) -> QuerySet[M]:
    """``rows``, none of which anybody else can change before the running command ends: to decide on, or to put back.

    Without it somebody could decide between the moment at which a command reads how things are and the one at which it
    writes. Rows are taken in one order, so that no two commands wait for each other. SQLite has one writer at a time
    and needs no more.
    """
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)


def offer_undo(*, actor: User, at: datetime, label: str, command_name: str, arguments: dict[str, Any]) -> Undo:
    """Keep how to take back what the running command does: the command to call and its JSON arguments.

    Call it inside a command; ``core.undo`` calls ``command_name`` later with ``actor`` and ``arguments``.
    """
    return Undo.objects.create(actor=actor, at=at, label=label[:400], command=command_name, arguments=arguments)


def overtaken_by(kept: Undo) -> Undo | None:
    """The first later decision, not taken back itself, on a record that ``kept`` would put back; None for none.

    Putting back how things were before ``kept`` would silently put that later decision away too.
    """
    mine = set(_subjects(kept.command, kept.arguments))
    later = Undo.objects.filter(pk__gt=kept.pk, command=kept.command, used=None).select_related("actor").order_by("pk")
    return next(
        (one for one in later.iterator(chunk_size=100) if not mine.isdisjoint(_subjects(one.command, one.arguments))),
        None,
    )


UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _subjects(command: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """What a way back speaks of: each record it names, in the one field that it names, if any; else all of it."""
    field = str(arguments.get("field", ""))
    names = set(_uuids(arguments))
    yield from (f"{name} {field}" for name in names) if names else (f"{command} {field}",)


def _uuids(value: Any) -> Iterator[str]:
    """Every uuid in a JSON value, its keys included."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _uuids(key)
            yield from _uuids(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _uuids(inner)
    elif isinstance(value, str) and UUID_TEXT.fullmatch(value):
        yield value

"""What an import changed, record by record: for showing it before it is done, and for taking it back afterwards.

Nothing is kept unless somebody listens. Bulk writing (``core.bulk.reconcile``) tells of its rows by itself; importers
that write otherwise tell of theirs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

MOST = 20_000
"""The most records of one import that are kept; beyond it nothing is, and the import cannot be taken back."""

UNTOLD = ("source_id", "source_row")

Source = tuple[int, int]
"""The primary key of a file, and a row of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that an import made, changed or removed, and the file (primary key) and row that said so.

    ``before`` is empty for a new record, ``after`` for a removed one; both hold the fields that differ, in JSON's
    types. ``shown`` entries stand for a row of the file; the others follow from one. A ``decided`` one was changed by a
    command that tells its own way back.
    """

    model: str
    pk: int
    name: str
    file: int
    row: int
    before: dict[str, Any]
    after: dict[str, Any]
    shown: bool = True
    decided: bool = False


@dataclass(slots=True)
class Journal:
    """What one import did so far; ``whole`` is false once it did too much to be kept.

    ``ways_back`` are the uuids of what takes back decided entries, in the order in which they were done.
    """

    entries: list[Entry] = field(default_factory=list)
    ways_back: list[str] = field(default_factory=list)
    whole: bool = True

    def add(self, entry: Entry) -> None:
        """Keep one entry, or give up on keeping any."""
        if self.whole and len(self.entries) >= MOST:
            self.whole = False
            self.entries.clear()
        if self.whole:
            self.entries.append(entry)


_listening: ContextVar[Journal | None] = ContextVar("journal", default=None)


@contextmanager
def listening() -> Iterator[Journal]:
    """Keep what is changed inside the block."""
    journal = Journal()
    token = _listening.set(journal)
    try:
        yield journal
    finally:
        _listening.reset(token)


def listens() -> bool:
    """Whether anybody wants to know."""
    journal = _listening.get()
    return journal is not None and journal.whole


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Field values in JSON's types."""
    told: dict[str, Any] = json.loads(json.dumps(dict(values), default=_plain))
    return told


def _plain(value: object) -> str:
    """A value that JSON does not know, as a text that its field reads back without loss."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{value!r} cannot be kept in a journal")


def updated(model: type[Model], pk: int, row: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Tell of a record that ``row`` (with its source) made differ from ``before``; equal fields are left out."""
    _tell(model, pk, row, before, {name: row[name] for name in before})


def made(model: type[Model], pk: int, row: Mapping[str, Any], *, shown: bool = True) -> None:
    """Tell of a new record."""
    _tell(model, pk, row, {}, {name: value for name, value in row.items() if name not in UNTOLD}, shown=shown)


def added(records: Iterable[Model], said_by: Mapping[int, Source] | None = None, of: str = "") -> None:
    """Tell of new records that follow from a row, such as the test that a row of a list tells of.

    ``said_by`` gives the file (primary key) and row by the records' attribute ``of``, where they do not hold them.
    """
    if listens():
        for record in records:
            made(type(record), record.pk, _values(record, said_by, of), shown=False)


def removed(records: Iterable[Model], said_by: Mapping[int, Source] | None = None, of: str = "") -> None:
    """Tell of records that are about to be removed; ``said_by`` gives the file and row by their attribute ``of``."""
    if listens():
        for record in records:
            row, values = _values(record, said_by, of), _values(record, None, of)
            _tell(type(record), record.pk, row, values, {}, shown=False)


def _values(record: Model, said_by: Mapping[int, Source] | None, of: str) -> dict[str, Any]:
    """A record's values by attribute, and the file and row that speak of it."""
    values = {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if not f.generated}
    return values | dict(zip(UNTOLD, said_by[getattr(record, of)], strict=True)) if said_by else values


def _tell(
    model: type[Model],
    pk: int,
    row: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    shown: bool = True,
) -> None:
    """Keep one entry, with only the fields that differ where there is a before and an after."""
    journal = _listening.get()
    if journal is None:
        return
    differ = {name for name in before if name not in after or before[name] != after[name]} or set(after)
    was = plain({name: value for name, value in before.items() if name in differ})
    now = plain({name: value for name, value in after.items() if name in differ})
    name = str(row.get("code") or row.get("number") or row.get("card") or row.get("login") or row.get("key") or pk)
    journal.add(
        Entry(model._meta.label, pk, name, row.get("source_id") or 0, row.get("source_row") or 0, was, now, shown)
    )


def note(entry: Entry) -> None:
    """Tell of a record that a command changed, whose way back `way_back` gives."""
    journal = _listening.get()
    if journal is not None:
        journal.add(entry)


def way_back(undo: UUID) -> None:
    """Tell of what takes back what a command did, by its uuid."""
    journal = _listening.get()
    if journal is not None:
        journal.ways_back.append(str(undo))


def of_rows(
    model: type[Model],
    written: Sequence[Mapping[str, Any]],
    stored: Mapping[str, Sequence[Any]],
    compare: Sequence[str],
    primary: Mapping[str, int],
    key: str,
) -> None:
    """Tell of the rows that a bulk write wrote: new ones, and those that were ``stored`` (pk, then ``compare``)."""
    if not listens():
        return
    for row in written:
        known = stored.get(row[key])
        if known is None:
            made(model, primary[row[key]], row)
        else:
            updated(model, known[0], row, dict(zip(compare, known[1:], strict=True)))

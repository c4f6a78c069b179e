"""Bulk writing: many rows compared with what is stored and written a thousand at a time."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import (
    BooleanField,
    CharField,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from garrison.core import journal

T = TypeVar("T")
BATCH = 1_000
PARAMETERS = 30_000

STORED, UPDATED, UNCHANGED = "stored", "updated", "unchanged"
KEY = 400
ABSENT: tuple[Any, ...] = ("", None, [], {}, ())


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """``items`` in lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def key_of(*parts: object, exact: bool = False) -> str:
    """A natural key of ``parts``, the same in capitals and small letters unless ``exact``.

    One too long for its column ends in a digest.
    """
    text = "|".join(str(part).strip() for part in parts)
    text = text if exact else text.casefold()
    return text if len(text) <= KEY else f"{text[: KEY - 65]}#{hashlib.sha256(text.encode()).hexdigest()}"


def cut(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Make texts fit their columns, in place: longer ones end in an ellipsis, or in a digest where the column is
    unique, and NUL characters, which PostgreSQL cannot hold, are dropped.
    """
    if not rows:
        return
    longest = {
        f.attname: (f.max_length, f.unique)
        for f in model._meta.concrete_fields
        if isinstance(f, CharField) and f.max_length and f.attname in rows[0]
    }
    fields = [f for f in model._meta.concrete_fields if f.attname in rows[0]]
    texts = [f.attname for f in fields if isinstance(f, TextField)]
    shapes = [f.attname for f in fields if isinstance(f, JSONField)]
    for row in rows:
        for name in texts:
            if row[name] and "\0" in row[name]:
                row[name] = row[name].replace("\0", "")
        for name in shapes:
            if row[name]:
                row[name] = without_nul(row[name])
        for name, (most, unique) in longest.items():
            text = row[name]
            if not text:
                continue
            if "\0" in text:
                row[name] = text = text.replace("\0", "")
            if len(text) > most:
                end = f"#{hashlib.sha256(text.encode()).hexdigest()[:16]}" if unique else "…"
                row[name] = text[: most - len(end)] + end


def without_nul(value: Any) -> Any:
    """A JSON value with the NUL characters of its texts left out: PostgreSQL can hold none."""
    if isinstance(value, str):
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, dict):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_nul(inner) for inner in value]
    return value


def reconcile(
    model: type[Model],
    rows: Sequence[dict[str, Any]],
    *,
    compare: Sequence[str],
    extra: Sequence[str] = ("source_id", "source_row"),
    key: str = "key",
    merge: bool = False,
    fresh: Mapping[str, Any] | None = None,
) -> tuple[list[str], dict[str, int]]:
    """Make ``model`` hold ``rows``: one read and at most one write for each thousand.

    Each row is a dict of field values (foreign keys by ``_id``) with its natural ``key``. A row whose ``compare``
    fields equal the stored ones is left alone, ``extra`` fields included. With ``merge`` an absent value ("", None,
    empty) says nothing and leaves what is stored; ``fresh`` gives what it means in a new row. Of several rows with
    one key the last wins and the others count as unchanged; texts longer than their columns are cut. Gives what became
    of each row, in order, and the primary key by natural key.
    """
    cut(model, rows)
    last = {row[key]: index for index, row in enumerate(rows)}
    verdicts = [UNCHANGED] * len(rows)
    primary: dict[str, int] = {}
    changing = [*compare, *extra]
    for chunk in batches(sorted(last.values())):
        names = [rows[index][key] for index in chunk]
        stored = {
            found[0]: found[1:]
            for found in model._default_manager.filter(**{f"{key}__in": names}).values_list(key, "pk", *compare)
        }
        write: list[dict[str, Any]] = []
        for index, name in zip(chunk, names, strict=True):
            row, known = rows[index], stored.get(name)
            if known is None:
                verdicts[index] = STORED
                row = row | {f: v for f, v in (fresh or {}).items() if row[f] in ABSENT}
            else:
                primary[name] = known[0]
                if merge:
                    row = row | {f: v for f, v in zip(compare, known[1:], strict=True) if row[f] in ABSENT}
                if all(row[field] == value for field, value in zip(compare, known[1:], strict=True)):
                    continue
                verdicts[index] = UPDATED
            write.append(row)
        if write:
            primary.update(upsert(model, write, changing=changing, key=key))
            journal.of_rows(model, write, stored, compare, primary, key)
    return verdicts, primary


def upsert(
    model: type[Model], rows: Sequence[dict[str, Any]], *, changing: Sequence[str], key: str = "key"
) -> dict[str, int]:
    """Insert ``rows``, or give those whose ``key`` is stored the new ``changing`` fields; gives primary keys by key.

    As ``bulk_create`` with ``update_conflicts``, without an object for each row, which takes four fifths of its time.
    All rows name the same fields; a field that they leave out gets its default.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns: list[str] = []
    values: list[Callable[[dict[str, Any]], Any]] = []
    by_name: dict[str, str] = {}
    fields: Sequence[Any] = model._meta.concrete_fields
    for field in fields:
        by_name[field.name] = by_name[field.attname] = quote(field.column)
        if not field.primary_key:
            columns.append(quote(field.column))
            values.append(_value(field, rows[0], connection))
    pk, unique = by_name[model._meta.pk.attname], by_name[key]
    head = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) VALUES "  # noqa: S608 names of our own
    updates = ", ".join(f"{by_name[name]} = excluded.{by_name[name]}" for name in changing)
    tail = f" ON CONFLICT ({unique}) DO UPDATE SET {updates} RETURNING {unique}, {pk}"
    holder = f"({', '.join(['%s'] * len(columns))})"
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for chunk in batches(rows, min(BATCH, PARAMETERS // len(columns))):
            cursor.execute(
                head + ", ".join([holder] * len(chunk)) + tail, [value(row) for row in chunk for value in values]
            )
            found.update(cursor.fetchall())
    return found


def _value(field: Any, row: dict[str, Any], connection: Any) -> Callable[[dict[str, Any]], Any]:
    """How a row gives the parameter for one column. Texts, numbers and ids go as they are."""
    name = field.attname
    plain = isinstance(field, CharField | TextField | IntegerField | FloatField | BooleanField | ForeignKey)
    if name in row:
        return itemgetter(name) if plain else lambda row: field.get_db_prep_save(row[name], connection)
    if callable(field.default):
        return lambda row: field.get_db_prep_save(field.get_default(), connection)
    constant = field.get_db_prep_save(field.get_default(), connection)
    return lambda row: constant


def keys_to_ids(model: type[Model], keys: Iterable[str], *, key: str = "key") -> dict[str, int]:
    """Primary keys by natural key, a thousand keys a statement; unknown keys are left out."""
    found: dict[str, int] = {}
    for chunk in batches(dict.fromkeys(keys)):
        found.update(model._default_manager.filter(**{f"{key}__in": chunk}).values_list(key, "pk"))
    return found

"""Writing many rows by one prepared statement, where Django's own bulk writing costs more than the database does."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateField, Field, JSONField, Model, UUIDField

AWKWARD = (DateField, JSONField, UUIDField)
"""The kinds of field whose values the databases want in a form of their own; DateField includes times."""


def update_each(model: type[Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set ``fields`` (attribute names) of each row, given as (values..., primary key): one prepared statement for all.

    ``bulk_update`` builds a CASE with a branch for each row and field.
    """
    if not rows:
        return
    columns = [next(f for f in model._meta.concrete_fields if f.attname == name) for name in fields]
    quote = connection.ops.quote_name
    assert model._meta.pk is not None
    settings = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {settings} "  # noqa: S608 - names are the model's own
        f"WHERE {quote(str(model._meta.pk.column))} = %s"
    )
    ready = [*map(_ready, columns), None]
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [tuple(v if f is None else f(v) for f, v in zip(ready, row, strict=True)) for row in rows]
        )


def insert_each(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert new rows, given as values by attribute name, all with the same names; the others get their defaults."""
    if not rows:
        return
    columns = [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    quote = connection.ops.quote_name
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} "  # noqa: S608 - names are the model's own
        f"({', '.join(quote(str(column.column)) for column in columns)}) "
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    known = [(column.attname, _ready(column)) for column in columns if column.attname in rows[0]]
    rest = [(column, _ready(column)) for column in columns if column.attname not in rows[0]]
    order = {name: place for place, name in enumerate([*(n for n, _ in known), *(c.attname for c, _ in rest)])}
    places = [order[column.attname] for column in columns]
    values = []
    for row in rows:
        said = [row[name] if ready is None else ready(row[name]) for name, ready in known]
        for column, ready in rest:
            default = column.get_default()
            said.append(default if ready is None else ready(default))
        values.append([said[place] for place in places])
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)


def _ready(column: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How a value of a column is made ready for the database; None where it is so already."""
    if not isinstance(column, AWKWARD):
        return None
    return lambda value: column.get_db_prep_save(value, connection)

"""The rows of a list: fetched by key, prepared, and drawn cell by cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from garrison.core.ui import figures
from garrison.core.ui.lists.definition import Column, ListPage, Look

BATCH = 1_000
KINDS = (str, bool, int, float, Decimal, date, list, tuple, dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One drawn row."""

    identity: str
    name: str
    cells: SafeString


def attribute(row: Any, path: str) -> Any:
    """The value at an attribute path such as "owner.name"; None where the path ends early. Functions are called."""
    value = row
    for name in path.replace("__", ".").split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
        if callable(value) and not hasattr(value, "_meta"):
            value = value()
    return value


def value_of(column: Column, row: Any) -> Any:
    """The value behind this column."""
    return column.value(row) if callable(column.value) else attribute(row, column.value or column.key)


def exported(column: Column, row: Any) -> Any:
    """What an export holds in this column: the value as it is when a spreadsheet knows its kind, else as text."""
    value = value_of(column, row)
    return value if value is None or isinstance(value, KINDS) else str(value)


def cell(column: Column, row: Any, look: Look) -> object:
    """What the page shows in this column."""
    if column.cell is not None:
        return column.cell(row, look)
    if column.template:
        return render_to_string(column.template, {"row": row, "look": look})
    value = value_of(column, row)
    if value is None or value == "":
        return "–"
    return figures.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def classes(column: Column) -> str:
    """The classes of a column's cells."""
    said = [column.width, "r" if column.numeric else "", "nowrap" if column.nowrap else ""]
    said.append({1: "", 2: "p2c", 3: "p3c"}[column.priority])
    return " ".join(word for word in said if word)


def in_batches(rows: QuerySet[Any], page: ListPage) -> Iterator[Any]:
    """All rows in order, a thousand at a time, each batch prepared; no cursor stays open for a slow reader."""
    keys = iter(rows.values_list("pk", flat=True))
    while batch := list(islice(keys, BATCH)):
        yield from rows_of(rows, batch, page)


def rows_of(rows: QuerySet[Any], keys: Sequence[Any], page: ListPage) -> list[Any]:
    """The rows of these keys in this order, prepared. Fetched by key, so that sorting moves keys and not whole rows."""
    found = {row.pk: row for row in rows.filter(pk__in=keys).order_by()}
    kept = [found[key] for key in keys if key in found]
    if page.prepare is not None and kept:
        page.prepare(kept)
    return kept


def drawn(records: Sequence[Any], columns: Sequence[Column], page: ListPage, look: Look) -> list[Row]:
    """The rows as the table shows them."""
    spec = [
        (column, format_html(' data-name="{}"', column.label) if column.numeric else "", classes(column))
        for column in columns
    ]
    return [
        Row(
            str(getattr(record, page.identity)),
            str(page.name(record)),
            format_html_join(
                "",
                '<td class="{}"{}>{}</td>',
                ((css, named, cell(column, record, look)) for column, named, css in spec),
            ),
        )
        for record in records
    ]

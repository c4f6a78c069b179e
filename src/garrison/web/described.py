"""What can be read, in words: every format of the catalogue, and the columns of the tables of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from garrison.core.commands import Missing
from garrison.formats.catalogue import readers
from garrison.formats.mapping import TABLES


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column of a table of ours, the names it may also carry, and whether a file cannot do without it."""

    name: str
    also: Sequence[str]
    needed: bool


@dataclass(frozen=True, slots=True)
class DescribedFormat:
    """A format; ``columns`` only for tables, which also have an empty template. ``needs_one`` are groups of names of
    which a file must have one.
    """

    format: str
    title: str
    columns: Sequence[DescribedColumn] = ()
    needs_one: Sequence[Sequence[str]] = ()


@cache
def described_formats() -> tuple[DescribedFormat, ...]:
    """Every format that Garrison reads, in storing order."""
    tables = {table.format: table for table in TABLES}
    found = []
    for reader in readers():
        table = tables.get(reader.FORMAT)
        if table is None:
            found.append(DescribedFormat(reader.FORMAT, reader.TITLE))
            continue
        columns = [DescribedColumn(c.name, c.also, c.required) for c in table.schema.columns]
        found.append(DescribedFormat(reader.FORMAT, reader.TITLE, columns, table.schema.needs))
    return tuple(found)


def template_header(format_id: str) -> list[str]:
    """The column names of a table of ours. Raises ``Missing`` for any other format."""
    found = next((one for one in described_formats() if one.format == format_id and one.columns), None)
    if found is None:
        raise Missing("there is no template for that")
    return [column.name for column in found.columns]

"""What our lists have in common when they come back: a row is known by its uuid, and only some columns count."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID

from garrison.formats.facts import AnyFact, Reading
from garrison.formats.source import Damaged, Source
from garrison.formats.tables.reader import key
from garrison.formats.tables.schema import Column, Schema, Values, find
from garrison.formats.tables.values import Bad

Build = Callable[[tuple[str, ...], int, Values], AnyFact]
"""Makes the fact of a row from the names of the columns that are there, its number and its values."""


def identity(text: str) -> str:
    """A uuid as it is written canonically."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Bad("That is no id of ours. Leave the column uuid as it was exported.") from None


def columns(told: tuple[str, ...], *changed: Column) -> tuple[Column, ...]:
    """The columns of a list: its id, those that only tell, and those that may be changed."""
    return (Column("uuid", identity, required=True), *map(Column, told), *changed)


def told_of(values: Values, told: tuple[str, ...], said: tuple[str, ...]) -> dict[str, str]:
    """What the telling columns of a row say, empty cells included, of those that the file has."""
    return {name: values.get(name, "") for name in told if name in said}


def read_lines(source: Source, schema: Schema, build: Build) -> Iterator[Reading]:
    """The rows of a list under its header. Raises `Damaged`."""
    found = find(source, (schema,))
    if found is None:
        raise Damaged(f"No row near the top is a header of {schema.title}. Put the column names in the first row.")
    _, header = found
    names = {key(name) for name in header.names}
    said = tuple(column.name for column in schema.columns if key(column.name) in names)
    made = partial(build, said)
    yield from replace(schema, build=lambda row, values, _: made(row, values)).rows(source, header)


def unbuilt(row: int, values: Values, _: object) -> None:
    """Stands in a layout whose rows are built by `read_lines`."""

"""A table by its columns: how its header is known, how each cell is read, and what fact a row makes."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from garrison.formats.facts import AnyFact, Note, Reading, Refusal
from garrison.formats.source import Damaged, Source
from garrison.formats.tables.reader import Header, headers, key, rows
from garrison.formats.tables.values import Bad

Values = dict[str, Any]
"""What a row says, by column name; cells that say nothing are left out."""


class Tally:
    """Things worth one note for a whole file: how often each happened and in which row first."""

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = {}

    def add(self, name: str, row: int) -> None:
        """Count one ``name`` in ``row``."""
        entry = self.seen.get(name)
        if entry is None:
            self.seen[name] = [row, 1]
        else:
            entry[1] += 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours: ``parse`` reads its cell (None: text), ``also`` are its names elsewhere, the best first."""

    name: str
    parse: Callable[[str], object] | None = None
    also: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """The note that a `Tally` entry becomes: ``{n}`` in ``reason`` is its number, ``count`` its name in the counts."""

    reason: str
    count: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """One layout of one format.

    A header is this layout's if it has a name of each group of ``marks`` and none of ``never``. ``quiet`` columns
    are known and not needed. Of each group of ``needs`` the file must have one column. ``build`` makes the fact of
    a row, or None for a row that is none; it raises `Bad`.
    """

    title: str
    columns: tuple[Column, ...]
    marks: tuple[tuple[str, ...], ...]
    build: Callable[[int, Values, Tally], AnyFact | None]
    needs: tuple[tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    remarks: Mapping[str, Remark] = field(default_factory=dict)

    def recognises(self, header: Header) -> bool:
        """Whether ``header`` is one of this layout."""
        names = {key(name) for name in header.names}
        return all(any(key(name) in names for name in group) for group in self.marks) and not any(
            key(name) in names for name in self.never
        )

    def lacking(self, columns: Container[str]) -> tuple[str, ...]:
        """Names of columns that a file of ``columns`` lacks and cannot be read without."""
        groups = [(column.name,) for column in self.columns if column.required] + list(self.needs)
        return tuple(group[0] for group in groups if not any(name in columns for name in group))

    def rows(self, source: Source, header: Header, renamed: tuple[str, ...] = ()) -> Iterator[Reading]:
        """The facts, refusals and notes of the rows under ``header``. Raises `Damaged`.

        ``renamed`` are names to go by instead of the header's, "" for a column that is not to be read.
        """
        places, notes = self._wire(header, renamed or header.names)
        yield from notes
        wiring = [(place, column.name, column.parse) for column, place in places]
        required = [column.name for column in self.columns if column.required]
        written = {column.name: header.names[place] for column, place in places}
        tally, build = Tally(), self.build
        for item in rows(source, header):
            if isinstance(item, Refusal):
                yield item
                continue
            row, cells = item
            values: Values = {}
            name = ""
            try:
                for place, name, parse in wiring:
                    cell = cells[place].strip()
                    if cell:
                        values[name] = cell if parse is None else parse(cell)
                if not values:
                    continue
                for name in required:
                    if name not in values:
                        raise Bad("The cell is empty and must not be.")
                name = ""
                fact = build(row, values, tally)
            except Bad as bad:
                at = bad.field or name
                yield Refusal(row=row, field=written.get(at, at), reason=bad.reason)
            else:
                if fact is not None:
                    yield fact
        for name, (row, count) in tally.seen.items():
            remark = self.remarks[name]
            counts = {remark.count: count} if remark.count else {}
            yield Note(row=row, reason=remark.reason.format(n=count), counts=counts)

    def _wire(self, header: Header, called: tuple[str, ...]) -> tuple[list[tuple[Column, int]], list[Note]]:
        """Which cell each column is read from, and notes on columns that are not read or stand there twice."""
        names = [key(name) for name in called]
        places = []
        for column in self.columns:
            found = next((names.index(key(name)) for name in (column.name, *column.also) if key(name) in names), None)
            if found is not None:
                places.append((column, found))
        for name in self.lacking({column.name for column, _ in places}):
            reason = f"The column {name} is missing from the header in row {header.row}. Add it, or say which it is."
            raise Damaged(reason, row=header.row, field=name)
        used = {place for _, place in places}
        known = {names[place] for place in used}
        quiet = {key(name) for column in self.columns for name in (column.name, *column.also)}
        quiet.update(known, map(key, self.quiet))
        notes = [
            Note(row=header.row, field=name, reason=f"The column {name} stands there twice; the first was read.")
            for place, name in enumerate(header.names)
            if names[place] in known and place not in used
        ]
        unread = [name for name, short in zip(header.names, names, strict=True) if name and short not in quiet]
        if unread:
            notes.append(Note(row=header.row, reason=f"Columns not read: {', '.join(unread)}."))
        return places, notes


def find(source: Source, schemas: tuple[Schema, ...]) -> tuple[Schema, Header] | None:
    """The first header near the top of ``source`` that one of ``schemas`` recognises. Raises `Damaged`."""
    for header in headers(source):
        for schema in schemas:
            if schema.recognises(header):
                return schema, header
    return None


def recognised(source: Source, schemas: tuple[Schema, ...]) -> bool:
    """Whether ``source`` is a table of one of ``schemas``; a broken workbook is none."""
    try:
        return find(source, schemas) is not None
    except Damaged:
        return False


def readings(source: Source, schemas: tuple[Schema, ...]) -> Iterator[Reading]:
    """The readings of a table of one of ``schemas``. Raises `Damaged`, also where no header is one of theirs."""
    found = find(source, schemas)
    if found is None:
        raise Damaged(f"No row near the top is a header of {schemas[0].title}. Put the column names in the first row.")
    schema, header = found
    yield from schema.rows(source, header)

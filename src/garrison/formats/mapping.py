"""Tables whose columns are unknown: which table it may be, which column may mean what, and reading it so."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import ModuleType

from garrison.formats import (
    badge_events,
    badge_holders,
    business_units,
    controls_table,
    devices,
    directory,
    hosts_table,
    hr_roster,
    initiatives_table,
    scenarios_table,
)
from garrison.formats.facts import Reading
from garrison.formats.source import Damaged, Source
from garrison.formats.tables import delimited, workbook
from garrison.formats.tables.reader import Header, key, unguarded
from garrison.formats.tables.schema import Column, Schema
from garrison.formats.tables.values import Bad

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAMPLE_ROWS = 30
BEST = 3
ALIKE = 0.8
RULE = re.compile(r":?-{3,}:?")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a file may be mapped to; ``schema`` is the layout of ours."""

    format: str
    title: str
    schema: Schema

    @property
    def targets(self) -> tuple[str, ...]:
        """Names that a column may be mapped to."""
        return tuple(column.name for column in self.schema.columns)


def _table(module: ModuleType) -> Table:
    return Table(module.FORMAT, module.TITLE, module.SCHEMAS[0])


TABLES = tuple(
    map(
        _table,
        (
            *(hr_roster, directory, badge_holders, badge_events, devices, hosts_table),
            *(business_units, controls_table, scenarios_table, initiatives_table),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column of the file may mean: a target, or "" for none. ``sample`` is its first value that is said."""

    column: str
    target: str
    confidence: float
    sample: str


@dataclass(frozen=True, slots=True)
class TableGuess:
    """A table that the file may be; ``missing`` are the targets without which it cannot be read."""

    format: str
    title: str
    score: float
    columns: tuple[ColumnGuess, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a table of unknown columns may be, the likeliest first. ``row`` and ``sheet`` say where its header lies."""

    row: int
    sheet: str
    tables: tuple[TableGuess, ...]

    def in_words(self) -> str:
        """What the file is most like, and which column may mean what."""
        likeliest = self.tables[0]
        pairs = [
            guess.target if guess.column == guess.target else f"{guess.column[:60]} as {guess.target}"
            for guess in likeliest.columns
            if guess.target
        ]
        if not pairs:
            return "its columns are unknown, and like none of ours; say which is which in Imports"
        lacking = f"; of what is needed, nothing is like {', '.join(likeliest.missing)}" if likeliest.missing else ""
        return (
            f"its columns are unknown; most like {likeliest.title}: {', '.join(pairs[:12])}{lacking}."
            " Say which is which in Imports"
        )


def propose(source: Source) -> Proposal | None:
    """A proposal for ``source``, or None if it is no table. Raises `Damaged` for a workbook that cannot be read."""
    grid = _grid(source)
    if grid is None:
        return None
    header, rows = grid
    if not rows and not _ours(header.names):
        return None
    samples = [
        [cell for row in rows if place < len(row) and (cell := unguarded(row[place].strip()))]
        for place in range(len(header.names))
    ]
    guesses = sorted((_guess(table, header.names, samples) for table in TABLES), key=lambda one: -one.score)
    return Proposal(row=header.row, sheet=header.sheet, tables=tuple(guesses[:BEST]))


def read_mapped(source: Source, format_id: str, mapping: Mapping[str, str]) -> Iterator[Reading]:
    """The readings of ``source`` as the table ``format_id``, with ``mapping`` from its columns to targets.

    Columns that are not mapped are not read. Raises `Damaged`, also for a mapping that does not fit.
    """
    table = next((one for one in TABLES if one.format == format_id), None)
    grid = _grid(source)
    if table is None or grid is None:
        raise Damaged(f"The file cannot be read as a table of the kind {format_id}.")
    header, _ = grid
    wanted = {column: target for column, target in mapping.items() if target}
    for column, target in wanted.items():
        if column not in header.names:
            raise Damaged(f"The file has no column {column}.", row=header.row, field=column)
        if target not in table.targets:
            raise Damaged(f"{table.title} has no field {target}.", row=header.row, field=column)
    if len(set(wanted.values())) < len(wanted):
        raise Damaged("Two columns are mapped to one field.", row=header.row)
    yield from table.schema.rows(source, header, tuple(wanted.get(name, "") for name in header.names))


def _grid(source: Source) -> tuple[Header, list[list[str]]] | None:
    """The likeliest header of ``source`` and some rows under it: of all readings the one with most columns."""
    if source.head.startswith(OLE):
        raise Damaged("The file is an old or a locked Office document. Save the table as XLSX without a password.")
    found = []
    if workbook.is_workbook(source):
        for sheet, rows in workbook.tops(source, SAMPLE_ROWS):
            numbered = [(number, list(row)) for number, row in enumerate(rows, 1)]
            found.append(_top(numbered, "", sheet))
    elif source.head.lstrip()[:1] not in (b"<", b"{", b"[", b"%", b"\x89"):
        found = [_top(delimited.top(source, one, SAMPLE_ROWS), one, "") for one in delimited.SEPARATORS]
    grids = [grid for grid in found if grid is not None]
    return max(grids, key=lambda grid: len(grid[0].names), default=None)


def _top(records: list[delimited.Record], separator: str, sheet: str) -> tuple[Header, list[list[str]]] | None:
    """The first row that has names in two cells or more, if most rows under it are as wide; a ruled text is none.

    A row that stands alone may be a header too.
    """
    said = [(number, row) for number, row in records if any(cell.strip() for cell in row)]
    for place, (number, row) in enumerate(said):
        names = [unguarded(cell.strip()) for cell in row]
        while names and not names[-1]:
            names.pop()
        under = [cells for _, cells in said[place + 1 :] if not cells[0].startswith("#")]
        fitting = [cells for cells in under if len(cells) == len(row)]
        if len(said) == 1 and len(names) > 1 and _are_names(names):
            return Header(tuple(names), number, separator, sheet), []
        if len(names) > 1 and _are_names(names) and fitting and len(fitting) >= 0.8 * len(under):
            ruled = all(RULE.fullmatch(cell.strip()) for cell in fitting[0] if cell.strip())
            return None if ruled else (Header(tuple(names), number, separator, sheet), fitting)
    return None


def _ours(names: tuple[str, ...]) -> bool:
    """Whether two names or more are columns of one table of ours."""
    short = {key(name) for name in names}
    return any(
        sum(not short.isdisjoint(map(key, (column.name, *column.also))) for column in table.schema.columns) > 1
        for table in TABLES
    )


def _are_names(cells: list[str]) -> bool:
    """Whether ``cells`` may be column names: short, printable, at least two of them words."""
    named = sum(bool(re.search(r"[^\W\d_]", cell)) for cell in cells)
    return named >= 2 and all(len(cell) <= 120 and cell.isprintable() for cell in cells)


def _guess(table: Table, names: tuple[str, ...], samples: list[list[str]]) -> TableGuess:
    """How well the columns fit ``table``: each target goes to the column most like it, best pairs first."""
    pairs = sorted(
        (
            (-confidence, place, order, column.name)
            for place, name in enumerate(names)
            for order, column in enumerate(table.schema.columns)
            if (confidence := _likeness(column, name, samples[place])) > 0
        )
    )
    taken: dict[int, tuple[str, float]] = {}
    for confidence, place, _, target in pairs:
        if place not in taken and all(target != other for other, _ in taken.values()):
            taken[place] = (target, -confidence)
    matched = {target for target, _ in taken.values()}
    missing = table.schema.lacking(matched)
    needed = sum(column.required for column in table.schema.columns) + len(table.schema.needs)
    sure = sum(confidence for _, confidence in taken.values())
    return TableGuess(
        format=table.format,
        title=table.title,
        score=round(0.6 * (1 - len(missing) / needed) + 0.4 * sure / len(names), 3),
        columns=tuple(
            ColumnGuess(name, *taken.get(place, ("", 0.0)), samples[place][0][:120] if samples[place] else "")
            for place, name in enumerate(names)
        ),
        missing=missing,
    )


def _likeness(column: Column, name: str, samples: list[str]) -> float:
    """From 0 to 1, how likely a column called ``name`` is ``column``: by name, unless its values cannot be read."""
    short = key(name)
    if not short or (column.parse is not None and samples and not _readable(column.parse, samples)):
        return 0.0
    if short == key(column.name):
        return 1.0
    if short in {key(other) for other in column.also}:
        return 0.95
    best = max(_alike(name, other) for other in (column.name, *column.also))
    return round(0.9 * best, 2) if best >= ALIKE else 0.0


def _alike(name: str, other: str) -> float:
    """How alike two names are: the better of their letters and their words."""
    letters = SequenceMatcher(None, key(name), key(other)).ratio()
    mine, theirs = _words(name), _words(other)
    return max(letters, len(mine & theirs) / max(1, len(mine | theirs)))


def _words(name: str) -> frozenset[str]:
    """The words of a name, in lower case: EmployeeNumber has two."""
    return frozenset(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()))


def _readable(parse: Callable[[str], object], samples: list[str]) -> bool:
    """Whether at least half of ``samples`` can be read."""
    read = 0
    for sample in samples:
        try:
            parse(sample)
        except Bad:
            continue
        read += 1
    return read * 2 >= len(samples)

"""One way to read a table, whether it came as CSV or XLSX: candidate header rows first, then rows under one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from garrison.formats.facts import Refusal
from garrison.formats.source import Source
from garrison.formats.tables import delimited, workbook

TOP_ROWS = 15
GUARDED = re.compile(r"'+[=+\-@\t\r]")
"""A cell that was given an apostrophe so that a spreadsheet does not run it as a formula."""


@dataclass(frozen=True, slots=True)
class Header:
    """A row that may be a table's header: its names as written and where it lies; ``separator`` is "" in a workbook."""

    names: tuple[str, ...]
    row: int
    separator: str = ""
    sheet: str = ""


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """A header name as it is compared: without case, spaces, dashes and underscores."""
    return re.sub(r"[\s_\-\u00a0]+", "", name).casefold()


def unguarded(cell: str) -> str:
    """``cell`` without the apostrophe that guards a formula. The inverse of ``sheet.guarded``."""
    return cell[1:] if GUARDED.match(cell) else cell


def headers(source: Source) -> Iterator[Header]:
    """Rows near the top that may be a header, in order of sheet or separator. Raises `Damaged` for a bad workbook."""
    if workbook.is_workbook(source):
        for sheet, rows in workbook.tops(source, TOP_ROWS):
            for number, cells in enumerate(rows, 1):
                yield from _candidate(number, cells, "", sheet)
        return
    if source.head.lstrip()[:1] in (b"<", b"{"):
        return
    for separator in delimited.SEPARATORS:
        for number, record in delimited.top(source, separator, TOP_ROWS):
            yield from _candidate(number, record, separator, "")


def _candidate(number: int, cells: Sequence[str], separator: str, sheet: str) -> Iterator[Header]:
    """A header if at least two cells say something; empty cells at the end are no columns."""
    names = [unguarded(cell.strip()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if sum(map(bool, names)) >= 2 and not names[0].startswith("#"):
        yield Header(tuple(names), number, separator, sheet)


def rows(source: Source, header: Header) -> Iterator[tuple[int, list[str]] | Refusal]:
    """Rows under ``header`` with their line or sheet row; a refusal for one whose number of cells is not its.

    Blank rows and comments (a first cell with ``#`` and nothing beside it, or a line of another width that starts
    so) are left out. Raises `Damaged`.
    """
    width, long = len(header.names), source.limits.field_chars
    for number, cells, quoted, size in _records(source, header):
        if number <= header.row or not any(cells):
            continue
        if len(cells) != width:
            if cells[0].startswith("#"):
                continue
            if len(cells) < width or any(cells[width:]):
                yield Refusal(row=number, reason=_ragged(cells, width))
                continue
        elif cells[0].startswith("#") and not any(cells[1:]):
            continue
        if size > long:
            wide = next((name for name, cell in zip(header.names, cells, strict=False) if len(cell) > long), None)
            if wide is not None:
                yield Refusal(row=number, field=wide, reason=f"The cell holds more than {long:,} characters.")
                continue
        yield number, [unguarded(cell) for cell in cells] if quoted else cells


def _records(source: Source, header: Header) -> Iterator[tuple[int, list[str], bool, int]]:
    """Row number, cells, whether one may be guarded, and an upper bound of the longest cell."""
    if header.separator:
        yield from delimited.records(source, header.separator)
    else:
        for number, cells in workbook.records(source, header.sheet):
            yield number, cells, True, sum(map(len, cells))


def _ragged(cells: list[str], width: int) -> str:
    """Why a row of another width than the header is refused."""
    return (
        f"The row has {len(cells)} fields where the header has {width}: "
        "a separator is missing or stands unquoted in a cell."
    )

"""Rows of an XLSX workbook, opened only once it is known to be harmless.

The underlying reader lays a sheet out as one rectangle, so that two cells in opposite corners (a file of 5 KB) would
ask for 500 GB and end the process. Every part is therefore unpacked within the limits and measured first, and the
reader is given a plain archive of exactly the parts that were measured.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache

import python_calamine as calamine

from garrison.formats.source import Damaged, Source

SHEETS = 50
TOP_ROWS = 30
CELLS = 20_000_000
COLUMNS, ROWS = 16_384, 1_048_576
FOREIGN = ("xl/workbook.bin", "content.xml", "mimetype")

LETTERS = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']\s*([A-Za-z]{1,8})[0-9]""")
DIGITS = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']\s*[A-Za-z]{0,8}([0-9]{1,12})""")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
# The same for parts that write every reference as `` r="A1"``, as nearly all do: five times as fast.
PLAIN_LETTERS = re.compile(rb""" r="([A-Za-z]{1,8})[0-9]""")
PLAIN_DIGITS = re.compile(rb""" r="[A-Za-z]{0,8}([0-9]{6,12})""")
ODD = (
    *(b"r =", b"r\t=", b"r\n=", b"r\r=", b" r='", b" r= ", b" r=\t", b" r=\n", b" r=\r"),
    *(b"\tr=", b"\nr=", b"\rr=", b'"r=', b"'r=", b":c", b":row"),
)
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
CELLS_BEGIN = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
Tops = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


def is_workbook(source: Source) -> bool:
    """Whether the head looks like an Office Open XML spreadsheet."""
    return source.head.startswith(b"PK\x03\x04") and (b"xl/" in source.head or b"[Content_Types].xml" in source.head)


def text(value: Value) -> str:
    """A typed cell as the text that a CSV of ours would have: ISO dates, whole numbers without a point, yes or no."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is float:
        whole = int(value) if abs(value) < 1e15 else None  # type: ignore[arg-type, operator]
        return str(whole) if whole == value else repr(value)
    if kind is bool:
        return "yes" if value else "no"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def tops(source: Source, count: int) -> Tops:
    """The first ``count`` rows of each sheet, at most ``TOP_ROWS``, by sheet name. Raises `Damaged`."""
    found = _tops(source)
    if isinstance(found, Damaged):
        raise Damaged(found.reason)
    return tuple((sheet, rows[:count]) for sheet, rows in found)


@lru_cache(maxsize=2)
def _tops(source: Source) -> Tops | Damaged:
    """The first rows of each sheet, or what is wrong with the workbook: kept, since every format asks in turn."""
    try:
        return _read_tops(source)
    except Damaged as damaged:
        return damaged


def _read_tops(source: Source) -> Tops:
    found = []
    with _opened(source) as book:
        for sheet in [one.name for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet][:SHEETS]:
            rows = []
            for row, _ in zip(_sheet(book, sheet).iter_rows(), range(TOP_ROWS), strict=False):
                rows.append(tuple(text(cell) for cell in row))
            found.append((sheet, tuple(rows)))
    return tuple(found)


def records(source: Source, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Sheet row number and cells of each row of ``sheet``. Raises `Damaged`."""
    with _opened(source) as book:
        for number, row in enumerate(_sheet(book, sheet).iter_rows(), 1):
            yield number, [text(cell) for cell in row]


def _sheet(book: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    """One sheet, read whole."""
    try:
        return book.get_sheet_by_name(name)
    except calamine.CalamineError as problem:
        raise Damaged(f"The sheet {name} cannot be read ({problem}). Save the workbook again as XLSX.") from problem


def _opened(source: Source) -> calamine.CalamineWorkbook:
    """The workbook, after every part of it was unpacked within the limits and measured."""
    plain = io.BytesIO()
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as packed, zipfile.ZipFile(plain, "w") as unpacked:
            _bound(source, packed)
            for part in packed.infolist():
                data = packed.read(part)
                _measure(part.filename, data)
                if part.filename not in unpacked.NameToInfo:
                    unpacked.writestr(part.filename, data)
        plain.seek(0)
        return calamine.CalamineWorkbook.from_filelike(plain)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as problem:
        raise Damaged(f"The workbook is damaged ({problem}). Save it again as XLSX.") from problem
    except calamine.CalamineError as problem:
        raise Damaged(f"The workbook cannot be read ({problem}). Save it again as XLSX.") from problem


def _bound(source: Source, packed: zipfile.ZipFile) -> None:
    """Refuse an archive that is no XLSX, is locked, or unpacks to more than the limits."""
    limits, parts = source.limits, packed.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in {name.lower() for name in names} or names & set(FOREIGN):
        raise Damaged("The file is an archive but no XLSX workbook. Save the table as XLSX or CSV.")
    if any(part.flag_bits & 1 for part in parts):
        raise Damaged("The workbook is locked with a password. Save it without one.")
    size, stored = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > limits.members or size > min(limits.file_bytes, limits.json_bytes):
        raise Damaged(f"The workbook unpacks to {len(parts):,} parts and {size:,} bytes, beyond the limit.")
    if size > limits.ratio_floor_bytes and size > limits.ratio * max(1, stored):
        raise Damaged(f"The workbook unpacks to more than {limits.ratio} times its size, as only hostile files do.")


def _measure(name: str, data: bytes) -> None:
    """Refuse a part whose outermost cells span more than ``CELLS``.

    It over-counts rather than under-counts: every reference anywhere in the part counts, and cells without one are
    taken to follow the rightmost.
    """
    if data.startswith(WIDE):
        raise Damaged(f"{name} is not in UTF-8. Save the workbook again as XLSX.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Damaged(f"{name} declares a document type or entities, as no spreadsheet does: that is refused.")
    plain = not any(odd in data for odd in ODD)
    letters = (PLAIN_LETTERS if plain else LETTERS).findall(data)
    width = max((_column(word) for word in set(letters)), default=0)
    heights = PLAIN_DIGITS.findall(data) if plain else []
    if not heights and (not plain or width * 100_000 > CELLS):
        heights = DIGITS.findall(data)
    height = max(map(int, set(heights)), default=0)
    if (sum(map(data.count, CELLS_BEGIN)) if plain else len(CELL.findall(data))) > len(letters):
        width += max(len(CELL.findall(part)) for part in ROW.split(data))
        height = max(map(int, set(DIGITS.findall(data))), default=0) + len(ROW.findall(data))
    if width > COLUMNS or height > ROWS or width * height > CELLS:
        raise Damaged(
            f"{name} spans {height:,} rows and {width:,} columns. Delete stray cells far from the table, "
            f"or save it as CSV: at most {CELLS:,} cells are read."
        )


def _column(letters: bytes) -> int:
    """The number of the column that Excel calls ``letters``, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number

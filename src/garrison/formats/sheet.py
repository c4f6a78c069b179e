"""Tables for export: CSV that no spreadsheet runs as a program, and XLSX with typed cells.

Both are read back by ``garrison.formats.tables`` without loss (NUL characters apart).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal

CHUNK_CHARS = 64 * 1024
CELL_CHARS = 32_767
SHEET_ROWS = 1_048_576
BOM = b"\xef\xbb\xbf"
FORMULA = re.compile(r"'*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
UNSPOKEN = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

Cell = str | bool | int | float | Decimal | date | datetime | Sequence[str] | Mapping[str, float] | None


def text(value: Cell) -> str:
    """A cell as text: UTC times with Z, yes or no, lists and maps as tables of ours have them, "" for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat()
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{code}:{share!r}" for code, share in value.items())
    return "; ".join(value)


def guarded(cell: str) -> str:
    """``cell`` with an apostrophe in front if a spreadsheet might run it; plain numbers stay numbers.

    The inverse is ``tables.reader.unguarded``. Source: OWASP, CSV injection.
    """
    return "'" + cell if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> Iterator[bytes]:
    """UTF-8 CSV in pieces of about 64 KB; the byte order mark makes Excel read it as UTF-8."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    if bom:
        yield BOM
    writer.writerow([guarded(text(name)) for name in header])
    for row in rows:
        writer.writerow([guarded(text(value)) for value in row])
        if held.tell() >= CHUNK_CHARS:
            yield held.getvalue().encode()
            held.seek(0)
            held.truncate()
    yield held.getvalue().encode()


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str = "Garrison") -> bytes:
    """An XLSX workbook of one sheet. Text is always text, so that nothing in it is a formula.

    Raises `ValueError` for more text or rows than a sheet holds, which would otherwise be cut off.
    """
    from openpyxl import Workbook  # 0.4 s to import: only when it is needed

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    with ExitStack() as half_written:
        half_written.callback(sheet.close)
        sheet.append([_cell(sheet, name, 1) for name in header])
        for number, row in enumerate(rows, 2):
            if number > SHEET_ROWS:
                raise ValueError(f"A sheet holds at most {SHEET_ROWS:,} rows. Export CSV.")
            sheet.append([_cell(sheet, value, number) for value in row])
        half_written.pop_all()
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _cell(sheet: object, value: Cell, number: int) -> object:
    """A typed cell: a date or a number that a sheet keeps exactly, else text that is marked as text."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1901):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _exact(value):
        return value
    written = text(value)
    if re.match(r"'+[=+\-@\t\r]", written):
        written = "'" + written
    escaped = UNSPOKEN.sub(lambda found: f"_x{ord(found[0]):04X}_", written)
    if len(escaped) > CELL_CHARS:
        raise ValueError(f"Row {number} has a cell of {len(escaped):,} characters; a sheet holds {CELL_CHARS:,}.")
    if escaped[:1] not in ("=", "#"):
        return escaped
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.value = escaped
    cell.data_type = "s"
    return cell


def _exact(value: int | float | Decimal) -> bool:
    """Whether a sheet's binary number reads back as the same digits."""
    near = float(value)
    return abs(near) < 1e15 and (isinstance(value, float) or Decimal(repr(near)) == value)

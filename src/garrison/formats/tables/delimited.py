"""Records of comma, semicolon, tab or bar separated text, with the number of the line at which each starts."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from garrison.formats.source import HEAD_BYTES, Damaged, Source
from garrison.formats.tables.text import Lines, opening

SEPARATORS = (",", ";", "\t", "|")
TOP_CHARS = 64 * 1024

# The length of a record is bounded by `Lines`; the module's own limit (a process-wide 128 KB) would only hide that.
csv.field_size_limit(2**31 - 1)

Record = tuple[int, list[str]]


def top(source: Source, separator: str, count: int) -> list[Record]:
    """The first ``count`` records that lie within the head of ``source``, blank ones included."""
    text = opening(source, TOP_CHARS)
    lines = io.StringIO(text, newline="").readlines()
    if lines and (len(text) == TOP_CHARS or len(source.head) >= HEAD_BYTES):
        lines.pop()
    reader = csv.reader(lines, delimiter=separator)
    found: list[Record] = []
    start = 1
    for row in islice(reader, count):
        found.append((start, row))
        start = reader.line_num + 1
    return found


def records(source: Source, separator: str) -> Iterator[tuple[int, list[str], bool, int]]:
    """Line number, cells, whether an apostrophe occurs, and length in characters of each record of the whole file.

    Raises `Damaged` where a record does not end.
    """
    lines = Lines(source)
    reader = csv.reader(lines, delimiter=separator)
    for row in reader:
        start, size, quoted = lines.row, lines.pending, lines.quoted
        if lines.done:
            if len(row) == 1 and len(row[0]) == 1:
                return
            raise Damaged(
                f"A quotation mark opened in line {start} is never closed. Close it, or export the table again.",
                row=start,
            )
        lines.row, lines.pending, lines.quoted = reader.line_num + 1, 0, False
        yield start, row, quoted, size

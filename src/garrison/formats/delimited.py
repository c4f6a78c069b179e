"""Comma-separated text from outside: rows as lists, with lines, fields and records bounded, any Unicode encoding.

Line ends may be LF, CRLF or a bare CR. Every error is a ``Damaged`` that names the line.
"""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from garrison.formats.safejson import encoding_of, head_text
from garrison.formats.source import Damaged, Source

HEADER_BYTES = 64 * 1024


def header(source: Source) -> tuple[str, ...]:
    """The stripped fields of the first line that is neither empty nor a ``#`` comment, for `sniff`; never raises."""
    for line in head_text(source.head[:HEADER_BYTES]).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return tuple(field.strip().strip('"').strip() for field in line.split(","))
    return ()


def rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty as (line it starts on, from 1; fields as they stand).

    Damaged when a line or record is longer than ``limits.line_bytes`` or a field than ``limits.field_chars``, a quote
    is never closed, or the bytes are no Unicode text.
    """
    with source.open() as stream:
        lines = _Lines(io.TextIOWrapper(stream, encoding_of(source.head[:4]), newline=None), source)
        reader = csv.reader(lines, strict=True)
        start = 1
        try:
            for fields in reader:
                most = source.limits.field_chars
                if lines.record_chars > most and any(len(field) > most for field in fields):
                    raise Damaged(f"Line {start}: a field is longer than the limit of {most:,} characters.", row=start)
                if fields:
                    yield start, fields
                start = reader.line_num + 1
                lines.record_chars = 0
        except csv.Error as error:
            raise Damaged(f"Line {start}: this is not comma-separated text ({error}).", row=start) from error


class _Lines:
    """The lines of a text, each and together for one record no longer than the limits allow."""

    def __init__(self, text: TextIO, source: Source) -> None:
        self.text, self.limits = text, source.limits
        self.number = self.chars = self.record_chars = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number += 1
        try:
            line = self.text.readline(self.limits.line_bytes + 1)
        except UnicodeError as error:
            reason = f"Line {self.number} or soon after it: the bytes are not {self.text.encoding.upper()} text."
            raise Damaged(reason, row=self.number) from error
        if not line:
            raise StopIteration
        self.chars += len(line)
        self.record_chars += len(line)
        if self.record_chars > self.limits.line_bytes:
            reason = f"Line {self.number}: the row is longer than the limit of {self.limits.line_bytes:,} characters."
            raise Damaged(reason, row=self.number)
        if self.chars > self.limits.file_bytes:
            raise Damaged(f"The file is larger than the limit of {self.limits.file_bytes:,} bytes.", row=self.number)
        return line

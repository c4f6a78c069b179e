"""Bytes of tables and containers, the same on every run: no file name, clock or user finds its way in."""

import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

EPOCH = (2026, 1, 1, 0, 0, 0)
"""The time stamp of every member of an archive."""

Cell = str | int | float | None
"""What a table's cell may hold; ``None`` is empty."""


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with CRLF line ends, as spreadsheets write it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def json_bytes(document: object, *, indent: int | None = 1) -> bytes:
    """A JSON document in UTF-8, keys in the order given."""
    return (json.dumps(document, indent=indent, ensure_ascii=False) + "\n").encode()


def gzipped(data: bytes) -> bytes:
    """``data`` as a .gz file without name or time."""
    return gzip.compress(data, 6, mtime=0)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A .zip file of ``members`` by path."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def tarred(members: Mapping[str, bytes]) -> bytes:
    """A .tar.gz file of ``members`` by path."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1_767_225_600, 0o644
            archive.addfile(info, io.BytesIO(data))
    return gzipped(out.getvalue())


def workbook(sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An XLSX file with one sheet; repacked, because openpyxl stamps the present time into it."""
    from openpyxl import Workbook

    book: Any = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    raw = io.BytesIO()
    book.save(raw)
    stamp = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
    with zipfile.ZipFile(raw) as archive:
        return zipped(
            {name: stamp.sub(rb"\g<1>2026-01-01T00:00:00Z", archive.read(name)) for name in archive.namelist()}
        )

"""Keeping a member's bytes so that it can be opened often: in memory when small, else in a nameless temporary file."""

import io
import os
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from garrison.formats.source import HEAD_BYTES, Limits, Source

MEMORY_BYTES = 1024 * 1024
CHUNK = 256 * 1024


class Readable(Protocol):
    """Something that gives its next bytes, and none at its end."""

    def take(self, size: int) -> bytes:
        """The next bytes, at most ``size``."""


class _File:
    """A temporary file without a name, closed when nothing refers to it any more."""

    def __init__(self) -> None:
        number, name = tempfile.mkstemp(prefix="garrison-")
        os.unlink(name)
        self.number = number
        weakref.finalize(self, os.close, number)

    def write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(self.number, left) :]

    def open(self) -> BinaryIO:
        return io.BufferedReader(_View(self), CHUNK)


class _View(io.RawIOBase):
    """One reader of a file, with a place of its own."""

    def __init__(self, file: _File) -> None:
        self.file, self.place = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.place}.get(whence)
        if start is None:
            start = os.fstat(self.file.number).st_size
        self.place = max(0, start + offset)
        return self.place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = os.preadv(self.file.number, [buffer], self.place)
        self.place += size
        return size


def of_path(path: Path, limits: Limits) -> Source:
    """A file where it lies."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return Source(path.name, head, lambda: path.open("rb"), limits)


def of_stream(name: str, stream: Readable, limits: Limits) -> Source:
    """Everything that ``stream`` still gives; whatever it raises is passed on."""
    kept = bytearray()
    file: _File | None = None
    head = b""
    while part := stream.take(CHUNK):
        if file is not None:
            file.write(part)
            continue
        kept += part
        if len(kept) > MEMORY_BYTES:
            head = bytes(kept[:HEAD_BYTES])
            file = _File()
            file.write(bytes(kept))
            kept.clear()
    if file is not None:
        return Source(name, head, file.open, limits)
    content = bytes(kept)
    opener: Callable[[], BinaryIO] = lambda: io.BytesIO(content)  # noqa: E731
    return Source(name, content[:HEAD_BYTES], opener, limits)

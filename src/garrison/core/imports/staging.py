"""Reading files into a staging folder, outside any transaction: facts by kind, refusals by row."""

import hashlib
import io
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from garrison.core.models import ImportedFile, ImportMessage
from garrison.formats.catalogue import Reader
from garrison.formats.facts import Fact, Note, Refusal, count_name
from garrison.formats.source import Damaged, Source

_FRAME = struct.Struct("<II")
_ENCODER = msgspec.msgpack.Encoder()


@dataclass(slots=True)
class Reading:
    """What reading one file gave, before anything is stored."""

    path: str
    member: str = ""
    sha256: str = ""
    bytes: int = 0
    format: str = ""
    version: int = 0
    status: str = ""
    read: int = 0
    refused: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    messages: list[tuple[int, str, str, bool]] = field(default_factory=list)
    proposal: dict[str, object] | None = None
    source: Source | None = None
    reader: Reader | None = None
    row: ImportedFile | None = None
    told: list[ImportMessage] = field(default_factory=list)


class Cancelled(Exception):
    """Whoever asked for the work has called it off."""


class Stage:
    """The staged facts of a group of files, one stream for each kind of fact."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._open: dict[str, BinaryIO] = {}
        self._kinds: dict[str, type[Fact]] = {}

    def stage(self, place: int, reading: Reading, advance: Callable[[int], None]) -> None:
        """Read one file (number ``place`` of the group). A damaged file stages nothing and is marked refused."""
        assert reading.source is not None
        assert reading.reader is not None
        marks = {name: stream.tell() for name, stream in self._open.items()}
        try:
            self._read(place, reading, advance)
        except Damaged as damage:
            for name, stream in self._open.items():
                stream.seek(marks.get(name, 0))
                stream.truncate()
            reading.status, reading.read, reading.refused = "refused", 0, 0
            reading.counts.clear()
            reading.messages = [(damage.row, damage.field, damage.reason, True)]

    def _read(self, place: int, reading: Reading, advance: Callable[[int], None]) -> None:
        """Stream one file's facts to their kinds."""
        source = reading.source
        assert source is not None
        assert reading.reader is not None
        watched = Source(source.name, source.head, lambda: watch(source.open(), advance), source.limits)
        for told in reading.reader.read(watched):
            if isinstance(told, Note):
                reading.counts.update(told.counts)
                if told.reason:
                    reading.messages.append((told.row, told.field, told.reason, False))
                continue
            reading.read += 1
            if isinstance(told, Refusal):
                reading.refused += 1
                if reading.refused <= source.limits.refusals:
                    reading.messages.append((told.row, told.field, told.reason, True))
                continue
            if name := count_name(told):
                reading.counts[name] += 1
            body = _ENCODER.encode(told)
            stream = self._stream(type(told))
            stream.write(_FRAME.pack(place, len(body)))
            stream.write(body)

    def _stream(self, kind: type[Fact]) -> BinaryIO:
        """The stream of one kind of fact."""
        if kind.__name__ not in self._open:
            self._kinds[kind.__name__] = kind
            self._open[kind.__name__] = (self.folder / kind.__name__).open("w+b")
        return self._open[kind.__name__]

    def kinds(self) -> set[type[Fact]]:
        """The kinds of fact that were staged."""
        return set(self._kinds.values())

    def facts(self, kind: type[Fact]) -> Iterator[tuple[int, Fact]]:
        """The staged facts of one kind, each with its file's number."""
        if not (stream := self._open[kind.__name__]).closed:
            stream.flush()
        decoder = msgspec.msgpack.Decoder(kind)
        with (self.folder / kind.__name__).open("rb") as file:
            while head := file.read(_FRAME.size):
                place, length = _FRAME.unpack(head)
                yield place, decoder.decode(file.read(length))

    def seal(self) -> None:
        """Stage no more, and hold no file open for it; what was staged stays."""
        for stream in self._open.values():
            stream.close()

    def close(self) -> None:
        """Forget everything that was staged."""
        for stream in self._open.values():
            stream.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()


class _Watched(io.BufferedIOBase):
    """A stream that tells how many bytes were read."""

    def __init__(self, inner: BinaryIO, advance: Callable[[int], None]) -> None:
        self._inner, self._advance = inner, advance

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Read and tell."""
        data = self._inner.read(-1 if size is None else size)
        self._advance(len(data))
        return data

    def read1(self, size: int = -1, /) -> bytes:
        """Read and tell."""
        return self.read(size)

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer`` and tell."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seekable(self) -> bool:
        """As the stream below."""
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As the stream below."""
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        """As the stream below."""
        return self._inner.tell()

    def close(self) -> None:
        """Close the stream below."""
        self._inner.close()
        super().close()


def watch(inner: BinaryIO, advance: Callable[[int], None]) -> BinaryIO:
    """``inner``, telling ``advance`` of every byte read."""
    return io.BufferedReader(_Watched(inner, advance), 1024 * 256)


def fingerprint(source: Source) -> tuple[str, int]:
    """The SHA-256 and the size of a file's bytes."""
    digest, size = hashlib.sha256(), 0
    with source.open() as stream:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size

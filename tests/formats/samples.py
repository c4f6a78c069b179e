"""What the tests of formats share: sources made of bytes, and short ways to read them."""

import io
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import BinaryIO

import pytest

from garrison.formats.facts import FindingFact, HostFact, Note, Reading, Refusal, ServiceFact, SoftwareFact
from garrison.formats.source import HEAD_BYTES, Damaged, Limits, Source


def source(content: bytes | str, name: str = "report", **limits: int) -> Source:
    """A source in memory."""
    kept = content.encode() if isinstance(content, str) else content
    return Source(name, kept[:HEAD_BYTES], lambda: io.BytesIO(kept), Limits(**limits))


class Lazy(io.RawIOBase):
    """A stream of pieces made as they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if not self.left:
            self.left = next(self.pieces, b"")
        size = min(len(buffer), len(self.left))
        buffer[:size] = self.left[:size]
        self.left = self.left[size:]
        return size


def lazy(pieces: Callable[[], Iterator[bytes]], **limits: int) -> Source:
    """A source too large to be held, made of pieces."""

    def opened() -> BinaryIO:
        return io.BufferedReader(Lazy(pieces()), 64 * 1024)

    with opened() as stream:
        head = stream.read(HEAD_BYTES)
    return Source("lazy", head, opened, Limits(**limits))


def read(module: ModuleType, content: bytes | str, name: str = "report") -> list[Reading]:
    """Everything that a format's reader yields, once its sniff has agreed."""
    made = source(content, name)
    assert module.sniff(made)
    return list(module.read(made))


def of(kind: type, readings: list[Reading]) -> list:
    """The readings of one kind."""
    return [reading for reading in readings if type(reading) is kind]


def findings(readings: list[Reading]) -> list[FindingFact]:
    return of(FindingFact, readings)


def hosts(readings: list[Reading]) -> list[HostFact]:
    return of(HostFact, readings)


def services(readings: list[Reading]) -> list[ServiceFact]:
    return of(ServiceFact, readings)


def software(readings: list[Reading]) -> list[SoftwareFact]:
    return of(SoftwareFact, readings)


def refusals(readings: list[Reading]) -> list[Refusal]:
    return of(Refusal, readings)


def notes(readings: list[Reading]) -> list[Note]:
    return of(Note, readings)


def damage(module: ModuleType, content: bytes | str | Source) -> Damaged:
    """How a document is refused as a whole."""
    made = content if isinstance(content, Source) else source(content)
    with pytest.raises(Damaged) as caught:
        list(module.read(made))
    return caught.value

"""Plain files for tests of formats: a source from text, and what a reader makes of it."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Protocol

import msgspec
from hypothesis import HealthCheck, settings

from garrison.formats.facts import DocumentFact, Fact, Note, Reading, Refusal
from garrison.formats.source import HEAD_BYTES, Damaged, Limits, Source

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For fuzz tests: the first use of text on a machine builds a table for seconds, and machines are shared."""


class Reader(Protocol):
    FORMAT: str
    TITLE: str
    VERSION: int

    def sniff(self, source: Source) -> bool: ...

    def read(self, source: Source) -> Iterator[Reading]: ...


def plain(content: str | bytes | dict | list, **limits: int) -> Source:
    if isinstance(content, dict | list):
        content = msgspec.json.encode(content)
    if isinstance(content, str):
        content = content.encode()
    return Source("some.file", content[:HEAD_BYTES], lambda: BytesIO(content), Limits(**limits))


def read(reader: Reader, content: str | bytes | dict | list, **limits: int) -> list[Reading]:
    return list(reader.read(plain(content, **limits)))


def facts(readings: list[Reading]) -> list[Fact]:
    """What a file says, rows apart, and without the document that some readers keep whole."""
    said = (each for each in readings if isinstance(each, Fact) and not isinstance(each, DocumentFact))
    return [msgspec.structs.replace(each, row=0) for each in said]


def told(readings: list[Reading]) -> list[Reading]:
    """What was read, rows and refusals too, without the document that some readers keep whole."""
    return [each for each in readings if not isinstance(each, DocumentFact)]


def refusals(readings: list[Reading]) -> list[tuple[int, str]]:
    return [(each.row, each.field) for each in readings if isinstance(each, Refusal)]


def notes(readings: list[Reading]) -> list[Note]:
    return [each for each in readings if isinstance(each, Note)]


def survives(reader: Reader, content: bytes) -> None:
    """Whatever the bytes, a reader gives readings or calls the file damaged, and sniffing never raises."""
    source = plain(content)
    assert reader.sniff(source) in (True, False)
    with suppress(Damaged):
        for each in reader.read(source):
            assert isinstance(each, Fact | Refusal | Note)

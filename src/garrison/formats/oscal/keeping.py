"""The document itself beside what was read from it, so that a framework goes out as it came in."""

import zlib
from collections.abc import Iterator
from io import BytesIO

import msgspec

from garrison.formats.facts import DocumentFact, FrameworkFact, Note, Reading
from garrison.formats.oscal import exchange
from garrison.formats.source import HEAD_BYTES, Source

MOST_BYTES = 64 * 2**20
"""The largest document that is kept."""


def kept(source: Source, syntax: exchange.Syntax, readings: Iterator[Reading]) -> Iterator[Reading]:
    """The readings of a document, and the document after the framework that it tells of."""
    for reading in readings:
        yield reading
        if isinstance(reading, FrameworkFact):
            yield _document(source, reading.ident, syntax)


def _document(source: Source, framework: str, syntax: exchange.Syntax) -> Reading:
    packer = zlib.compressobj(1)
    pieces: list[bytes] = []
    taken = 0
    with source.open() as stream:
        while chunk := stream.read(2**20):
            taken += len(chunk)
            if taken > MOST_BYTES:
                reason = (
                    f"The document is larger than {MOST_BYTES // 2**20} MB; its requirements are read, it is not kept."
                )
                return Note(field="document", reason=reason)
            pieces.append(packer.compress(chunk))
    pieces.append(packer.flush())
    return DocumentFact(framework=framework, syntax=syntax, packed=b"".join(pieces))


def as_json(source: Source) -> Source:
    """A YAML document as the JSON that says the same."""
    model, value = exchange.read(source)
    content = msgspec.json.encode({model: value})
    return Source(source.name, content[:HEAD_BYTES], lambda: BytesIO(content), source.limits)

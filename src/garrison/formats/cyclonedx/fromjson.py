"""CycloneDX in JSON."""

from collections.abc import Iterator

import msgspec

from garrison.formats import safejson
from garrison.formats.cyclonedx.shape import Component, Document, Service, Vulnerability
from garrison.formats.cyclonedx.telling import Teller
from garrison.formats.facts import Reading, Refusal
from garrison.formats.source import Source

_DOCUMENT = msgspec.json.Decoder(Document, strict=False)
_COMPONENT = msgspec.json.Decoder(Component, strict=False)
_SERVICE = msgspec.json.Decoder(Service, strict=False)
_VULNERABILITY = msgspec.json.Decoder(Vulnerability, strict=False)

Rows = list[msgspec.Raw] | None


def read(source: Source) -> Iterator[Reading]:
    """The facts of a JSON document; rows are numbered through components, services and vulnerabilities each."""
    document = safejson.decode(source, _DOCUMENT)
    teller = Teller(source, document.serial_number, document.metadata)
    yield teller.subject()
    described = document.metadata.component if document.metadata else None
    yield from _components(described.components if described else None, document.components, teller)
    for seen in safejson.each(document.services or (), _SERVICE):
        if isinstance(seen, Refusal):
            yield seen
        else:
            yield from teller.service(seen[1], seen[0])
    for taken in safejson.each(document.vulnerabilities or (), _VULNERABILITY):
        if isinstance(taken, Refusal):
            yield taken
        else:
            yield from teller.vulnerability(taken[1], taken[0])


def _components(parts: Rows, rows: Rows, teller: Teller) -> Iterator[Reading]:
    """Components and, after each, its parts; a stack of lists in place of recursion bounds the depth."""
    row = 0
    open_lists = [iter([*(parts or ()), *(rows or ())])]
    while open_lists:
        raw = next(open_lists[-1], None)
        if raw is None:
            open_lists.pop()
            continue
        row += 1
        taken = next(safejson.each((raw,), _COMPONENT, first=row))
        if isinstance(taken, Refusal):
            yield taken
            continue
        yield teller.software(taken[1], row)
        if taken[1].components:
            open_lists.append(iter(taken[1].components))

"""CISA's catalogue of known exploited vulnerabilities as JSON."""

from collections.abc import Iterator

import msgspec

from garrison.formats import kev_entry, safejson
from garrison.formats.facts import Note, Reading, Refusal
from garrison.formats.fields import Text, mentions
from garrison.formats.source import Source

FORMAT = "kev-json"
TITLE = "CISA known exploited vulnerabilities (JSON)"
VERSION = 1


class _Entry(kev_entry.Entry, frozen=True):
    cwes: list[Text] | None = None


class _Catalogue(msgspec.Struct):
    vulnerabilities: list[msgspec.Raw]
    catalogVersion: Text = ""  # noqa: N815
    count: int | None = None


_CATALOGUE = msgspec.json.Decoder(_Catalogue)
_ENTRY = msgspec.json.Decoder(_Entry)


def sniff(source: Source) -> bool:
    """Whether this is the catalogue: an object with ``vulnerabilities`` and a catalogue version or CVE entries."""
    if not mentions(source.head, b"vulnerabilities"):
        return False
    seen = safejson.opening(source)
    return (
        seen is not None
        and not seen.array
        and "vulnerabilities" in seen.keys
        and ("catalogVersion" in seen.keys or "cveID" in seen.within("vulnerabilities"))
    )


def read(source: Source) -> Iterator[Reading]:
    """One VulnerabilityFact for each entry and a Note with the catalogue's version; ``row`` is the entry's number.

    Damaged when the document is no catalogue. An entry without a CVE id or with a date that is none is a Refusal.
    """
    catalogue = safejson.decode(source, _CATALOGUE)
    entries = catalogue.vulnerabilities
    if catalogue.catalogVersion:
        yield Note(field="catalogVersion", reason=f"Catalogue version {catalogue.catalogVersion[:60]}.")
    if catalogue.count is not None and catalogue.count != len(entries):
        yield Note(field="count", reason=f"The catalogue announces {catalogue.count} entries and holds {len(entries)}.")
    for item in safejson.each(entries, _ENTRY):
        yield item if isinstance(item, Refusal) else kev_entry.fact(*item)

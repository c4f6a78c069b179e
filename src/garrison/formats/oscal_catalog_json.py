"""OSCAL catalogues as JSON, whole or split down to their groups."""

from collections.abc import Iterator

from garrison.formats import safejson
from garrison.formats.facts import Reading, Refusal
from garrison.formats.fields import mentions
from garrison.formats.oscal import documents, keeping, rules
from garrison.formats.source import Source

FORMAT = "oscal-catalog-json"
TITLE = "OSCAL catalogue (JSON)"
VERSION = 1

_FRAGMENT = frozenset({"$schema", "uuid", "metadata", "params", "controls", "groups", "back-matter"})


def sniff(source: Source) -> bool:
    """Whether this is an OSCAL catalogue, or an object of nothing but a catalogue's groups."""
    if not mentions(source.head, b"catalog", b"groups"):
        return False
    seen = safejson.opening(source)
    if seen is None or seen.array:
        return False
    if "catalog" in seen.keys:
        return bool({"metadata", "groups", "controls"} & seen.within("catalog"))
    inside = seen.within("groups")
    return seen.keys <= _FRAGMENT and {"id", "title"} <= inside and bool({"controls", "groups"} & inside)


def read(source: Source) -> Iterator[Reading]:
    """A FrameworkFact, then a RequirementFact for each requirement by the rules of `garrison.formats.oscal.rules`.

    ``row`` is the control's number in the file. Damaged when the document is no JSON or no catalogue. A control or
    group of the wrong shape is a Refusal, with all that lies below it.
    """
    refused: list[Refusal] = []
    catalogue = documents.catalogue(source, refused)
    yield from keeping.kept(source, "json", rules.readings(catalogue))
    yield from refused

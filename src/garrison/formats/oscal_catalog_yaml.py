"""OSCAL catalogues as YAML."""

from collections.abc import Iterator

from garrison.formats.facts import Reading, Refusal
from garrison.formats.oscal import documents, exchange, keeping, rules
from garrison.formats.source import Source

FORMAT = "oscal-catalog-yaml"
TITLE = "OSCAL catalogue (YAML)"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether the first key of this YAML is ``catalog`` and OSCAL's metadata stand below it."""
    return exchange.opens_yaml(source.head, "catalog")


def read(source: Source) -> Iterator[Reading]:
    """What the same catalogue in JSON gives: a FrameworkFact, then a RequirementFact for each requirement.

    Damaged when the document is no YAML, no catalogue, or has anchors, which could grow without bound.
    """
    refused: list[Refusal] = []
    same = keeping.as_json(source)
    yield from keeping.kept(source, "yaml", rules.readings(documents.catalogue(same, refused)))
    yield from refused

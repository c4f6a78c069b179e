"""OSCAL profiles as YAML."""

from collections.abc import Iterator

from garrison.formats.facts import Reading, Refusal
from garrison.formats.oscal import documents, exchange, keeping, profiles
from garrison.formats.source import Source

FORMAT = "oscal-profile-yaml"
TITLE = "OSCAL profile (YAML)"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether the first key of this YAML is ``profile`` and OSCAL's metadata stand below it."""
    return exchange.opens_yaml(source.head, "profile")


def read(source: Source) -> Iterator[Reading]:
    """What the same profile in JSON gives: a FrameworkFact, then a RequirementFact for each control that it names.

    Damaged when the document is no YAML, no profile, or has anchors, which could grow without bound.
    """
    refused: list[Refusal] = []
    same = keeping.as_json(source)
    yield from keeping.kept(source, "yaml", profiles.readings(documents.profile(same, refused)))
    yield from refused

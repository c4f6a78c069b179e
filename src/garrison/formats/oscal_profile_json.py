"""OSCAL profiles (baselines) as JSON."""

from collections.abc import Iterator

from garrison.formats import safejson
from garrison.formats.facts import Reading, Refusal
from garrison.formats.fields import mentions
from garrison.formats.oscal import documents, keeping, profiles
from garrison.formats.source import Source

FORMAT = "oscal-profile-json"
TITLE = "OSCAL profile (JSON)"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether this is an OSCAL profile: an object whose ``profile`` has metadata or imports."""
    if not mentions(source.head, b'"profile"'):
        return False
    seen = safejson.opening(source)
    return seen is not None and not seen.array and bool({"metadata", "imports"} & seen.within("profile"))


def read(source: Source) -> Iterator[Reading]:
    """A FrameworkFact of kind ``profile``, then a RequirementFact for each control that it names, and Notes.

    ``row`` is the identifier's number in the file. Damaged when the document is no JSON or no profile.
    """
    refused: list[Refusal] = []
    profile = documents.profile(source, refused)
    yield from keeping.kept(source, "json", profiles.readings(profile))
    yield from refused

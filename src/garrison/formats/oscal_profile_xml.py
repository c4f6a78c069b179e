"""OSCAL profiles (baselines) as XML."""

from collections.abc import Iterator

from garrison.formats import safexml
from garrison.formats.facts import Reading
from garrison.formats.oscal import keeping, markup, profiles
from garrison.formats.oscal.model import NAMESPACE
from garrison.formats.source import Source

FORMAT = "oscal-profile-xml"
TITLE = "OSCAL profile (XML)"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether the document's outermost element is OSCAL's ``profile``."""
    root = safexml.root(source)
    return root is not None and root.name == "profile" and root.namespace == NAMESPACE


def read(source: Source) -> Iterator[Reading]:
    """A FrameworkFact of kind ``profile``, then a RequirementFact for each control that it names, and Notes.

    ``row`` is the identifier's number in the file. Damaged when the document is no XML or beyond the limits.
    """
    for node in safexml.walk(source, {"profile"}):
        yield from keeping.kept(source, "xml", profiles.readings(markup.profile(node.element)))

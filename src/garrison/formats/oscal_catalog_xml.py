"""OSCAL catalogues as XML."""

from collections.abc import Iterator

from garrison.formats import safexml
from garrison.formats.facts import Reading
from garrison.formats.oscal import keeping, markup, rules
from garrison.formats.oscal.model import NAMESPACE, Catalogue
from garrison.formats.source import Source

FORMAT = "oscal-catalog-xml"
TITLE = "OSCAL catalogue (XML)"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether the document's outermost element is OSCAL's ``catalog``."""
    root = safexml.root(source)
    return root is not None and root.name == "catalog" and root.namespace == NAMESPACE


def read(source: Source) -> Iterator[Reading]:
    """A FrameworkFact, then a RequirementFact for each requirement, equal to those of the same catalogue in JSON.

    ``row`` is the control's number in the file. Damaged when the document is no XML or beyond the limits.
    """
    for node in safexml.walk(source, {"catalog"}):
        catalogue = Catalogue(markup.metadata(node.element), markup.branch(node.element))
        yield from keeping.kept(source, "xml", rules.readings(catalogue))

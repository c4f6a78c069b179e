"""CycloneDX bills of material, JSON (1.2 to 1.7) and XML (1.0 to 1.7): software, services, vulnerabilities, VEX.

Both encodings are brought to one shape (`shape`) and told from there (`telling`), so that the same bill in either
gives the same facts.
"""

from collections.abc import Iterator

from garrison.formats import findings, safejson, safexml
from garrison.formats.cyclonedx import fromjson, fromxml
from garrison.formats.facts import Reading
from garrison.formats.source import Source

FORMAT = "cyclonedx"
TITLE = "CycloneDX"
VERSION = 1


def sniff(source: Source) -> bool:
    """Whether the document is a CycloneDX bill of material in JSON or XML."""
    seen = safejson.opening(source)
    if seen is not None:
        schema = seen.values.get("$schema", "").lower()
        return not seen.array and (seen.values.get("bomFormat") == "CycloneDX" or "cyclonedx.org/schema/bom" in schema)
    root = safexml.root(source)
    return root is not None and root.name == "bom" and (not root.namespace or "cyclonedx.org" in root.namespace)


def read(source: Source) -> Iterator[Reading]:
    """The subject, then components, services and vulnerabilities in the order of the file. Raises Damaged."""
    reader = fromxml if safejson.opening(source) is None else fromjson
    return findings.distinct(reader.read(source))

"""OSCAL documents that are recognised and not read yet, so that a file can be told by its name."""

from io import BytesIO

from garrison.formats import safejson, safexml
from garrison.formats.oscal.model import NAMESPACE
from garrison.formats.source import Source

NAMES = {
    "component-definition": "OSCAL component definition",
    "system-security-plan": "OSCAL system security plan",
    "assessment-plan": "OSCAL assessment plan",
    "assessment-results": "OSCAL assessment results",
    "plan-of-action-and-milestones": "OSCAL plan of action and milestones",
    "mapping-collection": "OSCAL control mapping",
}
"""Every other model of OSCAL 1.x: its key in JSON, which is its element in XML, and what to call it."""


def name_other(head: bytes) -> str | None:
    """What to call the OSCAL document, JSON or XML, that starts with ``head``; None for anything else. Never raises."""
    source = Source("", head, lambda: BytesIO(head))
    root = safexml.root(source)
    if root is not None:
        return NAMES.get(root.name) if root.namespace == NAMESPACE else None
    seen = safejson.opening(source)
    if seen is None or seen.array:
        return None
    return next((name for key, name in NAMES.items() if {"uuid", "metadata"} & seen.within(key)), None)

"""Which catalogue may say what of a vulnerability, and how a description reads, without a database."""

import re

OWN: dict[str, tuple[str, ...]] = {
    "kev": ("kev_name", "vendor", "product", "action", "kev_added", "kev_due", "ransomware"),
    "epss": ("epss", "percentile", "scored_on"),
    "vulnrichment": (
        "title", "exploitation", "automatable", "total_impact", "cvss", "cvss_vector", "cwes",
    ),
}  # fmt: skip
"""What each catalogue is the authority for: its word replaces what is stored, its silence does not."""

FILLS: dict[str, tuple[str, ...]] = {
    "kev": ("cwes",),
    "epss": (),
    "vulnrichment": ("vendor", "product", "kev_added"),
}
"""What each catalogue may say only where nobody has yet."""

FACT_NAMES = {"kev_name": "title"}
"""Columns that a fact calls otherwise."""

PASSIVE = {
    "uses": "used by", "mitigates": "mitigated by", "subtechnique-of": "subtechniques", "attributed-to": "attributed",
    "detects": "detected by", "targets": "targeted by", "indicates": "indicated by", "variant-of": "variants",
}  # fmt: skip
"""How a relationship reads from its other end."""

_CITATION = re.compile(r"\s*\(Citation: [^)]{1,300}\)")
_LINK = re.compile(r"\[([^\]]{1,300})\]\([^)\s]{1,600}\)")
_CODE = re.compile(r"</?code>")


def paragraphs(description: str) -> list[str]:
    """A published description as plain paragraphs: citations, link addresses and code marks left out."""
    plain = _CODE.sub("", _LINK.sub(r"\1", _CITATION.sub("", description)))
    return [text.strip() for text in plain.splitlines() if text.strip()]


def reads(kind: str, outward: bool) -> str:
    """How a relationship reads from one of its ends."""
    words = kind.replace("-", " ")
    return words if outward else PASSIVE.get(kind, f"{words} (from)")

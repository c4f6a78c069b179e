"""Why no reader takes a document that is XML or JSON, where its own build is to blame."""

import re

from garrison.formats import safejson, safexml
from garrison.formats.source import Damaged, Source

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]]', re.DOTALL)


def why(source: Source) -> str:
    """The reason in words, or "" when the document is built well as far as its head tells."""
    start = safejson.head_text(source.head[:4096]).lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _of_xml(source)
    if start.startswith(("{", "[")):
        return _of_json(source)
    return ""


def _of_xml(source: Source) -> str:
    """What the prolog does that no XML from outside may."""
    try:
        safexml.vet(source)
    except Damaged as damage:
        return damage.reason
    return ""


def _of_json(source: Source) -> str:
    """Whether the head is nested deeper than the limit."""
    depth = 0
    for token in _TOKEN.finditer(safejson.head_text(source.head)):
        mark = token[0]
        depth += (mark in "{[") - (mark in "}]")
        if depth > source.limits.depth:
            return f"The JSON document is nested deeper than the limit of {source.limits.depth}."
    return ""

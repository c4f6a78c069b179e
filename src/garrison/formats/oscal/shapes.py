"""The shapes of OSCAL's catalogue and profile: how each object of its JSON is an element of its XML.

Written from the OSCAL 1.1 reference (catalog and profile models, JSON and XML formats). A shape lists an element's
attributes and, in the order that the XML schema asks for, its children.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "line", "multiline", "boolean", "shape"]


@dataclass(frozen=True, slots=True)
class Child:
    """One member of an object. ``name`` is the element, ``key`` the JSON member.

    ``many`` members are arrays whose items are elements beside one another, or inside an element ``wrapped``.
    ``bare`` prose stands in the XML without an element of its own.
    """

    name: str
    key: str
    kind: Kind
    shape: str = ""
    many: bool = False
    wrapped: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of object: its attributes, the JSON key of its text where it has text itself, and its children."""

    attributes: tuple[str, ...] = ()
    text: str = ""
    text_kind: Kind = "text"
    children: tuple[Child, ...] = ()


def _text(name: str) -> Child:
    return Child(name, name, "text")


def _line(name: str) -> Child:
    return Child(name, name, "line")


def _prose(name: str) -> Child:
    return Child(name, name, "multiline")


def _one(name: str, shape: str = "") -> Child:
    return Child(name, name, "shape", shape or name)


def _many(name: str, key: str, shape: str = "", *, wrapped: str = "") -> Child:
    return Child(name, key, "shape", shape or name, many=True, wrapped=wrapped)


def _texts(name: str, key: str) -> Child:
    return Child(name, key, "text", many=True)


PROPS = _many("prop", "props")
LINKS = _many("link", "links")
REMARKS = _prose("remarks")
TITLE = _line("title")
PARTS = _many("part", "parts")
PARAMS = _many("param", "params")
RESPONSIBLE = _many("responsible-party", "responsible-parties")
EMAILS = _texts("email-address", "email-addresses")
PHONES = _many("telephone-number", "telephone-numbers")
SELECTION = (
    _one("include-all", "empty"),
    _many("include-controls", "include-controls", "select-controls"),
    _many("exclude-controls", "exclude-controls", "select-controls"),
)
PARAMETER = (
    PROPS,
    LINKS,
    _line("label"),
    _prose("usage"),
    _many("constraint", "constraints"),
    _many("guideline", "guidelines"),
    _texts("value", "values"),
    _one("select"),
    REMARKS,
)

SHAPES: dict[str, Shape] = {
    "catalog": Shape(
        ("uuid",),
        children=(
            _one("metadata"),
            PARAMS,
            _many("control", "controls"),
            _many("group", "groups"),
            _one("back-matter"),
        ),
    ),
    "profile": Shape(
        ("uuid",),
        children=(_one("metadata"), _many("import", "imports"), _one("merge"), _one("modify"), _one("back-matter")),
    ),
    "metadata": Shape(
        children=(
            TITLE,
            _text("published"),
            _text("last-modified"),
            _text("version"),
            _text("oscal-version"),
            _many("revision", "revisions", wrapped="revisions"),
            _many("document-id", "document-ids"),
            PROPS,
            LINKS,
            _many("role", "roles"),
            _many("location", "locations"),
            _many("party", "parties"),
            RESPONSIBLE,
            _many("action", "actions"),
            REMARKS,
        )
    ),
    "revision": Shape(
        children=(
            TITLE,
            _text("published"),
            _text("last-modified"),
            _text("version"),
            _text("oscal-version"),
            PROPS,
            LINKS,
            REMARKS,
        )
    ),
    "document-id": Shape(("scheme",), text="identifier"),
    "prop": Shape(("name", "uuid", "ns", "value", "class", "group"), children=(REMARKS,)),
    "link": Shape(("href", "rel", "media-type", "resource-fragment"), children=(_line("text"),)),
    "role": Shape(("id",), children=(TITLE, _text("short-name"), _prose("description"), PROPS, LINKS, REMARKS)),
    "location": Shape(
        ("uuid",), children=(TITLE, _one("address"), EMAILS, PHONES, _texts("url", "urls"), PROPS, LINKS, REMARKS)
    ),
    "address": Shape(
        ("type",),
        children=(
            _texts("addr-line", "addr-lines"),
            _text("city"),
            _text("state"),
            _text("postal-code"),
            _text("country"),
        ),
    ),
    "telephone-number": Shape(("type",), text="number"),
    "party": Shape(
        ("uuid", "type"),
        children=(
            _text("name"),
            _text("short-name"),
            _many("external-id", "external-ids"),
            PROPS,
            LINKS,
            EMAILS,
            PHONES,
            _many("address", "addresses"),
            _texts("location-uuid", "location-uuids"),
            _texts("member-of-organization", "member-of-organizations"),
            REMARKS,
        ),
    ),
    "external-id": Shape(("scheme",), children=(_text("id"),)),
    "responsible-party": Shape(("role-id",), children=(_texts("party-uuid", "party-uuids"), PROPS, LINKS, REMARKS)),
    "action": Shape(("uuid", "date", "type", "system"), children=(PROPS, LINKS, RESPONSIBLE, REMARKS)),
    "back-matter": Shape(children=(_many("resource", "resources"),)),
    "resource": Shape(
        ("uuid",),
        children=(
            TITLE,
            _prose("description"),
            PROPS,
            _many("document-id", "document-ids"),
            _one("citation"),
            _many("rlink", "rlinks"),
            _one("base64"),
            REMARKS,
        ),
    ),
    "citation": Shape(children=(_line("text"), PROPS, LINKS)),
    "rlink": Shape(("href", "media-type"), children=(_many("hash", "hashes"),)),
    "hash": Shape(("algorithm",), text="value"),
    "base64": Shape(("filename", "media-type"), text="value"),
    "group": Shape(
        ("id", "class"),
        children=(TITLE, PARAMS, PROPS, LINKS, PARTS, _many("group", "groups"), _many("control", "controls")),
    ),
    "control": Shape(("id", "class"), children=(TITLE, PARAMS, PROPS, LINKS, PARTS, _many("control", "controls"))),
    "param": Shape(("id", "class", "depends-on"), children=PARAMETER),
    "constraint": Shape(children=(_prose("description"), _many("test", "tests"))),
    "test": Shape(children=(_text("expression"), REMARKS)),
    "guideline": Shape(children=(Child("", "prose", "multiline", bare=True),)),
    "select": Shape(("how-many",), children=(Child("choice", "choice", "line", many=True),)),
    "part": Shape(
        ("id", "name", "ns", "class"),
        children=(TITLE, PROPS, Child("", "prose", "multiline", bare=True), PARTS, LINKS),
    ),
    "import": Shape(("href",), children=SELECTION),
    "empty": Shape(),
    "select-controls": Shape(
        ("with-child-controls",), children=(_texts("with-id", "with-ids"), _many("matching", "matching"))
    ),
    "matching": Shape(("pattern",)),
    "merge": Shape(
        children=(_one("combine"), _one("flat", "empty"), Child("as-is", "as-is", "boolean"), _one("custom"))
    ),
    "combine": Shape(("method",)),
    "custom": Shape(
        children=(
            _many("group", "groups", "custom-group"),
            _many("insert-controls", "insert-controls"),
        )
    ),
    "custom-group": Shape(
        ("id", "class"),
        children=(
            TITLE,
            PARAMS,
            PROPS,
            LINKS,
            PARTS,
            _many("group", "groups", "custom-group"),
            _many("insert-controls", "insert-controls"),
        ),
    ),
    "insert-controls": Shape(("order",), children=SELECTION),
    "modify": Shape(
        children=(_many("set-parameter", "set-parameters"), _many("alter", "alters")),
    ),
    "set-parameter": Shape(("param-id", "class", "depends-on"), children=PARAMETER),
    "alter": Shape(("control-id",), children=(_many("remove", "removes"), _many("add", "adds"))),
    "remove": Shape(("by-name", "by-class", "by-id", "by-item-name", "by-ns")),
    "add": Shape(("position", "by-id"), children=(TITLE, PARAMS, PROPS, LINKS, PARTS)),
}
"""Every shape by its name; ``catalog`` and ``profile`` are whole documents."""

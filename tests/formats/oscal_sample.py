"""An OSCAL catalogue and a profile of our own, as JSON, and a converter that writes such documents as XML.

The converter knows nothing of the readers: it turns OSCAL's JSON into OSCAL's XML, Markdown into markup, so that one
sample proves that both forms give equal facts.
"""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "http://csrc.nist.gov/ns/oscal/1.0"


def prop(name: str, value: str, **more: str) -> dict:
    return {"name": name, "value": value, **more}


def part(name: str, prose: str = "", *parts: dict, **more: object) -> dict:
    return {"name": name, **({"prose": prose} if prose else {}), **({"parts": list(parts)} if parts else {}), **more}


def control(ident: str, title: str = "", **more: object) -> dict:
    return {"id": ident, "title": title or f"Control {ident}", **more}


PARAMS = [
    {"id": "gp-1", "label": "organization-defined *keepers*"},
    {"id": "gp-2", "select": {"how-many": "one-or-more", "choice": ["by day", "within {{ insert: param, t }}"]}},
    {"id": "gp-3", "values": ["two", "three"]},
]

CATALOGUE = {
    "catalog": {
        "uuid": "0f2f7c1e-0000-4000-8000-00000000aaaa",
        "metadata": {
            "title": "Rules of the Gate, Revision 3.1",
            "published": "2031-01-02T00:00:00Z",
            "last-modified": "2031-01-03T00:00:00Z",
            "version": "3.1",
            "oscal-version": "1.1.2",
        },
        "params": [{"id": "t", "label": "time"}],
        "controls": [control("loose-1", "A loose rule", parts=[part("statement", "Mind the gap.")])],
        "groups": [
            {
                "id": "g",
                "class": "family",
                "title": "Gates",
                "params": [{"id": "family_prm", "label": "wall"}],
                "controls": [
                    control(
                        "g-1",
                        "Keep gates",
                        **{"class": "own"},
                        params=PARAMS,
                        props=[prop("label", "G-01", **{"class": "zero-padded"}), prop("label", "G-1")],
                        links=[{"href": "#g-2", "rel": "related"}],
                        parts=[
                            part(
                                "statement",
                                "",
                                part(
                                    "item",
                                    "Let {{ insert: param, gp-1 }} watch the **{{ insert: param, family_prm }}**:",
                                    part("item", "{{ insert: param, gp-2 }}; and", props=[prop("label", "1.")]),
                                    part("item", "with {{ insert: param, gp-3 }} lamps.", props=[]),
                                    props=[prop("label", "a.")],
                                ),
                                part("item", "See [the plan](#plan), `gate.cfg` and:\n\n- bolts\n- bars\n\n1. first"),
                                part("guidance", "Not this."),
                            ),
                            part("guidance", "Nor that {{ insert: param, gp-1 }}."),
                        ],
                        controls=[
                            control("g-1.1", parts=[part("statement", "More {{ insert: param, missing }}.")]),
                            control("g-1.2", props=[prop("status", "Withdrawn")]),
                        ],
                    ),
                    control("g-2", links=[{"href": "#g-1", "rel": "incorporated_into"}]),
                    control("g-3", "No words at all"),
                ],
            },
            {
                "id": "h",
                "title": "Halls",
                "groups": [
                    {
                        "title": "Doors",
                        "controls": [
                            control("h-1", parts=[part("overview", "Close\ndoors."), part("guidance", "Softly.")])
                        ],
                    }
                ],
            },
            {
                "id": "w",
                "title": "Wells",
                "controls": [
                    control(
                        "w-1",
                        "Deep wells",
                        **{"class": "requirement"},
                        params=[{"id": "w_prm", "label": "depth"}],
                        parts=[part("statement"), part("guidance", "Wells are deep.")],
                        controls=[
                            control(
                                "w-1-s",
                                "W.1",
                                **{"class": "leaf"},
                                props=[prop("label", "W.1")],
                                parts=[part("statement", "Cover wells deeper than {{ insert: param, w_prm }}.")],
                            )
                        ],
                    ),
                    control(
                        "w-2",
                        "Shallow wells",
                        controls=[
                            control("w-2-a", "w-2-a", parts=[part("statement", "Fence.")]),
                            control("w-2-b", "Mark", parts=[part("statement", "Mark.")]),
                        ],
                    ),
                    control(
                        "w-3",
                        "Springs",
                        **{"class": "category"},
                        parts=[part("statement", "Springs are known.")],
                        controls=[control("w-3-a", parts=[part("statement", "Count springs.")])],
                    ),
                ],
            },
        ],
    }
}

PROFILE = {
    "profile": {
        "uuid": "0f2f7c1e-0000-4000-8000-00000000bbbb",
        "metadata": {
            "title": "Small Gate v2",
            "last-modified": "2031-01-03T00:00:00Z",
            "version": "2",
            "oscal-version": "1.1.2",
        },
        "imports": [
            {
                "href": "#0F2F7C1E-0000-4000-8000-00000000cccc",
                "include-controls": [
                    {"with-ids": ["g-1", " g-1.1", "g-3"], "with-child-controls": "yes"},
                    {"with-ids": ["g-1", "w-1-s"], "matching": [{"pattern": "h-*"}]},
                ],
                "exclude-controls": [{"with-ids": ["g-3"], "matching": [{"pattern": "x-*"}]}],
            },
            {"href": "other catalogue.json", "include-all": {}},
        ],
        "modify": {"set-parameters": [{"param-id": "t", "label": "x"}], "alters": [{"control-id": "g-1"}]},
        "back-matter": {
            "resources": [
                {"uuid": "0f2f7c1e-0000-4000-8000-00000000cccc", "rlinks": [{"href": "gates.json"}, {"href": "b.xml"}]},
                {"uuid": "0f2f7c1e-0000-4000-8000-00000000dddd"},
            ]
        },
    }
}

# JSON to XML ----------------------------------------------------------------------------------------------------

LISTS = {
    "params": "param",
    "props": "prop",
    "links": "link",
    "parts": "part",
    "controls": "control",
    "groups": "group",
    "imports": "import",
    "resources": "resource",
    "rlinks": "rlink",
    "set-parameters": "set-parameter",
    "alters": "alter",
    "with-ids": "with-id",
    "values": "value",
}
ATTRIBUTES = frozenset(
    {"uuid", "id", "class", "name", "value", "ns", "href", "rel", "how-many", "pattern", "param-id", "control-id"}
    | {"with-child-controls"}
)
MARKUP = frozenset({"title", "label", "choice"})
INLINE = re.compile(
    r"\{\{ insert: param, (?P<insert>\S+) \}\}|\*\*(?P<strong>.+?)\*\*|\*(?P<em>.+?)\*|`(?P<code>.+?)`"
    r"|\[(?P<text>[^\]]+)\]\((?P<href>[^)]+)\)"
)


def as_xml(document: dict) -> bytes:
    ((name, body),) = document.items()
    root = Element(name, {"xmlns": NAMESPACE})
    _fill(root, body)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _fill(element: Element, body: dict) -> None:
    for key, value in sorted(body.items(), key=lambda pair: pair[0] in ("groups", "controls", "parts")):
        if key in ATTRIBUTES:
            element.set(key, value)
        elif key == "prose":
            _blocks(element, value)
        elif isinstance(value, list):
            for each in value:
                inner = SubElement(element, LISTS.get(key, key))
                if isinstance(each, dict):
                    _fill(inner, each)
                else:
                    _inline(inner, each)
        elif isinstance(value, dict):
            _fill(SubElement(element, key), value)
        elif key in MARKUP:
            _inline(SubElement(element, key), value)
        else:
            SubElement(element, key).text = value


def _blocks(element: Element, markdown: str) -> None:
    for block in markdown.split("\n\n"):
        if block.startswith(("- ", "1. ")):
            outer = SubElement(element, "ul" if block.startswith("-") else "ol")
            for row in block.splitlines():
                _inline(SubElement(outer, "li"), row.split(" ", 1)[1])
        else:
            _inline(SubElement(element, "p"), block)


def _inline(element: Element, markdown: str) -> None:
    at = 0
    last: Element | None = None

    def write(text: str) -> None:
        if last is None:
            element.text = (element.text or "") + text
        else:
            last.tail = (last.tail or "") + text

    for found in INLINE.finditer(markdown):
        write(markdown[at : found.start()])
        at = found.end()
        if found["insert"]:
            last = SubElement(element, "insert", {"type": "param", "id-ref": found["insert"]})
        elif found["href"]:
            last = SubElement(element, "a", {"href": found["href"]})
            last.text = found["text"]
        else:
            name = next(name for name in ("strong", "em", "code") if found[name])
            last = SubElement(element, name)
            _inline(last, found[name])
    write(markdown[at:])

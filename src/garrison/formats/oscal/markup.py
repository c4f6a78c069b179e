"""OSCAL's XML as the structures of `model`: markup becomes the Markdown that the same catalogue has in JSON.

The correspondence of elements and Markdown is that of OSCAL's own converters ("Data types", markup-line and
markup-multiline).
"""

from collections.abc import Callable
from itertools import count
from xml.etree.ElementTree import Element  # nosec B405 - only the type; parsing is safexml's

from garrison.formats.oscal.model import Branch, Import, Item, Link, Metadata, Param, Part, Profile, Prop, Select
from garrison.formats.oscal.prose import line
from garrison.formats.safexml import attribute, child, children, local, text

_AROUND = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "q": '"', "sub": "~", "sup": "^"}
_NOT_PROSE = frozenset({"title", "prop", "link", "part", "remarks"})


def metadata(document: Element) -> Metadata:
    """The title, version and date of publication of a document."""
    about = child(document, "metadata")
    title = child(about, "title") if about is not None else None
    return Metadata(title=_markup(title), version=text(about, "version"), published=text(about, "published"))


def branch(element: Element, numbers: "count[int] | None" = None) -> Branch:
    """A catalogue or group and everything below it; controls are numbered in the order in which they are read."""
    numbers = numbers if numbers is not None else count(1)
    row = next(numbers) if local(element) == "control" else 0
    found = Branch(_item(element), row)
    found.controls = [branch(each, numbers) for each in children(element, "control")]
    found.groups = [branch(each, numbers) for each in children(element, "group")]
    return found


def profile(element: Element) -> Profile:
    """A whole profile."""
    numbers = count(1)
    found = Profile(metadata(element), [_import(each, numbers) for each in children(element, "import")])
    for modify in children(element, "modify"):
        found.tailorings += len(children(modify, "set-parameter")) + len(children(modify, "alter"))
    for matter in children(element, "back-matter"):
        for resource in children(matter, "resource"):
            addresses = (attribute(link, "href") for link in children(resource, "rlink"))
            found.resources[attribute(resource, "uuid").lower()] = next(addresses, "")
    return found


def _import(element: Element, numbers: "count[int]") -> Import:
    found = Import(attribute(element, "href"), include_all=child(element, "include-all") is not None)
    for select in children(element, "include-controls"):
        found.with_ids += [(next(numbers), text(each)) for each in children(select, "with-id")]
        found.patterns += len(children(select, "matching"))
        found.with_children += attribute(select, "with-child-controls") == "yes"
    for select in children(element, "exclude-controls"):
        found.without_ids |= {text(each) for each in children(select, "with-id")}
        found.patterns += len(children(select, "matching"))
    return found


def _item(element: Element) -> Item:
    return Item(
        id=attribute(element, "id"),
        kind=attribute(element, "class"),
        title=_markup(child(element, "title")),
        params=[_param(each) for each in children(element, "param")],
        props=_props(element),
        links=[Link(attribute(each, "href"), attribute(each, "rel")) for each in children(element, "link")],
        parts=[_part(each) for each in children(element, "part")],
    )


def _props(element: Element) -> list[Prop]:
    return [
        Prop(attribute(each, "name"), attribute(each, "value"), attribute(each, "ns"), attribute(each, "class"))
        for each in children(element, "prop")
    ]


def _param(element: Element) -> Param:
    select = child(element, "select")
    return Param(
        id=attribute(element, "id"),
        label=_markup(child(element, "label")),
        values=[line("".join(each.itertext())) for each in children(element, "value")],
        select=select
        if select is None
        else Select(attribute(select, "how-many"), [_markup(each) for each in children(select, "choice")]),
    )


def _part(element: Element) -> Part:
    blocks = [_block(each, "") for each in element if local(each) not in _NOT_PROSE]
    return Part(
        name=attribute(element, "name"),
        ns=attribute(element, "ns"),
        prose="\n\n".join(block for block in blocks if block),
        props=_props(element),
        parts=[_part(each) for each in children(element, "part")],
    )


def _block(element: Element, indent: str) -> str:
    """A paragraph, list, table or other block; lists inside items are indented."""
    name = local(element)
    if name in ("ul", "ol"):
        mark = "1." if name == "ol" else "-"
        return "\n".join(_listed(each, indent, mark) for each in children(element, "li"))
    if name == "table":
        rows = (row for row in element.iter() if local(row) == "tr")
        return "\n".join(f"| {' | '.join(_markup(cell) for cell in row)} |" for row in rows)
    if name == "blockquote":
        return "\n\n".join(_block(each, indent) for each in element)
    if name == "pre":
        return "\n\n".join(filter(None, "".join(element.itertext()).splitlines()))
    lead = f"{'#' * int(name[1])} " if len(name) == 2 and name[0] == "h" and name[1] in "123456" else ""
    return lead + _markup(element)


def _listed(element: Element, indent: str, mark: str) -> str:
    inner = [_block(each, f"{indent}  ") for each in element if local(each) in ("ul", "ol")]
    own = _markup(element, lambda each: local(each) not in ("ul", "ol"))
    return "\n".join([f"{indent}{mark} {own}", *inner])


def _markup(element: Element | None, kept: Callable[[Element], bool] = lambda _element: True) -> str:
    """The inline markup of an element as one line of Markdown; "" if there is no element."""
    return line(_inline(element, kept)) if element is not None else ""


def _inline(element: Element, kept: Callable[[Element], bool]) -> str:
    pieces = [element.text or ""]
    for each in element:
        if kept(each):
            pieces.append(_span(each, _inline(each, kept)))
        pieces.append(each.tail or "")
    return "".join(pieces)


def _span(element: Element, inside: str) -> str:
    name = local(element)
    if name == "insert":
        return f"{{{{ insert: {attribute(element, 'type')}, {attribute(element, 'id-ref')} }}}}"
    if name == "a":
        return f"[{line(inside)}]({attribute(element, 'href')})"
    if name == "img":
        return f"![{attribute(element, 'alt')}]({attribute(element, 'src')})"
    if name == "br":
        return " "
    around = _AROUND.get(name, "")
    return f"{around}{inside}{around}"

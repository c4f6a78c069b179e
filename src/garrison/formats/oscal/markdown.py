"""OSCAL's prose: the Markdown of its JSON and the markup of its XML, each turned into the other.

OSCAL 1.1, "Data types", markup-line and markup-multiline. White space is not significant: runs of it are one blank.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement  # nosec B405 - built here; parsing is safexml's

_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "sub": "~", "sup": "^"}
_SPECIAL = re.compile(r"([\\`]|[*~^](?!\s))")
"""What would open a span; a mark before white space cannot, and a closing one without an opening one is plain."""
_INLINE = re.compile(
    r"\\(?P<escaped>[\\*`~^\"\[\]])"
    r"|\{\{\s*(?:insert:\s*)?(?P<type>[\w-]+)\s*,\s*(?P<id>[^\s{}]+)\s*\}\}"
    r"|!\[(?P<alt>[^\]]*)\]\((?P<src>[^\s)]*)\)"
    r"|\[(?P<label>(?:[^\[\]\\]|\\.)*)\]\((?P<href>[^\s)]*)\)"
    r"|(?P<code>`)(?P<codetext>(?=[^`]*[^`\s])[^`]+)`"
    r"|\*\*(?P<strong>(?=\S)(?:[^*\\]|\\.|\*(?!\*))+?)(?<=\S)\*\*"
    r"|\*(?P<em>(?=\S)(?:[^*\\]|\\.)+?)(?<=\S)\*"
    r"|~(?P<sub>(?=\S)(?:[^~\\]|\\.)+?)(?<=\S)~"
    r"|\^(?P<sup>(?=\S)(?:[^^\\]|\\.)+?)(?<=\S)\^",
)
_ITEM = re.compile(r"^(?P<indent>\s*)(?P<mark>[-*+]|\d+[.)])\s+(?P<text>.*)$")
_HEADING = re.compile(r"^(?P<level>#{1,6})\s+(?P<text>.*)$")
_GAP = re.compile(r"[ \t\r\n]+")
DEPTH = 20
"""The most lists or spans inside one another."""


def squeeze(text: str) -> str:
    """Runs of white space as one blank, none at the ends."""
    return _GAP.sub(" ", text).strip()


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


# --- from XML ---


def line_of(element: Element) -> str:
    """The inline markup of an element as one line of Markdown."""
    return squeeze(_inline_of(element))


def _inline_of(element: Element) -> str:
    pieces = [_escape(element.text or "")]
    for each in element:
        pieces.append(_span_of(each))
        pieces.append(_escape(each.tail or ""))
    return "".join(pieces)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _span_of(element: Element) -> str:
    name = local(element)
    if name == "insert":
        return f"{{{{ insert: {element.get('type', '')}, {element.get('id-ref', '')} }}}}"
    if name == "img":
        return f"![{element.get('alt', '')}]({element.get('src', '')})"
    if name == "a":
        label = re.sub(r"([\[\]])", r"\\\1", squeeze(_inline_of(element)))
        return f"[{label}]({element.get('href', '')})"
    if name == "br":
        return " "
    if name == "q":
        return f'"{_inline_of(element)}"'
    if name == "code":
        return f"`{squeeze(''.join(element.itertext()))}`"
    mark = _MARKS.get(name, "")
    inside = _inline_of(element)
    kept = inside.strip()
    if not mark or not kept:
        return inside
    lead = inside[: len(inside) - len(inside.lstrip())]
    trail = inside[len(inside.rstrip()) :]
    return f"{lead}{mark}{kept}{mark}{trail}"


def blocks_of(elements: list[Element]) -> str:
    """Block elements as Markdown, a blank line between blocks."""
    return "\n\n".join(text for each in elements if (text := _block_of(each, "")))


def _block_of(element: Element, indent: str) -> str:
    name = local(element)
    if name in ("ul", "ol"):
        rows = []
        # OSCAL's own converters write every number as 1: the XML holds none.
        mark = "1." if name == "ol" else "-"
        for item in (each for each in element if local(each) == "li"):
            inner = [each for each in item if local(each) in ("ul", "ol")]
            own = [item.text or ""]
            own_text = _escape(own[0])
            for each in item:
                if each not in inner:
                    own_text += f" {_inline_of(each)} " if local(each) == "p" else _span_of(each)
                own_text += _escape(each.tail or "")
            rows.append(f"{indent}{mark} {squeeze(own_text)}")
            rows.extend(_block_of(each, indent + "   ") for each in inner)
        return "\n".join(rows)
    if name == "table":
        cells = [[line_of(cell) for cell in row] for row in element.iter() if local(row) == "tr"]
        if not cells:
            return ""
        lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]
        lines.insert(1, f"|{'---|' * len(cells[0])}")
        return "\n".join(lines)
    if name == "pre":
        return "```\n" + "".join(element.itertext()).strip("\n") + "\n```"
    if name == "blockquote":
        inside = blocks_of(list(element)) if len(element) else line_of(element)
        return "\n".join(f"> {row}".rstrip() for row in inside.split("\n"))
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":
        return f"{'#' * int(name[1])} {line_of(element)}"
    text = line_of(element)
    # A paragraph that opens like a list, heading, table or quote would be read back as one.
    if re.match(r"([-+*]|\d+[.)])\s|#{1,6}\s|[|>]", text):
        text = "\\" + text if not text[0].isdigit() else re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    return text


# --- to XML ---


def add_line(parent: Element, text: str, space: str) -> None:
    """Put one line of Markdown into an element, which must be empty."""
    _add_inline(parent, squeeze(text), space, 0)


def _add_inline(parent: Element, text: str, space: str, depth: int) -> None:
    last: Element | None = None

    def put(plain: str) -> None:
        if last is None:
            parent.text = (parent.text or "") + plain
        else:
            last.tail = (last.tail or "") + plain

    at = 0
    for match in _INLINE.finditer(text):
        put(text[at : match.start()])
        at = match.end()
        found = match.groupdict()
        if found["escaped"]:
            put(found["escaped"])
        elif found["type"]:
            last = SubElement(parent, f"{space}insert", {"type": found["type"], "id-ref": found["id"]})
        elif found["src"] is not None:
            last = SubElement(parent, f"{space}img", {"src": found["src"], "alt": found["alt"]})
        elif found["href"] is not None:
            last = SubElement(parent, f"{space}a", {"href": found["href"]})
            _nested(last, found["label"], space, depth)
        elif found["code"]:
            last = SubElement(parent, f"{space}code")
            last.text = found["codetext"]
        else:
            name = next(each for each in ("strong", "em", "sub", "sup") if found[each])
            last = SubElement(parent, f"{space}{name}")
            _nested(last, found[name], space, depth)
    put(text[at:])


def _nested(parent: Element, text: str, space: str, depth: int) -> None:
    if depth < DEPTH:
        _add_inline(parent, text, space, depth + 1)
    else:
        parent.text = text


def blocks(text: str, space: str) -> list[Element]:
    """Markdown as block elements."""
    return [element for lines in _paragraphs(text) if (element := _block(lines, space)) is not None]


def _paragraphs(text: str) -> Iterator[list[str]]:
    """The blocks of a text: lines between blank lines, code fences whole, and lists apart from what stands above."""
    kept: list[str] = []
    fenced = False
    for row in text.replace("\r\n", "\n").split("\n"):
        if row.strip().startswith("```"):
            if not fenced and kept:
                yield kept
                kept = []
            kept.append(row)
            fenced = not fenced
            if not fenced:
                yield kept
                kept = []
        elif fenced:
            kept.append(row)
        elif not row.strip():
            if kept:
                yield kept
            kept = []
        else:
            opens = _ITEM.match(row) or row.startswith("|") or _HEADING.match(row)
            before = kept and not (_ITEM.match(kept[0]) or kept[0].startswith("|"))
            if (opens and before) or (kept and _HEADING.match(kept[0])):
                yield kept
                kept = []
            kept.append(row)
    if kept:
        yield kept


def _block(lines: list[str], space: str) -> Element | None:
    first = lines[0]
    if first.strip().startswith("```"):
        element = Element(f"{space}pre")
        element.text = "\n".join(lines[1:-1] if len(lines) > 1 and lines[-1].strip().startswith("```") else lines[1:])
        return element
    if heading := _HEADING.match(first):
        element = Element(f"{space}h{len(heading['level'])}")
        _add_inline(element, squeeze(heading["text"]), space, 0)
        return element
    if _ITEM.match(first):
        return _list(lines, space)
    if first.startswith("|"):
        return _table(lines, space)
    if first.startswith(">"):
        element = Element(f"{space}blockquote")
        element.extend(blocks("\n".join(row.removeprefix(">").strip() for row in lines), space))
        return element
    element = Element(f"{space}p")
    words = squeeze(" ".join(lines))
    words = re.sub(r"^\\(?=[-+#|>])", "", words)
    words = re.sub(r"^(\d+)\\([.)])", r"\1\2", words)
    _add_inline(element, words, space, 0)
    return element


def _list(lines: list[str], space: str) -> Element:
    """A list and the lists inside it, by their indents; a line without a mark goes on with its item."""
    top: Element | None = None
    open_lists: list[tuple[int, Element]] = []
    item: Element | None = None
    words: dict[int, tuple[Element, list[str]]] = {}
    for row in lines:
        match = _ITEM.match(row)
        if match is None:
            assert item is not None
            words[id(item)][1].append(row)
            continue
        indent = len(match["indent"])
        name = "ol" if match["mark"][0].isdigit() else "ul"
        while len(open_lists) > 1 and indent < open_lists[-1][0]:
            open_lists.pop()
        if not open_lists:
            top = Element(f"{space}{name}")
            open_lists.append((indent, top))
        elif indent > open_lists[-1][0] + 1 and item is not None and len(open_lists) < DEPTH:
            open_lists.append((indent, SubElement(item, f"{space}{name}")))
        item = SubElement(open_lists[-1][1], f"{space}li")
        words[id(item)] = (item, [match["text"]])
    for element, told in words.values():
        inner = list(element)
        for each in inner:
            element.remove(each)
        _add_inline(element, squeeze(" ".join(told)), space, 0)
        element.extend(inner)
    assert top is not None
    return top


def _table(lines: list[str], space: str) -> Element:
    """A table; the line of dashes below the head is left out."""
    table = Element(f"{space}table")
    for row in lines:
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]
        if all(cell and not cell.strip("-: ") for cell in cells):
            continue
        line = SubElement(table, f"{space}tr")
        for cell in cells:
            name = "th" if len(table) == 1 else "td"
            _add_inline(SubElement(line, f"{space}{name}"), squeeze(cell), space, 0)
    return table

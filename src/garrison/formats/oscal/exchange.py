"""A whole OSCAL document as a value, read from JSON, XML or YAML and written in any of them.

The value is the document as OSCAL's JSON has it: objects, lists, texts and truth values. Every model is exchanged
between JSON and YAML; catalogues and profiles also with XML.
"""

import re
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405 - built here; parsing is safexml's

import msgspec

from garrison.formats import safejson, safexml
from garrison.formats.oscal import markdown
from garrison.formats.oscal.model import NAMESPACE
from garrison.formats.oscal.shapes import SHAPES, Child, Shape
from garrison.formats.source import Damaged, Source

Syntax = Literal["json", "xml", "yaml"]
Value = Any
"""Objects as dicts, lists, texts, numbers, truth values and None."""

MODELS = (
    "catalog",
    "profile",
    "component-definition",
    "system-security-plan",
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
    "mapping-collection",
)
IN_XML = ("catalog", "profile")
DEPTH = 200
MOST_YAML_BYTES = 64 * 2**20
FRAGMENT = "fragment"
"""What a catalogue's groups or controls are called that stand alone, as some publishers split them."""

_FRAGMENTS = ("groups", "controls")
SPACE = ""
"""Elements are built without a namespace; the root declares it for all."""


def syntax_of(source: Source) -> Syntax | None:
    """How a document is written, by its first bytes; None when it is none of the three."""
    if safexml.root(source) is not None:
        return "xml"
    if safejson.opening(source) is not None:
        return "json"
    return "yaml" if any(_opens(source.head, key) for key in (*MODELS, *_FRAGMENTS)) else None


def _opens(head: bytes, model: str) -> bool:
    """Whether YAML opens with a model's key, after comments and the mark of a document."""
    for row in head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        row = row.rstrip()
        if not row or row.startswith(("#", "%")) or row == "---":
            continue
        return row in (f"{model}:", f'"{model}":', f"'{model}':")
    return False


def opens_yaml(head: bytes, model: str) -> bool:
    """Whether this is a YAML document of one of OSCAL's models: its first key, with metadata below it."""
    return _opens(head, model) and re.search(rb"\n[ \t]+[\"']?metadata[\"']?:", head) is not None


def read(source: Source) -> tuple[str, Value]:
    """The model's name and its value. Damaged when the document is none of OSCAL's, or nested too deeply."""
    syntax = syntax_of(source)
    if syntax == "xml":
        for node in safexml.walk(source, set(IN_XML)):
            return node.name, _object(node.element, SHAPES[node.name])
        raise Damaged(f"In XML only these are read: {', '.join(IN_XML)}.")
    if syntax == "json":
        whole = safejson.decode(source, _ANY)
    elif syntax == "yaml":
        whole = _yaml(source)
    else:
        raise Damaged("This is no OSCAL document in JSON, XML or YAML.")
    _shallow(whole)
    if not isinstance(whole, dict):
        raise Damaged("The document is not an object.")
    model = next((name for name in MODELS if isinstance(whole.get(name), dict)), None)
    if model is None and any(isinstance(whole.get(key), list) for key in _FRAGMENTS):
        return FRAGMENT, whole
    if model is None:
        raise Damaged(f"The document holds none of OSCAL's models: {', '.join(MODELS)}.")
    return model, whole[model]


_ANY = msgspec.json.Decoder(Any)


def _shallow(value: Value) -> None:
    """Damaged when a value is nested deeper than DEPTH."""
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEPTH:
            raise Damaged(f"The document is nested deeper than the limit of {DEPTH}.")
        if isinstance(each, dict):
            waiting.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, depth + 1) for inner in each)


def _yaml(source: Source) -> Value:
    """A YAML document of the kinds of value that JSON has; anchors, which can grow without bound, are refused."""
    import yaml

    limit = min(MOST_YAML_BYTES, source.limits.file_bytes)
    with source.open() as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Damaged(f"The file is larger than the limit of {limit:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise Damaged(f"Line {line}: anchors and references are not read in YAML.", row=line)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise Damaged(f"The document is nested deeper than the limit of {DEPTH}.")
        return yaml.load(text, Loader=_loader())  # noqa: S506 (a safe loader without dates)
    except UnicodeDecodeError as error:
        raise Damaged("The file is not UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Damaged(f"Line {line}: this is not well-formed YAML ({error.problem}).", row=line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Damaged("This is not well-formed YAML.") from error


def _loader() -> Any:
    """PyYAML's safe loader without dates, which OSCAL writes as text."""
    import yaml

    class Loader(yaml.CSafeLoader):
        """Texts, numbers, truth values, lists and objects."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


# --- from XML ---


def _object(element: Element, shape: Shape) -> Value:
    """An element as the object of its shape. Damaged when it holds what the shape does not know."""
    found: dict[str, Any] = {}
    for name, value in element.attrib.items():
        if name in shape.attributes:
            found[name] = value
        elif not name.startswith("{"):
            raise Damaged(f"<{markdown.local(element)}> has an attribute {name!r} that OSCAL does not know.")
    if shape.text:
        found[shape.text] = markdown.squeeze("".join(element.itertext()))
        return found
    named = {child.wrapped or child.name: child for child in shape.children if not child.bare}
    bare = next((child for child in shape.children if child.bare), None)
    prose: list[Element] = []
    for each in element:
        child = named.get(markdown.local(each))
        if child is None:
            if bare is None:
                raise Damaged(f"<{markdown.local(element)}> holds a <{markdown.local(each)}> that OSCAL does not know.")
            prose.append(each)
        elif child.wrapped:
            found[child.key] = [_member(inner, child) for inner in each]
        elif child.many:
            found.setdefault(child.key, []).append(_member(each, child))
        else:
            found[child.key] = _member(each, child)
    if bare is not None and (text := markdown.blocks_of(prose)):
        found[bare.key] = text
    return found


def _member(element: Element, child: Child) -> Value:
    if child.kind == "shape":
        return _object(element, SHAPES[child.shape])
    if child.kind == "line":
        return markdown.line_of(element)
    if child.kind == "multiline":
        return markdown.blocks_of(list(element))
    text = markdown.squeeze("".join(element.itertext()))
    return text == "true" if child.kind == "boolean" else text


# --- out ---


def write(model: str, value: Value, syntax: Syntax) -> bytes:
    """A document in one of the three syntaxes. Damaged when XML cannot hold it."""
    whole = value if model == FRAGMENT else {model: value}
    if syntax == "json":
        return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"
    if syntax == "yaml":
        import yaml

        text = yaml.dump(
            whole, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120, default_flow_style=False
        )
        return text.encode()
    if model not in IN_XML:
        raise Damaged(f"XML is for {' and '.join(IN_XML)}; write this {model.replace('-', ' ')} as JSON or YAML.")
    root = Element(model, {"xmlns": NAMESPACE})
    _fill(root, value, SHAPES[model], model)
    _indent(root, 0)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode").encode()


def _dumper() -> Any:
    """A dumper that never writes anchors and quotes what only looks like a date or a number."""
    import yaml

    class Dumper(yaml.CSafeDumper):
        """The kinds of value that JSON has."""

        def ignore_aliases(self, data: Any) -> bool:
            """Write the same value twice in full."""
            return True

    return Dumper


def _fill(element: Element, value: Value, shape: Shape, where: str) -> None:
    """Give an element what an object of its shape holds."""
    if not isinstance(value, dict):
        raise Damaged(f"{where} is not an object.")
    known = {*shape.attributes, *((shape.text,) if shape.text else ()), *(child.key for child in shape.children)}
    for key in value:
        if key not in known:
            raise Damaged(f"{where} holds {key!r}, which OSCAL's XML does not know.", field=key)
    for name in shape.attributes:
        if name in value:
            element.set(name, _told(value[name], f"{where}.{name}"))
    if shape.text and shape.text in value:
        element.text = _told(value[shape.text], f"{where}.{shape.text}")
    for child in shape.children:
        if child.key not in value:
            continue
        inside = value[child.key]
        place = f"{where}.{child.key}"
        if child.bare:
            element.extend(markdown.blocks(_told(inside, place), SPACE))
            continue
        if child.many and not isinstance(inside, list):
            raise Damaged(f"{place} is not a list.")
        parent = SubElement(element, SPACE + child.wrapped) if child.wrapped else element
        for number, each in enumerate(inside if child.many else [inside]):
            _append(parent, each, child, f"{place}[{number}]" if child.many else place)


def _append(parent: Element, value: Value, child: Child, where: str) -> None:
    element = SubElement(parent, SPACE + child.name)
    if child.kind == "shape":
        _fill(element, value, SHAPES[child.shape], where)
    elif child.kind == "line":
        markdown.add_line(element, _told(value, where), SPACE)
    elif child.kind == "multiline":
        element.extend(markdown.blocks(_told(value, where), SPACE))
    else:
        element.text = _told(value, where)


def _told(value: Value, where: str) -> str:
    """A text, number or truth value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise Damaged(f"{where} is not a text.")
    return str(value)


_MIXED = frozenset({"p", "li", "td", "th", "pre", "title", "label", "choice", "text", *(f"h{n}" for n in range(1, 7))})
"""Elements whose white space belongs to their text."""


def _indent(element: Element, depth: int) -> None:
    """Lay elements out, one on a line, but for those that hold text."""
    if not len(element) or markdown.local(element) in _MIXED:
        return
    gap = "\n" + "  " * depth
    element.text = gap + "  "
    for each in element:
        _indent(each, depth + 1)
        each.tail = gap + "  "
    element[-1].tail = gap

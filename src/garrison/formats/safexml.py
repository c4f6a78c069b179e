"""XML from outside, as a stream: no entities, bounded depth and size, flat memory, every error a ``Damaged``.

The prolog is judged first, by the same rules as defusedxml: a document type is allowed (nmap writes one), but no
entity, no default attribute and no external part may be declared, and these can stand nowhere but in the prolog. What
follows can therefore be given to the fast parser of the standard library, with its limits counted here.
"""

import pyexpat
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Literal, NoReturn, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser  # nosec B405

from garrison.formats.source import Damaged, Limits, Source

CHUNK = 64 * 1024
PROLOG_BYTES = 1024 * 1024
TOKEN_BYTES = 16 * 1024 * 1024
"""The longest text, attribute list or comment."""
NODES = 1_000_000
"""The most elements inside one that is given out whole."""

_ENCODING = re.compile(r"utf-?8|utf-?16|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d", re.IGNORECASE)
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Root:
    """The outermost element of a document: local name, namespace ("" if none) and attributes (by qualified name)."""

    name: str
    namespace: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """A step of `walk`. ``row`` is the number, from 1, of the element among those of its name in the file."""

    event: Literal["enter", "leave", "whole"]
    name: str
    element: Element
    row: int


class _Found(Exception):
    """The root element was reached."""


# reading --------------------------------------------------------------------------------------------------------


def walk(source: Source, whole: Collection[str], enter: Collection[str] = ()) -> Iterator[Node]:
    """The document in order, as steps over elements of the local names given; namespaces are ignored.

    Elements named in ``whole`` come complete at their end, once, also when one lies in another (the outer one is
    given); each is emptied after the step. Elements named in ``enter`` come at their start, with attributes only, and
    again at their end, empty. All others are dropped as they pass. Damaged when the document is no XML, cut off, or
    beyond the limits.
    """
    skipped = vet(source)
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    steps = _Steps(source.limits, frozenset(whole), frozenset(enter))
    quiet = 0
    try:
        for chunk in chain(_chunks(source), [b""]):
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
            quiet += len(chunk)
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                quiet = 0
                node = steps.start(element) if event == "start" else steps.end(element)
                if node is not None:
                    yield node
                    if node.event == "whole":
                        node.element.clear()
            if quiet > TOKEN_BYTES:
                raise Damaged(f"One piece of text or markup is longer than {TOKEN_BYTES:,} bytes.")
    except ParseError as error:
        line = error.position[0] + skipped
        message = str(error).partition(":")[0]
        raise Damaged(f"Line {line}: this is not well-formed XML ({message}).", row=line) from error


class _Steps:
    """Where the walk stands: the open elements, and the outermost of them that will be given out whole."""

    def __init__(self, limits: Limits, whole: frozenset[str], enter: frozenset[str]) -> None:
        self.limits, self.whole, self.enter = limits, whole, enter
        self.open: list[Element] = []
        self.kept = 0
        self.nodes = 0
        self.rows: dict[str, int] = {}

    def start(self, element: Element) -> Node | None:
        self.open.append(element)
        depth = len(self.open)
        if depth > self.limits.depth:
            raise Damaged(f"The elements are nested deeper than the limit of {self.limits.depth}.")
        if self.kept:
            self.nodes += 1
            if self.nodes > NODES:
                raise Damaged(f"One <{local(self.open[self.kept - 1])}> holds more than {NODES:,} elements.")
            return None
        name = local(element)
        if name in self.whole:
            self.kept, self.nodes = depth, 0
            self.rows[name] = self.rows.get(name, 0) + 1
        elif name in self.enter:
            self.rows[name] = self.rows.get(name, 0) + 1
            return Node("enter", name, element, self.rows[name])
        return None

    def end(self, element: Element) -> Node | None:
        depth = len(self.open)
        self.open.pop()
        if self.kept and depth > self.kept:
            return None
        if self.open:
            self.open[-1].remove(element)
        name = local(element)
        if self.kept:
            self.kept = 0
            return Node("whole", name, element, self.rows[name])
        element.clear()
        return Node("leave", name, element, self.rows[name]) if name in self.enter else None


def _chunks(source: Source) -> Iterator[bytes]:
    """The bytes without the white space that some tools write before the declaration; Damaged beyond the limit."""
    taken = 0
    with source.open() as stream:
        started = False
        while chunk := stream.read(CHUNK):
            taken += len(chunk)
            if taken > source.limits.file_bytes:
                raise Damaged(f"The file is larger than the limit of {source.limits.file_bytes:,} bytes.")
            if not started:
                chunk = chunk.lstrip(_SPACE)
                started = bool(chunk)
            if chunk:
                yield chunk


def vet(source: Source) -> int:
    """Judge everything before the root element; gives the lines of white space that were skipped before it.

    Raises `Damaged`.
    """
    parser = _prolog_parser()
    fed = skipped = 0
    with source.open() as stream:
        head = stream.read(CHUNK)
        skipped = head[: len(head) - len(head.lstrip(_SPACE))].count(b"\n")
    try:
        for chunk in _chunks(source):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed > PROLOG_BYTES:
                raise Damaged(f"There is no element in the first {PROLOG_BYTES:,} bytes.")
        parser.Parse(b"", True)
    except _Found:
        return skipped
    except pyexpat.ExpatError as error:
        line = error.lineno + skipped
        message = pyexpat.ErrorString(error.code)
        raise Damaged(f"Line {line}: this is not well-formed XML ({message}).", row=line) from error
    raise Damaged("The file holds no element.")  # pragma: no cover - expat calls that an error itself


def _prolog_parser() -> pyexpat.XMLParserType:
    """A parser that refuses what defusedxml refuses, and stops at the root element."""
    parser = pyexpat.ParserCreate(namespace_separator=" ")

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and not _ENCODING.fullmatch(encoding):
            raise Damaged(f"The encoding {encoding[:40]!r} is not supported; save the file as UTF-8.")

    def refuse(*_details: object) -> NoReturn:
        line = parser.CurrentLineNumber
        raise Damaged(
            f"Line {line}: the document type declares entities or defaults, which is not allowed.",
            row=line,
        )

    def external(_name: str, system: str | None, public: str | None, _subset: int) -> None:
        if system is not None or public is not None:  # it is never fetched, and its entities would vanish silently
            line = parser.CurrentLineNumber
            raise Damaged(
                f"Line {line}: the document type refers to another file ({(system or public or '')[:80]}), which is "
                "never fetched. Remove that line if the report needs nothing of it.",
                row=line,
            )

    def attribute(_element: str, _name: str, _type: str, default: str | None, _required: int) -> None:
        if default is not None:
            refuse()

    def root(name: str, attributes: dict[str, str]) -> None:
        raise _Found(name, attributes)

    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = external
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.AttlistDeclHandler = attribute
    parser.StartElementHandler = root
    return parser


# recognising ----------------------------------------------------------------------------------------------------


def root(source: Source) -> Root | None:
    """The outermost element as far as the head shows it, else None. Never raises.

    A document that declares entities is known by the name in its document type, so that it is refused, with the
    reason, by the reader of its format and not as an unknown file.
    """
    return _root(source.head)


@lru_cache(maxsize=4)
def _root(head: bytes) -> Root | None:
    parser = _prolog_parser()
    doctype: list[str] = []

    def named(name: str, _system: str | None, _public: str | None, _internal: int) -> None:
        doctype.append(name)

    parser.StartDoctypeDeclHandler = named
    try:
        parser.Parse(head.lstrip(_SPACE), False)
    except _Found as found:
        space, _, name = found.args[0].rpartition(" ")
        return Root(name, space, found.args[1])
    except Damaged:
        return Root(doctype[0].rpartition(":")[2]) if doctype else None
    except pyexpat.ExpatError:
        return None
    return None


# elements -------------------------------------------------------------------------------------------------------


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element: Element, name: str) -> Element | None:
    """The first child of a local name, whatever its namespace, or None."""
    for item in element:
        if local(item) == name:
            return item
    return None


def children(element: Element, name: str) -> list[Element]:
    """The children of a local name, whatever their namespace."""
    return [item for item in element if local(item) == name]


def text(element: Element | None, *path: str) -> str:
    """The stripped text of the element at the end of a path of local names; "" where there is none."""
    for name in path:
        if element is None:
            return ""
        element = child(element, name)
    return (element.text or "").strip() if element is not None else ""


def attribute(element: Element | None, name: str) -> str:
    """The stripped value of an attribute, with or without a namespace; "" where there is none."""
    if element is None:
        return ""
    value = element.get(name)
    if value is None:
        value = next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")
    return value.strip()

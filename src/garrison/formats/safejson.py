"""JSON from outside: bounded in size and depth, any Unicode encoding, and every error a ``Damaged`` with its line.

A reader decodes a document with a typed ``msgspec.json.Decoder`` whose lists of rows are ``list[msgspec.Raw]``, then
passes each list to `each`: a row of the wrong shape is refused by its number while the others are read.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import msgspec

from garrison.formats.facts import Refusal
from garrison.formats.source import Damaged, Source

T = TypeVar("T")

CHUNK = 1024 * 1024

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}\[\],:])|([^\s{}\[\],:"]+)', re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")
_PATH = re.compile(r" - at (?:the )?(?:`([^`]*)`|(.*))$")


# encodings ------------------------------------------------------------------------------------------------------


def encoding_of(head: bytes) -> str:
    """The Python codec of a text that starts with ``head``, by its byte-order mark or, as in RFC 4627, its zeros."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return codec
    if len(head) >= 2 and head[0] == 0 and head[1] != 0:
        return "utf-16-be"
    if len(head) >= 2 and head[0] != 0 and head[1] == 0:
        return "utf-16-le"
    return "utf-8"


def head_text(head: bytes) -> str:
    """``head`` as text, whatever its encoding; bytes that make no character, or half of one, are dropped."""
    return head.decode(encoding_of(head), errors="ignore")


def load(source: Source) -> bytearray:
    """The whole document in UTF-8 without a mark; Damaged if larger than ``limits.json_bytes`` or not Unicode."""
    codec = encoding_of(source.head[:4])
    decoder = codecs.getincrementaldecoder(codec)()
    plain = codec == "utf-8"
    kept = bytearray()
    taken, line = 0, 1
    with source.open() as stream:
        while True:
            chunk = stream.read(CHUNK)
            if taken + len(chunk) > source.limits.json_bytes:
                raise Damaged(f"The document is larger than the limit of {source.limits.json_bytes:,} bytes.")
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line += bytes(error.object[: error.start]).count(b"\n")
                offset = max(0, taken - waiting) + error.start
                what = "UTF-8" if codec.startswith("utf-8") else codec.upper()
                raise Damaged(f"Line {line}: the byte at offset {offset:,} is not {what} text.", row=line) from error
            kept += chunk if plain else text.encode("utf-8", "surrogatepass")
            line += text.count("\n")
            taken += len(chunk)
            if not chunk:
                return kept


# documents ------------------------------------------------------------------------------------------------------


def decode(source: Source, decoder: msgspec.json.Decoder[T]) -> T:
    """The document as ``decoder``'s type.

    Damaged when it is too large, no Unicode, no JSON, cut off, nested too deep, or of another shape than the type.
    """
    content = load(source)
    try:
        return decoder.decode(content)
    except msgspec.ValidationError as error:
        reason, where = _explained(error)
        place = where or "the top"
        raise Damaged(f"The document has an unexpected shape at {place}: {reason}.", field=where) from error
    except msgspec.DecodeError as error:
        if "truncated" in str(error) and not _BYTE.search(str(error)):
            line = content.count(b"\n") + 1
            raise Damaged(f"Line {line}: the JSON document ends too early; the file is cut off.", row=line) from error
        found = _BYTE.search(str(error))
        offset = int(found[1]) if found else 0
        line = content.count(b"\n", 0, offset) + 1
        reason = _BYTE.sub("", str(error)).removeprefix("JSON is malformed: ").strip()
        raise Damaged(f"Line {line}: this is not JSON ({reason}).", row=line) from error
    except RecursionError as error:
        raise Damaged("The JSON document is nested too deep to be a report.") from error


def each(
    rows: Iterable[msgspec.Raw], decoder: msgspec.json.Decoder[T], *, first: int = 1
) -> Iterator[tuple[int, T] | Refusal]:
    """Every row of a list as (number, value), or a Refusal naming the field when a row has the wrong shape."""
    for number, raw in enumerate(rows, first):
        try:
            yield number, decoder.decode(raw)
        except msgspec.DecodeError as error:
            reason, where = _explained(error)
            yield Refusal(row=number, field=where, reason=f"{reason}.")
        except RecursionError:
            yield Refusal(row=number, reason="The row is nested too deep.")


def _explained(error: msgspec.DecodeError) -> tuple[str, str]:
    """What was wrong, and the path of the field: ``("expected `int`, got `str`", "cvss.score")``."""
    text = str(error)
    found = _PATH.search(text)
    if not found:
        return text, ""
    path = (found[1] or found[2] or "").removeprefix("$").lstrip(".")
    return text[: found.start()], path


# recognising ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """What the head of a JSON document shows, complete or not: enough to recognise a format by.

    ``array`` tells a list from an object. ``keys`` are the names at the top (of the first object if a list);
    ``values`` the text, number and literal values among them, as text. ``inner`` gives for each of the keys the
    names in its object, or in the first object of its list.
    """

    array: bool = False
    keys: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)
    inner: dict[str, frozenset[str]] = field(default_factory=dict)

    def within(self, key: str) -> frozenset[str]:
        """The names inside the object, or the first object of the list, that ``key`` holds."""
        return self.inner.get(key, frozenset())


def opening(source: Source) -> Opening | None:
    """The `Opening` of a source whose text starts as a JSON object or list, else None. Never raises."""
    return _opening(source.head)


@lru_cache(maxsize=4)
def _opening(head: bytes) -> Opening | None:
    start = head_text(head[:4096]).lstrip()
    if not start.startswith(("{", "[")):
        return None
    return _Scan(head_text(head)).run()


class _Scan:
    """A walk over the tokens of a head that knows only where it stands: the open brackets and their latest keys."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[str] = []
        self.latest: list[str] = []
        self.elements: list[int] = []
        self.keys: set[str] = set()
        self.values: dict[str, str] = {}
        self.inner: dict[str, set[str]] = {}
        self.array = False

    def run(self) -> Opening:
        tokens = _TOKEN.finditer(self.text)
        pending: str | None = None
        for token in tokens:
            mark = token[2]
            if mark is None:
                if pending is not None:
                    self.scalar(pending)
                pending = token[1] if token[1] is not None else token[3]
            elif mark == ":":
                if pending is not None:
                    self.key(pending)
                pending = None
            else:
                if pending is not None:
                    self.scalar(pending)
                pending = None
                if not self.bracket(mark):
                    break
        return Opening(
            self.array, frozenset(self.keys), self.values, {key: frozenset(names) for key, names in self.inner.items()}
        )

    def bracket(self, mark: str) -> bool:
        """Step into or out of a bracket; False at the end of the document."""
        if mark in "{[":
            self.array = self.array or (mark == "[" and not self.open)
            self.open.append(mark)
            self.latest.append("")
            self.elements.append(0)
        elif mark == ",":
            self.elements[-1] += 1
        else:
            self.open.pop()
            self.latest.pop()
            self.elements.pop()
        return bool(self.open)

    def here(self) -> int:
        """0 in the top object, 1 in an object directly below one of its keys, -1 elsewhere."""
        if len(self.open) > 4:
            return -1
        places = list(zip(self.open, self.elements, strict=True))
        if self.array:
            if not places or places[0][1] > 0:
                return -1
            places = places[1:]
        shape = "".join(mark for mark, _ in places)
        if shape == "{":
            return 0
        if shape == "{{" or (shape == "{[{" and places[1][1] == 0):
            return 1
        return -1

    def key(self, name: str) -> None:
        self.latest[-1] = name
        place = self.here()
        if place == 0:
            self.keys.add(name)
        elif place == 1:
            self.inner.setdefault(self.latest[1 if self.array else 0], set()).add(name)

    def scalar(self, value: str) -> None:
        if self.here() == 0 and self.latest[-1]:
            self.values.setdefault(self.latest[-1], value)

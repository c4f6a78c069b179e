"""JSON that a calculator reads: every refusal says where in the file."""

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import typer

MOST_BYTES = 16 * 2**20


class Malformed(Exception):
    """Input that cannot be used: ``path`` is the place in the file, empty for the whole of it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}".strip())


class Node:
    """A value in a JSON document with the path that leads to it, so that every refusal can say where."""

    def __init__(self, value: object, path: str = "") -> None:
        self.value = value
        self.path = path

    def refuse(self, reason: str) -> NoReturn:
        """Raise Malformed for this place."""
        raise Malformed(self.path or "the document", reason)

    def fields(self, *known: str) -> dict[str, "Node"]:
        """The members of an object, all of whose keys must be among ``known``."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {_kind(self.value)}; give an object with {', '.join(known)}")
        for key in self.value:
            if key not in known:
                self.refuse(f"has an unknown field {key!r}; known: {', '.join(known)}")
        return {key: Node(value, f"{self.path}.{key}".lstrip(".")) for key, value in self.value.items()}

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """The members of an object with any keys."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {_kind(self.value)}; give an object")
        for key, value in self.value.items():
            yield key, Node(value, f"{self.path}.{key}")

    def items(self, most: int) -> list["Node"]:
        """The items of a list of at most ``most``."""
        if not isinstance(self.value, list):
            self.refuse(f"is {_kind(self.value)}; give a list")
        if len(self.value) > most:
            self.refuse(f"has {len(self.value):,} entries; at most {most:,} fit one calculation, so split it")
        return [Node(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        """A text that is not blank."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse("is blank; give a text" if self.value == "" else f"is {_kind(self.value)}; give a text")
        return self.value

    def yes_or_no(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(f"is {_kind(self.value)}; give true or false")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse(f"is {_kind(self.value)}; give a number")
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse("is too large; give a smaller number")
        return number


def _kind(value: object) -> str:
    """Name a JSON value's kind, in words."""
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names[type(value)]


def required(fields: dict[str, Node], key: str, parent: Node) -> Node:
    """Find a member that must be there."""
    if key not in fields:
        where = f"{parent.path}.{key}".lstrip(".")
        raise Malformed(where, "is missing; add it")
    return fields[key]


def load(file: str) -> Node:
    """Read a JSON document from a file, or from standard input for ``-``."""
    import msgspec

    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
    except OSError as refusal:
        raise Malformed("", f"cannot be read ({refusal.strerror}); check the name and its permissions") from refusal
    if len(content) > MOST_BYTES:
        raise Malformed("", f"is larger than {MOST_BYTES // 2**20} MB; split it")
    try:
        return Node(msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf")))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as refusal:
        raise Malformed("", f"is not JSON ({refusal}); write it as UTF-8 JSON") from refusal


def fail(file: str, refusal: Exception) -> NoReturn:
    """Tell what is wrong with the input and end with exit code 2."""
    typer.echo(f"{'standard input' if file == '-' else file}: {refusal}", err=True)
    raise typer.Exit(2)


def print_table(heads: list[str], rows: list[list[str]], *, texts: int = 1) -> None:
    """Print columns: the first ``texts`` of them to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        cells = [
            cell.ljust(width) if place < texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  ".join(cells).rstrip())

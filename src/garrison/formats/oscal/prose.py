"""The words of a control: its statement as plain text, parameters replaced by their labels, everything bounded."""

import re
from collections.abc import Iterable, Iterator

from garrison.formats.oscal.model import Item, Param, Part, Prop

TEXT_CHARS = 20_000
PARAM_CHARS = 2_000
PARAM_DEPTH = 8

INFORMATIVE = frozenset(
    {
        "guidance",
        "assessment",
        "assessment-objective",
        "assessment-objects",
        "assessment-method",
        "objective",
        "objects",
        "example",
        "examples",
        "reference",
        "references",
        "sample_questions",
    }
)
"""Parts that explain or test a requirement and do not state it (catalogue model, part names of controls)."""

_INSERT = re.compile(r"\{\{\s{0,20}(?:insert:\s{0,20}param\s{0,20},\s{0,20})?([\w.\-]{1,200})\s{0,20}\}\}")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^()\s]{0,1000}\)")
_BLOCK = re.compile(r"\s*(?:[-*+] |[0-9]{1,4}[.)] |\||#{1,6} )")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~^$<>'\"|])")


def line(text: str) -> str:
    """``text`` with its white space made single."""
    return " ".join(text.split())


def paragraphs(markdown: str) -> str:
    """Markdown with one line for each paragraph, list item or table row, its wrapping and escapes undone."""
    pieces: list[str] = []
    between = ""
    for part in markdown.splitlines():
        words = line(part)
        if words:
            between = "\n" if _BLOCK.match(part) and between else between
            pieces += [between, words]
            between = " "
        elif pieces:
            between = "\n"
    return _ESCAPED.sub(r"\1", "".join(pieces))


class Parameters:
    """The parameters of a whole catalogue, by which inserted references become readable."""

    def __init__(self, params: Iterable[Param]) -> None:
        self.known: dict[str, Param] = {}
        for param in params:
            self.known.setdefault(param.id, param)
        self.done: dict[str, str] = {}

    def fill(self, prose: str, room: int, depth: int = 0) -> str:
        """``prose`` with every inserted parameter as `shown` makes it, cut after ``room`` characters."""
        pieces: list[str] = []
        at = used = 0
        for found in _INSERT.finditer(prose):
            pieces += [prose[at : found.start()], self.shown(found[1], depth)]
            at = found.end()
            used += len(pieces[-1]) + len(pieces[-2])
            if used > room:
                break
        else:
            pieces.append(prose[at:])
        return _cut("".join(pieces), room)

    def shown(self, ident: str, depth: int = 0) -> str:
        """A parameter's values, or its label or choices in brackets: ``[organization-defined personnel]``.

        An unknown parameter, and one that refers to itself, is its identifier in brackets.
        """
        if ident in self.done:
            return self.done[ident]
        param = self.known.get(ident)
        self.done[ident] = f"[{ident}]"
        if param is None or depth >= PARAM_DEPTH:
            return self.done[ident]
        if param.values:
            text = ", ".join(param.values)
        elif param.label:
            text = f"[{param.label}]"
        elif param.select and param.select.choice:
            many = " (one or more)" if param.select.how_many == "one-or-more" else ""
            text = f"[Selection{many}: {'; '.join(param.select.choice)}]"
        else:
            return self.done[ident]
        self.done[ident] = self.fill(line(paragraphs(text[: 2 * PARAM_CHARS])), PARAM_CHARS, depth + 1)
        return self.done[ident]


def statement(item: Item, parameters: Parameters) -> str:
    """What a control demands, one line for each paragraph, items led by their printed labels; "" if it says nothing.

    These are the parts named ``statement``; of a control without one, all parts that are not `INFORMATIVE`.
    """
    parts = [part for part in item.parts if part.name == "statement"]
    if not parts:
        parts = [part for part in item.parts if part.name not in INFORMATIVE]
    kept: list[str] = []
    room = TEXT_CHARS
    for text in _lines(parts):
        kept.append(parameters.fill(_LINK.sub(r"\1", text), TEXT_CHARS))
        room -= len(kept[-1]) + 1
        if room < 0:
            break
    return _cut("\n".join(kept), TEXT_CHARS)


def states(item: Item) -> bool:
    """Whether a control demands anything itself."""
    return bool(statement(item, Parameters(())))


def label(props: Iterable[Prop]) -> str:
    """The label as printed: of several, the one without a class, which tells zero-padded and other variants."""
    labels = sorted((prop for prop in props if prop.name == "label"), key=lambda prop: bool(prop.kind))
    return line(labels[0].value) if labels else ""


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[: chars - 1].rstrip() + "…"


def _lines(parts: list[Part]) -> Iterator[str]:
    """The paragraphs of parts and the parts inside them, in order, without recursion."""
    waiting = parts[::-1]
    while waiting:
        part = waiting.pop()
        text = paragraphs(part.prose[: 2 * TEXT_CHARS])
        if text:
            printed = label(part.props)
            yield f"{printed} {text}" if printed else text
        waiting.extend(part for part in reversed(part.parts) if part.name not in INFORMATIVE)

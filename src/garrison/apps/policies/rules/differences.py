"""What changed between two texts: paragraph by paragraph, and word by word within a paragraph. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s]+")
MOST_WORDS = 4000
"""Paragraphs longer than this are shown as removed and added whole: comparing their words would take too long."""

ALIKE = 0.35
"""Two paragraphs that share less than this are two paragraphs, not one that changed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a paragraph: "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph: "same", "added", "removed" or "changed", with its pieces in reading order."""

    kind: str
    pieces: tuple[Piece, ...]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text; each line of a list is one of its own, so that moved lines are seen as such."""
    found: list[str] = []
    gathered: list[str] = []
    for line in text.splitlines():
        starts = re.match(r"\s*([-*+]|\d+[.)]|#{1,6}|\|)\s?", line)
        if (not line.strip() or starts) and gathered:
            found.append("\n".join(gathered))
            gathered = []
        if line.strip():
            gathered.append(line.rstrip())
    if gathered:
        found.append("\n".join(gathered))
    return found


def compare(old: str, new: str) -> list[Change]:
    """What became of ``old`` in ``new``: same and removed pieces make the old words, same and added ones the new."""
    before, now = paragraphs(old), paragraphs(new)
    found: list[Change] = []
    for verb, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if verb == "equal":
            found.extend(Change("same", (Piece("same", text),)) for text in before[a:b])
        else:
            found.extend(_replaced(before[a:b], now[c:d]))
    return found


def _replaced(before: Sequence[str], now: Sequence[str]) -> list[Change]:
    """Pair the paragraphs of a replaced stretch in order; what has no likeness is removed or added whole."""
    found: list[Change] = []
    place = 0
    for text in before:
        match = next((n for n in range(place, len(now)) if _alike(text, now[n])), None)
        if match is None:
            found.append(Change("removed", (Piece("removed", text),)))
            continue
        found.extend(Change("added", (Piece("added", each),)) for each in now[place:match])
        found.append(Change("changed", tuple(_words(text, now[match]))))
        place = match + 1
    found.extend(Change("added", (Piece("added", each),)) for each in now[place:])
    return found


def _alike(one: str, other: str) -> bool:
    """Tell whether two paragraphs are worth comparing word by word: by the share of words, spaces apart, in common."""
    a, b = _WORDS.findall(one), _WORDS.findall(other)
    if len(a) > MOST_WORDS or len(b) > MOST_WORDS:
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.quick_ratio() < ALIKE:
        return False
    blocks = matcher.get_matching_blocks()
    same = sum(not word.isspace() for block in blocks for word in a[block.a : block.a + block.size])
    total = sum(not word.isspace() for word in (*a, *b))
    return total == 0 or 2 * same / total >= ALIKE


def _words(old: str, new: str) -> list[Piece]:
    """The pieces of one changed paragraph; what was removed stands before what was added."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Piece] = []
    for verb, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if verb == "equal":
            found.append(Piece("same", "".join(a[a1:a2])))
            continue
        if a2 > a1:
            found.append(Piece("removed", "".join(a[a1:a2])))
        if b2 > b1:
            found.append(Piece("added", "".join(b[b1:b2])))
    return found

"""The text of a version: one Markdown, shown as HTML, and taken apart for documents. Pure.

Markdown may bring nothing into a page but words: raw HTML in it is shown as the words it is, links go to http, https,
mailto or our own pages, pictures are not loaded; and what was rendered is cleaned once more by another library.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MOST_CHARACTERS = 200_000
_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "hr", "br", "a",
    "table", "thead", "tbody", "tr", "th", "td", "s",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one manner; ``url`` when they are a link."""

    text: str
    strong: bool = False
    slanted: bool = False
    code: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: heading, paragraph, item, quote, code, rule or table.

    ``level`` is a heading's (1 is the highest in the text) or an item's depth (0 outermost); ``number`` is an item's
    place in a numbered list, None in a list of dots. ``rows`` are a table's, the first its heads.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    number: int | None = None
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = field(default=())


def normal(text: str) -> str:
    """A text as it is kept: lines end in one newline, no control characters, one newline at the end."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")) + "\n" if text.strip() else ""


def digest(text: str) -> str:
    """SHA-256 of a text as it is kept; the same as of the Markdown file that is handed out."""
    return hashlib.sha256(text.encode()).hexdigest()


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text))


@lru_cache(maxsize=1)
def _parser() -> Any:
    """The Markdown parser: CommonMark with tables, without raw HTML and pictures."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table").disable("image")


@lru_cache(maxsize=256)
def render(text: str) -> str:
    """A text as clean HTML; headings one level lower, since the page's title is above them."""
    import nh3

    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    html = _parser().renderer.render(tokens, _parser().options, {})
    clean: str = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return clean


def blocks(text: str) -> list[Block]:
    """A text taken apart for Word and PDF; the words only, nothing that a document would run."""
    found: list[Block] = []
    lists: list[list[int | None]] = []
    quoted = 0
    heading = 0
    first_in_item = False
    table: list[tuple[tuple[Run, ...], ...]] | None = None
    row: list[tuple[Run, ...]] = []
    for token in _parser().parse(text):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None
            lists.append([start])
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind == "list_item_open":
            first_in_item = True
        elif kind == "list_item_close":
            if lists[-1][0] is not None:
                lists[-1][0] += 1
        elif kind == "blockquote_open":
            quoted += 1
        elif kind == "blockquote_close":
            quoted -= 1
        elif kind == "heading_open":
            heading = int(token.tag[1])
        elif kind == "heading_close":
            heading = 0
        elif kind == "table_open":
            table = []
        elif kind == "table_close":
            found.append(Block("table", rows=tuple(table or ())))
            table = None
        elif kind == "tr_open":
            row = []
        elif kind == "tr_close" and table is not None:
            table.append(tuple(row))
        elif kind == "inline" and table is not None:
            row.append(_runs(token))
        elif kind == "inline":
            runs = _runs(token)
            if heading:
                found.append(Block("heading", runs, heading))
            elif lists and first_in_item:
                found.append(Block("item", runs, len(lists) - 1, lists[-1][0]))
                first_in_item = False
            elif lists:
                found.append(Block("more", runs, len(lists) - 1))
            else:
                found.append(Block("quote" if quoted else "paragraph", runs))
        elif kind in ("fence", "code_block"):
            found.append(Block("code", (Run(token.content.rstrip("\n"), code=True),)))
        elif kind == "hr":
            found.append(Block("rule"))
    return found


def _runs(token: Any) -> tuple[Run, ...]:
    """The runs of words of an inline token."""
    found: list[Run] = []
    strong = slanted = 0
    url = ""
    for child in token.children or ():
        if child.type == "strong_open":
            strong += 1
        elif child.type == "strong_close":
            strong -= 1
        elif child.type == "em_open":
            slanted += 1
        elif child.type == "em_close":
            slanted -= 1
        elif child.type == "link_open":
            url = str(child.attrs.get("href", ""))
        elif child.type == "link_close":
            url = ""
        elif child.type in ("text", "code_inline", "softbreak", "hardbreak"):
            words = child.content if child.type in ("text", "code_inline") else " "
            if words:
                safe = url if url.startswith(("http://", "https://", "mailto:")) else ""
                found.append(Run(words, strong > 0, slanted > 0, child.type == "code_inline", safe))
    return tuple(found)

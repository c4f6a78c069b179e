"""Directory accounts as LDIF (RFC 2849): the same attributes, and the same facts, as the table has."""

import base64
from collections.abc import Iterator

from garrison.formats.directory import SCHEMA, TITLE
from garrison.formats.facts import AccountFact, Note, Reading, Refusal
from garrison.formats.source import Damaged, Source
from garrison.formats.tables.reader import key
from garrison.formats.tables.schema import Tally, Values
from garrison.formats.tables.text import Lines, opening
from garrison.formats.tables.values import Bad

FORMAT = "directory-ldif"
VERSION = 1
LISTS = ("groups", "objectclass")

__all__ = ["FORMAT", "TITLE", "VERSION", "read", "sniff"]

# Which column an attribute fills and how far down its list of names it stands: the first name present wins.
ATTRIBUTES = {
    key(name): (column, rank)
    for column in SCHEMA.columns
    for rank, name in reversed(list(enumerate((column.name, *column.also))))
}


class _Entry:
    """One record as it is read: the values of the attributes that are wanted, or why it is refused."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.named = False
        self.texts: dict[str, tuple[int, str, str]] = {}
        self.refusal: Refusal | None = None

    def refuse(self, row: int, field: str, reason: str) -> None:
        """Refuse the record, for the first reason found."""
        if self.refusal is None:
            self.refusal = Refusal(row=row, field=field, reason=reason)

    def take(self, row: int, line: str, limit: int) -> None:
        """Read one unfolded line."""
        name, colon, value = line.partition(":")
        attribute = name.partition(";")[0].strip()
        if not colon or not attribute:
            self.refuse(row, "", "The line is no attribute and value.")
            return
        short = attribute.casefold()
        if short == "dn":
            self.named = True
        elif short == "changetype":
            self.refuse(row, attribute, "The record is a change, not an account. Export the accounts themselves.")
        elif not self.named:
            self.refuse(row, attribute, "The record does not start with dn.")
        if key(short) in ATTRIBUTES:
            self._keep(row, attribute, value, limit)

    def _keep(self, row: int, attribute: str, value: str, limit: int) -> None:
        """Decode a wanted value; lists are joined by semicolons, of others the first of the best name stays."""
        column, rank = ATTRIBUTES[key(attribute)]
        if value.startswith("<"):
            self.refuse(row, attribute, "The value lies in another file, which is never fetched.")
            return
        if value.startswith(":"):
            try:
                value = base64.b64decode(value[1:].strip(), validate=True).decode("utf-8")
            except ValueError:
                self.refuse(row, attribute, "The value is no text in base64.")
                return
        value, kept = value.strip(), self.texts.get(column.name)
        if not value:
            return
        if column.name in LISTS and kept is not None:
            value, rank = f"{kept[1]};{value}", kept[0]
            if len(value) > limit:
                raise Damaged(f"The values of {attribute} exceed {limit:,} characters.", row=row, field=attribute)
        elif kept is not None and kept[0] <= rank:
            return
        self.texts[column.name] = (rank, value, attribute)

    def fact(self, tally: Tally) -> AccountFact | Refusal | None:
        """The account, its refusal, or None for an entry that is none."""
        if self.refusal is not None:
            return self.refusal
        values: Values = {}
        attribute = ""
        try:
            for column in SCHEMA.columns:
                if column.name in self.texts:
                    _, text, attribute = self.texts[column.name]
                    values[column.name] = text if column.parse is None else column.parse(text)
            attribute = ""
            made = SCHEMA.build(self.row, values, tally)
        except Bad as bad:
            return Refusal(row=self.row, field=bad.field or attribute, reason=bad.reason)
        assert made is None or isinstance(made, AccountFact)
        return made


def sniff(source: Source) -> bool:
    """Whether the first line that is no comment is ``dn:`` or ``version:`` followed by ``dn:``."""
    starts = [line.casefold() for line in opening(source, 16_384).splitlines() if line.strip() and line[0] not in "# "]
    if starts and starts[0].startswith("version:"):
        del starts[0]
    return bool(starts) and starts[0].startswith(("dn:", "dn::"))


def read(source: Source) -> Iterator[Reading]:
    """The accounts of ``source``. Raises `Damaged` for another version or lines without end."""
    tally, entry, first = Tally(), None, True
    for row, line in _unfolded(source):
        if line.startswith("#"):
            continue
        if line.strip():
            if first and line.casefold().startswith("version:"):
                if line.partition(":")[2].strip() != "1":
                    raise Damaged("The LDIF is not of version 1. Export it again.", row=row, field="version")
                first = False
                continue
            first = False
            entry = entry or _Entry(row)
            entry.take(row, line, source.limits.line_bytes)
        elif entry is not None:
            made, entry = entry.fact(tally), None
            if made is not None:
                yield made
    for name, (row, count) in tally.seen.items():
        remark = SCHEMA.remarks[name]
        yield Note(row=row, reason=remark.reason.format(n=count), counts={remark.count: count} if remark.count else {})


def _unfolded(source: Source) -> Iterator[tuple[int, str]]:
    """Lines with their number, those that start with a space joined to the one before; a blank line comes last."""
    lines, parts, start = Lines(source), [""], 1
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not lines.done and text.startswith(" "):
            parts.append(text[1:])
            continue
        yield start, "".join(parts)
        parts, start = [text], number
        lines.row, lines.pending = number, len(line)
    yield start, ""

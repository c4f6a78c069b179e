"""How the entries of a chain of custody hold together, and what they say of who holds what."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first entry of a chain follows."""

TAKING = ("taken in", "accepted")
"""The kinds of entries after which somebody else holds the item."""

LEAVING = ("released", "returned", "destroyed")
"""The kinds of entries after which nobody of the organisation holds the item any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a case's chain: what happened (``kind``) to ``item`` ("" for the whole case), by whom, when.

    ``at`` is ISO 8601 in UTC. ``body`` holds what the kind needs, in JSON's own types. ``hash`` is over ``previous``
    and the canonical form of all the rest.
    """

    seq: int
    at: str
    by: str
    kind: str
    item: str
    body: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def told(self) -> dict[str, Any]:
        """What the hash is taken over, besides the previous hash."""
        return {
            "at": self.at,
            "body": dict(self.body),
            "by": self.by,
            "item": self.item,
            "kind": self.kind,
            "seq": self.seq,
        }


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold, and in what way."""

    seq: int
    reason: str


def canonical(told: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no spaces and characters as they are: the same text wherever it is made."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def entry_hash(previous: str, told: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash, a line feed, and the canonical entry, all in UTF-8."""
    return hashlib.sha256(f"{previous}\n{canonical(told)}".encode("utf-8", "surrogatepass")).hexdigest()


def chained(
    *, seq: int, at: str, by: str, kind: str, item: str, body: Mapping[str, Any], previous: str = GENESIS
) -> Entry:
    """A new entry, hashed onto the one before it."""
    bare = Entry(seq, at, by, kind, item, body, previous, "")
    return Entry(seq, at, by, kind, item, body, previous, entry_hash(previous, bare.told))


def broken(entries: Iterable[Entry], *, length: int | None = None, head: str | None = None) -> Iterator[Broken]:
    """Every place where entries were edited, removed, added or reordered; ``length`` and ``head`` are what is claimed.

    The entries are taken in the order given, so a reordering shows.
    """
    seq, previous = 0, GENESIS
    for entry in entries:
        if entry.seq != seq + 1:
            yield Broken(entry.seq, f"entry {entry.seq} stands where entry {seq + 1} should")
        elif entry.previous != previous:
            yield Broken(entry.seq, "it does not follow the entry before it")
        if entry_hash(entry.previous, entry.told) != entry.hash:
            yield Broken(entry.seq, "its contents were changed")
        seq, previous = entry.seq, entry.hash
    if length is not None and seq != length:
        yield Broken(seq, f"{length} entries are claimed, and the chain ends at entry {seq}")
    elif head is not None and previous != head:
        yield Broken(seq, "the chain does not end in the hash that is claimed")


def holders(entries: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    """Who holds each item after all entries, and since when; ("", when) for what has left the organisation."""
    held: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if entry.kind in TAKING:
            held[entry.item] = (str(entry.body.get("holder", entry.by)), entry.at)
        elif entry.kind in LEAVING and entry.body.get("original", True):
            held[entry.item] = ("", entry.at)
    return held

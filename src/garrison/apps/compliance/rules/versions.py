"""Two versions of a framework side by side: what stayed, what changed, what moved. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SAME, CHANGED, MOVED, WITHDRAWN, REMOVED, ADDED = "same", "changed", "moved", "withdrawn", "removed", "added"


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement as versions are compared by: its code, title, wording, and whether it was withdrawn."""

    code: str
    title: str
    text: str = ""
    withdrawn: bool = False
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one requirement: the code before, the code now, and what differs in words."""

    kind: str
    before: str
    after: str
    title: str
    differs: str = ""

    @property
    def carries(self) -> bool:
        """Whether what was said of the old one holds of the new one: it is the same, or moved without a change."""
        return self.kind in {SAME, MOVED}


def compared(before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """What became of each requirement of ``before``, and what is new, in the order of ``after`` then of ``before``.

    One whose code is gone has moved when exactly one gone and one new requirement have its title and wording. A
    change of spaces or capitals is none.
    """
    old, new = {each.code: each for each in before}, {each.code: each for each in after}
    gone = [each for each in before if each.code not in new and not each.withdrawn]
    fresh = [each for each in after if each.code not in old and not each.withdrawn]
    left, come = Counter(_body(each) for each in gone), Counter(_body(each) for each in fresh)
    homes = {_body(each): each.code for each in fresh}
    moved = {
        each.code: homes[_body(each)]
        for each in gone
        if each.title and left[_body(each)] == 1 and come[_body(each)] == 1
    }
    arrived = {code: origin for origin, code in moved.items()}
    changes = []
    for each in after:
        past = old.get(each.code)
        if each.code in arrived:
            changes.append(Change(MOVED, arrived[each.code], each.code, each.title))
        elif past is None:
            changes.append(Change(ADDED, "", each.code, each.title))
        elif each.withdrawn and not past.withdrawn:
            into = ", ".join(each.replaced_by)
            changes.append(Change(WITHDRAWN, each.code, each.code, past.title, f"now {into}" if into else ""))
        else:
            differs = _differs(past, each)
            changes.append(Change(CHANGED if differs else SAME, each.code, each.code, each.title, differs))
    changes += [
        Change(REMOVED, each.code, "", each.title) for each in before if each.code not in new and each.code not in moved
    ]
    return changes


def _differs(before: Entry, after: Entry) -> str:
    """What differs, in words; "" for nothing."""
    words = []
    if _plain(before.title) != _plain(after.title):
        words.append(f"was titled {before.title}" if before.title else "has a title now")
    if _plain(before.text) != _plain(after.text):
        words.append("its wording changed")
    if before.withdrawn and not after.withdrawn:
        words.append("is in force again")
    return "; ".join(words)


def _body(entry: Entry) -> tuple[str, str]:
    """What makes two requirements the same but for their code."""
    return _plain(entry.title), _plain(entry.text)


def _plain(text: str) -> str:
    """A text without its spacing and capitals."""
    return " ".join(text.split()).casefold()

"""Two values of the audit log side by side, one line for each thing that differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing by its path: what it was and what it is. ``kind`` is added, removed, changed or same."""

    name: str
    before: str
    after: str
    kind: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry changed: the lines shown, and how many are left out of the page."""

    lines: list[Difference]
    hidden: int

    @property
    def was(self) -> bool:
        """Whether there is anything to show on the left."""
        return any(line.before for line in self.lines)


def differences(before: Any, after: Any) -> Told:
    """What differs between two JSON values, in reading order."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    names = list(dict.fromkeys([*old, *new]))
    lines = [_line(name, old, new) for name in names[:SHOWN]]
    return Told(lines, max(0, len(names) - SHOWN))


def _line(name: str, old: dict[str, str], new: dict[str, str]) -> Difference:
    """One thing, before and after."""
    if name not in old:
        return Difference(name, "", new[name], "added")
    if name not in new:
        return Difference(name, old[name], "", "removed")
    return Difference(name, old[name], new[name], "same" if old[name] == new[name] else "changed")


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The single values within a JSON value, each with its path in words."""
    if value is None:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}, {key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, 1):
            yield from _leaves(item, f"{name} {number}".strip())
    elif isinstance(value, list):
        yield name, "; ".join(str(item) for item in value)
    else:
        yield name, "yes" if value is True else "no" if value is False else str(value)

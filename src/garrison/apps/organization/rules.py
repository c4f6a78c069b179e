"""Decisions about the unit tree and about places, without a database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NOT_IN_A_PATH = re.compile(r"[^A-Z0-9_.-]+")


def slug(code: str) -> str:
    """A unit's code as paths and comparisons have it: capitals, digits, ``_``, ``.``, ``-``; "" when none are left."""
    return _NOT_IN_A_PATH.sub("-", code.strip().upper()).strip("-")


def paths(parents: Mapping[str, str]) -> dict[str, str]:
    """The path of every slug that hangs on the tree: ``/LHG/LG/``. ``parents`` maps slug to parent, "" for the top.

    A slug whose parent is unknown, or that lies in or below a circle, has no path.
    """
    found: dict[str, str] = {}
    for start in parents:
        chain: list[str] = []
        name = start
        while name and name not in found and name in parents and name not in chain:
            chain.append(name)
            name = parents[name]
        if name and name not in found:
            continue
        path = found[name] if name else "/"
        for step in reversed(chain):
            path = found[step] = f"{path}{step}/"
    return found


def circles(parents: Mapping[str, str]) -> set[str]:
    """The slugs that would be their own ancestors; what merely hangs below a circle is not among them."""
    found: set[str] = set()
    done: set[str] = set()
    for start in parents:
        chain: dict[str, int] = {}
        name = start
        while name and name in parents and name not in done and name not in chain:
            chain[name] = len(chain)
            name = parents[name]
        if name in chain:
            found.update(step for step, place in chain.items() if place >= chain[name])
        done.update(chain)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, as a file names it. Without a zone, building and floor it is the site as a whole."""

    site: str
    building: str = ""
    floor: str = ""
    zone: str = ""

    @property
    def is_zone(self) -> bool:
        """Whether it is more precise than the site."""
        return bool(self.building or self.floor or self.zone)


def unit_of_site(name: str, names: Mapping[str, int], codes: Mapping[str, int], votes: Mapping[int, int]) -> int | None:
    """The unit that answers for a site: the one of that name, else of that code, else the one most rows there name.

    ``names`` maps small-letter unit names to units, ``codes`` slugs; ``votes`` counts the rows that name each unit.
    """
    if (unit := names.get(name.casefold())) is not None:
        return unit
    if (unit := codes.get(slug(name))) is not None:
        return unit
    return min(votes, key=lambda unit: (-votes[unit], unit), default=None)

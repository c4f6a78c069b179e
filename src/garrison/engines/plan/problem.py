"""What a plan chooses from: risks, initiatives that reduce them, and the rules between initiatives.

Choosing an initiative multiplies the yearly loss of each risk that it bears on by 1 - effectiveness; several multiply.
Costs and budgets are compared exactly, as the decimal numbers that they were written as.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

MOST_MONEY = 1e18


class InvalidPlan(ValueError):
    """A problem that makes no sense: ``path`` is the place in it (``initiatives[2].requires[0]``), ``reason`` why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


class Infeasible(ValueError):
    """What must be chosen cannot be: it costs more than the budget, or its parts exclude one another."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk and its expected yearly loss if nothing is done, in money."""

    name: str
    annual_loss: float


@dataclass(frozen=True, slots=True)
class Initiative:
    """Something that money can be spent on: its cost, and the part (0 to 1) of each risk's loss that it prevents.

    It needs every initiative that it ``requires``; it goes with none that it ``excludes``, nor with one that excludes
    it.
    """

    name: str
    cost: float
    effectiveness: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Risks and initiatives, checked; raises InvalidPlan for names that are unknown or used twice, and the like.

    Initiatives are spoken of by name outside and by position within the engine.
    """

    risks: tuple[Risk, ...]
    initiatives: tuple[Initiative, ...]

    def __post_init__(self) -> None:
        _check_unique("risks", [risk.name for risk in self.risks])
        _check_unique("initiatives", [initiative.name for initiative in self.initiatives])
        for i, risk in enumerate(self.risks):
            _check_amount(f"risks[{i}].annual_loss", risk.annual_loss, MOST_MONEY)
        for i, initiative in enumerate(self.initiatives):
            path = f"initiatives[{i}]"
            _check_amount(f"{path}.cost", initiative.cost, MOST_MONEY)
            for name, share in initiative.effectiveness.items():
                if name not in self.risk_places:
                    raise InvalidPlan(
                        f"{path}.effectiveness.{name}", "names no risk; list it in risks, or correct the name"
                    )
                _check_amount(f"{path}.effectiveness.{name}", share, 1.0)
            self._check_names(path, initiative)
        self._check_cycles()

    def _check_names(self, path: str, initiative: Initiative) -> None:
        """Refuse prerequisites and exclusions that are unknown, of oneself, or both at once."""
        for key, names in (("requires", initiative.requires), ("excludes", initiative.excludes)):
            for j, name in enumerate(names):
                where = f"{path}.{key}[{j}]"
                if name not in self.places:
                    raise InvalidPlan(where, f"names {name!r}, which is no initiative; list it in initiatives")
                if name == initiative.name:
                    raise InvalidPlan(where, f"names {name!r} itself; leave it out")
                if key == "excludes" and name in initiative.requires:
                    raise InvalidPlan(where, f"excludes {name!r}, which is also required; keep one of the two")

    def _check_cycles(self) -> None:
        """Refuse prerequisites that lead back to where they started (depth first, without recursion)."""
        done: set[int] = set()
        for start in range(len(self.initiatives)):
            trail: list[tuple[int, Iterator[int]]] = [] if start in done else [(start, iter(self.needs[start]))]
            on_trail = {start}
            while trail:
                place, rest = trail[-1]
                following = next((need for need in rest if need not in done), None)
                if following is None:
                    done.add(place)
                    on_trail.discard(place)
                    trail.pop()
                elif following in on_trail:
                    names = [self.initiatives[p].name for p, _ in trail]
                    loop = names[names.index(self.initiatives[following].name) :]
                    raise InvalidPlan(
                        f"initiatives[{place}].requires",
                        f"goes in a circle ({' requires '.join([*loop, loop[0]])}); break it somewhere",
                    )
                else:
                    on_trail.add(following)
                    trail.append((following, iter(self.needs[following])))

    @cached_property
    def places(self) -> dict[str, int]:
        """Position of each initiative, by name."""
        return {initiative.name: i for i, initiative in enumerate(self.initiatives)}

    @cached_property
    def risk_places(self) -> dict[str, int]:
        """Position of each risk, by name."""
        return {risk.name: i for i, risk in enumerate(self.risks)}

    @cached_property
    def needs(self) -> tuple[tuple[int, ...], ...]:
        """Positions that each initiative requires directly."""
        return tuple(tuple(self.places[name] for name in i.requires) for i in self.initiatives)

    @cached_property
    def conflicts(self) -> tuple[frozenset[int], ...]:
        """Positions that each initiative does not go with: exclusions bind both ways."""
        found: list[set[int]] = [set() for _ in self.initiatives]
        for i, initiative in enumerate(self.initiatives):
            for name in initiative.excludes:
                found[i].add(self.places[name])
                found[self.places[name]].add(i)
        return tuple(frozenset(others) for others in found)

    @cached_property
    def costs(self) -> tuple[Fraction, ...]:
        """Exact cost of each initiative."""
        return tuple(exact(initiative.cost) for initiative in self.initiatives)

    @cached_property
    def closures(self) -> tuple[frozenset[int], ...]:
        """Each initiative with all that it requires, directly or not."""
        known: dict[int, frozenset[int]] = {}
        for start in range(len(self.initiatives)):
            trail = [start]
            while trail:
                place = trail[-1]
                missing = [need for need in self.needs[place] if need not in known]
                if missing:
                    trail.extend(missing)
                else:
                    known[place] = frozenset({place}).union(*(known[need] for need in self.needs[place]))
                    trail.pop()
        return tuple(known[i] for i in range(len(self.initiatives)))

    @cached_property
    def factors(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """For each initiative, the risks that it bears on and the factor that it leaves of each."""
        return tuple(
            tuple((self.risk_places[name], 1.0 - share) for name, share in i.effectiveness.items() if share > 0.0)
            for i in self.initiatives
        )

    @property
    def total_loss(self) -> float:
        """Expected yearly loss if nothing is done."""
        return math.fsum(risk.annual_loss for risk in self.risks)

    def residual_by_risk(self, chosen: Iterable[int]) -> tuple[float, ...]:
        """Expected yearly loss left of each risk."""
        left = [risk.annual_loss for risk in self.risks]
        for place in sorted(chosen):
            for risk, factor in self.factors[place]:
                left[risk] *= factor
        return tuple(left)

    def residual(self, chosen: Iterable[int]) -> float:
        """Expected yearly loss left of all risks."""
        return math.fsum(self.residual_by_risk(chosen))

    def cost(self, chosen: Iterable[int]) -> Fraction:
        """Exact cost of a choice."""
        return sum((self.costs[place] for place in chosen), Fraction(0))

    def allows(self, chosen: Collection[int]) -> bool:
        """Whether a choice holds all its prerequisites and nothing that excludes another."""
        held = set(chosen)
        return all(held.issuperset(self.needs[p]) and held.isdisjoint(self.conflicts[p]) for p in held)

    def positions(self, names: Iterable[str]) -> frozenset[int]:
        """Positions of initiatives by name; raises KeyError for one that is unknown."""
        return frozenset(self.places[name] for name in names)

    def names(self, chosen: Iterable[int]) -> tuple[str, ...]:
        """Names of a choice, in the order of the problem."""
        return tuple(self.initiatives[place].name for place in sorted(chosen))


def exact(amount: float) -> Fraction:
    """The decimal number that ``amount`` was written as."""
    return Fraction(repr(float(amount)))


def _check_unique(path: str, names: list[str]) -> None:
    """Refuse a name used twice."""
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in seen:
            raise InvalidPlan(f"{path}[{i}].name", f"is {name!r}, as {path}[{seen[name]}] is; give each its own")
        seen[name] = i


def _check_amount(path: str, value: float, most: float) -> None:
    """Refuse what is not a number from 0 to ``most``."""
    if not 0.0 <= value <= most:
        raise InvalidPlan(path, f"is {value:g}; give a number from 0 to {most:g}")

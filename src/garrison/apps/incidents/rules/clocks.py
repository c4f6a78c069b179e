"""Notification clocks: the rules of law that we ship as data, rules of one's own, and holiday calendars."""

import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from garrison.engines.clocks import (
    Cap,
    Clock,
    Condition,
    Count,
    Delay,
    Facts,
    InvalidRule,
    Length,
    Move,
    Rule,
    run,
)

LAWS = {
    "hipaa": "HIPAA breach notification",
    "california": "California",
    "new_york": "New York",
    "gdpr": "GDPR",
    "sec": "SEC Form 8-K",
    "nis2": "NIS2",
    "dora": "DORA",
    "nydfs": "NYDFS",
    "dea": "Theft or loss of controlled substances",
    "circia": "CIRCIA (proposed)",
}
"""The laws whose clocks are shipped, by name."""

STATES_WITH_RULES = {"CA": "california", "NY": "new_york"}
MOST_UNITS = 10_000
UNITS = ("hours", "days", "business_days", "months", "month_day")


class InvalidRules(ValueError):
    """A rule of one's own that cannot be used: ``path`` is its place, ``reason`` what is wrong."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Described:
    """A clock in words: ``basis`` says how its due time came about."""

    clock: Clock
    basis: str


@lru_cache
def us_states() -> dict[str, str]:
    """Codes of the states of the United States, by their names in small letters."""
    return {name: str(code) for name, code in tomllib.loads(_data("states.toml")).items()}


def _data(name: str) -> str:
    """A text of ours."""
    return files("garrison.apps.incidents").joinpath("data", name).read_text(encoding="utf-8")


def state_code(name: str) -> str:
    """A state by its code, from its code or name; another name unchanged."""
    name = name.strip()
    return us_states().get(name.lower().replace(" ", "_"), name.upper() if len(name) == 2 else name)


@lru_cache
def law_rules(*, proposed: bool = False) -> tuple[Rule, ...]:
    """The rules that we ship; ``proposed`` ones, which bind nobody, only for what-if."""
    entries = tomllib.loads(_data("clocks.toml"))["rule"]
    rules = [_rule(entry, f"rule[{place}]") for place, entry in enumerate(entries)]
    return tuple(rule for rule in rules if proposed or rule.status == "in force")


def own_rules(entries: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules of one's own, as contracts, insurers and card brands set them.

    Each has ``article``, ``recipient``, ``starts`` (a fact or several) and one of hours, days, business_days or months;
    ``law``, ``says``, ``calendar``, ``stops`` and ``when`` may be added. Raises InvalidRules.
    """
    made = []
    for place, entry in enumerate(entries):
        path = f"own_rules[{place}]"
        if not isinstance(entry, Mapping):
            raise InvalidRules(path, "is not an object; give article, recipient, starts and a length")
        for name in ("article", "recipient", "starts"):
            if not entry.get(name):
                raise InvalidRules(f"{path}.{name}", "is missing; add it")
        filled: dict[str, Any] = {"code": f"own-{place + 1}", "law": "own", "says": "", "read_on": date.min, **entry}
        lengths = [unit for unit in UNITS if unit in filled]
        if len(lengths) != 1:
            raise InvalidRules(path, f"needs one length: {', '.join(UNITS[:4])}")
        filled["length"] = {lengths[0]: filled.pop(lengths[0])}
        made.append(_rule(filled, path))
    return tuple(made)


def _rule(entry: Mapping[str, Any], path: str) -> Rule:
    """One rule from its entry."""
    told = dict(entry)
    starts = told.pop("starts")
    try:
        return Rule(
            starts=(starts,) if isinstance(starts, str) else tuple(starts),
            length=_length(told.pop("length", None), path),
            when=tuple(Condition(**condition) for condition in told.pop("when", ())),
            cap=Cap(**told.pop("cap")) if "cap" in told else None,
            delays=tuple(Delay(**delay) for delay in told.pop("delays", ())),
            moves=_move(told.pop("moves", None)),
            states=tuple(told.pop("states", ())),
            content=tuple(told.pop("content", ())),
            **told,
        )
    except (TypeError, InvalidRule) as refusal:
        raise InvalidRules(path, f"cannot be used: {refusal}") from refusal


def _length(told: Mapping[str, Any] | None, path: str) -> Length | None:
    """A length from its entry."""
    if told is None:
        return None
    unit = next((unit for unit in UNITS if unit in told), None)
    amount = told.get(unit) if unit else None
    if unit is None or (
        unit != "month_day" and (not isinstance(amount, int) or isinstance(amount, bool) or amount < 0)
    ):
        raise InvalidRules(path, "needs a length that is a whole number from 0")
    return Length(unit, amount, bool(told.get("from_year_end")))  # type: ignore[arg-type]


def _move(told: Mapping[str, Any] | None) -> Move | None:
    """A move from its entry."""
    if told is None:
        return None
    return Move(told["to"], tuple(Condition(**condition) for condition in told.get("unless", ())))


@lru_cache
def known_facts() -> frozenset[str]:
    """The names of all facts that a shipped rule reads."""
    names = {"individuals", "residents", "member_state"}
    for rule in law_rules(proposed=True):
        names |= {*rule.starts, rule.stops, *(condition.fact for condition in rule.when)}
        names |= {delay.until or delay.since for delay in rule.delays}
        names |= {condition.fact for condition in rule.moves.unless} if rule.moves else set()
        names |= {rule.cap.starts} if rule.cap else set()
    return frozenset(names - {""})


class Holidays:
    """The holidays of a country or one of its parts, such as "US-CA", with days of one's own."""

    def __init__(self, region: str, extra: Iterable[date] = ()) -> None:
        import holidays

        country, _, part = region.partition("-")
        try:
            self._days: Container[date] = holidays.country_holidays(country, subdiv=part or None)
        except NotImplementedError as refusal:
            raise InvalidRules(
                "facts.member_state or a calendar",
                f"is {region!r}, which is not a country or a part of one that we know",
            ) from refusal
        self._extra = frozenset(extra)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (day in self._extra or day in self._days)


def calendars(
    rules: Iterable[Rule], *, member_state: str = "", extra: Iterable[date] = ()
) -> dict[str, Container[date]]:
    """The calendars that rules name. ``member_state`` is the country behind the calendar of that name."""
    extra = frozenset(extra)
    found: dict[str, Container[date]] = {}
    for name in {rule.calendar for rule in rules}:
        region = member_state.upper() if name == "member_state" else name
        found[name] = Holidays(region, extra) if region else extra
    return found


def running(
    rules: Iterable[Rule], facts: Facts, *, zone: tzinfo, extra_holidays: Iterable[date] = ()
) -> tuple[Described, ...]:
    """The clocks of a case with their bases; those with the earliest due time first, those without one last."""
    rules = tuple(rules)
    known = calendars(rules, member_state=facts.words.get("member_state", ""), extra=extra_holidays)
    zones = {rule.due_zone: ZoneInfo(rule.due_zone) for rule in rules if rule.due_zone}
    clocks = run(rules, facts, zone=zone, holidays=known, zones=zones)
    ordered = sorted(clocks, key=lambda c: (c.due_at is None, c.due_at.timestamp() if c.due_at else 0.0))
    return tuple(Described(clock, describe(clock)) for clock in ordered)


def uncovered_states(residents: Mapping[str, Count]) -> tuple[str, ...]:
    """The states with affected residents for which no state rule is shipped."""
    return tuple(
        sorted(state for state, count in residents.items() if count.high > 0 and state not in STATES_WITH_RULES)
    )


def describe(clock: Clock) -> str:
    """How a clock's due time came about, in words."""
    parts = [clock.rule.says]
    if clock.needs:
        parts.append("Needs " + ", ".join(name.replace("_", " ") for name in clock.needs) + ".")
    if clock.reasons:
        reason = "; ".join(clock.reasons)
        parts.append(reason[0].upper() + reason[1:] + ".")
    if clock.rule.status != "in force":
        parts.append(f"This rule is {clock.rule.status}: it binds nobody yet.")
    return " ".join(part for part in parts if part)

"""Run rules over the facts of a case."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from garrison.engines.clocks.calendar import (
    SATURDAY,
    add_business_days,
    add_hours,
    add_months,
    at,
    end_of_day,
    is_open,
    next_open_day,
)
from garrison.engines.clocks.facts import Count, Facts, Moment
from garrison.engines.clocks.rules import Length, Rule, within

NO_HOLIDAYS: frozenset[date] = frozenset()
NOTHING = Count(0, 0)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case.

    ``due_at`` is None where the rule sets no number of days or ``needs`` names facts that are missing. An uncertain
    start runs from its earliest moment; ``due_at_latest`` is the due time from its latest one. ``undelayed`` is what
    ``due_at`` was before a delay or a closed day moved it. ``reasons`` say in words what moved it.
    """

    rule: Rule
    state: str = ""
    starts_at: datetime | None = None
    due_at: datetime | None = None
    due_at_latest: datetime | None = None
    undelayed: datetime | None = None
    stopped_at: datetime | None = None
    needs: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def in_time(self) -> bool | None:
        """Whether the duty was met by its time; None while it is open or has no time."""
        if self.stopped_at is None or self.due_at is None:
            return None
        return self.stopped_at <= self.due_at


def run(
    rules: Iterable[Rule],
    facts: Facts,
    *,
    zone: tzinfo,
    holidays: Mapping[str, Container[date]] | None = None,
    zones: Mapping[str, tzinfo] | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a case, in the order of the rules, those of states after their rule by due date.

    ``holidays`` maps the rules' calendar names to holidays, ``zones`` their ``due_zone`` names to time zones. Days are
    days of ``zone``. A clock whose conditions are known not to hold is left out; one that waits for a fact names it.
    """
    found = []
    for rule in rules:
        verdicts = {condition: condition.verdict(facts) for condition in rule.when}
        if "no" in verdicts.values():
            continue
        needs = list(dict.fromkeys(c.fact for c, verdict in verdicts.items() if verdict == "unknown"))
        for state in _states(rule, facts):
            clock = _clock(rule, facts, needs, state, zone, holidays or {}, zones or {})
            if clock is not None:
                found.append(clock)
    return tuple(found)


def _states(rule: Rule, facts: Facts) -> list[str]:
    """The states for which the rule makes a clock; one nameless where it does not go by residence."""
    if rule.per_resident is None:
        return [""]
    if not facts.residents:
        return ["?"]
    among = rule.states or tuple(facts.residents)
    return [
        state
        for state in among
        if within(facts.residents.get(state, NOTHING), "above", float(rule.per_resident)) is not False
    ]


def _clock(
    rule: Rule,
    facts: Facts,
    needs: list[str],
    state: str,
    zone: tzinfo,
    holidays: Mapping[str, Container[date]],
    zones: Mapping[str, tzinfo],
) -> Clock | None:
    """One clock, or None where the rule's text did not govern when it started."""
    start = _start(rule, facts)
    if start is not None and not rule.governs(start.earliest.astimezone(zone)):
        return None
    missing = [*needs]
    if state == "?":
        state = rule.states[0] if len(rule.states) == 1 else ""
        missing.append("residents")
    elif state and within(facts.residents[state], "above", float(rule.per_resident or 0)) is None:
        missing.append(f"residents.{state}")
    if start is None:
        missing.append(rule.asks or rule.starts[0])
    stopped = facts.moments.get(rule.stops)
    stopped_at = None if stopped is None else stopped.latest.astimezone(zone)
    told = None if start is None else start.earliest.astimezone(zone)
    if missing or start is None or rule.length is None:
        return Clock(rule, state, starts_at=told, stopped_at=stopped_at, needs=tuple(dict.fromkeys(missing)))
    calendar = holidays.get(rule.calendar, NO_HOLIDAYS)
    first = _due(rule, rule.length, start.earliest, facts, zone, calendar, zones)
    last = first if start.certain else _due(rule, rule.length, start.latest, facts, zone, calendar, zones)
    due, reasons = _delayed(rule, first, facts, zone)
    if rule.cap is not None and rule.cap.starts not in facts.moments:
        reasons = (*reasons, f"{rule.cap.starts} would cap it at {rule.cap.hours} hours and is not known")
    due, reasons = _moved(rule, due, facts, zone, calendar, reasons)
    due_last, _ = _delayed(rule, last, facts, zone)
    due_last, _ = _moved(rule, due_last, facts, zone, calendar, ())
    return Clock(
        rule,
        state,
        starts_at=told,
        due_at=due,
        due_at_latest=None if start.certain else due_last,
        undelayed=None if due == first else first,
        stopped_at=stopped_at,
        reasons=reasons,
    )


def _start(rule: Rule, facts: Facts) -> Moment | None:
    """The moment that starts the clock."""
    known = [facts.moments[name] for name in rule.starts if name in facts.moments]
    if not known:
        return None
    if rule.pick == "latest":
        return max(known, key=lambda moment: moment.latest)
    return min(known, key=lambda moment: moment.earliest)


def _due(
    rule: Rule,
    length: Length,
    start: datetime,
    facts: Facts,
    zone: tzinfo,
    calendar: Container[date],
    zones: Mapping[str, tzinfo],
) -> datetime:
    """When a clock that starts at ``start`` runs out, before delays and moves."""
    if length.unit == "hours":
        due = add_hours(start, int(length.amount), zone)
    else:
        day = _day(length, start.astimezone(zone).date(), calendar)
        if rule.due_time is None:
            due = end_of_day(day, zone)
        else:
            due = at(day, rule.due_time, zones.get(rule.due_zone, zone)).astimezone(zone)
    if rule.cap is not None and (capping := facts.moments.get(rule.cap.starts)) is not None:
        limit = add_hours(capping.earliest, rule.cap.hours, zone)
        if start <= limit:
            due = min(due, limit, key=lambda moment: moment.astimezone(UTC))
    return due


def _day(length: Length, day: date, calendar: Container[date]) -> date:
    """The last day of a clock counted in days, business days or months."""
    if length.from_year_end:
        day = date(day.year, 12, 31)
    if length.unit == "month_day":
        month, number = str(length.amount).split("-")
        return date(day.year + 1, int(month), int(number))
    amount = int(length.amount)
    if length.unit == "days":
        return day + timedelta(days=amount)
    if length.unit == "business_days":
        return add_business_days(day, amount, calendar)
    return add_months(day, amount)


def _delayed(rule: Rule, due: datetime, facts: Facts, zone: tzinfo) -> tuple[datetime, tuple[str, ...]]:
    """The due time after what may push it back."""
    reasons = []
    for delay in rule.delays:
        fact = delay.until or delay.since
        moment = facts.moments.get(fact)
        if moment is None:
            continue
        last_day = moment.earliest.astimezone(zone).date() + timedelta(days=delay.days)
        until = end_of_day(last_day, zone)
        if until.astimezone(UTC) > due.astimezone(UTC):
            due = until
            reasons.append(f"delayed to {last_day.isoformat()} by {fact.replace('_', ' ')}")
    return due, tuple(reasons)


def _moved(
    rule: Rule,
    due: datetime,
    facts: Facts,
    zone: tzinfo,
    calendar: Container[date],
    reasons: tuple[str, ...],
) -> tuple[datetime, tuple[str, ...]]:
    """The due time after a closed day moved it."""
    if rule.moves is None or is_open(due.date(), calendar):
        return due, reasons
    if any(condition.verdict(facts) == "yes" for condition in rule.moves.unless):
        return due, reasons
    why = "a weekend" if due.weekday() >= SATURDAY else "a holiday"
    day = next_open_day(due.date(), calendar)
    return at(day, rule.moves.to, zone), (*reasons, f"fell on {why}; moved to the next working day")

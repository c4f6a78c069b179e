"""``garrison calc clocks``: who has to be told by when, for the facts of a case."""

import json
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from garrison.cli.calc.reading import Malformed, Node, fail, load, print_table, required

if TYPE_CHECKING:
    from garrison.apps.incidents.rules import Described
    from garrison.engines.clocks import Count, Facts, Moment, Rule

MOST_ENTRIES = 1_000
STATE_LAWS = ("california", "new_york")
ALIASES = {
    "incident_determined_at": "determined_at",
    "notification_submitted_at": "incident_notified_at",
    "intermediate_notified_at": "intermediate_reported_at",
}


def clocks(
    file: Annotated[str, typer.Argument(help="JSON file of a case's facts, or - for standard input.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say who has to be told of an incident, and by when, under which article."""
    from garrison.apps.incidents.rules import InvalidRules, running, uncovered_states

    try:
        zone, rules, facts, extra, by_state = _case(load(file))
        described = running(rules, facts, zone=zone, extra_holidays=extra)
    except (Malformed, InvalidRules) as refusal:
        fail(file, refusal)
    uncovered = uncovered_states(facts.residents) if by_state else ()
    listed = [_record(each) for each in described] + [_unknown(state) for state in uncovered]
    if as_json:
        typer.echo(json.dumps(listed, indent=2))
        return
    print_table(
        ["Due", "Law", "Article", "Tell"],
        [[e["due_at"] or "-", e["law"], e["article"] or "-", e["recipient"]] for e in listed],
        texts=4,
    )
    for entry in listed:
        typer.echo(f"\n{entry['article'] or entry['law']}: {entry['basis']}")


def _case(document: Node) -> tuple[tzinfo, "tuple[Rule, ...]", "Facts", list[date], bool]:
    """Read a case: its time zone, rules, facts, own holidays, and whether states without a rule are to be named."""
    from garrison.apps.incidents.rules import LAWS, law_rules, own_rules

    fields = document.fields("time_zone", "laws", "facts", "what_if", "holidays", "own_rules")
    zone_node = required(fields, "time_zone", document)
    try:
        zone = ZoneInfo(zone_node.text())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone_node.refuse(f"is {zone_node.value!r}, which is no time zone; give a name such as 'America/New_York'")
    what_if = "what_if" in fields and fields["what_if"].yes_or_no()
    laws = list(LAWS)
    if "laws" in fields:
        laws = []
        for item in fields["laws"].items(MOST_ENTRIES):
            name = item.text().strip().lower()
            if name != "us_states" and name not in LAWS:
                item.refuse(f"is {item.value!r}; known laws: {', '.join(LAWS)}, us_states")
            laws.extend(STATE_LAWS if name == "us_states" else (name,))
    rules = tuple(rule for rule in law_rules(proposed=what_if) if rule.law in laws)
    if "own_rules" in fields:
        rules += own_rules([item.value for item in fields["own_rules"].items(MOST_ENTRIES)])  # type: ignore[misc]
    extra = [_day(item) for item in fields["holidays"].items(MOST_ENTRIES)] if "holidays" in fields else []
    facts = _facts(required(fields, "facts", document), zone, {start for rule in rules for start in rule.starts})
    return zone, rules, facts, extra, any(law in STATE_LAWS for law in laws)


def _facts(node: Node, zone: tzinfo, read: set[str]) -> "Facts":
    """Read the facts: moments end in _at or _until, the rest tell their kind by their value; null is not known."""
    from garrison.apps.incidents.rules import known_facts
    from garrison.apps.incidents.rules.clocks import state_code
    from garrison.engines.clocks import Facts, InvalidFact

    moments, counts, words, flags, residents = {}, {}, {}, {}, {}
    for told, value in node.members():
        name = ALIASES.get(told, told)
        if value.value is None:
            continue
        if name not in known_facts() | read:
            typer.echo(
                f"{value.path} is a fact that no rule reads; known: {', '.join(sorted(known_facts()))}", err=True
            )
        if name == "residents":
            for state, count in value.members():
                code = state_code(state)
                if code in residents:
                    count.refuse(f"is told twice for {code}; give one number")
                residents[code] = _count(count)
        elif name.endswith(("_at", "_until")):
            moments[name] = _moment(value, zone)
        elif isinstance(value.value, bool):
            flags[name] = value.value
        elif isinstance(value.value, str):
            words[name] = value.text().strip().lower()
        else:
            counts[name] = _count(value)
    try:
        return Facts(moments, counts, words, flags, residents)
    except InvalidFact as refusal:
        raise Malformed(f"{node.path}.{refusal.name}", refusal.reason) from refusal


def _count(node: Node) -> "Count":
    """A whole number from 0, or one between ``low`` and ``high``."""
    from garrison.engines.clocks import Count

    if not isinstance(node.value, dict):
        number = _whole(node)
        return Count(number, number)
    fields = node.fields("low", "high")
    low = _whole(fields["low"]) if "low" in fields else 0.0
    high = _whole(fields["high"]) if "high" in fields else float("inf")
    if high < low:
        node.refuse("ends below its start; give low and then high")
    return Count(low, high)


def _whole(node: Node) -> float:
    """A whole number from 0."""
    number = node.number()
    if number < 0 or number != int(number):
        node.refuse(f"is {node.value}; give a whole number from 0")
    return number


def _moment(node: Node, zone: tzinfo) -> "Moment":
    """An ISO 8601 time, a day for its first moment, or ``earliest`` and ``latest`` where it is uncertain."""
    from garrison.engines.clocks import Moment

    if not isinstance(node.value, dict):
        when = _time(node, zone)
        return Moment(when, when)
    fields = node.fields("earliest", "latest")
    earliest, latest = (_time(required(fields, name, node), zone) for name in ("earliest", "latest"))
    if latest < earliest:
        node.refuse("ends before it begins; put the earlier time first")
    return Moment(earliest, latest)


def _time(node: Node, zone: tzinfo) -> datetime:
    """One instant; without an offset it is a time of the case's zone."""
    text = node.text().strip()
    try:
        when = datetime.fromisoformat(text)
        when = when if when.tzinfo else when.replace(tzinfo=zone)
        if not 1900 <= when.year <= 2999:
            node.refuse(f"is {text!r}; give a year from 1900 to 2999")
        return when.astimezone(UTC).astimezone(zone)
    except ValueError:
        node.refuse(f"is {text!r}; give a time such as 2026-03-07T14:30:00-05:00")


def _day(node: Node) -> date:
    """One day."""
    try:
        return date.fromisoformat(node.text().strip())
    except ValueError:
        node.refuse(f"is {node.value!r}; give a day such as 2026-12-24")


def _record(described: "Described") -> dict[str, Any]:
    """Put a clock as JSON members."""
    clock = described.clock
    rule = clock.rule
    record: dict[str, Any] = {
        "law": rule.law,
        "article": rule.article,
        "recipient": rule.recipient,
        "starts_at": _iso(clock.starts_at),
        "due_at": _iso(clock.due_at),
        "basis": described.basis,
        "as_read_on": None if rule.law == "own" else rule.read_on.isoformat(),
        "rule": rule.code,
        "status": rule.status,
        "read_how": None if rule.law == "own" else rule.sure,
        "needs": list(clock.needs),
    }
    if clock.state:
        record["state"] = clock.state
    if clock.due_at_latest is not None:
        record["due_at_if_latest"] = _iso(clock.due_at_latest)
    if clock.undelayed is not None:
        record["due_at_before_moving"] = _iso(clock.undelayed)
    if clock.stopped_at is not None:
        record["met_at"] = _iso(clock.stopped_at)
        record["in_time"] = clock.in_time
    return record


def _unknown(state: str) -> dict[str, Any]:
    """The entry of a state for which we hold no rule."""
    return {
        "law": "us_states",
        "article": None,
        "recipient": f"residents and authorities of {state}",
        "starts_at": None,
        "due_at": None,
        "basis": f"We hold no rule for {state}: ask counsel which law of {state} applies and by when.",
        "as_read_on": None,
        "rule": None,
        "status": "not covered",
        "read_how": None,
        "needs": [],
        "state": state,
    }


def _iso(when: datetime | None) -> str | None:
    """A time in ISO 8601 with its offset."""
    return when.isoformat(timespec="seconds") if when else None

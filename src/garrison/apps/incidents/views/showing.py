"""Shapes that several pages of a case share: clocks as cards, phases as steps, days of the timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from garrison.apps.incidents import rules
from garrison.apps.incidents.models import PHASES, Entry, Incident, Phase
from garrison.apps.incidents.rules import Card
from garrison.core.clock import local_day, zone
from garrison.core.evidence import evidence_url, evidence_words
from garrison.core.ui import figures

STARTS = {"discovered_at", "aware_at"}


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A clock in the words of its card."""

    duty: str
    article: str
    left: str
    due: str
    share: str
    crit: bool
    late: bool
    says: str
    fact: str
    fact_url: str
    law: str
    standing: str
    status: str
    started: str
    code: str
    address: str


def shown_card(card: Card, incident: Incident, at: datetime) -> ShownCard:
    """The words of one clock."""
    clock = card.described.clock
    rule = clock.rule
    duty = rule.recipient[:1].upper() + rule.recipient[1:]
    if clock.state:
        duty = f"{duty}, {clock.state}"
    needs = clock.needs[0].partition(".")[0] if clock.needs else ""
    fact_url = reverse("incidents:fact", args=[incident.uuid, needs]) if needs else ""
    return ShownCard(
        duty=duty,
        article=rule.article,
        left=_left(card),
        due=due_words(clock.due_at, clock.due_at_latest, at),
        share="" if card.share is None else f"{card.share:.4f}",
        crit=card.urgent and card.open,
        late=card.standing == "overdue",
        says=card.described.basis,
        fact=card.needs[0] if card.standing == "needs" and card.needs else "",
        fact_url=fact_url if card.standing == "needs" else "",
        law=rule.law,
        standing=card.standing,
        status=rule.status,
        started=_started(card, at),
        code=rule.code,
        address=reverse("incidents:case", args=[incident.uuid]),
    )


def _left(card: Card) -> str:
    """The large words of a card."""
    if card.left is not None:
        return rules.left_words(card.left, card.left_latest)
    return {
        "met": _("Met in time"),
        "missed": _("Told too late"),
        "untimed": _("Without undue delay"),
    }.get(card.standing, "")


def due_words(due: datetime | None, latest: datetime | None, at: datetime) -> str:
    """When a clock runs out, with its zone; a whole day where it ends at midnight."""
    if due is None:
        return ""
    words = _due_day(due, at)
    if latest is not None and latest.date() != due.date():
        return _("%(first)s or %(last)s") % {"first": words, "last": _due_day(latest, at)}
    return words


def _due_day(due: datetime, at: datetime) -> str:
    """One due time: its day alone where it is the day's end."""
    day = figures.day(due.date(), at=local_day(at))
    if (due + timedelta(seconds=1)).time() == datetime.min.time() or due.time().replace(
        microsecond=0
    ) == datetime.max.time().replace(microsecond=0):
        return day
    return f"{day}, {due:%H:%M} {due.tzname() or ''}".strip()


def _started(card: Card, at: datetime) -> str:
    """When the clock started; of a start in the future it says so."""
    starts = card.described.clock.starts_at
    if starts is None:
        return ""
    words = f"{figures.day(starts.date(), at=local_day(at))}, {starts:%H:%M}"
    if card.standing == "future":
        return _("starts only on %(when)s") % {"when": words}
    if card.described.clock.due_at_latest is not None:
        return _("start uncertain, %(when)s at the earliest") % {"when": words}
    return _("from %(when)s") % {"when": words}


@dataclass(frozen=True, slots=True)
class ShownPhase:
    """A phase as a step."""

    name: str
    key: str
    state: str
    words: str


def shown_phases(phases: Iterable[Phase], incident: Incident, at: datetime) -> list[ShownPhase]:
    """The phases as steps: running ones are current, several at once where it is so."""
    by_name: dict[str, Phase] = {phase.name: phase for phase in phases}
    steps = []
    for name in PHASES:
        phase = by_name.get(name)
        if phase is None:
            steps.append(ShownPhase(str(rules.PHASES[name]), name, "todo", str(_NEEDS.get(name, ""))))
            continue
        running = phase.ended_at is None
        words = figures.moment(phase.started_at, at=at)
        if phase.started_latest is not None:
            words = _("between %(first)s and %(last)s") % {
                "first": words,
                "last": figures.moment(phase.started_latest, at=at),
            }
        elif running:
            words = _("since %(when)s") % {"when": words}
        elif name != "detected" and phase.started_at > incident.detected_at:
            took = figures.duration((phase.started_at - incident.detected_at).total_seconds())
            words = _("%(when)s, after %(time)s") % {"when": words, "time": took}
        steps.append(ShownPhase(str(rules.PHASES[name]), name, "current" if running else "done", words))
    return steps


_NEEDS = {"reviewed": lazy("causes and lessons"), "closed": lazy("tasks, clocks and review done")}


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as the timeline draws it."""

    entry: Entry
    side: str
    at: str
    ranged: bool
    icon: str
    evidence: str
    evidence_url: str
    certainty: str
    who: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the timeline: its head, and what happened on it."""

    head: str
    entries: list[ShownEntry]


def shown_days(entries: Iterable[Entry], at: datetime, *, may_files: bool) -> list[ShownDay]:
    """The timeline by days, the zone named at each, and said where the clocks were changed."""
    shown = []
    for day in rules.days(entries, zone()):
        head = f"{figures.day(day.day, at=local_day(at))}, {day.zone} ({day.offset})"
        if day.changes:
            head = _("%(head)s, clocks changed this day") % {"head": head}
        shown.append(
            ShownDay(head, [_entry(placed.entry, placed.words, placed.ranged, may_files) for placed in day.placed])
        )
    return shown


def _entry(entry: Entry, words: str, ranged: bool, may_files: bool) -> ShownEntry:
    """One entry."""
    icon = rules.ICONS[entry.kind]
    if entry.kind == "door":
        icon = "door-exit" if "exit" in entry.title else "door" if "held" in entry.title else icon
    who = str(entry.by) if entry.kind != "system" else ""
    return ShownEntry(
        entry,
        rules.SIDES.get(entry.kind, ""),
        words,
        ranged,
        icon,
        evidence_words(entry.source_words, entry.source_row) if entry.source_words else "",
        evidence_url(entry.source, entry.source_row) if may_files else "",
        entry.get_certainty_display(),
        f"{entry.get_kind_display()}, {entry.by_role or who}." if entry.kind in ("decision", "action", "note") else "",
    )


def fact_words(value: Any, at: datetime) -> str:
    """A fact's value as a page shows it."""
    if isinstance(value, dict) and "earliest" in value:
        first, last = (datetime.fromisoformat(value[name]) for name in ("earliest", "latest"))
        words = f"{figures.moment(first, at=at)} {first.astimezone(zone()):%Z}"
        return (
            words
            if first == last
            else _("%(first)s to %(last)s")
            % {
                "first": words,
                "last": figures.moment(last, at=at),
            }
        )
    return rules.told_words(value)

"""Facts of a case, the clocks that follow from them, and which rules apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from garrison.apps.incidents import rules
from garrison.apps.incidents.models import AppliedLaw, Decision, Fact, Incident, OwnRule
from garrison.apps.incidents.rules import Card
from garrison.apps.incidents.selectors.cases import VIEW, incidents
from garrison.core.clock import zone
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow
from garrison.engines.clocks import InvalidFact, Rule


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a case, the decisions that nothing is owed, and the states that no rule of ours covers.

    ``fault`` says why the facts contradict one another; then there are no clocks until one is corrected.
    """

    cards: list[Card] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    uncovered: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    fault: str = ""

    @property
    def open(self) -> list[Card]:
        """Those for which somebody still has to do something, or to find out."""
        return [card for card in self.cards if card.open or card.standing in ("needs", "untimed")]

    @property
    def ended(self) -> list[Card]:
        """Those that were met, in time or not."""
        return [card for card in self.cards if card.standing in ("met", "missed")]


def facts(*, viewer: User, incident: Incident) -> QuerySet[Fact]:
    """Everything that was ever told of a case by name, the newest first."""
    rows = Fact.objects.filter(incident__in=incidents(viewer=viewer), incident=incident)
    return rows.select_related("by").order_by("-at", "-pk")


def current_facts(*, viewer: User, incident: Incident) -> dict[str, Fact]:
    """The facts that hold: the newest of each name, those taken back left out."""
    return _current(facts(viewer=viewer, incident=incident))


def current_values(*, viewer: User, incident: Incident) -> dict[str, Any]:
    """The values of the facts that hold, by name."""
    return {name: fact.value for name, fact in current_facts(viewer=viewer, incident=incident).items()}


def _current(told: Iterable[Fact]) -> dict[str, Fact]:
    """The newest fact of each name out of facts ordered newest first."""
    newest: dict[str, Fact] = {}
    for fact in told:
        newest.setdefault(fact.name, fact)
    return {name: fact for name, fact in newest.items() if fact.value is not None}


def applied_laws(*, viewer: User) -> QuerySet[AppliedLaw]:
    """The laws that somebody said apply, in sight."""
    everywhere = Q(unit=None)
    rows = AppliedLaw.objects.select_related("unit", "by").order_by("law", "unit__path")
    return rows.filter(everywhere | Q(pk__in=narrow(rows.order_by(), viewer, VIEW).values("pk")))


def own_rules(*, viewer: User, retired: bool = False) -> QuerySet[OwnRule]:
    """The rules of one's own: contracts, insurers, card brands."""
    rows = OwnRule.objects.select_related("unit").order_by("recipient", "article")
    rows = rows.filter(Q(unit=None) | Q(pk__in=narrow(rows.order_by(), viewer, VIEW).values("pk")))
    return rows if retired else rows.filter(retired_at=None)


def own_rule(*, viewer: User, uuid: UUID) -> OwnRule:
    """One rule of one's own. Raises ``Missing`` outside the viewer's sight."""
    found = own_rules(viewer=viewer, retired=True).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such rule")
    return found


def decisions(*, viewer: User, incident: Incident) -> QuerySet[Decision]:
    """The decisions that no notice is owed, withdrawn ones too."""
    return Decision.objects.filter(incident__in=incidents(viewer=viewer), incident=incident).select_related("by")


def clocks(
    *, viewer: User, incident: Incident, at: datetime, what_if: Mapping[str, Any] | None = None, proposed: bool = False
) -> Clocks:
    """The clocks of a case at a moment. ``what_if`` replaces facts without storing; ``proposed`` adds rules that bind
    nobody, and belongs to what-if alone.
    """
    told = current_values(viewer=viewer, incident=incident) | dict(what_if or {})
    standing = list(decisions(viewer=viewer, incident=incident).filter(withdrawn_at=None))
    laws = [law for law in applied_laws(viewer=viewer) if _applies(law.unit.path if law.unit else "/", incident)]
    own = [rule for rule in own_rules(viewer=viewer) if _applies(rule.unit.path if rule.unit else "/", incident)]
    return _clocks(told, standing, {law.law for law in laws}, own, at, proposed=proposed)


def _applies(path: str, incident: Incident) -> bool:
    """Whether what was said of a unit holds for a case."""
    return incident.path.startswith(path)


def _clocks(
    told: Mapping[str, Any],
    standing: list[Decision],
    laws: set[str],
    own: list[OwnRule],
    at: datetime,
    *,
    proposed: bool = False,
) -> Clocks:
    """The clocks that follow from what is told."""
    chosen = tuple(
        rule
        for rule in rules.law_rules(proposed=proposed)
        if rule.law in laws or (proposed and rule.status == "proposed")
    )
    try:
        known = rules.engine_facts(told)
        described = rules.running((*chosen, *_as_rules(own)), known, zone=zone())
    except (InvalidFact, rules.InvalidRules) as fault:
        return Clocks(decisions=standing, laws=tuple(sorted(laws)), fault=str(fault))
    cards = rules.cards(described, at=at, decided={decision.law for decision in standing})
    uncovered = rules.uncovered_states(known.residents)
    return Clocks(cards, standing, uncovered, tuple(sorted(laws)))


def _as_rules(own: Iterable[OwnRule]) -> tuple[Rule, ...]:
    """Rules of one's own as the engine takes them."""
    return rules.own_rules(
        {
            "code": f"own-{rule.pk}",
            "article": rule.article,
            "recipient": rule.recipient,
            "starts": rule.starts,
            "stops": rule.stops,
            "says": rule.says,
            "calendar": rule.calendar,
            rule.counted_in: rule.amount,
        }
        for rule in own
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A clock of some case that somebody still has to meet."""

    incident: Incident
    card: Card


def clocks_due(*, viewer: User, as_of: datetime, limit: int = 50) -> list[Due]:
    """The clocks that run in all open cases in sight, exercises apart, the earliest due first. Five statements."""
    rows = list(incidents(viewer=viewer).filter(closed_at=None, exercise=False))
    if not rows:
        return []
    told: dict[int, list[Fact]] = {}
    for fact in Fact.objects.filter(incident__in=rows).order_by("-at", "-pk"):
        told.setdefault(fact.incident_id, []).append(fact)
    standing: dict[int, list[Decision]] = {}
    for decision in Decision.objects.filter(incident__in=rows, withdrawn_at=None):
        standing.setdefault(decision.incident_id, []).append(decision)
    laws = list(applied_laws(viewer=viewer))
    own = list(own_rules(viewer=viewer))
    due = []
    for row in rows:
        values = {name: fact.value for name, fact in _current(told.get(row.pk, ())).items()}
        here = {law.law for law in laws if _applies(law.unit.path if law.unit else "/", row)}
        mine = [rule for rule in own if _applies(rule.unit.path if rule.unit else "/", row)]
        shown = _clocks(values, standing.get(row.pk, []), here, mine, as_of)
        due += [Due(row, card) for card in shown.cards if card.open]
    due.sort(key=lambda one: one.card.left or timedelta(0))
    return due[:limit]

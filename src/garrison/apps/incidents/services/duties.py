"""What starts, changes and stops clocks: facts, decisions not to tell, laws that apply, rules of one's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from garrison.apps.incidents import rules, selectors
from garrison.apps.incidents.models import AppliedLaw, Decision, Fact, OwnRule
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User
from garrison.core.scopes import may
from garrison.engines.clocks import InvalidFact

REASONS = 20
"""A reason that an authority would read has at least so many characters."""


@command("incidents.record_fact")
def record_fact(
    *,
    actor: User,
    uuid: UUID,
    name: str,
    value: Any,
    source: str,
    at: datetime,
    certainty: str = "certain",
) -> Fact:
    """Tell a fact of the case, as ``rules.facts`` stores it; None takes it back. The history keeps what held before.

    Refuses a fact that no rule reads, and one that contradicts the others.
    """
    incident = open_case(actor, uuid)
    own = [name for rule in selectors.own_rules(viewer=actor) for name in (rule.starts, rule.stops)]
    if name not in rules.catalogue(own):
        raise Refused("no rule reads a fact of that name")
    source = source.strip()
    if not source:
        raise Refused("say where you know it from")
    if certainty not in dict(Fact.CERTAINTIES):
        raise Refused("say how certain it is: certain, likely or possible")
    known = selectors.current_facts(viewer=actor, incident=incident)
    before = known.get(name)
    if value is None and before is None:
        raise Refused("that fact is not known, so there is nothing to take back")
    if before is not None and (before.value, before.source, before.certainty) == (value, source[:300], certainty):
        raise Refused("that is what the case says already")
    told = {key: fact.value for key, fact in known.items()} | {name: value}
    try:
        rules.engine_facts(told)
    except (InvalidFact, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Refused(f"that cannot be: {fault}") from fault
    made = Fact.objects.create(
        incident=incident, name=name, value=value, source=source[:300], certainty=certainty, by=actor, at=at
    )
    changed(
        target=incident.code,
        path=incident.path,
        before=None if before is None else {"name": name, "value": before.value, "source": before.source},
        after={"name": name, "value": value, "source": source, "certainty": certainty},
    )
    return made


@command("incidents.decide_no_notice")
def decide_no_notice(
    *,
    actor: User,
    uuid: UUID,
    law: str,
    reasons: str,
    at: datetime,
    factors: Mapping[str, Mapping[str, str]] | None = None,
) -> Decision:
    """Record that a law asks for no notice in this case, and why; its clocks stop showing as owed.

    Under HIPAA the presumption is a breach: the four factors of 45 CFR 164.402 must be told, and must show a low
    probability of compromise. Only commander, counsel or the security head may decide it.
    """
    incident = open_case(actor, uuid)
    mine = selectors.roles_in(viewer=actor, incident=incident)
    if not ({"commander", "counsel"} & set(mine) or may(actor, selectors.SEALED, incident.path)):
        raise Refused("only the commander or counsel of the case decides that nothing is owed")
    if law not in rules.LAWS and law != "own":
        raise Refused("there is no such law")
    reasons = reasons.strip()
    if len(reasons) < REASONS:
        raise Refused("give the reasons in a sentence that an authority could read")
    told = {name: dict(answer) for name, answer in (factors or {}).items() if name in rules.FACTORS}
    if law == "hipaa":
        missing = [name for name in rules.FACTORS if not told.get(name, {}).get("words", "").strip()]
        if missing:
            raise Refused("each of the four factors needs its words: " + ", ".join(missing))
        low, against = rules.weigh(told)
        if not low:
            raise Refused(
                "the assessment does not show a low probability of compromise, so notice is owed; what speaks "
                "against it: " + ", ".join(against)
            )
    if Decision.objects.filter(incident=incident, law=law, withdrawn_at=None).exists():
        raise Refused("that is decided already; withdraw the decision first")
    made = Decision.objects.create(
        incident=incident,
        law=law,
        reasons=reasons,
        factors=told,
        by=actor,
        by_role=next(iter(mine), ""),
        at=at,
    )
    title = f"No notification under {rules.law_name(law)}"
    write_entry(actor, incident, at=at, kind="decision", title=title, text=reasons, happened=at)
    changed(target=incident.code, path=incident.path, after={"law": law, "reasons": reasons, "factors": told})
    return made


@command("incidents.withdraw_decision")
def withdraw_decision(*, actor: User, uuid: UUID, decision: UUID, why: str, at: datetime) -> Decision:
    """Withdraw a decision that nothing is owed: the clocks run again from their start, not from now."""
    incident = open_case(actor, uuid)
    found = Decision.objects.filter(incident=incident, uuid=decision, withdrawn_at=None).first()
    if found is None:
        raise Missing("no such decision stands")
    if not why.strip():
        raise Refused("say why it no longer holds")
    found.withdrawn_at, found.withdrawn_why = at, why.strip()[:400]
    found.save(update_fields=["withdrawn_at", "withdrawn_why"])
    title = f"Decision withdrawn: {rules.law_name(found.law)} may ask for notice"
    write_entry(actor, incident, at=at, kind="decision", title=title, text=why, happened=at)
    changed(target=incident.code, path=incident.path, before={"law": found.law}, after={"why": why})
    return found


@command("incidents.apply_law")
def apply_law(*, actor: User, law: str, because: str, at: datetime, unit_path: str = "") -> AppliedLaw:
    """Say that a shipped law applies to a unit, or to the whole organisation, and why."""
    if law not in rules.LAWS:
        raise Refused("there is no such law")
    if not any(rule.law == law for rule in rules.law_rules()):
        raise Refused(f"{rules.law_name(law)} is not in force; its clocks show in what-if alone")
    if not because.strip():
        raise Refused("say why it applies, or who said so")
    unit = _unit(actor, unit_path, "incidents.apply_law")
    if AppliedLaw.objects.filter(law=law, unit=unit).exists():
        raise Refused("that is said already")
    made = AppliedLaw.objects.create(law=law, unit=unit, because=because.strip()[:300], by=actor, at=at)
    changed(target=law, path=unit.path if unit else "/", after={"law": law, "because": because})
    return made


@command("incidents.drop_law")
def drop_law(*, actor: User, uuid: UUID) -> None:
    """Say that a law no longer applies; its clocks end in every open case."""
    found = selectors.applied_laws(viewer=actor).filter(uuid=uuid).first()
    if found is None or not may(actor, "incidents.drop_law", found.unit.path if found.unit else "/"):
        raise Missing("no such law is said to apply")
    changed(
        target=found.law,
        path=found.unit.path if found.unit else "/",
        before={"law": found.law, "because": found.because},
    )
    found.delete()


def _unit(actor: User, unit_path: str, permission: str) -> Unit | None:
    """The unit of a path, None for the whole organisation, within the actor's reach."""
    if not may(actor, permission, unit_path or "/"):
        raise Missing("no such unit")
    if not unit_path:
        return None
    found = organization.units(viewer=actor).filter(path=unit_path).first()
    if found is None:
        raise Missing("no such unit")
    return found


@command("incidents.add_own_rule")
def add_own_rule(
    *,
    actor: User,
    recipient: str,
    article: str,
    starts: str,
    amount: int,
    counted_in: str,
    at: datetime,
    says: str = "",
    calendar: str = "",
    unit_path: str = "",
) -> OwnRule:
    """Add a duty of one's own, as a contract, an insurer or a card brand sets it. Its stop is a fact of its own."""
    recipient, article = recipient.strip()[:160], article.strip()[:120]
    if not recipient or not article:
        raise Refused("say who is to be told, and where that is written")
    if starts not in rules.catalogue() or not starts.endswith("_at"):
        raise Refused("choose the fact that starts it")
    unit = _unit(actor, unit_path, "incidents.add_own_rule")
    stops = "own_" + "".join(c if c.isalnum() else "_" for c in recipient.lower())[:40].strip("_") + "_told_at"
    entry: dict[str, Any] = {
        "article": article, "recipient": recipient, "starts": starts, "calendar": calendar.strip(), "stops": stops,
        counted_in: amount,
    }  # fmt: skip
    try:
        rules.calendars(rules.own_rules([entry]))
    except rules.InvalidRules as fault:
        raise Refused(f"that rule cannot be used: {fault.reason}") from fault
    if OwnRule.objects.filter(article=article, recipient=recipient, retired_at=None).exists():
        raise Refused("there is a rule for that duty already")
    made = OwnRule.objects.create(
        article=article,
        recipient=recipient,
        starts=starts,
        stops=stops,
        amount=amount,
        counted_in=counted_in,
        calendar=calendar.strip(),
        says=says.strip()[:300],
        unit=unit,
    )
    changed(target=str(made), path=unit.path if unit else "/", after=entry)
    return made


@command("incidents.retire_own_rule")
def retire_own_rule(*, actor: User, uuid: UUID, at: datetime) -> OwnRule:
    """Retire a duty of one's own: it starts no clocks any more."""
    found = selectors.own_rule(viewer=actor, uuid=uuid)
    if found.retired_at is not None:
        raise Refused("that rule is retired already")
    if not may(actor, "incidents.retire_own_rule", found.unit.path if found.unit else "/"):
        raise Missing("no such rule")
    found.retired_at = at
    found.save(update_fields=["retired_at"])
    changed(target=str(found), path=found.unit.path if found.unit else "/", before={"rule": str(found)})
    return found

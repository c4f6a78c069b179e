"""Commands that tie requirements to us: mappings, links between frameworks, applicability, decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import Applicability, Crosswalk, Decision, Mapping, Requirement
from garrison.apps.compliance.rules import STRENGTHS, keep_until
from garrison.apps.controls import selectors as controls
from garrison.apps.organization.models import Unit
from garrison.core.clock import local_day
from garrison.core.commands import Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.scopes import may
from garrison.core.undoing import offer_undo

LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping that was made, and how to take it back."""

    mapping: Mapping
    undo: Undo


@command("compliance.map_control")
def map_control(
    *,
    actor: User,
    control: UUID,
    requirement: UUID,
    strength: str,
    rationale: str,
    at: datetime,
    source: str = "own",
    said_by: str = "",
) -> Mapped:
    """Say that a control meets a requirement: how far, why, and who says so. Another source's word stays beside it."""
    found = controls.control(viewer=actor, uuid=control)
    asked = selectors.requirement(viewer=actor, uuid=requirement)
    refuse_withdrawn(asked, viewer=actor)
    if strength not in STRENGTHS:
        raise Refused(f"a strength is one of {', '.join(STRENGTHS)}")
    if strength != "supporting" and not rationale.strip():
        raise Refused("say why the control meets the requirement; an auditor will ask")
    said_by = (said_by or actor.username)[:200]
    kept = Mapping.objects.filter(control=found, requirement=asked, source=source, said_by=said_by).first()
    before = {"strength": kept.strength, "rationale": kept.rationale} if kept else None
    mapping = kept or Mapping(control=found, requirement=asked, source=source, said_by=said_by)
    mapping.strength, mapping.rationale, mapping.at = strength, rationale.strip()[:LONGEST], at
    mapping.save()
    undo = offer_undo(
        actor=actor,
        at=at,
        label=f"{found.code} for {asked.label or asked.code}",
        command_name="compliance.restore_mapping" if before else "compliance.unmap",
        arguments={"uuid": str(mapping.uuid), **(before or {})},
    )
    changed(
        target=f"{found.code} for {asked}",
        path=found.unit.path if found.unit else "/",
        before=before,
        after={"strength": strength, "rationale": mapping.rationale, "source": source, "said_by": said_by},
    )
    return Mapped(mapping, undo)


def refuse_withdrawn(asked: Requirement, *, viewer: User) -> None:
    """Refuse to tie anything to a withdrawn requirement, with the word which one took its place where that is known."""
    if not asked.withdrawn:
        return
    into = selectors.replacements(viewer=viewer, requirement=asked)
    words = f"; use {', '.join(into)}" if into else "; its catalogue names none in its place"
    raise Refused(f"{asked.label or asked.code} was withdrawn{words}")


@command("compliance.unmap")
def unmap(*, actor: User, uuid: UUID | str) -> None:
    """Take one source's word back that a control meets a requirement."""
    mapping = selectors.mapping(viewer=actor, uuid=uuid)
    changed(
        target=f"{mapping.control.code} for {mapping.requirement}",
        path=mapping.control.unit.path if mapping.control.unit else "/",
        before={"strength": mapping.strength, "rationale": mapping.rationale, "source": mapping.source},
    )
    mapping.delete()


@command("compliance.restore_mapping")
def restore_mapping(*, actor: User, uuid: str, strength: str, rationale: str) -> None:
    """Give a mapping the words back that it had."""
    mapping = selectors.mapping(viewer=actor, uuid=uuid)
    before = {"strength": mapping.strength, "rationale": mapping.rationale}
    mapping.strength, mapping.rationale = strength, rationale
    mapping.save(update_fields=["strength", "rationale"])
    changed(target=f"{mapping.control.code} for {mapping.requirement}", before=before, after={"strength": strength})


@command("compliance.link_requirements")
def link_requirements(*, actor: User, uuid: UUID, other: UUID, relation: str, source: str, note: str = "") -> Crosswalk:
    """Say that two requirements of different frameworks belong together, and who says so."""
    one = selectors.requirement(viewer=actor, uuid=uuid)
    two = selectors.requirement(viewer=actor, uuid=other)
    for each in (one, two):
        refuse_withdrawn(each, viewer=actor)
    if one.framework.family == two.framework.family:
        raise Refused("both belong to one family of frameworks; versions are joined by their codes")
    if relation not in dict(Crosswalk._meta.get_field("relation").choices or ()):
        raise Refused("say how the two stand to each other")
    link, new = Crosswalk.objects.get_or_create(
        family=one.framework.family,
        code=one.code,
        other_family=two.framework.family,
        other_code=two.code,
        source=(source.strip() or actor.username)[:200],
        defaults={"relation": relation, "note": note[:400]},
    )
    if not new:
        raise Refused("this source has told of this link already")
    changed(target=link, after={"relation": relation, "source": link.source, "note": link.note})
    return link


@command("compliance.set_applicability")
def set_applicability(
    *,
    actor: User,
    uuid: UUID,
    applies: bool,
    justification: str,
    at: datetime,
    unit: str = "",
    owner: str = "",
    status: str = "",
) -> Applicability:
    """Record whether a requirement applies to a unit and below, and why; earlier words are kept below it."""
    asked = selectors.requirement(viewer=actor, uuid=uuid)
    refuse_withdrawn(asked, viewer=actor)
    if not justification.strip():
        raise Refused("say why; an auditor will ask")
    where = _unit(actor, unit, "compliance.set_applicability")
    row = Applicability.objects.create(
        requirement=asked,
        unit=where,
        applies=applies,
        justification=justification.strip()[:LONGEST],
        owner=owner.strip()[:200],
        status=status,
        decided_by=actor.username,
        decided_at=at,
    )
    changed(
        target=asked,
        path=where.path if where else "/",
        after={"applies": applies, "justification": row.justification, "owner": owner, "status": status},
    )
    return row


@command("compliance.decide_addressable")
def decide_addressable(
    *,
    actor: User,
    uuid: UUID,
    choice: str,
    reasons: str,
    at: datetime,
    alternative: str = "",
    unit: str = "",
    review_on: date | None = None,
) -> Decision:
    """Record the decision about an addressable specification; the one before it ends today and is kept six years on."""
    asked = selectors.requirement(viewer=actor, uuid=uuid)
    refuse_withdrawn(asked, viewer=actor)
    if asked.obligation != "addressable":
        raise Refused(f"{asked.label or asked.code} is not addressable; there is nothing to decide, it has to be met")
    if choice not in dict(Decision.CHOICES):
        raise Refused("choose: implement, an alternative, or neither")
    if not reasons.strip():
        raise Refused("a decision without its reasons does not count (45 CFR 164.306(d)(3)); write them down")
    if choice == "alternative" and not alternative.strip():
        raise Refused("describe the alternative that is done instead")
    today = local_day(at)
    if review_on is not None and review_on <= today:
        raise Refused("the day of review lies in the past")
    where = _unit(actor, unit, "compliance.decide_addressable")
    held = Decision.objects.filter(requirement=asked, unit=where, ended_on=None).first()
    if held is not None:
        held.ended_on = today
        held.save(update_fields=["ended_on"])
    made = Decision.objects.create(
        requirement=asked,
        unit=where,
        choice=choice,
        reasons=reasons.strip()[:LONGEST],
        alternative=alternative.strip()[:LONGEST],
        decided_by=actor.username,
        decided_on=today,
        decided_at=at,
        review_on=review_on,
    )
    changed(
        target=asked,
        path=where.path if where else "/",
        before={"choice": held.choice, "decided_on": held.decided_on} if held else None,
        after={
            "choice": choice,
            "reasons": made.reasons,
            "alternative": made.alternative,
            "keep_until": keep_until(today, None, asked.retention_years),
        },
    )
    return made


def _unit(actor: User, path: str, permission: str) -> Unit | None:
    """The unit at a path, or none for everything; refused where the actor does not hold the permission there."""
    if not path or path == "/":
        if not may(actor, permission, "/"):
            raise Refused("your role covers a part of the organisation; choose a unit")
        return None
    return selectors.unit_at(viewer=actor, path=path)

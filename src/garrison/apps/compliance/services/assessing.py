"""Commands of assessments: plan, sample, tests of design and operation, what was found, judgement, repair, sign-off."""

import hashlib
import json
from datetime import date, datetime
from uuid import UUID

from garrison.apps.compliance import selectors
from garrison.apps.compliance.models import Assessment, Check, Deficiency, Requirement, Sample, SampleItem
from garrison.apps.compliance.rules import POPULATIONS, draw
from garrison.apps.compliance.services.linking import refuse_withdrawn
from garrison.apps.controls import selectors as controls
from garrison.core import audit
from garrison.core.clock import local_day
from garrison.core.commands import Refused, changed, command
from garrison.core.models import User


@command("compliance.plan_assessment")
def plan_assessment(
    *,
    actor: User,
    title: str,
    framework: UUID,
    period_from: date,
    period_until: date,
    lead: str,
    at: datetime,
    scope: str = "",
    unit: str = "",
) -> Assessment:
    """Plan a look at a framework's requirements in a unit over a period."""
    if not title.strip() or not lead.strip():
        raise Refused("give the assessment a title and somebody who leads it")
    if period_until < period_from:
        raise Refused("the period ends before it begins")
    where = selectors.unit_at(viewer=actor, path=unit) if unit and unit != "/" else None
    made = Assessment.objects.create(
        title=title.strip()[:300],
        framework=selectors.framework(viewer=actor, uuid=framework),
        unit=where,
        scope=scope,
        period_from=period_from,
        period_until=period_until,
        lead=lead.strip()[:200],
        planned_by=actor.username,
        planned_at=at,
    )
    changed(
        target=made.title,
        path=where.path if where else "/",
        after={"framework": str(made.framework), "from": period_from, "until": period_until, "lead": made.lead},
    )
    return made


def _open(actor: User, uuid: UUID) -> Assessment:
    """An assessment that may still change. Raises ``Missing`` out of sight, ``Refused`` when it is signed."""
    found = selectors.assessment(viewer=actor, uuid=uuid)
    if found.locked:
        raise Refused(f"{found.title} was signed on {found.signed_at:%Y-%m-%d}; nothing in it changes any more")
    return found


def _asked(actor: User, assessment: Assessment, uuid: UUID) -> Requirement:
    """A requirement of the assessed framework."""
    asked = selectors.requirement(viewer=actor, uuid=uuid)
    if asked.framework_id != assessment.framework_id:
        raise Refused(f"{asked.label or asked.code} belongs to another framework than the assessment's")
    refuse_withdrawn(asked, viewer=actor)
    return asked


def _under_way(assessment: Assessment) -> None:
    """The first thing that is done in an assessment sets it under way."""
    if assessment.state == "planned":
        assessment.state = "under way"
        assessment.save(update_fields=["state"])


@command("compliance.draw_sample")
def draw_sample(*, actor: User, uuid: UUID, population: str, size: int, seed: int, at: datetime) -> Sample:
    """Draw a sample from a real population of the assessment's period; the seed is kept, so anybody can draw again."""
    assessment = _open(actor, uuid)
    if population not in POPULATIONS:
        raise Refused(f"a population is one of {', '.join(POPULATIONS)}")
    if not 0 <= seed < 2**63:
        raise Refused("a seed is a whole number from 0 up")
    members, query = selectors.population(viewer=actor, name=population, assessment=assessment)
    if not members:
        raise Refused("the population is empty in this period; there is nothing to draw from")
    if not 0 < size <= len(members):
        raise Refused(f"the population has {len(members)} members; draw between 1 and that many")
    drawn = draw([member.key for member in members], size=size, seed=seed)
    by_key = {member.key: member for member in members}
    sample = Sample.objects.create(
        assessment=assessment,
        population=population,
        query=query,
        counted=drawn.counted,
        size=size,
        seed=seed,
        digest=drawn.digest,
        drawn_by=actor.username,
        drawn_at=at,
    )
    SampleItem.objects.bulk_create(
        SampleItem(
            sample=sample,
            number=number,
            name=by_key[key].name[:300],
            context=by_key[key].context[:400],
            url=by_key[key].url[:400],
        )
        for number, key in enumerate(drawn.keys, 1)
    )
    _under_way(assessment)
    changed(
        target=f"{assessment.title}: {population}",
        after={"counted": drawn.counted, "size": size, "seed": seed, "digest": drawn.digest},
    )
    return sample


@command("compliance.record_item")
def record_item(*, actor: User, uuid: UUID, outcome: str, at: datetime, note: str = "") -> SampleItem:
    """Record what the tester saw at one drawn member."""
    item = selectors.sample_item(viewer=actor, uuid=uuid)
    assessment = _open(actor, item.sample.assessment.uuid)
    if outcome not in {"passed", "failed"}:
        raise Refused("an item passed or failed")
    if outcome == "failed" and not note.strip():
        raise Refused("say what was wrong with it")
    before = {"outcome": item.outcome, "note": item.note}
    item.outcome, item.note, item.by, item.at = outcome, note.strip()[:400], actor.username, at
    item.save(update_fields=["outcome", "note", "by", "at"])
    changed(target=f"{assessment.title}: {item.name}", before=before, after={"outcome": outcome, "note": item.note})
    return item


@command("compliance.assess")
def assess(
    *,
    actor: User,
    uuid: UUID,
    requirement: UUID,
    aspect: str,
    outcome: str,
    at: datetime,
    note: str = "",
    control: UUID | None = None,
    sample: UUID | None = None,
) -> Check:
    """Record a test of a requirement: of design or of operation. Operation rests on a sample or on words how."""
    assessment = _open(actor, uuid)
    asked = _asked(actor, assessment, requirement)
    if aspect not in dict(Check.ASPECTS) or outcome not in dict(Check.OUTCOMES):
        raise Refused("a test is of design or of operation, and finds it effective or not effective")
    drawn = selectors.sample(viewer=actor, uuid=sample) if sample else None
    if drawn is not None and drawn.assessment_id != assessment.pk:
        raise Refused("the sample belongs to another assessment")
    if drawn is not None and drawn.items.filter(outcome="open").exists():
        raise Refused("some of the sample has not been looked at yet")
    if drawn is None and not note.strip():
        raise Refused("say how it was tested, or name the sample")
    made = Check.objects.create(
        assessment=assessment,
        requirement=asked,
        control=controls.control(viewer=actor, uuid=control) if control else None,
        aspect=aspect,
        outcome=outcome,
        sample=drawn,
        note=note.strip(),
        by=actor.username,
        at=at,
    )
    _under_way(assessment)
    changed(
        target=f"{assessment.title}: {asked.label or asked.code}",
        path=assessment.unit.path if assessment.unit else "/",
        after={"aspect": aspect, "outcome": outcome, "note": made.note},
    )
    return made


@command("compliance.find_deficiency")
def find_deficiency(
    *, actor: User, uuid: UUID, requirement: UUID, title: str, words: str, at: datetime, control: UUID | None = None
) -> Deficiency:
    """Write down what an assessment found wrong."""
    assessment = _open(actor, uuid)
    asked = _asked(actor, assessment, requirement)
    if not title.strip() or not words.strip():
        raise Refused("give it a title and say what was found")
    made = Deficiency.objects.create(
        assessment=assessment,
        requirement=asked,
        control=controls.control(viewer=actor, uuid=control) if control else None,
        title=title.strip()[:300],
        words=words.strip(),
        found_by=actor.username,
        found_at=at,
    )
    _under_way(assessment)
    changed(target=made.title, after={"requirement": asked.code, "words": made.words})
    return made


def _deficiency(actor: User, uuid: UUID) -> Deficiency:
    """A deficiency in sight."""
    return selectors.deficiency(viewer=actor, uuid=uuid)


@command("compliance.judge")
def judge(*, actor: User, uuid: UUID, gravity: str, reasons: str, at: datetime) -> Deficiency:
    """Judge how grave a deficiency is, with the reasons: a recorded judgement, never a computed one."""
    found = _deficiency(actor, uuid)
    _open(actor, found.assessment.uuid)
    if gravity not in dict(Deficiency.GRAVITIES) or gravity == "not judged":
        raise Refused("choose how grave it is")
    if not reasons.strip():
        raise Refused("a judgement needs its reasons: what could be misstated or harmed, how likely, what compensates")
    before = {"gravity": found.gravity, "reasons": found.reasons}
    found.gravity, found.reasons, found.judged_by, found.judged_at = gravity, reasons.strip(), actor.username, at
    found.save(update_fields=["gravity", "reasons", "judged_by", "judged_at"])
    changed(target=found.title, before=before, after={"gravity": gravity, "reasons": found.reasons})
    return found


@command("compliance.plan_remedy")
def plan_remedy(*, actor: User, uuid: UUID, remedy: str, owner: str, due: date, at: datetime) -> Deficiency:
    """Plan how a deficiency is repaired, by whom, by when; also after the assessment was signed."""
    found = _deficiency(actor, uuid)
    if found.state == "repaired":
        raise Refused("it was repaired already")
    if not remedy.strip() or not owner.strip():
        raise Refused("say what will be done and who answers for it")
    if due < local_day(at):
        raise Refused("the day lies in the past")
    before = {"remedy": found.remedy, "owner": found.owner, "due": found.due}
    found.remedy, found.owner, found.due = remedy.strip(), owner.strip()[:200], due
    found.save(update_fields=["remedy", "owner", "due"])
    changed(target=found.title, before=before, after={"remedy": found.remedy, "owner": found.owner, "due": due})
    return found


@command("compliance.repair")
def repair(*, actor: User, uuid: UUID, note: str, at: datetime) -> Deficiency:
    """Say that a deficiency is repaired, and how that was seen."""
    found = _deficiency(actor, uuid)
    if found.state == "repaired":
        raise Refused("it was repaired already")
    if not note.strip():
        raise Refused("say how the repair was seen to work")
    found.state, found.repaired_on, found.repaired_note = "repaired", local_day(at), note.strip()[:400]
    found.save(update_fields=["state", "repaired_on", "repaired_note"])
    changed(target=found.title, before={"state": "open"}, after={"state": "repaired", "note": found.repaired_note})
    return found


@command("compliance.roll_forward")
def roll_forward(*, actor: User, uuid: UUID, until: date, note: str) -> Assessment:
    """Carry an interim conclusion to a later day: what was asked and seen since the period's end."""
    found = _open(actor, uuid)
    if until <= found.period_until:
        raise Refused("a roll-forward reaches beyond the period")
    if not note.strip():
        raise Refused("say what was done since the period's end to carry the conclusion on")
    found.rolled_until, found.rolled_note, found.rolled_by = until, note.strip(), actor.username
    found.save(update_fields=["rolled_until", "rolled_note", "rolled_by"])
    changed(target=found.title, after={"until": until, "note": found.rolled_note})
    return found


@command("compliance.sign_assessment")
def sign_assessment(*, actor: User, uuid: UUID, conclusion: str, at: datetime) -> Assessment:
    """Sign an assessment; from then on nothing in it changes but the repair of what it found."""
    found = _open(actor, uuid)
    if not conclusion.strip():
        raise Refused("sign with a conclusion in words")
    if not found.checks.exists():
        raise Refused("nothing was tested yet")
    left = found.samples.filter(items__outcome="open").distinct().count()
    if left:
        raise Refused("a sample still has members that nobody looked at")
    unjudged = found.deficiencies.filter(gravity="not judged").count()
    if unjudged:
        raise Refused(f"{unjudged} deficiencies wait for a judgement")
    found.state, found.signed_by, found.signed_at = "signed", actor.username, at
    found.conclusion = conclusion.strip()
    found.digest = digest(found)
    found.save(update_fields=["state", "signed_by", "signed_at", "conclusion", "digest"])
    changed(target=found.title, before={"state": "under way"}, after={"state": "signed", "sha256": found.digest})
    return found


def digest(assessment: Assessment) -> str:
    """The SHA-256 of all that an assessment says: plan, samples, tests, findings with their judgements, conclusion."""
    told = {
        "title": assessment.title,
        "framework": assessment.framework.key,
        "period": [assessment.period_from, assessment.period_until],
        "scope": assessment.scope,
        "lead": assessment.lead,
        "rolled": [assessment.rolled_until, assessment.rolled_note],
        "conclusion": assessment.conclusion,
        "samples": [
            [s.population, s.counted, s.size, s.seed, s.digest, list(s.items.values_list("name", "outcome", "note"))]
            for s in assessment.samples.order_by("pk")
        ],
        "checks": list(
            assessment.checks.order_by("pk").values_list("requirement__key", "aspect", "outcome", "note", "by", "at")
        ),
        "deficiencies": list(
            assessment.deficiencies.order_by("pk").values_list(
                "requirement__key", "title", "words", "gravity", "reasons", "judged_by"
            )
        ),
    }
    plain = audit.plain(told)
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

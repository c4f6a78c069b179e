"""What a case taught: causes, lessons, and what adopting a lesson changes."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max

from garrison.apps.controls import selectors as controls
from garrison.apps.controls import services as controls_services
from garrison.apps.incidents import selectors
from garrison.apps.incidents.models import Cause, Incident, Lesson, PlaybookStep
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.apps.organization import selectors as organization
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User


@command("incidents.add_cause")
def add_cause(*, actor: User, uuid: UUID, kind: str, text: str, at: datetime) -> Cause:
    """Write down what let it happen or made it worse."""
    incident = open_case(actor, uuid)
    text = " ".join(text.split())[:400]
    if kind not in dict(Cause.KINDS) or not text:
        raise Refused("say what it was, and where it lies")
    made = Cause.objects.create(incident=incident, kind=kind, text=text, at=at)
    changed(target=incident.code, path=incident.path, after={"cause": text, "kind": kind})
    return made


@command("incidents.add_lesson")
def add_lesson(
    *,
    actor: User,
    uuid: UUID,
    text: str,
    owner: str,
    at: datetime,
    due: date | None = None,
    cost: Decimal | None = None,
    retest_on: date | None = None,
    kind: str = "action",
    target: str = "",
    change: Mapping[str, Any] | None = None,
) -> Lesson:
    """Write down a lesson with owner, day, money and re-test, and what it would change once it is adopted.

    ``change``: of a control {"effectiveness": 0 to 1}; of a playbook {"step": words}; of a scenario nothing, or
    {"count": n, "months": m} where more is known than the cases here tell.
    """
    incident = open_case(actor, uuid)
    text, owner, target = " ".join(text.split())[:400], owner.strip()[:200], target.strip()[:60]
    if not text or not owner:
        raise Refused("a lesson needs words and an owner")
    change = dict(change or {})
    _check(actor, kind, target, change)
    top = organization.root(viewer=actor)
    made = Lesson.objects.create(
        incident=incident,
        text=text,
        owner=owner,
        due=due,
        cost=cost,
        currency="" if cost is None else ((top.currency if top else "") or "USD"),
        retest_on=retest_on,
        kind=kind,
        target=target if kind != "action" else "",
        change=change,
        made_at=at,
    )
    changed(
        target=incident.code,
        path=incident.path,
        after={"lesson": text, "owner": owner, "kind": kind, "target": target, "change": change, "cost": cost},
    )
    return made


def _check(actor: User, kind: str, target: str, change: dict[str, Any]) -> None:
    """Refuse a lesson that would change nothing we know."""
    if kind not in dict(Lesson.KINDS):
        raise Refused("say what the lesson changes")
    if kind == "action":
        return
    if not target:
        raise Refused("name what it changes by its code")
    if kind == "control":
        if not controls.controls(viewer=actor).filter(code__iexact=target).exists():
            raise Refused(f"there is no control {target}")
        share = change.get("effectiveness")
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            raise Refused("say how many of 100 attempts the control stops, as this case shows")
    if kind == "playbook":
        selectors.playbook(viewer=actor, code=target)
        if not str(change.get("step", "")).strip():
            raise Refused("say which step the playbook gets")
    if kind == "scenario" and change:
        count, months = change.get("count"), change.get("months")
        if not (isinstance(count, int) and isinstance(months, int) and count >= 0 and 0 < months <= 1200):
            raise Refused("say how many in how many months, such as 3 in 36 months")


def _lesson(actor: User, uuid: UUID) -> Lesson:
    """A lesson of a case in sight, open or closed: lessons outlive cases."""
    return selectors.lesson(viewer=actor, uuid=uuid)


@command("incidents.adopt_lesson")
def adopt_lesson(*, actor: User, uuid: UUID, at: datetime) -> Lesson:
    """Let a lesson change what it is about: a control gets a test, a playbook a step.

    A scenario's frequency lies with the risk app, which subscribes to this command and tells back by ``note_effect``.
    """
    lesson = _lesson(actor, uuid)
    incident = lesson.incident
    if lesson.adopted_at is not None:
        raise Refused("that lesson was adopted already")
    if lesson.kind == "action":
        raise Refused("that lesson changes no record of ours; mark it as done instead")
    if incident.exercise and lesson.kind != "playbook":
        raise Refused("an exercise changes playbooks only; what did not happen is not counted")
    before, after = None, None
    if lesson.kind == "control":
        before, after = _change_control(actor, lesson, incident, at)
    elif lesson.kind == "playbook":
        before, after = _change_playbook(actor, lesson, incident, at)
    lesson.adopted_at, lesson.adopted_by, lesson.before, lesson.after = at, actor, before, after
    lesson.save(update_fields=["adopted_at", "adopted_by", "before", "after"])
    if incident.closed_at is None:
        title = f"Lesson adopted: {lesson.get_kind_display().lower()}, {lesson.target}"
        write_entry(actor, incident, at=at, kind="decision", title=title, text=lesson.text, happened=at)
    changed(
        target=incident.code,
        path=incident.path,
        before={"lesson": lesson.text, "target": lesson.target, "value": before},
        after={"target": lesson.target, "value": after},
    )
    return lesson


def _change_control(
    actor: User, lesson: Lesson, incident: Incident, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Record what the case measured as a test of the control; gives its effectiveness before and after."""
    control = controls.controls(viewer=actor).filter(code__iexact=lesson.target).first()
    if control is None:
        raise Missing(f"there is no control {lesson.target}")
    day = local_day(at)
    before = control.standing(day).effectiveness
    controls_services.record_test(
        actor=actor,
        uuid=control.uuid,
        on=day,
        effectiveness=float(lesson.change["effectiveness"]),
        at=at,
        note=f"{incident.code}: {lesson.text}",
    )
    now = controls.control(viewer=actor, uuid=control.uuid).standing(day).effectiveness
    return {"effectiveness": round(before, 6)}, {"effectiveness": round(now, 6)}


def _change_playbook(
    actor: User, lesson: Lesson, incident: Incident, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Add a step to the playbook; gives its versions before and after."""
    before = selectors.playbook(viewer=actor, code=lesson.target).version
    last = PlaybookStep.objects.filter(playbook=lesson.target).aggregate(Max("number"))["number__max"] or 0
    PlaybookStep.objects.create(
        playbook=lesson.target,
        number=last + 1,
        title=str(lesson.change["step"])[:200],
        owner=lesson.owner,
        because=f"{incident.code}: {lesson.text}"[:400],
        at=at,
        by=actor,
    )
    return {"version": before}, {"version": selectors.playbook(viewer=actor, code=lesson.target).version}


@command("incidents.note_effect")
def note_effect(
    *, actor: User, uuid: UUID, before: Mapping[str, Any], after: Mapping[str, Any], at: datetime
) -> Lesson:
    """Keep what an adopted lesson changed elsewhere, as a higher app measured it."""
    lesson = _lesson(actor, uuid)
    if lesson.adopted_at is None:
        raise Refused("that lesson was not adopted")
    lesson.before = {**(lesson.before or {}), **before}
    lesson.after = {**(lesson.after or {}), **after}
    lesson.save(update_fields=["before", "after"])
    changed(target=lesson.incident.code, path=lesson.incident.path, before=lesson.before, after={"value": lesson.after})
    return lesson


@command("incidents.finish_lesson")
def finish_lesson(*, actor: User, uuid: UUID, at: datetime) -> Lesson:
    """Say that a lesson's action is done."""
    lesson = _lesson(actor, uuid)
    if lesson.done_at is not None:
        raise Refused("that lesson is done already")
    lesson.done_at = at
    lesson.save(update_fields=["done_at"])
    changed(target=lesson.incident.code, path=lesson.incident.path, after={"lesson": lesson.text, "done": at})
    return lesson


@command("incidents.retest_lesson")
def retest_lesson(*, actor: User, uuid: UUID, passed: bool, at: datetime) -> Lesson:
    """Say whether the re-test of a lesson passed; one that failed puts its action back to open."""
    lesson = _lesson(actor, uuid)
    if lesson.done_at is None:
        raise Refused("a re-test comes after the action is done")
    before = {"retested_at": lesson.retested_at, "passed": lesson.retest_passed}
    lesson.retested_at, lesson.retest_passed = at, passed
    if not passed:
        lesson.done_at = None
    lesson.save(update_fields=["retested_at", "retest_passed", "done_at"])
    changed(
        target=lesson.incident.code,
        path=lesson.incident.path,
        before=before,
        after={"lesson": lesson.text, "passed": passed},
    )
    return lesson

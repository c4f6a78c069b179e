"""The review: causes, lessons, and what they change."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.incidents import selectors, services
from garrison.apps.incidents.forms import CauseForm, LessonForm
from garrison.apps.incidents.models import Incident, Lesson
from garrison.apps.incidents.views.case import frame
from garrison.core.http import needs, user_of
from garrison.core.registries import panels
from garrison.core.ui import figures, lists

_COUNTED = re.compile(r"(\d+)\D+(\d+)")


@require_GET
def review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Causes and lessons of one case."""
    return _review(request, services.look_at(actor=user_of(request), uuid=uuid))


def _review(request: HttpRequest, incident: Incident, **more: Any) -> HttpResponse:
    """The page, with a form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    lessons = selectors.lessons(viewer=viewer, incident=incident)
    context = {
        "causes": selectors.causes(viewer=viewer, incident=incident),
        "lessons": [(lesson, change_words(lesson)) for lesson in lessons],
        "cause_form": CauseForm(),
        "lesson_form": LessonForm(),
        "blocks": panels("incidents.review", viewer=viewer, subject=incident, as_of=at),
        "may_learn": selectors.may_work(viewer=viewer, incident=incident),
        **frame(viewer, incident, at),
        **more,
    }
    return render(request, "incidents/review.html", context, status=422 if more else 200)


def change_words(lesson: Lesson) -> str:
    """What a lesson changes, or changed."""
    before, after = lesson.before or {}, lesson.after or {}
    if "effectiveness" in after:
        return f"{lesson.target} {figures.percent(before['effectiveness'])} → {figures.percent(after['effectiveness'])}"
    if "version" in after:
        return _("%(code)s %(before)s → %(after)s") % {
            "code": lesson.target,
            "before": before["version"],
            "after": after["version"],
        }
    if "rate" in after:
        return _("%(code)s %(before)s → %(after)s a year, before controls") % {
            "code": lesson.target,
            "before": f"{before['rate']:.3g}",
            "after": f"{after['rate']:.3g}",
        }
    if lesson.kind == "control":
        return _("%(code)s to %(share)s") % {
            "code": lesson.target,
            "share": figures.percent(lesson.change.get("effectiveness", 0)),
        }
    if lesson.kind == "playbook":
        return f"{lesson.target}: {lesson.change.get('step', '')}"
    if lesson.kind == "scenario":
        if "count" in lesson.change:
            counted = {"n": lesson.change["count"], "m": lesson.change["months"], "code": lesson.target}
            return _("%(code)s counts %(n)s in %(m)s months") % counted
        return _("%(code)s, as counted here") % {"code": lesson.target}
    return ""


@require_POST
@needs("incidents.add_cause")
def add_cause(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down a cause."""
    form = CauseForm(request.POST)
    if not form.is_valid():
        return _review(request, services.look_at(actor=user_of(request), uuid=uuid), cause_form=form)
    services.add_cause(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Cause written down"), to=reverse("incidents:review", args=[uuid]))


@require_POST
@needs("incidents.add_lesson")
def add_lesson(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down a lesson."""
    form = LessonForm(request.POST)
    if not form.is_valid():
        return _review(request, services.look_at(actor=user_of(request), uuid=uuid), lesson_form=form)
    told = dict(form.cleaned_data)
    value = told.pop("value")
    services.add_lesson(
        actor=user_of(request), uuid=uuid, at=timezone.now(), change=_change(told["kind"], value), **told
    )
    return lists.done(request, _("Lesson written down"), to=reverse("incidents:review", args=[uuid]))


def _change(kind: str, value: str) -> dict[str, Any]:
    """What the one field for the change means for each kind."""
    value = value.strip()
    if kind == "control":
        number = value.rstrip("% ").replace(",", ".")
        return {"effectiveness": float(number) / 100} if re.fullmatch(r"\d+(\.\d+)?", number) else {}
    if kind == "playbook":
        return {"step": value}
    if kind == "scenario" and (found := _COUNTED.search(value)):
        return {"count": int(found[1]), "months": int(found[2])}
    return {}


@require_POST
@needs("incidents.adopt_lesson")
def adopt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let a lesson change what it is about."""
    lesson = services.adopt_lesson(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Lesson adopted"), to=reverse("incidents:review", args=[lesson.incident.uuid]))


@require_POST
@needs("incidents.finish_lesson")
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that a lesson's action is done."""
    lesson = services.finish_lesson(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Done"), to=reverse("incidents:review", args=[lesson.incident.uuid]))


@require_POST
@needs("incidents.retest_lesson")
def retest(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say whether a re-test passed."""
    passed = request.POST.get("passed") == "yes"
    lesson = services.retest_lesson(actor=user_of(request), uuid=uuid, passed=passed, at=timezone.now())
    said = _("Re-test passed") if passed else _("Re-test failed; the action is open again")
    return lists.done(request, said, to=reverse("incidents:review", args=[lesson.incident.uuid]))

"""One requirement: what it asks, how it stands, and what people say and decide about it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.forms import AppliesForm, DecisionForm, EvidenceForm, MapForm, RequestForm
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.registries import panels
from garrison.core.scopes import allowed
from garrison.core.ui import lists

COMMANDS = (
    "compliance.map_control", "compliance.set_applicability", "compliance.decide_addressable",
    "compliance.add_evidence", "compliance.request_evidence",
)  # fmt: skip


@require_GET
def requirement_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One requirement: its wording, who meets it, what shows it, where else it is asked, what was decided."""
    now, viewer = timezone.now(), user_of(request)
    today = local_day(now)
    shown = selectors.shown(viewer=viewer, uuid=uuid, as_of=today)
    held = {name.partition(".")[2] for name in allowed(viewer, COMMANDS)}
    context = {
        "requirement": shown.requirement,
        "shown": shown,
        "at": now,
        "today": today,
        "held": held,
        "map_form": MapForm(viewer=viewer) if "map_control" in held else None,
        "applies_form": AppliesForm(viewer=viewer) if "set_applicability" in held else None,
        "decision_form": DecisionForm(viewer=viewer) if "decide_addressable" in held else None,
        "evidence_form": EvidenceForm(viewer=viewer, initial={"collected_on": today})
        if "add_evidence" in held
        else None,
        "request_form": RequestForm() if "request_evidence" in held else None,
        "blocks": panels("compliance.requirement", viewer=viewer, subject=shown.requirement, as_of=now),
    }
    return render(request, "compliance/requirement.html", context)


def _back(uuid: UUID) -> str:
    """The requirement's page."""
    return reverse("compliance:requirement", args=[uuid])


def wrong(form: object) -> str:
    """What is wrong with a form, in one line."""
    errors: dict[str, list[str]] = form.errors  # type: ignore[attr-defined]
    fields = form.fields  # type: ignore[attr-defined]
    return "; ".join(
        f"{fields[name].label if name in fields else ''}: {' '.join(map(str, told))}" for name, told in errors.items()
    )


@require_POST
@needs("compliance.map_control")
def map_control(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that a control meets the requirement."""
    viewer = user_of(request)
    form = MapForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_back(uuid))
    told = form.cleaned_data
    mapped = services.map_control(
        actor=viewer,
        control=UUID(told["control"]),
        requirement=uuid,
        strength=told["strength"],
        rationale=told["rationale"],
        at=timezone.now(),
    )
    said = _("%(code)s now counts for it") % {"code": mapped.mapping.control.code}
    return lists.done(request, said, undo=mapped.undo, to=_back(uuid))


@require_POST
@needs("compliance.unmap")
def unmap(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a mapping back."""
    services.unmap(actor=user_of(request), uuid=uuid)
    return lists.done(request, _("It counts no longer"))


@require_POST
@needs("compliance.set_applicability")
def set_applicability(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record whether the requirement applies."""
    viewer = user_of(request)
    form = AppliesForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_back(uuid))
    told = form.cleaned_data
    services.set_applicability(
        actor=viewer,
        uuid=uuid,
        applies=told["applies"] == "yes",
        justification=told["justification"],
        unit=told["unit"],
        owner=told["owner"],
        status=told["status"],
        at=timezone.now(),
    )
    return lists.done(request, _("Recorded under your name"), to=_back(uuid))


@require_POST
@needs("compliance.decide_addressable")
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record the decision about an addressable specification."""
    viewer = user_of(request)
    form = DecisionForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_back(uuid))
    told = form.cleaned_data
    services.decide_addressable(
        actor=viewer,
        uuid=uuid,
        choice=told["choice"],
        reasons=told["reasons"],
        alternative=told["alternative"],
        unit=told["unit"],
        review_on=told["review_on"],
        at=timezone.now(),
    )
    return lists.done(request, _("Decision recorded; it is kept with its reasons"), to=_back(uuid))


@require_POST
@needs("compliance.add_evidence")
def add_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep a file as evidence of the requirement."""
    viewer = user_of(request)
    form = EvidenceForm(request.POST, request.FILES, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_back(uuid))
    told = form.cleaned_data
    services.add_evidence(
        actor=viewer,
        title=told["title"],
        name=told["file"].name,
        content=told["file"].read(),
        collected_on=told["collected_on"],
        valid_until=told["valid_until"],
        note=told["note"],
        requirement=uuid,
        at=timezone.now(),
    )
    return lists.done(request, _("Evidence kept under its SHA-256"), to=_back(uuid))


@require_POST
@needs("compliance.request_evidence")
def request_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask to see what shows the requirement."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_back(uuid))
    services.request_evidence(actor=user_of(request), requirement=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Asked"), to=_back(uuid))

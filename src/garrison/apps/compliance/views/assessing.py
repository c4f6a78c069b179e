"""Assessments: the list, one of them, and what is done in it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.forms import (
    AssessmentForm,
    CheckForm,
    DeficiencyForm,
    ItemForm,
    JudgeForm,
    RemedyForm,
    RequestForm,
    RollForm,
    SampleForm,
    SignForm,
)
from garrison.apps.compliance.models import Assessment
from garrison.apps.compliance.views.handing import handed
from garrison.apps.compliance.views.requirements import wrong
from garrison.core.clock import local_day
from garrison.core.commands import Refused
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.scopes import allowed, may
from garrison.core.ui import cells, lists

COMMANDS = (
    "compliance.draw_sample", "compliance.record_item", "compliance.assess", "compliance.find_deficiency",
    "compliance.judge", "compliance.plan_remedy", "compliance.repair", "compliance.roll_forward",
    "compliance.sign_assessment", "compliance.request_evidence",
)  # fmt: skip


def _state(row: Assessment) -> SafeString:
    """An assessment's state."""
    kind, icon = {"planned": ("mute", "calendar"), "under way": ("acc", "progress")}.get(row.state, ("ok", "lock"))
    return cells.state(row.get_state_display(), kind, icon)


ASSESSMENTS = lists.ListPage(
    key="compliance.assessments",
    title=_("Assessments"),
    noun=_("assessments"),
    columns=[
        lists.Column(
            "title",
            _("Assessment"),
            order=("title",),
            cell=lambda a, look: cells.two(
                a.title, str(a.framework), url=reverse("compliance:assessment", args=[a.uuid])
            ),
        ),
        lists.Column("state", _("State"), order=("state",), nowrap=True, cell=lambda a, look: _state(a)),
        lists.Column(
            "period_until", _("Period"), order=("period_until",), nowrap=True, priority=2,
            cell=lambda a, look: f"{a.period_from:%-d %b %Y} – {a.period_until:%-d %b %Y}",
        ),
        lists.Column("tested", _("Tested"), order=("tested",), numeric=True, priority=2),
        lists.Column("wrong", _("Open findings"), order=("wrong",), numeric=True, priority=2),
        lists.Column("lead", _("Led by"), order=("lead",), priority=3),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[lists.Filter("state", _("State"), "choice", choices=Assessment.STATES)],
    search=("title", "lead", "framework__title"),
    sort="-period_until",
    views=[lists.View("all", _("All"), {}), lists.View("open", _("Under way"), {"state": "under way"})],
    empty=lists.Empty(
        _("No assessments yet"),
        _("Plan one: a framework, a period, who leads it. Samples are drawn from what the system holds."),
        _("Plan an assessment"),
        "compliance:assessment_new",
    ),
    template="compliance/assessments.html",
    crumbs=((_("Compliance"), "/compliance/"),),
)  # fmt: skip


@require_GET
def assessment_list(request: HttpRequest) -> HttpResponseBase:
    """The assessments in sight."""
    viewer = user_of(request)
    extra = {"may_plan": may(viewer, "compliance.plan_assessment")}
    return lists.respond(request, ASSESSMENTS, selectors.assessments(viewer=viewer), extra, at=timezone.now())


@require_http_methods(["GET", "POST"])
def assessment_new(request: HttpRequest) -> HttpResponse:
    """Plan an assessment."""
    viewer = user_of(request)
    form = AssessmentForm(request.POST if request.method == "POST" else None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            made = services.plan_assessment(
                actor=viewer, framework=UUID(told.pop("framework")), at=timezone.now(), **told
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return lists.done(request, _now("Planned"), to=reverse("compliance:assessment", args=[made.uuid]))
    return render(request, "compliance/assessment_new.html", {"form": form}, status=422 if form.errors else 200)


def _choices(form: CheckForm | DeficiencyForm, viewer: User, assessment: Assessment) -> None:
    """Offer what an assessment's forms choose from."""
    fields = form.fields
    fields["requirement"].choices = selectors.requirement_choices(viewer=viewer, framework=assessment.framework)  # type: ignore[attr-defined]
    if "sample" in fields:
        drawn = selectors.samples(viewer=viewer, assessment=assessment)
        fields["sample"].choices = [("", "–"), *((str(each.sample.uuid), str(each.sample)) for each in drawn)]  # type: ignore[attr-defined]


@require_GET
def assessment_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One assessment: plan, samples, tests, what was found, sign-off; or the same as XLSX or PDF."""
    viewer, now = user_of(request), timezone.now()
    found = selectors.assessment(viewer=viewer, uuid=uuid)
    if request.GET.get("format"):
        document = selectors.report(viewer=viewer, assessment=found)
        name = f"assessment-{found.period_until.isoformat()}"
        return handed(request, document, name, viewer=viewer, at=now)
    held = set() if found.locked else {name.partition(".")[2] for name in allowed(viewer, COMMANDS)}
    if found.locked:
        held = {name.partition(".")[2] for name in allowed(viewer, ("compliance.plan_remedy", "compliance.repair"))}
    checks = list(selectors.checks(viewer=viewer, assessment=found))
    check_form, deficiency_form = CheckForm(viewer=viewer), DeficiencyForm(viewer=viewer)
    for form in (check_form, deficiency_form):
        _choices(form, viewer, found)
    context = {
        "assessment": found,
        "samples": selectors.samples(viewer=viewer, assessment=found),
        "checks": checks,
        "asked": selectors.asked_count(viewer=viewer, framework=found.framework),
        "tested": len({check.requirement_id for check in checks}),
        "deficiencies": list(selectors.deficiencies(viewer=viewer).filter(assessment=found)),
        "requests": list(selectors.requests(viewer=viewer).filter(assessment=found)),
        "held": held,
        "sample_form": SampleForm(initial={"seed": int(now.timestamp())}),
        "check_form": check_form,
        "deficiency_form": deficiency_form,
        "judge_form": JudgeForm(),
        "remedy_form": RemedyForm(),
        "roll_form": RollForm(),
        "sign_form": SignForm(),
        "request_form": RequestForm(),
        "at": now,
        "today": local_day(now),
    }
    return render(request, "compliance/assessment.html", context)


def _to(uuid: UUID) -> str:
    """The assessment's page."""
    return reverse("compliance:assessment", args=[uuid])


@require_POST
@needs("compliance.draw_sample")
def draw_sample(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Draw a sample."""
    form = SampleForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    sample = services.draw_sample(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    said = _now("%(size)s of %(all)s drawn") % {"size": sample.size, "all": sample.counted}
    return lists.done(request, said, to=_to(uuid) + "#samples")


@require_POST
@needs("compliance.record_item")
def record_item(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    """Record what a tester saw at one drawn member."""
    form = ItemForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.record_item(actor=user_of(request), uuid=item, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _now("Recorded"), to=_to(uuid) + "#samples")


@require_POST
@needs("compliance.assess")
def assess(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a test of design or operation."""
    viewer = user_of(request)
    form = CheckForm(request.POST, viewer=viewer)
    _choices(form, viewer, selectors.assessment(viewer=viewer, uuid=uuid))
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    told = form.cleaned_data
    services.assess(
        actor=viewer,
        uuid=uuid,
        requirement=UUID(told["requirement"]),
        aspect=told["aspect"],
        outcome=told["outcome"],
        control=UUID(told["control"]) if told["control"] else None,
        sample=UUID(told["sample"]) if told["sample"] else None,
        note=told["note"],
        at=timezone.now(),
    )
    return lists.done(request, _now("Test recorded"), to=_to(uuid) + "#tests")


@require_POST
@needs("compliance.find_deficiency")
def find_deficiency(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down what was found wrong."""
    viewer = user_of(request)
    form = DeficiencyForm(request.POST, viewer=viewer)
    _choices(form, viewer, selectors.assessment(viewer=viewer, uuid=uuid))
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    told = form.cleaned_data
    services.find_deficiency(
        actor=viewer,
        uuid=uuid,
        requirement=UUID(told["requirement"]),
        title=told["title"],
        words=told["words"],
        control=UUID(told["control"]) if told["control"] else None,
        at=timezone.now(),
    )
    return lists.done(request, _now("Written down; judge how grave it is"), to=_to(uuid) + "#findings")


@require_POST
@needs("compliance.judge")
def judge(request: HttpRequest, uuid: UUID, deficiency: UUID) -> HttpResponse:
    """Judge how grave a deficiency is."""
    form = JudgeForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.judge(actor=user_of(request), uuid=deficiency, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _now("Judgement recorded under your name"), to=_to(uuid) + "#findings")


@require_POST
@needs("compliance.plan_remedy")
def plan_remedy(request: HttpRequest, uuid: UUID, deficiency: UUID) -> HttpResponse:
    """Plan the repair of a deficiency."""
    form = RemedyForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.plan_remedy(actor=user_of(request), uuid=deficiency, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _now("Remedy planned"), to=_to(uuid) + "#findings")


@require_POST
@needs("compliance.repair")
def repair(request: HttpRequest, uuid: UUID, deficiency: UUID) -> HttpResponse:
    """Say that a deficiency is repaired."""
    note = request.POST.get("note", "").replace("\x00", "")[:400]
    services.repair(actor=user_of(request), uuid=deficiency, note=note, at=timezone.now())
    return lists.done(request, _now("Repaired"), to=_to(uuid) + "#findings")


@require_POST
@needs("compliance.roll_forward")
def roll_forward(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Carry the conclusion to a later day."""
    form = RollForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.roll_forward(actor=user_of(request), uuid=uuid, **form.cleaned_data)
    return lists.done(request, _now("Rolled forward"), to=_to(uuid))


@require_POST
@needs("compliance.sign_assessment")
def sign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Sign the assessment."""
    form = SignForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.sign_assessment(
        actor=user_of(request), uuid=uuid, conclusion=form.cleaned_data["conclusion"], at=timezone.now()
    )
    return lists.done(request, _now("Signed; nothing in it changes any more"), to=_to(uuid))


@require_POST
@needs("compliance.request_evidence")
def ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask to see something for the assessment."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=_to(uuid))
    services.request_evidence(actor=user_of(request), assessment=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _now("Asked"), to=_to(uuid))

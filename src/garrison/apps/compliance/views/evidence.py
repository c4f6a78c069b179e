"""Evidence: the list, one item with its auditor's box, its file; and what auditors ask for."""

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
from garrison.apps.compliance.forms import AnswerForm, ReportForm, WhyForm
from garrison.apps.compliance.models import Evidence, EvidenceRequest, ServiceReport
from garrison.apps.compliance.views.requirements import wrong
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.scopes import may
from garrison.core.ui import cells, figures, lists


def _state(item: Evidence, look: lists.Look) -> SafeString:
    """Whether an item counts today."""
    if item.withdrawn_at is not None:
        return cells.state(_now("Withdrawn"), "mute", "archive")
    if item.valid_until is not None and item.valid_until < local_day(look.at):
        return cells.state(_now("Ended"), "warn", "clock")
    if item.kind == "measure" and not item.agrees:
        return cells.state(_now("Counts differ"), "crit", "alert-triangle")
    if item.kind == "measure" and item.exceptions:
        return cells.state(_now("%(n)s exceptions") % {"n": figures.number(item.exceptions)}, "warn", "alert-triangle")
    return cells.state(_now("Counts"), "ok", "circle-check")


EVIDENCE = lists.ListPage(
    key="compliance.evidence",
    title=_("Evidence"),
    noun=_("items of evidence"),
    columns=[
        lists.Column(
            "title",
            _("What it shows"),
            order=("title",),
            cell=lambda e, look: cells.two(
                e.title, e.said or e.file_name or e.url, url=reverse("compliance:evidence_item", args=[e.uuid])
            ),
        ),
        lists.Column("state", _("State"), value="kind", cell=_state, nowrap=True),
        lists.Column("kind", _("Kind"), order=("kind",), cell=lambda e, look: e.get_kind_display(), priority=2),
        lists.Column(
            "collected_on", _("Of"), order=("collected_on",), nowrap=True, priority=2,
            cell=lambda e, look: figures.day(e.collected_on, at=look.at),
        ),
        lists.Column(
            "valid_until", _("Counts until"), order=("valid_until",), nowrap=True, priority=3,
            cell=lambda e, look: figures.day(e.valid_until, at=look.at) if e.valid_until else "–",
        ),
        lists.Column("by", _("By"), order=("by",), priority=3),
        lists.Column("sha256", _("SHA-256"), shown=False),
        lists.Column("population", _("Population"), numeric=True, shown=False),
        lists.Column("exceptions", _("Exceptions"), numeric=True, shown=False),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[
        lists.Filter("kind", _("Kind"), "choice", choices=Evidence.KINDS),
        lists.Filter("collected_on", _("Of"), "dates", shown=False),
        lists.Filter("newest", _("Newest measures"), "boolean", shown=False),
    ],
    search=("title", "file_name", "said", "sha256"),
    sort="-collected_on",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("measures", _("Made by the system"), {"newest": "yes"}),
        lists.View("files", _("Files"), {"kind": "file"}),
    ],
    empty=lists.Empty(
        _("No evidence yet"),
        _("Open a requirement and add a file there; or let the system measure itself from the compliance page."),
        _("Compliance"),
        "compliance:home",
    ),
    rule=_("What the system measures is kept run by run; nothing is overwritten."),
    crumbs=((_("Compliance"), "/compliance/"),),
)  # fmt: skip

REQUESTS = lists.ListPage(
    key="compliance.requests",
    title=_("Requests for evidence"),
    noun=_("requests"),
    columns=[
        lists.Column(
            "title",
            _("Asked"),
            order=("title",),
            cell=lambda r, look: cells.two(
                r.title,
                str(r.requirement or r.assessment or ""),
                url=reverse("compliance:request", args=[r.uuid]),
            ),
        ),
        lists.Column("state", _("State"), order=("state",), nowrap=True, cell=lambda r, look: _request_state(r)),
        lists.Column("due", _("By"), order=("due",), nowrap=True, priority=2, cell=lambda r, look: _due(r, look)),
        lists.Column("owner", _("Of"), order=("owner",), priority=2),
        lists.Column("asked_by", _("Asked by"), value=lambda r: str(r.asked_by), order=("asked_by",), priority=3),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[lists.Filter("state", _("State"), "choice", choices=EvidenceRequest.STATES)],
    search=("title", "words", "owner"),
    sort="due",
    views=[
        lists.View("open", _("Waiting"), {"state": "asked"}),
        lists.View("all", _("All"), {}),
    ],
    empty=lists.Empty(
        _("Nothing was asked yet"),
        _("An auditor asks on the page of a requirement or of an assessment; the owner answers here with evidence."),
        _("Compliance"),
        "compliance:home",
    ),
    crumbs=((_("Compliance"), "/compliance/"),),
)

REPORTS = lists.ListPage(
    key="compliance.reports",
    title=_("Service organisations"),
    noun=_("reports"),
    columns=[
        lists.Column(
            "provider",
            _("Provider and report"),
            order=("provider",),
            cell=lambda r, look: cells.two(
                r.provider, f"{r.kind}, {r.service}", url=reverse("compliance:report", args=[r.uuid])
            ),
        ),
        lists.Column("opinion", _("Opinion"), order=("opinion",), cell=lambda r, look: _opinion(r), nowrap=True),
        lists.Column(
            "period_until", _("Covers"), order=("period_until",), nowrap=True, priority=2,
            cell=lambda r, look: f"{r.period_from:%-d %b %Y} – {r.bridged_until or r.period_until:%-d %b %Y}",
        ),
        lists.Column(
            "expected", _("Expects of us"), value=lambda r: len(r.expected.all()), priority=2,
            cell=lambda r, look: _expected(r),
        ),
        lists.Column("uuid", "uuid", export_only=True),
    ],
    filters=[lists.Filter("kind", _("Report"), "choice", choices=ServiceReport.KINDS)],
    search=("provider", "service"),
    sort="provider",
    views=[lists.View("all", _("All"), {})],
    empty=lists.Empty(
        _("No reports of service organisations yet"),
        _("Record the SOC 1 or SOC 2 report of whoever runs a system for you, and what it expects of you."),
        _("Record a report"),
        "compliance:report_new",
    ),
    template="compliance/reports.html",
    crumbs=((_("Compliance"), "/compliance/"),),
)  # fmt: skip


def _request_state(row: EvidenceRequest) -> SafeString:
    """A request's state."""
    kinds = {"asked": ("acc", "message"), "answered": ("acc", "messages"), "accepted": ("ok", "circle-check")}
    kind, icon = kinds.get(row.state, ("warn", "arrow-back-up"))
    return cells.state(row.get_state_display(), kind, icon)


def _due(row: EvidenceRequest, look: lists.Look) -> object:
    """By when, while it waits."""
    if row.due is None:
        return "–"
    return figures.day(row.due) if row.state == "accepted" else cells.due(row.due, local_day(look.at))


def _opinion(row: ServiceReport) -> SafeString:
    """A report's opinion."""
    good = row.opinion == "unqualified"
    return cells.state(
        row.get_opinion_display(), "ok" if good else "warn", "circle-check" if good else "alert-triangle"
    )


def _expected(row: ServiceReport) -> str:
    """How much of what it expects of us a control does."""
    every = row.expected.all()
    done = sum(each.control_id is not None for each in every)
    return _now("%(done)s of %(all)s done by a control") % {"done": done, "all": len(every)} if every else "–"


@require_GET
def evidence_list(request: HttpRequest) -> HttpResponseBase:
    """Everything that shows something."""
    rows = selectors.evidence(viewer=user_of(request))
    return lists.respond(request, EVIDENCE, rows, {}, at=timezone.now())


@require_GET
def evidence_item(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One item, with all that an auditor asks of it."""
    viewer, now = user_of(request), timezone.now()
    item = selectors.item(viewer=viewer, uuid=uuid)
    context = {
        "item": item,
        "links": selectors.links(viewer=viewer, item=item),
        "runs": selectors.of_measure(viewer=viewer, measure=item.measure) if item.measure else [],
        "may_withdraw": item.kind != "measure"
        and not item.withdrawn_at
        and may(viewer, "compliance.withdraw_evidence"),
        "form": WhyForm(),
        "at": now,
        "today": local_day(now),
    }
    return render(request, "compliance/evidence_item.html", context)


@require_GET
def evidence_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The bytes of an item, checked against its SHA-256 on the way out."""
    item, body = selectors.body(viewer=user_of(request), uuid=uuid)
    response = HttpResponse(body, content_type="application/octet-stream")
    safe = "".join(c if c.isalnum() or c in "-._ " else "_" for c in item.file_name)
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs("compliance.withdraw_evidence")
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let an item count no more."""
    form, to = WhyForm(request.POST), reverse("compliance:evidence_item", args=[uuid])
    if not form.is_valid():
        return lists.refused(request, _now("Say why it counts no more."), to=to)
    services.withdraw_evidence(actor=user_of(request), uuid=uuid, why=form.cleaned_data["why"], at=timezone.now())
    return lists.done(request, _now("It counts no more, and stays to be read"), to=to)


@require_GET
def request_list(request: HttpRequest) -> HttpResponseBase:
    """What auditors asked to see."""
    return lists.respond(request, REQUESTS, selectors.requests(viewer=user_of(request)), {}, at=timezone.now())


@require_GET
def request_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One request with its answer."""
    viewer, now = user_of(request), timezone.now()
    asked = selectors.request(viewer=viewer, uuid=uuid)
    may_answer = asked.state != "accepted" and may(viewer, "compliance.answer_request")
    context = {
        "asked": asked,
        "items": list(asked.items.all()),
        "form": AnswerForm(viewer=viewer) if may_answer else None,
        "mine": asked.asked_by_id == viewer.pk and asked.state == "answered",
        "at": now,
        "today": local_day(now),
    }
    return render(request, "compliance/request.html", context)


@require_POST
@needs("compliance.answer_request")
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer a request."""
    viewer, to = user_of(request), reverse("compliance:request", args=[uuid])
    form = AnswerForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, wrong(form), to=to)
    items = [UUID(each) for each in form.cleaned_data["items"]]
    services.answer_request(actor=viewer, uuid=uuid, answer=form.cleaned_data["answer"], items=items, at=timezone.now())
    return lists.done(request, _now("Answered"), to=to)


@require_POST
@needs("compliance.judge_answer")
def judge_answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Accept an answer or give it back."""
    accept = request.POST.get("accept") == "yes"
    words = request.POST.get("words", "").replace("\x00", "")[:2_000]
    services.judge_answer(actor=user_of(request), uuid=uuid, accept=accept, words=words)
    said = _now("Accepted") if accept else _now("Given back")
    return lists.done(request, said, to=reverse("compliance:request", args=[uuid]))


@require_GET
def report_list(request: HttpRequest) -> HttpResponseBase:
    """Reports of service organisations."""
    viewer = user_of(request)
    line = _now("Whoever runs a system for you reports on its controls, and says which ones it expects you to have.")
    extra = {"scope_line": line, "may_record": may(viewer, "compliance.record_report")}
    return lists.respond(request, REPORTS, selectors.reports(viewer=viewer), extra, at=timezone.now())


@require_http_methods(["GET", "POST"])
def report_new(request: HttpRequest) -> HttpResponse:
    """Record a report of a service organisation."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        expected = [(line.strip(), None) for line in told.pop("expected").splitlines() if line.strip()]
        made = services.record_report(actor=user_of(request), expected=expected, at=timezone.now(), **told)
        return lists.done(request, _now("Recorded"), to=reverse("compliance:report", args=[made.uuid]))
    return render(request, "compliance/report_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def report_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report and what it expects of us."""
    viewer = user_of(request)
    found = selectors.service_report(viewer=viewer, uuid=uuid)
    context = {
        "report": found,
        "expected": list(found.expected.all()),
        "controls": selectors.control_choices(viewer=viewer) if may(viewer, "compliance.match_expectation") else [],
        "today": local_day(timezone.now()),
    }
    return render(request, "compliance/report.html", context)


@require_POST
@needs("compliance.match_expectation")
def match(request: HttpRequest, uuid: UUID, expected: UUID) -> HttpResponse:
    """Say which control of ours does what the report expects."""
    chosen = request.POST.get("control", "")
    control = UUID(chosen) if len(chosen) == 36 and chosen.replace("-", "").isalnum() and _hex(chosen) else None
    services.match_expectation(actor=user_of(request), uuid=expected, control=control)
    return lists.done(request, _now("Recorded"), to=reverse("compliance:report", args=[uuid]))


def _hex(text: str) -> bool:
    """Whether a text is made of hexadecimal digits and hyphens."""
    return set(text.lower()) <= set("0123456789abcdef-")

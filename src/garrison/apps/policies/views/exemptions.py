"""Exceptions: the list, one, a new one, the decision, and the limits of authority."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.organization import selectors as organization
from garrison.apps.policies import selectors, services
from garrison.apps.policies.forms import DecideForm, ExceptionForm, LimitForm, ReasonForm
from garrison.apps.policies.models import PolicyException
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.registries import panels
from garrison.core.scopes import ROLES, may
from garrison.core.ui import cells, lists

STATES = {
    "requested": (_("Asked for"), "acc", "clock"),
    "approved": (_("In force"), "ok", ""),
    "refused": (_("Refused"), "", "x"),
    "expired": (_("Expired"), "mute", "calendar-due"),
    "voided": (_("Void"), "crit", ""),
    "ended": (_("Ended"), "mute", "archive"),
}
SOON = timedelta(days=30)

EXCEPTIONS = lists.ListPage(
    key="policies.exceptions",
    title=_("Policy exceptions"),
    noun=_("exceptions"),
    template="policies/exceptions.html",
    columns=[
        lists.Column(
            "exception",
            _("Exception"),
            header="scope",
            order=("code",),
            value="scope",
            cell=lambda one, look: cells.two(
                one.scope,
                f"{one.code} · {one.policy.code} {one.policy.title}",
                url=reverse("policies:exception", args=[one.uuid]),
            ),
        ),
        lists.Column("state", _("Stands"), order=("state",), value="state", nowrap=True,
                     cell=lambda one, look: cells.state(*STATES[one.state])),
        lists.Column("until", _("Until"), order=("until",), value="until", nowrap=True,
                     cell=lambda one, look: _until(one, look)),
        lists.Column("money", _("At risk a year"), order=("money",), value="money", numeric=True, priority=2,
                     cell=lambda one, look: cells.money(one.money, currency=one.currency)),
        lists.Column("standin", _("Stands in"), value=lambda one: _standin(one), priority=3,
                     cell=lambda one, look: _standin(one)),
        lists.Column("unit", _("Where"), header="unit_code", order=("unit__name",), value="unit.code", priority=3,
                     cell=lambda one, look: one.unit.name if one.unit else _("the whole organisation")),
        lists.Column("code", _("Code"), value="code", export_only=True),
        lists.Column("policy", _("Policy"), value="policy.code", export_only=True),
        lists.Column("reason", _("Reason"), value="reason", export_only=True),
        lists.Column("requested_by", _("Asked by"), value="requested_by.username", export_only=True),
        lists.Column("decided_by", _("Decided by"), value="decided_by.username", export_only=True),
    ],
    filters=[
        lists.Filter("state", _("Stands"), "choice", choices=[(key, said[0]) for key, said in STATES.items()]),
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("until", _("Until"), "dates", shown=False),
        lists.Filter("open", _("Open"), "boolean", shown=False,
                     q=lambda yes: Q(state__in=("requested", "approved")) if yes
                     else ~Q(state__in=("requested", "approved"))),
    ],
    search=("code", "scope", "reason", "policy__code", "policy__title"),
    sort="until",
    views=[
        lists.View("open", _("Open"), {"open": "yes"}),
        lists.View("asked", _("To decide"), {"state": "requested"}),
        lists.View("all", _("All"), {}),
    ],
    empty=lists.Empty(
        _("No exceptions"),
        _("Whoever cannot keep a policy for a while asks here, with a reason and what stands in for it."),
        _("Ask for one"),
        "policies:new_exception",
    ),
    rule=_("An exception ends by itself: on its day, or when the control that stands in falls below what was assumed."),
    name=lambda one: one.code,
    crumbs=[(_("Policies"), "/policies/")],
)  # fmt: skip


def _until(one: PolicyException, look: lists.Look) -> SafeString:
    """When it ends; coloured only while it is open."""
    return cells.due(one.until, local_day(look.at), done=one.state not in ("approved", "requested"))


def _standin(one: PolicyException) -> str:
    """What stands in for the rule."""
    return f"{one.compensating.code} {one.compensating.name}" if one.compensating else one.compensating_words


@require_GET
def exception_list(request: HttpRequest) -> HttpResponseBase:
    """The exceptions in sight, the earliest end first."""
    now, viewer = timezone.now(), user_of(request)
    rows = selectors.exceptions(viewer=viewer)
    number = selectors.ending(viewer=viewer, until=local_day(now) + SOON)
    line = ngettext("%(n)s ends within 30 days.", "%(n)s end within 30 days.", number) % {"n": number}
    context = {
        "scope_line": line if number else _("None ends within 30 days."),
        "may_ask": may(viewer, "policies.request_exception"),
    }
    return lists.respond(request, EXCEPTIONS, rows, context, at=now)


@require_http_methods(["GET", "POST"])
def new_exception(request: HttpRequest) -> HttpResponse:
    """Ask for an exception."""
    viewer, now = user_of(request), timezone.now()
    initial = {"policy": request.GET.get("policy", ""), "until": local_day(now) + timedelta(days=90)}
    form = ExceptionForm(request.POST or None, viewer=viewer, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        for name in ("policy", "control", "compensating"):
            told[name] = UUID(told[name]) if told[name] else None
        made = services.request_exception(actor=viewer, at=now, **told)
        return lists.done(request, _("%(code)s asked for") % {"code": made.code}, to=_address(made.uuid))
    context = {"form": form, "may_ask": may(viewer, "policies.request_exception")}
    return render(request, "policies/new_exception.html", context, status=422 if form.is_bound else 200)


def _address(uuid: UUID) -> str:
    """The address of an exception."""
    return reverse("policies:exception", args=[uuid])


@require_GET
def exception(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One exception: why, what stands in, what it may cost, its history."""
    return _exception(request, uuid)


def _exception(request: HttpRequest, uuid: UUID, forms: dict[str, object] | None = None) -> HttpResponse:
    """The page of an exception, with the form as it was sent when something was wrong with it."""
    now, viewer = timezone.now(), user_of(request)
    found = selectors.exception(viewer=viewer, uuid=uuid)
    words, kind, symbol = STATES[found.state]
    context: dict[str, object] = {
        "one": found,
        "state": cells.state(words, kind, symbol),
        "until": _until(found, lists.Look(viewer, now)),
        "events": list(found.events.all()),
        "standing": found.compensating.standing(local_day(now)) if found.compensating else None,
        "blocks": panels("policies.exception", viewer=viewer, subject=found, as_of=now),
        "limit": selectors.limit_of(viewer=viewer, path=found.path, at=now),
        "why_not": selectors.why_not(viewer=viewer, exception=found, at=now),
        "may_decide": may(viewer, "policies.decide_exception", found.path) and found.requested_by_id != viewer.pk,
        "may_end": may(viewer, "policies.end_exception", found.path),
        "form": DecideForm(),
        "end_form": ReasonForm(prefix="end"),
        "at": now,
    }
    context |= forms or {}
    return render(request, "policies/exception.html", context, status=422 if forms else 200)


@require_POST
@needs("policies.decide_exception")
def decide_exception(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve or refuse it."""
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _exception(request, uuid, {"form": form})
    told = form.cleaned_data
    made = services.decide_exception(
        actor=user_of(request), uuid=uuid, at=timezone.now(), decision=told["decision"], reason=told["reason"]
    )
    said = _("%(code)s approved") if made.state == "approved" else _("%(code)s refused")
    return lists.done(request, said % {"code": made.code}, to=_address(uuid))


@require_POST
@needs("policies.end_exception")
def end_exception(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End it early, or withdraw it."""
    form = ReasonForm(request.POST, prefix="end")
    if not form.is_valid():
        return _exception(request, uuid, {"end_form": form})
    made = services.end_exception(
        actor=user_of(request), uuid=uuid, at=timezone.now(), reason=form.cleaned_data["reason"]
    )
    return lists.done(request, _("%(code)s ended") % {"code": made.code}, to=_address(uuid))


@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """The most money at risk that each role may accept."""
    viewer = user_of(request)
    if request.method == "POST":
        form = LimitForm(request.POST)
        if not form.is_valid():
            return lists.refused(request, _now("Give an amount, zero or more."), to=reverse("policies:limits"))
        told = form.cleaned_data
        amount = None if told["unlimited"] else told["amount"]
        if amount is None and not told["unlimited"]:
            return lists.refused(request, _now("Give an amount, or choose no limit."), to=reverse("policies:limits"))
        services.set_limit(actor=viewer, role=told["role"], amount=amount, at=timezone.now())
        return lists.done(request, _now("Limit saved"), to=reverse("policies:limits"))
    known = selectors.limits(viewer=viewer)
    context = {
        "rows": [(role, role in known, known.get(role)) for role in ROLES if role in known],
        "others": [role for role in ROLES if role not in known],
        "may_set": may(viewer, "policies.set_limit", "/"),
        "currency": selectors.currency(viewer=viewer),
    }
    return render(request, "policies/limits.html", context)

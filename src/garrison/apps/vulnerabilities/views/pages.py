"""The list, one finding, the rule, and what may be done."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.vulnerabilities import selectors, services
from garrison.apps.vulnerabilities.forms import AcceptForm, AssignForm, CloseForm, DueForm, NewForm, PlanForm
from garrison.apps.vulnerabilities.services import Decided
from garrison.apps.vulnerabilities.views import listing
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.registries import panels
from garrison.core.scopes import may
from garrison.core.ui import figures, lists

ACTIONS = (
    ("assign", AssignForm), ("set_due", DueForm), ("plan", PlanForm), ("accept", AcceptForm), ("close", CloseForm),
    ("reopen", None),
)  # fmt: skip


@require_GET
def findings(request: HttpRequest) -> HttpResponseBase:
    """The list; without any question, what is open."""
    viewer, at = user_of(request), timezone.now()
    if not request.GET:
        return HttpResponseRedirect(f"{request.path}?status=open")
    return lists.respond(
        request,
        listing.page(viewer, at),
        selectors.listed(viewer=viewer),
        {
            "scope_line": _ScopeLine(viewer, timezone.localdate()),
            "may_add": may(viewer, "vulnerabilities.add"),
        },
        at=at,
    )


class _ScopeLine:
    """What the page's head counts; counted only where the head is drawn."""

    def __init__(self, viewer: User, today: date) -> None:
        self.viewer, self.today = viewer, today

    def __str__(self) -> str:
        open_now, due = selectors.open_and_due(viewer=self.viewer, as_of=self.today)
        said = _("Every weakness in one list: software, hosts, doors. %(open)s open; %(due)s due within 14 days.")
        return said % {"open": figures.number(open_now), "due": figures.number(due)}


@require_GET
def finding(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One finding: facts, priority with its inputs, evidence, history and what may be done."""
    viewer, at = user_of(request), timezone.now()
    found = selectors.finding(viewer=viewer, uuid=uuid)
    actions = [
        {"key": key, "url": reverse(f"vulnerabilities:{key}"), "form": form(prefix=key) if form else None}
        for key, form in ACTIONS
        if may(viewer, f"vulnerabilities.{key}", found.unit.path if found.unit else "")
        and (key != "reopen" or found.status != "open")
    ]
    context = {
        "finding": found,
        "explanation": selectors.explain(found),
        "history": selectors.history(viewer=viewer, finding=found),
        "actions": actions,
        "source_url": listing.source_url(found, viewer),
        "source_name": listing.source_name(found),
        "tool": listing.tool_name(found.tool),
        "blocks": panels("vulnerabilities.finding", viewer=viewer, subject=found, as_of=at),
        "at": at,
    }
    return render(request, "vulnerabilities/finding.html", context)


@require_GET
def rule(request: HttpRequest) -> HttpResponse:
    """What the order of the list follows."""
    return render(request, "vulnerabilities/rule.html", {"tables": selectors.rule_tables()})


@require_http_methods(["GET", "POST"])
@needs("vulnerabilities.add")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a weakness that somebody saw."""
    viewer = user_of(request)
    form = NewForm(request.POST or None, viewer=viewer, initial={"asset": request.GET.get("asset", "")[:300]})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = services.add(
            actor=viewer,
            asset=said["asset"].uuid,
            title=said["title"],
            severity=said["severity"],
            description=said["description"],
            owner=said["owner"],
            at=timezone.now(),
        )
        return HttpResponseRedirect(reverse("vulnerabilities:finding", args=[made.uuid]))
    return render(request, "vulnerabilities/new.html", {"form": form}, status=422 if form.errors else 200)


def _decide(request: HttpRequest, key: str, kind: type[forms.Form] | None, act: Any) -> HttpResponse:
    """Carry out one decision about the chosen findings, or about the one whose page it was."""
    viewer, at = user_of(request), timezone.now()
    form = kind(request.POST, prefix=key) if kind else None
    if form is not None and not form.is_valid():
        said = "; ".join(f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items())
        return lists.refused(request, said)
    chosen = lists.chosen(request, listing.page(viewer, at), selectors.findings(viewer=viewer), at=at)
    decided: Decided = act(actor=viewer, findings=chosen, at=at, **(form.cleaned_data if form else {}))
    return lists.done(request, decided.label, undo=decided.undo)


@require_POST
@needs("vulnerabilities.assign")
def assign(request: HttpRequest) -> HttpResponse:
    """Say who fixes the chosen findings."""
    return _decide(request, "assign", AssignForm, services.assign)


@require_POST
@needs("vulnerabilities.set_due")
def set_due(request: HttpRequest) -> HttpResponse:
    """Set the day of the chosen findings."""
    return _decide(request, "set_due", DueForm, services.set_due)


@require_POST
@needs("vulnerabilities.plan")
def plan(request: HttpRequest) -> HttpResponse:
    """Say that fixing the chosen findings is planned."""
    return _decide(request, "plan", PlanForm, services.plan)


@require_POST
@needs("vulnerabilities.accept")
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the risk of the chosen findings for a time."""
    return _decide(request, "accept", AcceptForm, services.accept)


@require_POST
@needs("vulnerabilities.close")
def close(request: HttpRequest) -> HttpResponse:
    """Close the chosen findings."""
    return _decide(request, "close", CloseForm, services.close)


@require_POST
@needs("vulnerabilities.reopen")
def reopen(request: HttpRequest) -> HttpResponse:
    """Open the chosen findings again."""
    return _decide(request, "reopen", None, services.reopen)

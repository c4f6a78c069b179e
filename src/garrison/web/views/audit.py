"""The audit log: what was done and what was refused, and whether the chain holds."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from garrison.core import selectors
from garrison.core.http import needs, user_of
from garrison.core.jobs import auditing
from garrison.core.models import Job
from garrison.core.scopes import may
from garrison.core.ui import lists, progress
from garrison.web.differences import differences
from garrison.web.outcomes import outcome
from garrison.web.tables import AUDIT, command_words, hash_code


@require_GET
@needs("audit.view")
def log(request: HttpRequest) -> HttpResponseBase:
    """Every command that was carried out or refused, newest first."""
    viewer = user_of(request)
    extra = {
        "totals": selectors.audit_totals(viewer=viewer),
        "may_verify": may(viewer, "audit.view", "/"),
        "newest": selectors.audit_entries(viewer=viewer).first(),
    }
    return lists.respond(request, AUDIT, selectors.audit_entries(viewer=viewer), extra, at=timezone.now())


@require_GET
@needs("audit.view")
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: who, what, to what, and what it changed."""
    found = selectors.audit_entry(viewer=user_of(request), seq=seq)
    told = differences(found.before, found.after)
    context = {"entry": found, "words": command_words(found.command), "told": told} | {
        "hash": hash_code(found.hash),
        "previous": hash_code(found.previous),
    }
    return render(request, "web/audit/entry.html", context)


@require_POST
@needs("audit.view", "/")
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain now; as long work when it is long."""
    now = timezone.now()
    checked = auditing.check(actor=user_of(request), at=now)
    context = {"at": now, "may_verify": True}
    if isinstance(checked, Job):
        context |= {"standing": progress.standing(checked, at=now), "outcome": outcome(checked)}
    else:
        context |= {"checked": checked}
    template = "web/audit/_chain.html" if request.headers.get("HX-Request") else "web/audit/chain.html"
    return render(request, template, context)

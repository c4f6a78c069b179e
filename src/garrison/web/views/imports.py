"""The import ledger: every file, uploading more, and what can be read."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.core import selectors
from garrison.core.http import needs, user_of
from garrison.core.jobs import importing
from garrison.core.scopes import may
from garrison.core.ui import lists, progress
from garrison.formats import sheet
from garrison.web.described import described_formats, template_header
from garrison.web.forms import uploaded
from garrison.web.ledger import ledger_of
from garrison.web.outcomes import outcome
from garrison.web.tables import FILES

SHOWN_FOR = timedelta(minutes=30)


@require_GET
@needs("imports.view", "/")
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Every file that was ever offered, with a place to drop more and the imports under way."""
    viewer, now = user_of(request), timezone.now()
    jobs = selectors.recent_jobs(viewer=viewer, kinds=("imports.run", "imports.mapped"), since=now - SHOWN_FOR)
    extra = {
        "counts": selectors.import_counts(viewer=viewer),
        "offered": selectors.offered_files(viewer=viewer).count(),
        "jobs": [(progress.standing(job, at=now), outcome(job)) for job in jobs],
        "may_upload": may(viewer, "imports.upload", "/"),
        "formats": described_formats(),
    }
    return lists.respond(request, FILES, ledger_of(viewer, request.GET), extra, at=now)


@require_http_methods(["GET", "POST"])
@needs("imports.upload", "/")
def upload(request: HttpRequest) -> HttpResponse:
    """Take files and ask for their import; the ledger shows how far it is."""
    if request.method == "GET":  # somebody reloaded after sending
        return HttpResponseRedirect(reverse("web:imports"))
    look_first = request.POST.get("look_first") == "1"
    importing.upload(actor=user_of(request), files=uploaded(request.FILES), at=timezone.now(), look_first=look_first)
    return HttpResponseRedirect(reverse("web:imports"))


@require_GET
@needs("imports.upload", "/")
def preview(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What uploaded tables of ours would change, before anything is."""
    found = importing.looked_at(viewer=user_of(request), uuid=uuid)
    assert isinstance(found.result, dict)
    context = {"job": found, "files": found.result["preview"], "waits": importing.waits(found)}
    return render(request, "web/imports/preview.html", context)


@require_POST
def apply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Import what was looked at; the ledger shows how far it is."""
    importing.apply(actor=user_of(request), uuid=uuid, at=timezone.now())
    return HttpResponseRedirect(reverse("web:imports"))


@require_POST
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Forget what was looked at."""
    importing.discard(actor=user_of(request), uuid=uuid)
    return lists.done(request, _("Discarded; nothing was changed"), to=reverse("web:imports"))


@require_GET
@needs("imports.view")
def formats(request: HttpRequest) -> HttpResponse:
    """What can be read, and the columns of the tables of ours."""
    return render(request, "web/imports/formats.html", {"formats": described_formats()})


@require_GET
@needs("imports.view")
def template(request: HttpRequest, format_id: str) -> HttpResponseBase:
    """An empty table of ours: its header line as CSV."""
    header = template_header(format_id)
    response = HttpResponse(b"".join(sheet.write_csv(header, [])), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{format_id}.csv"'
    return response

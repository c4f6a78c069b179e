"""Reports of an incident, to download."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from garrison.apps.incidents import services
from garrison.apps.incidents.selectors import coding, reporting
from garrison.apps.incidents.views.case import frame
from garrison.core.http import user_of

TOLD = {
    "executive": (
        _("For executives"),
        _("One page: what happened, its effect, what was done, the clocks, what changes."),
        "briefcase",
    ),
    "regulator": (
        _("For a regulator"),
        _("The facts with their sources, the timeline, measures, clocks, and what a notice must contain."),
        "building-bank",
    ),
    "file": (
        _("For the file"),
        _("Everything: people, phases, the timeline with corrections, tasks, notices, custody, lessons."),
        "folder",
    ),
}


@require_GET
def reports(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The reports that can be made of a case."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    context = {
        "kinds": [(key, *words) for key, words in TOLD.items()],
        "coding": coding.coding(viewer=viewer, incident=incident),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/case_reports.html", context)


@require_GET
def report(request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
    """One report as PDF; what is privileged only when somebody inside the case asks for it."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    wanted = request.GET.get("privileged") == "yes"
    body = reporting.pdf(viewer=viewer, incident=incident, kind=kind, at=at, privileged=wanted)
    return _pdf(body, f"{incident.code}-{kind}.pdf")


@require_GET
def custody(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The chain of custody as PDF."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    body = reporting.custody_pdf(viewer=viewer, incident=incident, at=at)
    return _pdf(body, f"{incident.code}-custody.pdf")


def _pdf(body: bytes, name: str) -> HttpResponse:
    """A PDF to show or to keep."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

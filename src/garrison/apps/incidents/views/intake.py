"""Reports: the form for everybody, the form for nobody in particular, and what becomes of them."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import selectors, services
from garrison.apps.incidents.forms import FromReportForm, ReportForm
from garrison.core import selectors as core
from garrison.core.commands import Refused
from garrison.core.http import needs, user_of
from garrison.core.ui import lists


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report something, signed in."""
    viewer, at = user_of(request), timezone.now()
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.report(actor=viewer, at=at, **form.cleaned_data)
        said = _("Thank you. Your report is %(code)s.") % {"code": made.code}
        return lists.done(request, said, to=reverse("incidents:report"))
    context = {"form": form, "mine": selectors.own_reports(viewer=viewer)}
    return render(request, "incidents/report.html", context, status=422 if form.errors else 200)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def speak_up(request: HttpRequest) -> HttpResponse:
    """Report something without a name. No session, no cookie, no address, and only the hour is kept.

    There is nobody whose rights a forged request could use, so no token is asked for, and no cookie is set.
    """
    form = ReportForm(request.POST or None)
    made, refusal = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made = services.report_anonymously(actor=core.system_actor(), at=timezone.now(), **form.cleaned_data)
        except Refused as reason:
            refusal = str(reason)
    context = {"form": form, "made": made, "refusal": refusal}
    status = 409 if refusal else 422 if form.errors else 200
    response = render(request, "incidents/speak_up.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What came in: new reports first."""
    viewer, at = user_of(request), timezone.now()
    rows = list(selectors.reports(viewer=viewer)[:200])
    context = {
        "new": [row for row in rows if row.state == "new"],
        "settled": [row for row in rows if row.state != "new"],
        "at": at,
    }
    return render(request, "incidents/reports.html", context)


@require_http_methods(["GET", "POST"])
def report_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report: open a case from it, or settle it with a reason."""
    viewer, at = user_of(request), timezone.now()
    row = selectors.report(viewer=viewer, uuid=uuid)
    form = FromReportForm(request.POST or None, initial={"title": row.subject or row.what[:80], "kind": "physical"})
    if request.method == "POST" and form.is_valid():
        made = services.open_from_report(actor=viewer, report=uuid, at=at, **form.cleaned_data)
        return redirect("incidents:case", made.uuid)
    context = {"report": row, "form": form, "at": at}
    return render(request, "incidents/report_detail.html", context, status=422 if form.errors else 200)


@require_POST
@needs("incidents.dismiss_report")
def dismiss(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Settle a report without a case."""
    services.dismiss_report(actor=user_of(request), report=uuid, why=request.POST.get("why", ""))
    return lists.done(request, _("Report settled"), to=reverse("incidents:reports"))

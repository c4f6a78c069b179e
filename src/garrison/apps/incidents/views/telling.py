"""Who must know, what is said, and who was told what and when."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.forms import RecipientForm, StatementForm, ToldForm
from garrison.apps.incidents.models import Incident
from garrison.apps.incidents.views.case import frame
from garrison.core.http import needs, user_of
from garrison.core.ui import lists


@require_GET
def telling(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Recipients, statements and the log of one case."""
    return _telling(request, services.look_at(actor=user_of(request), uuid=uuid))


def _telling(request: HttpRequest, incident: Incident, **more: object) -> HttpResponse:
    """The page, with a form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    context = {
        "recipients": selectors.recipients(viewer=viewer, incident=incident),
        "statements": selectors.statements(viewer=viewer, incident=incident),
        "told": selectors.told(viewer=viewer, incident=incident),
        "templates": rules.TEMPLATES.items(),
        "recipient_form": RecipientForm(),
        "told_form": ToldForm(initial={"told_at": timezone.localtime(at)}),
        **frame(viewer, incident, at),
        **more,
    }
    return render(request, "incidents/telling.html", context, status=422 if more else 200)


@require_POST
@needs("incidents.add_recipient")
def add_recipient(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say who must know."""
    form = RecipientForm(request.POST)
    if not form.is_valid():
        return _telling(request, services.look_at(actor=user_of(request), uuid=uuid), recipient_form=form)
    services.add_recipient(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("On the list"), to=reverse("incidents:telling", args=[uuid]))


@require_POST
@needs("incidents.record_told")
def record_told(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record that somebody was told something."""
    form = ToldForm(request.POST)
    if not form.is_valid():
        return _telling(request, services.look_at(actor=user_of(request), uuid=uuid), told_form=form)
    services.record_told(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Recorded"), to=reverse("incidents:telling", args=[uuid]))


@require_POST
@needs("incidents.draft_statement")
def draft(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Draft words by a template."""
    named = request.POST.get("recipient", "")
    made = services.draft_statement(
        actor=user_of(request),
        uuid=uuid,
        template=request.POST.get("template", ""),
        recipient=_uuid(named) if named else None,
        at=timezone.now(),
    )
    return lists.done(request, _("Draft made; read it"), to=reverse("incidents:statement", args=[made.uuid]))


def _uuid(named: str) -> UUID:
    """A uuid of a form; one that is none finds nothing."""
    try:
        return UUID(named)
    except ValueError:
        return UUID(int=0)


@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read and change one statement; when somebody else changed it meanwhile, both texts are shown."""
    viewer, at = user_of(request), timezone.now()
    row = selectors.statement(viewer=viewer, uuid=uuid)
    stale = None
    form = StatementForm(
        request.POST or None, initial={"subject": row.subject, "text": row.text, "version": row.version}
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            services.edit_statement(
                actor=viewer, uuid=uuid, subject=told["subject"], text=told["text"], version=told["version"] or 0, at=at
            )
            return lists.done(
                request, _("Words kept; they need approval"), to=reverse("incidents:statement", args=[uuid])
            )
        except services.Stale as found:
            stale = found
            form = StatementForm(initial={"subject": told["subject"], "text": told["text"], "version": found.version})
            row = selectors.statement(viewer=viewer, uuid=uuid)
    context = {"statement": row, "form": form, "stale": stale, **frame(viewer, row.incident, at)}
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/statement.html", context, status=status)


@require_POST
@needs("incidents.approve_statement")
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve the words that were read."""
    version = request.POST.get("version", "")
    services.approve_statement(
        actor=user_of(request), uuid=uuid, version=int(version) if version.isdigit() else 0, at=timezone.now()
    )
    return lists.done(request, _("Approved"), to=reverse("incidents:statement", args=[uuid]))


@require_POST
@needs("incidents.send_statement")
def send(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record that a statement was given out."""
    told = services.send_statement(
        actor=user_of(request), uuid=uuid, way=request.POST.get("way", ""), to=request.POST.get("to", ""),
        at=timezone.now(),
    )  # fmt: skip
    return lists.done(request, _("Recorded as given out"), to=reverse("incidents:telling", args=[told.incident.uuid]))

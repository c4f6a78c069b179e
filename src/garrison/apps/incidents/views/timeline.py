"""Writing the timeline: an entry, a correction, door events from the store."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import selectors, services
from garrison.apps.incidents.forms import EntryForm, PurposeForm
from garrison.apps.incidents.models import Entry
from garrison.apps.incidents.views.case import frame
from garrison.apps.incidents.views.showing import shown_days
from garrison.core.commands import Refused
from garrison.core.http import needs, user_of
from garrison.core.scopes import paths
from garrison.core.ui import lists


@require_http_methods(["GET", "POST"])
def new_entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write an entry, or with ``?corrects=`` one that puts another right."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    old = None
    if named := request.GET.get("corrects", ""):
        old = selectors.entry(viewer=viewer, incident=incident, uuid=_uuid(named))
    form = EntryForm(request.POST or None, initial=_initial(old) if old else {"happened": timezone.localtime(at)})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            services.record_entry(actor=viewer, uuid=uuid, at=at, corrects=old.uuid if old else None, **told)
            said = _("Entry corrected; the old one is kept") if old else _("Entry written")
            return lists.done(request, said, to=reverse("incidents:case", args=[uuid]))
        except Refused as refusal:  # the words stay in the form
            form.add_error(None, str(refusal))
    title = _("Correct an entry") if old else _("Write an entry")
    context = {"form": form, "title": title, "old": old, "submit": _("Write it"), **frame(viewer, incident, at)}
    return render(request, "incidents/case_form.html", context, status=422 if form.errors else 200)


def _uuid(named: str) -> UUID:
    """A uuid of an address; one that is none finds nothing."""
    try:
        return UUID(named)
    except ValueError:
        return UUID(int=0)


def _initial(old: Entry) -> dict[str, Any]:
    """The words of the entry that is corrected."""
    names = ("kind", "title", "text", "certainty", "source_words", "limits", "weighty", "privileged")
    told = {name: getattr(old, name) for name in names}
    local = timezone.localtime(old.at)
    return told | {"happened": local, "latest": timezone.localtime(old.at_latest) if old.at_latest else None}


@require_GET
def written(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Every entry that was ever written, corrected ones too."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    rows = selectors.written(viewer=viewer, incident=incident)
    days = shown_days(rows, at, may_files="/" in paths(viewer, "imports.view"))
    return render(request, "incidents/written.html", {"days": days, **frame(viewer, incident, at)})


@require_http_methods(["GET", "POST"])
def doors(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Find badge events of the people and doors that the case touches; the look is recorded with its purpose."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    form = PurposeForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = services.look_for_door_events(actor=viewer, uuid=uuid, purpose=form.cleaned_data["purpose"], at=at)
    targets = selectors.named_targets(viewer=viewer, incident=incident, kinds=["person", "door"])
    context = {"form": form, "found": found, "targets": targets, **frame(viewer, incident, at)}
    return render(request, "incidents/doors.html", context, status=422 if form.errors else 200)


@require_POST
@needs("incidents.add_door_events")
def add_doors(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put the chosen badge events on the timeline."""
    made = services.add_door_events(
        actor=user_of(request),
        uuid=uuid,
        rows=request.POST.getlist("rows"),
        purpose=request.POST.get("purpose", ""),
        at=timezone.now(),
    )
    said = ngettext("%(n)s event added to the timeline", "%(n)s events added to the timeline", made) % {"n": made}
    return lists.done(request, said, to=reverse("incidents:case", args=[uuid]))

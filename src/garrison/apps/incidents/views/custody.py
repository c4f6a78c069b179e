"""Evidence of a case: what is held, by whom, and every act of custody."""

import tempfile
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import selectors, services
from garrison.apps.incidents.forms import area, when
from garrison.apps.incidents.models import EvidenceItem, Incident, Release
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.services import custody as acts
from garrison.apps.incidents.services import leaving
from garrison.apps.incidents.views.case import frame
from garrison.core.http import user_of
from garrison.core.models import User
from garrison.core.ui import lists


class IntakeForm(forms.Form):
    """A piece of evidence to take in."""

    label = forms.CharField(label=gettext_lazy("What it is, in a line"), max_length=200)
    what = forms.ChoiceField(label=gettext_lazy("Kind"), choices=EvidenceItem.WHAT)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("It is hashed while it is stored, and never changed again."),
    )
    seal = forms.CharField(
        label=gettext_lazy("Bag or seal number"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("For a thing, instead of a file."),
    )
    taken_by = forms.CharField(label=gettext_lazy("Taken by"), max_length=200)
    taken_at = when(gettext_lazy("Taken at"))
    taken_latest = when(gettext_lazy("At the latest"), required=False)
    place = forms.CharField(label=gettext_lazy("Where"), max_length=300)
    description = area(gettext_lazy("Description"), required=False, most=4000)
    privileged = forms.BooleanField(label=gettext_lazy("Privileged: counsel and commander only"), required=False)


class OfferForm(forms.Form):
    """To whom an item is handed, and why."""

    receiver = forms.ChoiceField(label=gettext_lazy("Hand over to"))
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].choices = people  # type: ignore[attr-defined]


class LookForm(forms.Form):
    """Why somebody looks."""

    purpose = forms.CharField(
        label=gettext_lazy("For what purpose"),
        max_length=300,
        help_text=gettext_lazy("Your name, the time and the purpose go into the chain."),
    )


class ReleaseForm(forms.Form):
    """What shall leave, to whom, and why."""

    how = forms.ChoiceField(label=gettext_lazy("What leaves"), choices=Release.HOW)
    to = forms.CharField(label=gettext_lazy("To whom"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=400)


@require_GET
def evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a case holds as evidence."""
    return _evidence(request, services.look_at(actor=user_of(request), uuid=uuid))


def _evidence(request: HttpRequest, incident: Incident, form: IntakeForm | None = None) -> HttpResponse:
    """The page, with the form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    items = custody.of_incident(viewer=viewer, incident=incident)
    context = {
        "items": items,
        "checked": custody.checked(items=items),
        "hold": custody.hold(viewer=viewer, incident=incident),
        "holds": custody.holds(viewer=viewer, incident=incident),
        "chain": list(reversed(custody.chain(viewer=viewer, incident=incident)))[:12],
        "breaks": custody.breaks(viewer=viewer, incident=incident),
        "may_decide": custody.may_decide(viewer=viewer, incident=incident),
        "may_lift": custody.may_lift(viewer=viewer, incident=incident),
        "form": form or IntakeForm(initial={"taken_by": str(viewer), "taken_at": timezone.localtime(at)}),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/evidence.html", context, status=422 if form else 200)


@require_POST
def take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take evidence into custody."""
    form = IntakeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _evidence(request, services.look_at(actor=user_of(request), uuid=uuid), form)
    told = dict(form.cleaned_data)
    upload: UploadedFile[bytes] | None = told.pop("file")
    made = acts.take_evidence(
        actor=user_of(request),
        uuid=uuid,
        pieces=upload.chunks() if upload else None,
        original_name=(upload.name or "") if upload else "",
        at=timezone.now(),
        **told,
    )
    return lists.done(request, _("%(code)s is in custody") % {"code": made.code}, to=_of(made))


def _of(item: EvidenceItem) -> str:
    """The address of an item's page."""
    return reverse("incidents:evidence_item", args=[item.uuid])


@require_GET
def item(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One piece of evidence: what it is, who holds it, its own chain."""
    return _item(request, uuid)


def _item(request: HttpRequest, uuid: UUID, **more: Any) -> HttpResponse:
    """The page of an item, with a form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    found = custody.item(viewer=viewer, uuid=uuid)
    offer = custody.open_offer(viewer=viewer, item=found)
    context = {
        "item": found,
        "offer": offer,
        "is_receiver": offer is not None and offer.receiver_id == viewer.pk,
        "is_giver": offer is not None and offer.giver_id == viewer.pk,
        "is_holder": found.holder_id == viewer.pk,
        "releases": custody.releases(viewer=viewer, item=found),
        "hold": custody.hold(viewer=viewer, incident=found.incident),
        "may_decide": custody.may_decide(viewer=viewer, incident=found.incident),
        "chain": [row for row in custody.chain(viewer=viewer, incident=found.incident) if row.item_id == found.pk],
        "offer_form": OfferForm(people=_people(viewer, found)),
        "look_form": LookForm(),
        "release_form": ReleaseForm(),
        **frame(viewer, found.incident, at),
        **more,
    }
    return render(request, "incidents/evidence_item.html", context, status=422 if more else 200)


def _people(viewer: User, item: EvidenceItem) -> list[tuple[str, str]]:
    """Who may be offered an item: those who work on the case and sign in themselves."""
    rows = selectors.members(viewer=viewer, incident=item.incident)
    found = {str(row.user.uuid): str(row.user) for row in rows if row.user is not None and row.user_id != viewer.pk}
    return list(found.items())


@require_POST
def offer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Offer an item to somebody."""
    viewer = user_of(request)
    found = custody.item(viewer=viewer, uuid=uuid)
    form = OfferForm(request.POST, people=_people(viewer, found))
    if not form.is_valid():
        return _item(request, uuid, offer_form=form)
    told = form.cleaned_data
    made = acts.offer(
        actor=viewer, uuid=uuid, receiver=UUID(told["receiver"]), reason=told["reason"], at=timezone.now()
    )
    return lists.done(request, _("Offered to %(name)s, who signs for it") % {"name": made.receiver}, to=_of(found))


@require_POST
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Sign for an item, or refuse it."""
    viewer, at, note = user_of(request), timezone.now(), request.POST.get("note", "")
    if request.POST.get("answer") == "refuse":
        done = acts.refuse(actor=viewer, uuid=uuid, note=note, at=at)
        return lists.done(request, _("Refused; it stays with %(name)s") % {"name": done.giver}, to=_of(done.item))
    done = acts.accept(actor=viewer, uuid=uuid, note=note, at=at)
    return lists.done(request, _("Signed; you hold %(code)s now") % {"code": done.item.code}, to=_of(done.item))


@require_POST
def take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an offer back."""
    done = acts.take_back(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Taken back"), to=_of(done.item))


@require_POST
def download(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Hand out a copy of a file for a purpose, which is recorded. It is never shown in the browser itself."""
    form = LookForm(request.POST)
    if not form.is_valid():
        return _item(request, uuid, look_form=form)
    found, body = acts.look_at_evidence(
        actor=user_of(request), uuid=uuid, purpose=form.cleaned_data["purpose"], at=timezone.now()
    )
    name = found.original_name or found.code
    response = FileResponse(body, as_attachment=True, filename=name, content_type="application/octet-stream")
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response


@require_POST
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hash every file of a case anew."""
    wrong = acts.check(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = ngettext("%(n)s file is not what was taken in", "%(n)s files are not what was taken in", wrong) % {
        "n": wrong
    }
    return lists.done(request, said if wrong else _("Every hash matches"), to=_page(uuid))


def _page(uuid: UUID) -> str:
    """The address of a case's evidence."""
    return reverse("incidents:evidence", args=[uuid])


@require_POST
def ask_release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask that an item leaves."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _item(request, uuid, release_form=form)
    made = leaving.ask_release(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Asked; the commander decides"), to=_of(made.item))


@require_POST
def decide_release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Approve or refuse a release."""
    approve = request.POST.get("answer") == "approve"
    note = request.POST.get("note", "")
    done = leaving.decide_release(actor=user_of(request), uuid=uuid, approve=approve, note=note, at=timezone.now())
    return lists.done(request, _("Approved") if approve else _("Refused"), to=_of(done.item))


@require_POST
def carry_out_release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record that an approved release was carried out."""
    done = leaving.carry_out_release(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Recorded"), to=_of(done.item))


@require_POST
def hold(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Set or lift the legal hold."""
    viewer, at, reason = user_of(request), timezone.now(), request.POST.get("reason", "")
    if request.POST.get("answer") == "lift":
        leaving.lift_hold(actor=viewer, uuid=uuid, reason=reason, at=at)
        return lists.done(request, _("Legal hold lifted"), to=_page(uuid))
    leaving.set_hold(actor=viewer, uuid=uuid, reason=reason, at=at)
    return lists.done(request, _("Legal hold set"), to=_page(uuid))


@require_POST
def package(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Hand out the signed package of a case's evidence."""
    at = timezone.now()
    out = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    made = False
    try:
        leaving.pack(actor=user_of(request), uuid=uuid, to=request.POST.get("to", ""), out=out, at=at)
        made = True
    finally:
        if not made:
            out.close()
    out.seek(0)
    response = FileResponse(
        out, as_attachment=True, filename=f"custody-{_stamp(at)}.zip", content_type="application/zip"
    )
    response["Cache-Control"] = "no-store"
    return response


def _stamp(at: datetime) -> str:
    """A moment as part of a file's name."""
    return timezone.localtime(at).strftime("%Y%m%d-%H%M")


@require_http_methods(["GET"])
def printed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The whole chain of custody on paper: no frame, nothing to click."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    context = {
        "items": custody.of_incident(viewer=viewer, incident=incident),
        "chain": custody.chain(viewer=viewer, incident=incident),
        "breaks": custody.breaks(viewer=viewer, incident=incident),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/custody_print.html", context)

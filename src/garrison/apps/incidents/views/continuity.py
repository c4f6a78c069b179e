"""Critical services: what they are, how their return is proven, and what a case has stopped."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from garrison.apps.incidents import services as cases
from garrison.apps.incidents.forms import area, when
from garrison.apps.incidents.models import Incident, Service
from garrison.apps.incidents.selectors import continuity
from garrison.apps.incidents.services import continuity as acts
from garrison.apps.incidents.views.case import frame
from garrison.apps.organization import selectors as organization
from garrison.core.http import user_of
from garrison.core.models import User
from garrison.core.ui import lists

LONGEST = 5_256_000


class ServiceForm(forms.Form):
    """A critical service."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    owner = forms.CharField(label=gettext_lazy("Owner"), max_length=200)
    recovery_minutes = forms.IntegerField(
        label=gettext_lazy("Back within, minutes"),
        min_value=0,
        max_value=LONGEST,
        help_text=gettext_lazy("The recovery time objective."),
    )
    point_minutes = forms.IntegerField(
        label=gettext_lazy("Data lost at most, minutes"),
        min_value=0,
        max_value=LONGEST,
        help_text=gettext_lazy("The recovery point objective."),
    )
    cost_per_hour = forms.DecimalField(
        label=gettext_lazy("An hour without it costs"), min_value=Decimal(0), max_digits=14, decimal_places=2
    )
    currency = forms.RegexField(r"^[A-Za-z]{3}$", label=gettext_lazy("Currency"), initial="USD")
    cost_basis = forms.CharField(label=gettext_lazy("By whose judgement"), max_length=300, required=False)
    needs = forms.CharField(
        label=gettext_lazy("Services it needs"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Their codes, with commas."),
    )
    assets_named = forms.CharField(
        label=gettext_lazy("Assets it rests on"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Their names, with commas."),
    )
    procedure = area(gettext_lazy("What people do while it is down"), required=False)
    test_every_days = forms.IntegerField(
        label=gettext_lazy("Test its return every, days"), min_value=1, max_value=3650, initial=365
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]

    @property
    def told(self) -> dict[str, Any]:
        """What the command takes."""
        told = dict(self.cleaned_data)
        for name in ("needs", "assets_named"):
            told[name] = [word.strip() for word in told[name].split(",") if word.strip()]
        return told


class RestoreForm(forms.Form):
    """A test of bringing a service back."""

    tested_at = when(gettext_lazy("When"))
    passed = forms.TypedChoiceField(
        label=gettext_lazy("It came back"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        coerce=lambda word: word == "yes",
    )
    took_minutes = forms.IntegerField(
        label=gettext_lazy("It took, minutes"), min_value=0, max_value=LONGEST, required=False
    )
    lost_minutes = forms.IntegerField(
        label=gettext_lazy("Data lost, minutes"), min_value=0, max_value=LONGEST, required=False
    )
    note = forms.CharField(label=gettext_lazy("How it was tested"), max_length=400, required=False)


class DownForm(forms.Form):
    """A service that is down."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    down_at = when(gettext_lazy("Down since"))
    note = forms.CharField(label=gettext_lazy("What is seen"), max_length=300, required=False)

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]


class UpForm(forms.Form):
    """When a service came back; now, where no time is given."""

    up_at = when(gettext_lazy("Back since"), required=False)


@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """The critical services, how their return is proven, and what is down."""
    viewer, at = user_of(request), timezone.now()
    rows = continuity.lines(viewer=viewer, at=at)
    context = {
        "rows": rows,
        "down": [row for row in rows if row.down],
        "unproven": sum(row.kind != "ok" for row in rows),
        "may_keep": continuity.may_keep(viewer=viewer),
        "at": at,
    }
    return render(request, "incidents/services.html", context)


def _units(viewer: User) -> list[tuple[str, str]]:
    """The units that a service may belong to."""
    return [(unit.code, unit.name) for unit in organization.units(viewer=viewer)]


@require_http_methods(["GET", "POST"])
def new_service(request: HttpRequest) -> HttpResponse:
    """Add a critical service."""
    viewer = user_of(request)
    form = ServiceForm(request.POST or None, units=_units(viewer))
    if request.method == "POST" and form.is_valid():
        made = acts.keep_service(actor=viewer, **form.told)
        return lists.done(request, _("%(name)s is on the list") % {"name": made.name}, to=_address(made.uuid))
    context = {"form": form, "may_keep": continuity.may_keep(viewer=viewer)}
    return render(request, "incidents/service_form.html", context, status=422 if form.errors else 200)


def _address(uuid: UUID) -> str:
    """The address of a service's page."""
    return reverse("incidents:service", args=[uuid])


@require_http_methods(["GET", "POST"])
def edit_service(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change a critical service."""
    viewer = user_of(request)
    found = continuity.service(viewer=viewer, uuid=uuid)
    initial: dict[str, Any] = {name: getattr(found, name) for name in ("code", "name", *acts.FIELDS)}
    initial["unit"] = found.unit.code if found.unit else ""
    initial["needs"] = ", ".join(other.code for other in found.needs.all())
    initial["assets_named"] = ", ".join(asset.code or asset.name for asset in found.assets.all())
    form = ServiceForm(request.POST or None, units=_units(viewer), initial=initial)
    if request.method == "POST" and form.is_valid():
        acts.keep_service(actor=viewer, uuid=uuid, **form.told)
        return lists.done(request, _("Kept"), to=_address(uuid))
    context = {"form": form, "service": found, "may_keep": continuity.may_keep(viewer=viewer, path=found.path)}
    return render(request, "incidents/service_form.html", context, status=422 if form.errors else 200)


@require_GET
def service(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One critical service."""
    return _service(request, continuity.service(viewer=user_of(request), uuid=uuid), None)


def _service(request: HttpRequest, found: Service, form: RestoreForm | None) -> HttpResponse:
    """The page, with the form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    context = {
        "service": found,
        "line": continuity.line(viewer=viewer, service=found, at=at),
        "tests": continuity.tests(viewer=viewer, service=found),
        "outages": continuity.outages(viewer=viewer, service=found),
        "form": form or RestoreForm(initial={"tested_at": timezone.localtime(at)}),
        "may_keep": continuity.may_keep(viewer=viewer, path=found.path),
        "recovery_s": found.recovery_minutes * 60,
        "point_s": found.point_minutes * 60,
        "at": at,
    }
    return render(request, "incidents/service.html", context, status=422 if form else 200)


@require_POST
def record_restore(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a restore test."""
    viewer = user_of(request)
    found = continuity.service(viewer=viewer, uuid=uuid)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        return _service(request, found, form)
    acts.record_restore(actor=viewer, uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Test recorded"), to=_address(uuid))


@require_GET
def effect(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a case stopped, what that costs and the order of return."""
    return _effect(request, cases.look_at(actor=user_of(request), uuid=uuid), None)


def _choices(viewer: User) -> list[tuple[str, str]]:
    """The services that may be marked down."""
    return [(str(row.uuid), f"{row.code} {row.name}") for row in continuity.services(viewer=viewer)]


def _effect(request: HttpRequest, incident: Incident, form: DownForm | None) -> HttpResponse:
    """The page, with the form as it was sent when something was wrong with it."""
    viewer, at = user_of(request), timezone.now()
    context = {
        "effect": continuity.effect(viewer=viewer, incident=incident, at=at),
        "form": form or DownForm(services=_choices(viewer), initial={"down_at": timezone.localtime(at)}),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/effect.html", context, status=422 if form else 200)


@require_POST
def mark_down(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark a service down."""
    viewer = user_of(request)
    form = DownForm(request.POST, services=_choices(viewer))
    if not form.is_valid():
        return _effect(request, cases.look_at(actor=viewer, uuid=uuid), form)
    told = form.cleaned_data
    made = acts.mark_down(
        actor=viewer,
        uuid=uuid,
        service=UUID(told["service"]),
        down_at=told["down_at"],
        note=told["note"],
        at=timezone.now(),
    )
    said = _("%(name)s is marked down") % {"name": made.service.name}
    return lists.done(request, said, to=reverse("incidents:effect", args=[uuid]))


@require_POST
def mark_up(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark a service as back."""
    form, at = UpForm(request.POST), timezone.now()
    if not form.is_valid():
        return lists.refused(request, _("Give the time at which it came back."))
    up_at: datetime = form.cleaned_data["up_at"] or at
    done = acts.mark_up(actor=user_of(request), uuid=uuid, up_at=up_at, at=at)
    said = _("%(name)s is back") % {"name": done.service.name}
    return lists.done(request, said, to=reverse("incidents:effect", args=[done.incident.uuid]))

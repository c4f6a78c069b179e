"""Pages of the controls app."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.controls import selectors, services
from garrison.apps.controls.forms import PlaceForm, TestForm
from garrison.apps.controls.models import Control
from garrison.apps.controls.rules import shares
from garrison.apps.organization import selectors as organization
from garrison.core.clock import local_day
from garrison.core.http import needs, user_of
from garrison.core.registries import panels
from garrison.core.ui import cells, figures, lists

CONTROLS = lists.ListPage(
    key="controls.controls",
    title=_("Controls"),
    noun=_("controls"),
    columns=[
        lists.Column(
            "control",
            _("Control"),
            header="control_name",
            order=("code",),
            value="name",
            cell=lambda control, look: cells.two(
                control.name,
                " · ".join(part for part in (control.code, control.owner) if part),
                url=reverse("controls:detail", args=[control.uuid]),
            ),
        ),
        lists.Column(
            "works",
            _("How well it works"),
            header="effectiveness",
            value="own_test.effectiveness",
            cell=lambda control, look: _works(control, look),
            width="w236",
        ),
        lists.Column(
            "tested",
            _("Next test"),
            nowrap=True,
            priority=2,
            value="own_test.on",
            cell=lambda control, look: _due(control, look),
        ),
        lists.Column(
            "bears_on",
            _("Bears on"),
            priority=2,
            value=lambda control: "; ".join(f"{code}:{share:g}" for code, share in _borne(control)),
            cell=lambda control, look: ", ".join(f"{code} {figures.percent(s)}" for code, s in _borne(control)) or "–",
        ),
        lists.Column(
            "effect",
            _("What it does"),
            order=("effect",),
            priority=3,
            cell=lambda control, look: control.get_effect_display(),
        ),
        lists.Column(
            "unit",
            _("Unit"),
            header="unit_code",
            order=("unit__name",),
            value="unit.code",
            priority=3,
            cell=lambda control, look: control.unit.name if control.unit else "–",
        ),
        lists.Column("device", _("Rests on"), order=("device__code",), value="device.code", priority=3),
        lists.Column("control_code", _("Code"), value="code", export_only=True),
        lists.Column("owner", _("Owner"), order=("owner",), shown=False),
        lists.Column("test_every_days", _("Tested every, days"), order=("test_every_days",), numeric=True, shown=False),
    ],
    filters=[
        lists.Filter("effect", _("Effect"), "choice", choices=Control.EFFECTS),
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("device", _("Rests on a device"), "boolean", q=lambda yes: Q(device__isnull=not yes), shown=False),
        lists.Filter("owner", _("Owner"), "text", shown=False),
    ],
    search=("code", "name", "owner", "device__code"),
    sort="control",
    import_url_name="web:imports",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("preventing", _("Lower how often"), {"effect": "preventing"}),
        lists.View("responding", _("Lower how much"), {"effect": "responding"}),
    ],
    empty=lists.Empty(
        _("No controls yet"),
        _("Drop the controls list here: CSV or XLSX with control_code, control_name, bears_on, effectiveness, tested."),
        _("Import"),
        "web:imports",
    ),
    rule=_("The newest test counts; past its due day a measurement halves every 180 days."),
    name=lambda control: control.name,
)


def _works(control: Control, look: lists.Look) -> SafeString:
    """Effectiveness on the day, and why it is that."""
    stands = control.standing(local_day(look.at))
    failed = "crit" if stands.failed else "warn" if stands.overdue_days or stands.on is None else ""
    return cells.two(figures.percent(stands.effectiveness), stands.reason, kind=failed)


def _due(control: Control, look: lists.Look) -> object:
    """When it must be tested next."""
    stands = control.standing(local_day(look.at))
    return cells.due(stands.due, local_day(look.at)) if stands.due else cells.text(_("never tested"), muted=True)


def _borne(control: Control) -> Sequence[tuple[str, float]]:
    """The scenarios that it bears on with the share that it covers, where a higher app said so."""
    found: Sequence[tuple[str, float]] = getattr(control, "borne", ())
    return found


@require_GET
def control_list(request: HttpRequest) -> HttpResponseBase:
    """The controls, their effectiveness now, and what they bear on."""
    now, viewer = timezone.now(), user_of(request)

    def prepare(rows: list[Control]) -> None:
        """Let higher apps say what each control bears on."""
        for _template, told in panels("controls.controls", viewer=viewer, subject=rows, as_of=now):
            borne: Mapping[int, object] = told["borne"]
            for row in rows:
                row.borne = borne.get(row.pk, ())  # type: ignore[attr-defined]

    late = selectors.overdue(viewer=viewer, as_of=local_day(now))
    line = ngettext("%(n)s control is past its test.", "%(n)s controls are past their test.", late) % {"n": late}
    page = replace(CONTROLS, prepare=prepare)
    rows = selectors.tested(viewer=viewer)
    return lists.respond(request, page, rows, {"scope_line": line if late else _("All tests are in time.")}, at=now)


@require_GET
def control_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One control."""
    return _detail(request, uuid, None)


@require_POST
@needs("controls.record_test")
def record_test(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a test; losses and plan follow at once."""
    form = TestForm(request.POST)
    if not form.is_valid():
        return _detail(request, uuid, form)
    recorded = services.record_test(
        actor=user_of(request),
        uuid=uuid,
        on=form.cleaned_data["on"],
        effectiveness=form.share,
        note=form.cleaned_data["note"],
        at=timezone.now(),
    )
    said = _("Test of %(code)s recorded; losses and plan were computed anew") % {"code": recorded.test.control.code}
    return lists.done(request, said, undo=recorded.undo, to=reverse("controls:detail", args=[uuid]))


@require_POST
@needs("controls.say_in_place")
def say_in_place(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say how far the control is in place somewhere."""
    viewer, to = user_of(request), reverse("controls:detail", args=[uuid])
    form = PlaceForm(request.POST, viewer=viewer)
    if not form.is_valid():
        return lists.refused(request, str(_("Give the place, a day, and a share between 0 and 100.")), to=to)
    told = services.say_in_place(
        actor=viewer,
        uuid=uuid,
        share=form.share_of_one,
        on=form.cleaned_data["on"],
        unit=form.cleaned_data["unit"],
        kind=form.cleaned_data["kind"],
        inherited_from=form.cleaned_data["inherited_from"],
        note=form.cleaned_data["note"],
        at=timezone.now(),
    )
    return lists.done(request, _("Recorded for %(place)s") % {"place": told.place}, to=to)


def _detail(request: HttpRequest, uuid: UUID, form: TestForm | None) -> HttpResponse:
    """The control page, with the form as it was sent when something was wrong with it."""
    now, viewer = timezone.now(), user_of(request)
    control = selectors.whole(viewer=viewer, uuid=uuid)
    places = list(control.places.all())
    may_say = selectors.may_say(viewer=viewer, control=control)
    context = {
        "health": control.health(local_day(now)),
        "places": list(zip(places, shares([place.told for place in places]), strict=True)),
        "place_form": PlaceForm(viewer=viewer, initial={"on": local_day(now)}) if may_say else None,
        "control": control,
        "at": now,
        "today": local_day(now),
        "standing": control.standing(local_day(now)),
        "tests": selectors.tests(viewer=viewer, control=control)[:50],
        "form": form or TestForm(initial={"on": local_day(now)}),
        "may_test": selectors.may_test(viewer=viewer, control=control),
        "blocks": panels("controls.control", viewer=viewer, subject=control, as_of=now),
    }
    return render(request, "controls/control.html", context, status=422 if form else 200)

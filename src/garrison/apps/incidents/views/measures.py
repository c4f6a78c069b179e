"""How long cases take; and how a case is coded in VERIS."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from garrison.apps.incidents import services
from garrison.apps.incidents.rules import veris
from garrison.apps.incidents.selectors import coding as codings
from garrison.apps.incidents.selectors import measures as selectors
from garrison.apps.incidents.services import coding
from garrison.apps.incidents.views.case import frame
from garrison.core.clock import local_day
from garrison.core.http import user_of
from garrison.core.ui import charts, figures, lists

MONTHS = 12
GROUPS = {
    "security_incident": gettext_lazy("What it is"),
    "actor": gettext_lazy("Actor: who did it"),
    "action": gettext_lazy("Action: what they did"),
    "asset": gettext_lazy("Asset: what was concerned"),
    "attribute": gettext_lazy("Attribute: what was lost"),
    "discovery_method": gettext_lazy("How it was found"),
}


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """Medians with intervals, by month, and the cases behind them."""
    viewer, at = user_of(request), timezone.now()
    chosen = request.GET.get("measure", "contain")
    chosen = chosen if chosen in selectors.MEASURES else "contain"
    today = local_day(at)
    since = date(today.year - (today.month < 12), today.month % 12 + 1, 1)
    rows = selectors.cases(viewer=viewer, at=at, since=since)
    months = selectors.months(rows=rows, at=at, count=MONTHS)
    columns = [charts.Column(month.first.strftime("%b"), month.count, str(month.count)) for month in months]
    behind = sorted((row for row in rows if chosen in row.took), key=lambda row: -row.took[chosen].seconds)
    context = {
        "figures": selectors.figures(rows=rows),
        "months": [(month, month.medians[chosen]) for month in months],
        "columns": columns,
        "cases": [(row.incident, row.took[chosen]) for row in behind],
        "chosen": chosen,
        "chosen_label": selectors.MEASURES[chosen][0],
        "measures": [(key, label) for key, (label, _counted) in selectors.MEASURES.items()],
        "since": since,
        "count": len(rows),
        "still_open": sum(row.incident.closed_at is None for row in rows),
        "at": at,
    }
    return render(request, "incidents/measures.html", context)


class VerisForm(forms.Form):
    """The fields of a coding, each a choice among VERIS's own ids."""

    def __init__(self, *args: Any, chosen: dict[str, list[str]] | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {
            name: (ids[0] if ids else "") if veris.fields()[name].single else ids
            for name, ids in (chosen or {}).items()
            if name in veris.fields()
        }
        super().__init__(*args, **kwargs)
        for name, field in veris.fields().items():
            ids = [(each, each) for each in field.ids]
            label = name.rpartition(".")[2].replace("_", " ").capitalize()
            if field.single:
                self.fields[name] = forms.ChoiceField(label=label, choices=[("", "–"), *ids], required=False)
            else:
                widget = forms.SelectMultiple(attrs={"size": "6"})
                self.fields[name] = forms.MultipleChoiceField(label=label, choices=ids, required=False, widget=widget)

    def groups(self) -> list[tuple[str, list[tuple[str, list[Any], bool]]]]:
        """The fields by axis and part, for the page; a part that is used stands open."""
        found: dict[str, dict[str, list[Any]]] = {}
        for name in self.fields:
            axis, _dot, rest = name.partition(".")
            part = rest.rpartition(".")[0] if rest else ""
            axis = axis if axis in GROUPS else "security_incident"
            found.setdefault(axis, {}).setdefault(part, []).append(self[name])
        return [
            (str(words), [(part, held, any(field.value() for field in held)) for part, held in found[axis].items()])
            for axis, words in GROUPS.items()
        ]

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The chosen ids by field."""
        return {
            name: ([value] if isinstance(value, str) else list(value))
            for name, value in self.cleaned_data.items()
            if value
        }


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Code a case in VERIS."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    there = codings.coding(viewer=viewer, incident=incident)
    form = VerisForm(request.POST or None, chosen=there.chosen if there else None)
    if request.method == "POST" and form.is_valid():
        coding.code(actor=viewer, uuid=uuid, chosen=form.chosen, at=at)
        return lists.done(request, _("Coding kept"), to=reverse("incidents:veris", args=[uuid]))
    context = {
        "form": form,
        "coding": there,
        "chosen": [(name, figures.listed(ids)) for name, ids in (there.chosen if there else {}).items()],
        "lacks": veris.missing(there.chosen if there else {}),
        "version": veris.enumerations()["schema_version"],
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/veris.html", context, status=422 if form.errors else 200)


@require_GET
def veris_json(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The case as VERIS's JSON."""
    viewer = user_of(request)
    incident = services.look_at(actor=viewer, uuid=uuid)
    body = codings.record(viewer=viewer, incident=incident, at=timezone.now())
    response = JsonResponse(body, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{incident.code}.veris.json"'
    response["Cache-Control"] = "no-store"
    return response

"""The scenario workshop: a scenario under other numbers, computed while one looks; nothing is written."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.apps.assets import selectors as assets
from garrison.apps.risk import selectors
from garrison.apps.risk.forms import WhatIfForm
from garrison.apps.risk.views import shapes
from garrison.core.clock import local_day
from garrison.core.http import user_of
from garrison.core.registries import panels


@require_GET
def scenario(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One scenario on the bench. For htmx only what other numbers change."""
    now, viewer = timezone.now(), user_of(request)
    form = WhatIfForm(request.GET)
    form.is_valid()
    shown = selectors.what_if(viewer=viewer, uuid=uuid, as_of=local_day(now), values=form.values, reason=form.reason)
    context = {"at": now, "shown": shown, "scenario": shown.current.scenario, **shapes.bench(shown, form.values)}
    if request.GET.get("card") == "1":
        return render(request, "risk/_workshop.html", context | {"card": True})
    if request.headers.get("HX-Request"):
        return render(request, "risk/_explored.html", context | {"swapped": True})
    context["unheard_of"] = assets.unheard_of(viewer=viewer, names=[shown.current.scenario.about])
    context["blocks"] = panels("risk.scenario", viewer=viewer, subject=shown.current.scenario, as_of=now)
    return render(request, "risk/scenario.html", context)

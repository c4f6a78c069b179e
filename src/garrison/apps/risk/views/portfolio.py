"""The risk page, and the page behind each of its numbers."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.apps.risk import selectors
from garrison.apps.risk.views import shapes
from garrison.core.clock import local_day
from garrison.core.http import user_of
from garrison.core.registries import panels


@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    """Yearly loss against appetite, what drives it, and the drafts that are left out."""
    now, viewer = timezone.now(), user_of(request)
    shown = selectors.portfolio(viewer=viewer, as_of=local_day(now), unit_code=request.GET.get("unit", "")[:60])
    blocks = panels("risk.portfolio", viewer=viewer, subject=shown.result, as_of=now) if shown.result else []
    picture = shapes.picture(shown, [told for _template, told in blocks]) if shown.result else None
    context = {
        "at": now,
        "shown": shown,
        "picture": picture,
        "drivers": shapes.drivers(shown),
        "workshop": shapes.most_moved(shown),
        "blocks": blocks,
        "table": request.GET.get("view") == "table",
    }
    return render(request, "risk/portfolio.html", context)


@require_GET
def result(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How one computed loss was made, and why it differs from another."""
    viewer = user_of(request)
    before = shapes.uuid_or_none(request.GET.get("before", ""))
    shown = selectors.explained(viewer=viewer, uuid=uuid, before=before)
    context = {"at": timezone.now(), "shown": shown, **shapes.explanation(shown)}
    return render(request, "risk/result.html", context)

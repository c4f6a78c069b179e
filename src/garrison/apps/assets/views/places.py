"""Sites, their zones and doors: what state each is in and when it was tested."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.apps.assets import selectors
from garrison.apps.assets.views.columns import state
from garrison.core.commands import Missing
from garrison.core.http import user_of


@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """All sites, and the doors of one: the site asked for, else the one with most to mend."""
    now, viewer = timezone.now(), user_of(request)
    sites = selectors.sites(viewer=viewer)
    asked = request.GET.get("site", "")
    worst = max(sites, key=lambda line: line.devices_amiss, default=None)
    chosen = next((line for line in sites if line.key == asked), None) if asked else worst
    if asked and chosen is None:
        raise Missing("no such site is in your sight")
    doors = selectors.doors(viewer=viewer, site=chosen, today=timezone.localdate(now)) if chosen else []
    context = {
        "at": now,
        "sites": sites,
        "chosen": chosen,
        "totals": selectors.totals(sites),
        "zones": [(zone, [(door, state(door.asset)) for door in found]) for zone, found in doors],
        "most": selectors.DOORS,
    }
    return render(request, "assets/places.html", context)

"""What people decide about scenarios, each one call of a service."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from garrison.apps.risk import services
from garrison.apps.risk.forms import WhatIfForm
from garrison.core.http import needs, user_of
from garrison.core.ui import lists


@require_POST
@needs("risk.approve")
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let a draft count from now on."""
    decided = services.approve(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = _("%(code)s approved; it counts from now on") % {"code": decided.scenario.code}
    return lists.done(request, said, undo=decided.undo)


@require_POST
@needs("risk.withdraw")
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make an approved scenario a draft again."""
    decided = services.withdraw(actor=user_of(request), uuid=uuid, at=timezone.now())
    said = _("%(code)s is a draft again; it no longer counts") % {"code": decided.scenario.code}
    return lists.done(request, said, undo=decided.undo)


@require_POST
@needs("risk.draft_scenario")
def draft(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep other numbers as a draft that waits for its owner's approval."""
    form = WhatIfForm(request.POST)
    page = reverse("risk:scenario", args=[uuid])
    if not form.is_valid():
        return lists.refused(request, form.reason, to=page)
    decided = services.draft_scenario(actor=user_of(request), uuid=uuid, at=timezone.now(), estimate=form.exact)
    said = _("Draft of %(code)s saved; it counts again once its owner approves it") % {"code": decided.scenario.code}
    return lists.done(request, said, undo=decided.undo, to=page)

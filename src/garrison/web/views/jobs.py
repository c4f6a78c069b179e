"""Long work: watching it and calling it off."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.core import selectors
from garrison.core.http import needs, user_of
from garrison.core.jobs import queue
from garrison.core.ui import lists, progress
from garrison.web.outcomes import outcome


@require_GET
def job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One piece of long work on a page of its own, which survives a closed tab."""
    found = selectors.job(viewer=user_of(request), uuid=uuid)
    standing = progress.standing(found, at=timezone.now())
    return render(request, "web/jobs/job.html", {"job": found, "standing": standing, "outcome": outcome(found)})


@require_GET
def job_progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far one piece of long work is; the fragment asks again by itself until the work ends."""
    found = selectors.job(viewer=user_of(request), uuid=uuid)
    standing = progress.standing(found, at=timezone.now())
    response = render(request, "web/jobs/_job.html", {"standing": standing, "outcome": outcome(found)})
    if standing.ended:
        response["HX-Trigger-After-Settle"] = json.dumps({"list:refresh": True})
    return response


@require_POST
@needs("jobs.cancel")
def job_cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Call one piece of long work off."""
    found = queue.cancel(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("“%(label)s” is being called off") % {"label": found.label}, refresh=False)

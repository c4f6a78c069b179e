"""Every component on one page; only while debugging."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from garrison.core import selectors
from garrison.core.http import user_of
from garrison.core.ui import lists


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, with the numbers of the invented group of the mock-ups."""
    from garrison.web.samples import gallery_context

    return render(request, "web/gallery.html", gallery_context())


@require_GET
def gallery_list(request: HttpRequest) -> HttpResponseBase:
    """The list component over this installation's users."""
    from garrison.web.samples import USERS_PAGE

    rows = selectors.users(viewer=user_of(request))
    return lists.respond(request, USERS_PAGE, rows, at=timezone.now())


@login_not_required
@require_GET
def gallery_bare(request: HttpRequest) -> HttpResponse:
    """The look of the pages before sign-in."""
    return render(request, "web/gallery_bare.html")

"""Search, theme, saved views, undo, and the sign of life."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.core import services
from garrison.core.http import needs, user_of
from garrison.core.models import User
from garrison.core.registries import search as search_everything
from garrison.core.services import THEMES
from garrison.core.ui import lists
from garrison.core.ui.lists.answer import back

YEAR_S = 365 * 24 * 3600


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the server answers: for load balancers and watchdogs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Everything the viewer may see that matches the text: results alone for the dialog, else a page."""
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    found = search_everything(user_of(request), text)
    template = "web/_search_results.html" if request.headers.get("HX-Request") else "web/search.html"
    return render(request, template, {"found": found, "text": text.strip()})


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Take the theme that was chosen, else the next one; kept in a cookie, and with the user when they chose it."""
    now = request.COOKIES.get("theme", "auto")
    chosen = request.POST.get("theme", "")
    following = THEMES[(THEMES.index(now) + 1) % len(THEMES)] if now in THEMES else THEMES[0]
    if chosen in THEMES:
        following = chosen
        if isinstance(request.user, User):
            services.choose_theme(actor=request.user, theme=chosen)
    response = HttpResponseRedirect(back(request, "/"))
    response.set_cookie("theme", following, max_age=YEAR_S, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
@needs("core.save_view")
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep a list's filters, order and columns under a name."""
    view = services.save_view(
        actor=user_of(request),
        page=request.POST.get("page", "")[:80],
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
        shared=request.POST.get("shared") == "1",
    )
    return lists.done(request, _("View “%(name)s” kept") % {"name": view.name})


@require_POST
@needs("core.delete_view")
def view_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Forget one of one's own views."""
    services.delete_view(actor=user_of(request), uuid=uuid)
    return lists.done(request, _("View removed"))


@require_POST
@needs("core.undo")
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take one of one's own changes back."""
    label = services.undo(actor=user_of(request), uuid=uuid, at=timezone.now())
    return lists.done(request, _("Undone: %(label)s") % {"label": label})

"""Views of the home page, the brief and the reports. They ask the clock, make one call, and render."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.strategy import selectors, services
from garrison.apps.strategy.forms import Compare
from garrison.core.commands import Missing
from garrison.core.http import needs, user_of


def _since(request: HttpRequest) -> date | None:
    """The day to compare with; None where none was asked for. Raises `Missing` for what is no day."""
    form = Compare(request.GET)
    if not form.is_valid():
        raise Missing("there is no such day to compare with; write it as 2026-03-06")
    found: date | None = form.cleaned_data["since"]
    return found


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What needs action now, what to do first, what it may cost, what changed; for who has no role, whom to ask."""
    viewer = user_of(request)
    if not selectors.may_look(viewer=viewer):
        return render(request, "strategy/no_role.html", {"heads": selectors.heads(viewer=viewer)})
    found = selectors.home(viewer=user_of(request), at=timezone.now(), since=_since(request))
    return render(request, "strategy/home.html", {"home": found, "brief": found.brief})


@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """The same on paper: one column, no frame."""
    found = selectors.home(viewer=user_of(request), at=timezone.now(), since=_since(request))
    return render(request, "strategy/brief.html", {"home": found, "brief": found.brief})


@require_GET
def order(request: HttpRequest) -> HttpResponse:
    """How the order of what to do first is made."""
    return render(request, "strategy/order.html")


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that can be made, and those that were handed out."""
    viewer = user_of(request)
    shown = {
        "rows": selectors.issued(viewer=viewer)[:50],
        "may_read": selectors.may_read(viewer=viewer),
        "may_issue": selectors.may_issue(viewer=viewer),
        "at": timezone.now(),
    }
    return render(request, "strategy/reports.html", shown)


@require_POST
@needs("strategy.issue_report")
def issue_board(request: HttpRequest) -> HttpResponse:
    """Issue the board report and hand it over."""
    issued = services.issue_report(actor=user_of(request), at=timezone.now())
    return _pdf(issued.pdf, f"board-{issued.record.as_of}.pdf", attached=True)


@require_GET
def draft_board(request: HttpRequest) -> HttpResponse:
    """The board report as it would be issued now, marked as a draft."""
    return _pdf(selectors.draft_pdf(viewer=user_of(request), at=timezone.now()), "board-draft.pdf", attached=False)


def _pdf(body: bytes, name: str, *, attached: bool) -> HttpResponse:
    """A PDF to show or to keep."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'{"attachment" if attached else "inline"}; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

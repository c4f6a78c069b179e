"""The plan board, and what people change about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.budget import selectors, services
from garrison.apps.budget.forms import BudgetForm, PlaceForm
from garrison.apps.budget.views import shapes
from garrison.core.http import needs, user_of
from garrison.core.models import Undo
from garrison.core.ui import lists


@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """The best plan within the budget; for htmx only its numbers and lists."""
    template = "budget/_plan.html" if request.headers.get("HX-Request") else "budget/plan.html"
    return render(request, template, _context(request))


@require_POST
@needs("budget.force")
def move(request: HttpRequest) -> HttpResponse:
    """Put an initiative in, leave it out, or let the numbers decide."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, _("Say which initiative, and whether it goes in or out."), to=_home())
    now = timezone.now()
    to = form.cleaned_data["to"]
    made = services.force(actor=user_of(request), uuid=form.cleaned_data["uuid"], place=to, at=now)
    return _answer(request, shapes.moved(to, made.plan), made.undo)


@require_POST
@needs("budget.clear_conditions")
def best(request: HttpRequest) -> HttpResponse:
    """Clear all conditions: the best plan for this budget."""
    made = services.clear_conditions(actor=user_of(request), at=timezone.now())
    return _answer(request, shapes.moved("best", made.plan), made.undo)


@require_POST
@needs("budget.set_budget")
def budget(request: HttpRequest) -> HttpResponse:
    """Change the yearly budget."""
    form = BudgetForm(request.POST)
    if not form.is_valid():
        return lists.refused(request, " ".join(str(error) for error in form.errors.get("amount", [])), to=_home())
    undo = services.set_budget(actor=user_of(request), amount=form.cleaned_data["amount"], at=timezone.now())
    return lists.done(request, _("Budget changed; the plan was made anew"), undo=undo, to=_home())


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """The plan beside an earlier one."""
    newest, before, initiatives = selectors.compared(viewer=user_of(request))
    rows = shapes.comparison(newest, before, initiatives) if newest and before else []
    context = {"at": timezone.now(), "plan": newest, "before": before, "rows": rows}
    return render(request, "budget/compare.html", context)


def _home() -> str:
    """The plan page."""
    return reverse("budget:plan")


def _answer(request: HttpRequest, words: str, undo: Undo | None) -> HttpResponse:
    """Say what was done: for htmx with the new board, else by going back to it."""
    if not request.headers.get("HX-Request"):
        return lists.done(request, words, undo=undo, to=_home())
    response = render(request, "budget/_plan.html", _context(request))
    response["HX-Trigger"] = lists.done(request, words, undo=undo, refresh=False)["HX-Trigger"]
    return response


def _context(request: HttpRequest) -> dict[str, Any]:
    """What the plan page shows."""
    shown = selectors.board(viewer=user_of(request))
    table = request.GET.get("view") == "table"
    form = BudgetForm(initial={"amount": shown.top.budget if shown.top else None})
    return {"at": timezone.now(), "shown": shown, "table": table, "form": form, **shapes.board(shown)}

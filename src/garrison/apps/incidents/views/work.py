"""Tasks and playbooks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.forms import TaskForm
from garrison.apps.incidents.views.case import frame
from garrison.core.http import needs, user_of
from garrison.core.ui import lists


@require_POST
@needs("incidents.add_task")
def add_task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Add a task by hand."""
    form = TaskForm(request.POST)
    if not form.is_valid():
        reason = "; ".join(str(error) for errors in form.errors.values() for error in errors)
        return lists.refused(request, reason, to=reverse("incidents:tasks", args=[uuid]))
    services.add_task(actor=user_of(request), uuid=uuid, at=timezone.now(), **form.cleaned_data)
    return lists.done(request, _("Task added"), to=reverse("incidents:tasks", args=[uuid]))


@require_POST
@needs("incidents.end_task")
def end_task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that a task is done, or dropped with a reason."""
    done = request.POST.get("drop") is None
    viewer, at = user_of(request), timezone.now()
    undo = services.end_task(actor=viewer, uuid=uuid, at=at, done=done, outcome=request.POST.get("outcome", ""))
    return lists.done(request, undo.label, undo=undo, to=request.POST.get("next", "") if _ours(request) else "")


def _ours(request: HttpRequest) -> bool:
    """Whether the page to go back to is one of ours."""
    return request.POST.get("next", "").startswith("/incidents/")


@require_GET
def tasks(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All tasks of a case, and the playbooks behind them."""
    viewer, at = user_of(request), timezone.now()
    incident = services.look_at(actor=viewer, uuid=uuid)
    runs = selectors.runs(viewer=viewer, incident=incident)
    started = {running.run.playbook for running in runs}
    suggested = {book.code for book in rules.suggested(incident.category)}
    books = [book for book in selectors.playbooks(viewer=viewer).values() if book.code not in started]
    context = {
        "tasks": selectors.tasks(viewer=viewer, incident=incident),
        "runs": runs,
        "suggested": [book for book in books if book.code in suggested],
        "others": [book for book in books if book.code not in suggested],
        "task_form": TaskForm(),
        **frame(viewer, incident, at),
    }
    return render(request, "incidents/tasks.html", context)


@require_POST
@needs("incidents.start_playbook")
def start_playbook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Start a playbook in the case."""
    run = services.start_playbook(
        actor=user_of(request), uuid=uuid, playbook=request.POST.get("playbook", ""), at=timezone.now()
    )
    said = _("Playbook started, version %(version)s") % {"version": run.version}
    return lists.done(request, said, to=reverse("incidents:tasks", args=[uuid]))


@require_POST
@needs("incidents.answer_playbook")
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer a playbook's question; its branch opens or closes."""
    made = services.answer_playbook(
        actor=user_of(request),
        uuid=uuid,
        playbook=request.POST.get("playbook", ""),
        question=request.POST.get("question", ""),
        answer=request.POST.get("answer") == "yes",
        at=timezone.now(),
    )
    said = _("Answered; new tasks: %(n)s") % {"n": len(made)}
    return lists.done(request, said, to=reverse("incidents:tasks", args=[uuid]))


@require_GET
def playbooks(request: HttpRequest) -> HttpResponse:
    """The playbooks as they stand."""
    books = selectors.playbooks(viewer=user_of(request))
    rows = [(book, [rules.CATEGORIES[name] for name in book.categories]) for book in books.values()]
    return render(request, "incidents/playbooks.html", {"rows": rows})


@require_GET
def playbook(request: HttpRequest, code: str) -> HttpResponse:
    """One playbook: what it asks, and its steps by phase."""
    book = selectors.playbook(viewer=user_of(request), code=code)
    asks = {question.name: question.ask for question in book.questions}
    phases = [
        (
            rules.PHASES[phase],
            [
                (
                    step,
                    [
                        f"{asks.get(name) or rules.label(name)} {_('Yes') if value else _('No')}"
                        for name, value in step.when
                    ],
                )
                for step in book.steps
                if step.phase == phase
            ],
        )
        for phase in ("triaged", "containing", "recovering", "reviewed")
    ]
    return render(request, "incidents/playbook.html", {"book": book, "phases": [each for each in phases if each[1]]})

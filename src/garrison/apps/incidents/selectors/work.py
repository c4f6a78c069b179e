"""Tasks and playbooks of a case, and what gates look at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from garrison.apps.incidents import rules
from garrison.apps.incidents.models import Cause, Incident, Lesson, Member, Phase, PlaybookRun, PlaybookStep, Task
from garrison.apps.incidents.rules import Gate, Playbook, Step
from garrison.apps.incidents.selectors import custody
from garrison.apps.incidents.selectors.cases import VIEW, incidents
from garrison.apps.incidents.selectors.duties import clocks, current_values
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may


def tasks(*, viewer: User, incident: Incident) -> QuerySet[Task]:
    """The tasks of a case: open ones by due time, then those that ended, the last first."""
    order = Case(When(state="open", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Task.objects.filter(incident__in=incidents(viewer=viewer), incident=incident).select_related(
        "run", "ended_by"
    )
    return rows.order_by(order, F("due").asc(nulls_last=True), "-ended_at", "pk")


def task(*, viewer: User, uuid: UUID) -> Task:
    """One task. Raises ``Missing`` outside the viewer's sight."""
    found = (
        Task.objects.filter(incident__in=incidents(viewer=viewer), uuid=uuid).select_related("incident__unit").first()
    )
    if found is None:
        raise Missing("no such task")
    return found


def playbooks(*, viewer: User) -> dict[str, Playbook]:
    """The playbooks as they stand, with the steps that lessons added, by code."""
    if not may(viewer, VIEW):
        return {}
    return _with_added()


def _with_added() -> dict[str, Playbook]:
    """Shipped playbooks and the steps that lessons added."""
    added: dict[str, list[Step]] = {}
    for step in PlaybookStep.objects.order_by("playbook", "number"):
        added.setdefault(step.playbook, []).append(
            Step(
                code=f"added-{step.number}",
                title=step.title,
                phase="containing",
                owner=step.owner,
                detail=step.because,
                within=step.within_hours,
            )
        )
    return {code: playbook.with_steps(added.get(code, ())) for code, playbook in rules.playbooks().items()}


def playbook(*, viewer: User, code: str) -> Playbook:
    """One playbook as it stands. Raises ``Missing`` for one that there is not."""
    found = playbooks(viewer=viewer).get(code)
    if found is None:
        raise Missing("there is no such playbook")
    return found


@dataclass(frozen=True, slots=True)
class Running:
    """A playbook that was started in a case, what it still asks, and the steps that wait for an answer."""

    run: PlaybookRun
    playbook: Playbook
    unanswered: list[rules.Question]
    closed: list[Step]


def runs(*, viewer: User, incident: Incident) -> list[Running]:
    """The playbooks started in a case."""
    known = current_values(viewer=viewer, incident=incident)
    books = playbooks(viewer=viewer)
    found = []
    for run in PlaybookRun.objects.filter(incident__in=incidents(viewer=viewer), incident=incident):
        book = books.get(run.playbook)
        if book is not None:
            told = known | run.answers
            open_questions = [question for question in book.questions if question.name not in run.answers]
            found.append(Running(run, book, open_questions, rules.closed_branches(book, told)))
    return found


def gate(*, viewer: User, incident: Incident, phase: str, at: datetime) -> Gate:
    """What speaks against starting a phase of a case now."""
    shown = clocks(viewer=viewer, incident=incident, at=at)
    open_tasks = list(tasks(viewer=viewer, incident=incident).filter(state="open"))
    steps = {
        (running.run.pk, step.code): step.phase
        for running in runs(viewer=viewer, incident=incident)
        for step in running.playbook.steps
    }
    return rules.gate(
        phase,
        rules.Work(
            commander=Member.objects.filter(incident=incident, role="commander").exists(),
            open_containing=sum(steps.get((task.run_id or 0, task.step)) == "containing" for task in open_tasks),
            open_tasks=len(open_tasks),
            open_clocks=sum(card.open for card in shown.cards),
            facts_missing=sum(card.standing == "needs" for card in shown.cards),
            causes=Cause.objects.filter(incident=incident).count(),
            lessons_without_owner=Lesson.objects.filter(incident=incident, owner="").count(),
            held_review=Phase.objects.filter(incident=incident, name="reviewed").exists(),
            custody_open=custody.unsettled(viewer=viewer, incident=incident),
        ),
    )

"""Tasks of a case, and playbooks that make them."""

from datetime import datetime, timedelta
from uuid import UUID

from garrison.apps.incidents import rules, selectors
from garrison.apps.incidents.models import Incident, PlaybookRun, Task
from garrison.apps.incidents.rules import Playbook
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.undoing import offer_undo


@command("incidents.add_task")
def add_task(
    *, actor: User, uuid: UUID, title: str, at: datetime, owner: str = "", due: datetime | None = None, detail: str = ""
) -> Task:
    """Add something to do, by hand."""
    incident = open_case(actor, uuid)
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise Refused("a task needs a line of at most 200 characters")
    made = Task.objects.create(
        incident=incident, title=title, owner=owner.strip()[:200], due=due, detail=detail.strip(), made_at=at
    )
    changed(target=incident.code, path=incident.path, after={"task": title, "owner": owner, "due": due})
    return made


@command("incidents.end_task")
def end_task(*, actor: User, uuid: UUID, at: datetime, done: bool = True, outcome: str = "") -> Undo:
    """Say that a task is done, or that it is dropped, which needs a reason. Can be undone."""
    task = _open_task(actor, uuid)
    outcome = outcome.strip()[:400]
    if task.state != "open":
        raise Refused(f"that task is {task.state} already")
    if not done and not outcome:
        raise Refused("say why it need not be done")
    task.state, task.ended_at, task.ended_by, task.outcome = "done" if done else "dropped", at, actor, outcome
    task.save(update_fields=["state", "ended_at", "ended_by", "outcome"])
    changed(
        target=task.incident.code,
        path=task.incident.path,
        before={"task": task.title, "state": "open"},
        after={"task": task.title, "state": task.state, "outcome": outcome},
    )
    return offer_undo(
        actor=actor,
        at=at,
        label=f"{task.title}: {task.state}",
        command_name="incidents.reopen_task",
        arguments={"uuid": str(task.uuid)},
    )


@command("incidents.reopen_task")
def reopen_task(*, actor: User, uuid: str) -> None:
    """Put a task that ended back to open."""
    task = _open_task(actor, UUID(uuid))
    if task.state == "open":
        raise Refused("that task is open")
    before = task.state
    task.state, task.ended_at, task.ended_by, task.outcome = "open", None, None, ""
    task.save(update_fields=["state", "ended_at", "ended_by", "outcome"])
    changed(target=task.incident.code, path=task.incident.path, before={"task": task.title, "state": before})


@command("incidents.assign_task")
def assign_task(*, actor: User, uuid: UUID, owner: str, due: datetime | None, at: datetime) -> Task:
    """Say who does a task and by when."""
    task = _open_task(actor, uuid)
    before = {"owner": task.owner, "due": task.due}
    if (task.owner, task.due) == (owner.strip()[:200], due):
        raise Refused("owner and time are that already")
    task.owner, task.due = owner.strip()[:200], due
    task.save(update_fields=["owner", "due"])
    changed(target=task.incident.code, path=task.incident.path, before=before, after={"owner": task.owner, "due": due})
    return task


def _open_task(actor: User, uuid: UUID) -> Task:
    """A task of a case that may still be written in."""
    task = selectors.task(viewer=actor, uuid=uuid)
    if task.incident.closed_at is not None:
        raise Refused(f"{task.incident.code} is closed; open it again first")
    return task


@command("incidents.start_playbook")
def start_playbook(*, actor: User, uuid: UUID, playbook: str, at: datetime) -> PlaybookRun:
    """Start a playbook in the case: the steps that need no answer, or have theirs in the facts, become tasks."""
    incident = open_case(actor, uuid)
    book = selectors.playbook(viewer=actor, code=playbook)
    if PlaybookRun.objects.filter(incident=incident, playbook=playbook).exists():
        raise Refused(f"{book.title} was started in this case already")
    run = PlaybookRun.objects.create(
        incident=incident, playbook=book.code, version=book.version, started_at=at, by=actor
    )
    made = _make_tasks(incident, run, book, selectors.current_values(viewer=actor, incident=incident), at)
    title = f"Playbook started: {book.title}, version {book.version}"
    write_entry(actor, incident, at=at, kind="action", title=title, happened=at)
    changed(
        target=incident.code, path=incident.path, after={"playbook": book.code, "version": book.version, "tasks": made}
    )
    return run


@command("incidents.answer_playbook")
def answer_playbook(*, actor: User, uuid: UUID, playbook: str, question: str, answer: bool, at: datetime) -> list[str]:
    """Answer a question of a running playbook: a branch opens, and its steps become tasks; gives their titles.

    Tasks of a branch that the answer closes are dropped, those already done stay.
    """
    incident = open_case(actor, uuid)
    run = PlaybookRun.objects.filter(incident=incident, playbook=playbook).first()
    book = selectors.playbook(viewer=actor, code=playbook)
    if run is None:
        raise Missing("that playbook was not started in this case")
    asked = next((each for each in book.questions if each.name == question), None)
    if asked is None:
        raise Refused("the playbook does not ask that")
    if run.answers.get(question) is answer:
        raise Refused("that is the answer already")
    before = dict(run.answers)
    run.answers = {**run.answers, question: answer}
    run.save(update_fields=["answers"])
    known = selectors.current_values(viewer=actor, incident=incident) | run.answers
    made = _make_tasks(incident, run, book, known, at)
    closed = {step.code for step in rules.closed_branches(book, known)}
    dropped = []
    for task in Task.objects.filter(run=run, state="open", step__in=closed):
        task.state, task.ended_at, task.ended_by = "dropped", at, actor
        task.outcome = f"{asked.ask} {'Yes' if answer else 'No'}."
        task.save(update_fields=["state", "ended_at", "ended_by", "outcome"])
        dropped.append(task.title)
    changed(
        target=incident.code,
        path=incident.path,
        before=before,
        after={"playbook": playbook, "answers": run.answers, "tasks": made, "dropped": dropped},
    )
    return made


def _make_tasks(
    incident: Incident, run: PlaybookRun, book: Playbook, known: dict[str, object], at: datetime
) -> list[str]:
    """Make the tasks that are due and not yet there, and open again those that a branch had dropped."""
    there = {task.step: task for task in Task.objects.filter(run=run)}
    titles = []
    for step in rules.due_steps(book, known):
        task = there.get(step.code)
        if task is not None and task.state != "dropped":
            continue
        if task is not None:
            task.state, task.ended_at, task.ended_by, task.outcome = "open", None, None, ""
            task.save(update_fields=["state", "ended_at", "ended_by", "outcome"])
        else:
            Task.objects.create(
                incident=incident,
                title=step.title,
                detail=step.detail,
                owner=step.owner,
                due=at + timedelta(hours=step.within),
                run=run,
                step=step.code,
                made_at=at,
            )
        titles.append(step.title)
    return titles

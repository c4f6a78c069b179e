"""Asking for long work, and the report that the work keeps of itself."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from garrison.core.commands import Refused, changed, command
from garrison.core.imports.staging import Cancelled
from garrison.core.models import Job, User
from garrison.core.routing import jobs_alias

KINDS: dict[str, Callable[..., Any]] = {}
"""What does each kind of work, by name."""

ATTEMPTS = 3


def job(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Announce a function ``(report, actor, **arguments)`` that does work called ``kind``; it must be idempotent."""

    def announce(work: Callable[..., Any]) -> Callable[..., Any]:
        KINDS[kind] = work
        return work

    return announce


class Report:
    """How the work tells its progress; it writes at most twice a second."""

    EVERY_S = 0.5

    def __init__(self, uuid: UUID) -> None:
        self.uuid = uuid
        self._last = 0.0

    def progress(self, done: int, total: int, message: str) -> None:
        """Tell how far it is. Raises ``Cancelled`` when somebody called the work off."""
        now = time.monotonic()
        if now - self._last < self.EVERY_S and done < total:
            return
        self._last = now
        mine = Job.objects.filter(uuid=self.uuid)
        mine.update(done=done, total=total, message=message[:400], heartbeat=timezone.now())
        if mine.filter(cancel=True).exists():
            raise Cancelled("cancelled")


@command("jobs.ask")
def ask(
    *,
    actor: User,
    kind: str,
    label: str,
    arguments: dict[str, Any],
    at: datetime,
    unit: str = "bytes",
    once: UUID | None = None,
) -> Job:
    """Queue work of a known kind; it begins when the running transaction has committed.

    Work that carries the uuid ``once`` is queued a single time, however often and by how many it is asked.
    """
    if kind not in KINDS:
        raise Refused(f"there is no work called {kind}")
    told = {"kind": kind, "label": label[:400], "actor": actor.uuid, "arguments": arguments, "asked": at, "unit": unit}
    asked, new = Job.objects.get_or_create(uuid=once or uuid4(), defaults=told)
    changed(target=label, after={"kind": kind, "job": str(asked.uuid)})
    if new:
        transaction.on_commit(lambda: enqueue(asked))
    return asked


@command("jobs.cancel")
def cancel(*, actor: User, uuid: UUID, at: datetime) -> Job:
    """Call work off: at once when it still waits, else at its next report."""
    from garrison.core import selectors

    found = selectors.job(viewer=actor, uuid=uuid)
    if found.state not in ("waiting", "running"):
        raise Refused("it has ended already")
    found.cancel = True
    if found.state == "waiting":
        found.state, found.finished = "cancelled", at
    found.save(update_fields=["cancel", "state", "finished"])
    changed(target=found.label, after={"kind": found.kind, "job": str(found.uuid)})
    return found


def enqueue(asked: Job) -> None:
    """Put the work on the queue and remember the queue's id of it."""
    with transaction.atomic(using=jobs_alias()):
        if not Job.objects.filter(pk=asked.pk, task="").update(task="queued"):
            return  # somebody else put it there
        queued = perform.enqueue(str(asked.uuid))
        Job.objects.filter(pk=asked.pk).update(task=str(queued.id))


@task()
def perform(uuid: str) -> None:
    """Do the work of one job: what the queue calls in a worker."""
    mine = Job.objects.filter(uuid=uuid)
    found = mine.get()
    if found.cancel:
        mine.filter(state__in=["waiting", "running"]).update(state="cancelled", finished=timezone.now())
        return
    now = timezone.now()
    claimed = mine.filter(state="waiting").update(
        state="running", attempts=found.attempts + 1, started=now, heartbeat=now, message=""
    )
    if not claimed:  # another worker has it, or it has ended
        return
    actor = User.objects.get(uuid=found.actor)
    try:
        result = KINDS[found.kind](Report(found.uuid), actor, **found.arguments)
    except Cancelled:
        mine.update(state="cancelled", finished=timezone.now(), message="called off; what was stored before is whole")
    except Refused as refusal:
        mine.update(state="failed", finished=timezone.now(), message=str(refusal)[:400])
    except OSError as error:
        mine.update(state="failed", finished=timezone.now(), message=f"{error.strerror or error}"[:400])
    else:
        mine.update(state="done", finished=timezone.now(), result=result, message="")

"""The worker: takes jobs from the queue, shows that it lives, and takes over the jobs of workers that died."""

import logging
import threading
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from garrison.core.jobs.queue import ATTEMPTS
from garrison.core.jobs.schedule import ask_daily
from garrison.core.models import Job

HEARTBEAT_S = 2.0
DEAD_AFTER_S = 10.0
DAILY_S = 30.0
log = logging.getLogger(__name__)


class Worker(QueueWorker):  # type: ignore[misc]
    """django-tasks-db's worker with a heartbeat and a reaper beside it."""

    def __init__(self, *, worker_id: str, interval: float = 0.5, batch: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
            excluded_queue_names=[],
        )
        self._current = ""
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        reap()
        show_life()
        ask_daily(at=timezone.now())
        beside = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in (self._beat, self._ask)]
        for thread in beside:
            thread.start()
        try:
            super().run()
        finally:
            self._stop.set()
            for thread in beside:
                thread.join(timeout=5)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run one job, its heartbeat kept fresh meanwhile."""
        self._current = str(db_task_result.id)
        try:
            super().run_task(db_task_result)
        finally:
            self._current = ""
        settle(str(db_task_result.id))

    def _beat(self) -> None:
        """Refresh the running job's heartbeat and, now and then, look for jobs whose worker died."""
        rounds = 0
        while not self._stop.wait(HEARTBEAT_S):
            rounds += 1
            show_life()
            try:
                if self._current:
                    Job.objects.filter(task=self._current, state="running").update(heartbeat=timezone.now())
                if rounds % 3 == 0:
                    close_old_connections()
                    reap()
            except DatabaseError as error:
                log.warning("no heartbeat this time: %s", error)
        connections.close_all()

    def _ask(self) -> None:
        """Ask for the daily work; apart from the heartbeat, because it may wait for a writer of the records."""
        while not self._stop.wait(DAILY_S):
            try:
                ask_daily(at=timezone.now())
            except DatabaseError as error:
                log.warning("daily work is asked for later: %s", error)
        connections.close_all()


def show_life() -> None:
    """Touch the file by which others see that a worker of this home folder lives."""
    alive().touch(mode=0o600)


def alive() -> Path:
    """The file that every worker of this home folder touches every two seconds."""
    return Path(settings.HOME) / "worker.alive"


def settle(task: str) -> None:
    """Mark a job failed whose task ended in an error of ours, so that it never shows as running for ever."""
    failed = DBTaskResult.objects.filter(id=task, status="FAILED").first()
    if failed is not None:
        log.error("job %s failed: %s", task, failed.traceback)
        Job.objects.filter(task=task, state__in=["waiting", "running"]).update(
            state="failed", finished=timezone.now(), message=f"an error of ours: {failed.exception_class_path}"
        )


def reap() -> int:
    """Requeue jobs whose worker has shown no life for ten seconds, and jobs that never reached the queue.

    A job that has been tried three times is failed instead. Gives how many were requeued.
    """
    from garrison.core.jobs.queue import enqueue

    now = timezone.now()
    dead = now - timedelta(seconds=DEAD_AFTER_S)
    requeued = 0
    for job in Job.objects.filter(state="running", heartbeat__lt=dead):
        if job.attempts >= ATTEMPTS:
            Job.objects.filter(pk=job.pk, state="running").update(
                state="failed", finished=now, message=f"its worker died {job.attempts} times"
            )
            continue
        taken = Job.objects.filter(pk=job.pk, state="running", heartbeat=job.heartbeat).update(
            state="waiting", heartbeat=None, message="its worker died; starting again"
        )
        if taken:
            DBTaskResult.objects.filter(id=job.task).update(status="READY", started_at=None, worker_ids=[])
            requeued += 1
    for job in Job.objects.filter(state="waiting", task="", asked__lt=dead, cancel=False):
        enqueue(job)
        requeued += 1
    return requeued

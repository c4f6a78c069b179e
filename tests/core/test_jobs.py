"""Long work: taken over from workers that die, called off, and asked once a day."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from garrison.core import selectors
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.jobs import queue, schedule, worker
from garrison.core.models import AuditEntry, Job
from tests.kit.slow_worker import MANY

SLOW = Path(__file__).parents[1] / "kit" / "slow_worker.py"
everywhere = pytest.mark.django_db(databases="__all__")


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def own_database() -> Iterator[dict[str, str]]:
    """On the PostgreSQL ring a new database that several processes share; on SQLite the home folder's own."""
    if os.environ.get("GARRISON_TEST_RING") != "postgres":
        yield {}
        return
    import psycopg

    server, name = os.environ["GARRISON_TEST_POSTGRES"], f"workers_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a worker process in a home folder of its own."""
    begun: list[subprocess.Popen[bytes]] = []
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    if "own_database" in request.fixturenames:
        environment |= request.getfixturevalue("own_database")
    environment["GARRISON_HOME"] = str(tmp_path / "home")
    environment["DJANGO_SETTINGS_MODULE"] = "garrison.config.settings"

    def go(*arguments: str) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, str(SLOW), str(tmp_path), *arguments], env=environment))
        return begun[-1]

    yield go
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()


def row(folder: Path) -> dict[str, Any]:
    connection = sqlite3.connect(folder / "home" / "jobs.sqlite3")
    connection.row_factory = sqlite3.Row
    try:
        name = (folder / "job").read_text()
        found = connection.execute("SELECT * FROM core_job WHERE uuid = ?", [name]).fetchone()
        return dict(found) if found else {}
    finally:
        connection.close()


@pytest.mark.slow
def test_a_killed_workers_job_is_taken_over_and_done_once(tmp_path: Path, start: Any) -> None:
    first = start("one")
    until(lambda: (tmp_path / "begun").exists())
    assert row(tmp_path)["state"] == "running"
    beat = row(tmp_path)["heartbeat"]
    until(lambda: row(tmp_path)["heartbeat"] > beat)  # it beats although the work itself reports nothing
    assert (tmp_path / "home" / "worker.alive").exists()

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second, third = start(), start()
    until(lambda: (tmp_path / "begun").read_text().count("begun") == 2)
    taken = row(tmp_path)
    assert (taken["state"], taken["attempts"]) == ("running", 2)
    time.sleep(2.5)  # longer than a worker counts as dead: nobody else takes what is alive
    (tmp_path / "go").touch()
    until(lambda: row(tmp_path)["state"] == "done")
    assert (tmp_path / "ended").read_text() == "ended\n"
    assert (tmp_path / "begun").read_text() == "begun\nbegun\n"
    for process in (second, third):
        process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.mark.slow
def test_two_workers_never_do_the_same_work(tmp_path: Path, own_database: dict[str, str], start: Any) -> None:
    first = start("many")
    done = tmp_path / "quick"
    until(lambda: (tmp_path / "home" / "migrated").exists(), 60)
    second = start()
    until(lambda: done.exists() and len(done.read_text().splitlines()) >= MANY, 60)
    for process in (first, second):
        process.terminate()
    assert first.wait(timeout=30) == 0
    # On a slow machine all is done before the second worker listens to being told to stop.
    assert second.wait(timeout=30) in (0, -signal.SIGTERM)
    told = done.read_text().splitlines()
    assert (len(told), len(set(told))) == (MANY, MANY)


@everywhere
def test_a_second_worker_that_comes_meanwhile_leaves_it_alone(chief: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def work(report: queue.Report, actor: object) -> None:
        done.append(report.uuid)
        queue.perform.call(str(report.uuid))  # as another worker would that took the same task from the queue

    monkeypatch.setitem(queue.KINDS, "test.work", work)
    asked = queue.ask(actor=chief, kind="test.work", label="work", arguments={}, at=timezone.now())
    queue.perform.call(str(asked.uuid))
    asked.refresh_from_db()
    assert (done, asked.state, asked.attempts) == ([asked.uuid], "done", 1)


@everywhere
def test_one_sees_one_s_own_work_and_whoever_sees_all_users_everybody_s(chief: Any, make_user: Any) -> None:
    ann, bea = make_user("ann", "manager"), make_user("bea", "security head", "/LHG/")
    for user in (chief, ann, bea):
        Job.objects.create(kind="test.work", label=user.username, actor=user.uuid, asked=timezone.now())

    def seen(viewer: Any) -> set[str]:
        return {job.label for job in selectors.jobs(viewer=viewer)}

    assert seen(ann) == {"ann"}
    assert seen(bea) == {"bea"}
    assert seen(chief) == {"chief", "ann", "bea"}
    with pytest.raises(Missing):
        selectors.job(viewer=ann, uuid=Job.objects.get(label="chief").uuid)


@everywhere
def test_work_is_carried_out_and_told(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def work(report: queue.Report, actor: object, *, number: int) -> dict[str, int]:
        report.progress(number, number, "there")
        seen.append(actor)
        return {"number": number}

    monkeypatch.setitem(queue.KINDS, "test.work", work)
    ann = make_user("ann", "manager")
    asked = queue.ask(actor=ann, kind="test.work", label="work", arguments={"number": 7}, at=timezone.now())
    queue.perform.call(str(asked.uuid))
    asked.refresh_from_db()
    assert (asked.state, asked.result, asked.done, asked.attempts) == ("done", {"number": 7}, 7, 1)
    assert seen == [ann]
    queue.perform.call(str(asked.uuid))  # a second delivery does nothing
    assert seen == [ann]


@everywhere
@pytest.mark.parametrize(
    ("error", "state", "message"),
    [(Refused("no"), "failed", "no"), (OSError(28, "No space left on device"), "failed", "No space left on device")],
)
def test_what_cannot_be_done_says_why(
    chief: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, message: str
) -> None:
    def work(report: queue.Report, actor: object) -> None:
        raise error

    monkeypatch.setitem(queue.KINDS, "test.work", work)
    asked = queue.ask(actor=chief, kind="test.work", label="work", arguments={}, at=timezone.now())
    queue.perform.call(str(asked.uuid))
    asked.refresh_from_db()
    assert (asked.state, asked.message) == (state, message)


@everywhere
def test_work_is_called_off(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, ben = make_user("ann", "manager"), make_user("ben", "manager")

    def work(report: queue.Report, actor: Any) -> None:
        report.progress(0, 10, "begun")
        queue.cancel(actor=actor, uuid=report.uuid, at=timezone.now())
        report.EVERY_S = 0
        report.progress(1, 10, "going on")
        raise AssertionError("it went on")

    monkeypatch.setitem(queue.KINDS, "test.work", work)
    running = queue.ask(actor=ann, kind="test.work", label="work", arguments={}, at=timezone.now())
    queue.perform.call(str(running.uuid))
    running.refresh_from_db()
    assert running.state == "cancelled"
    with pytest.raises(Refused, match="ended already"):
        queue.cancel(actor=ann, uuid=running.uuid, at=timezone.now())
    waiting = queue.ask(actor=ann, kind="test.work", label="work", arguments={}, at=timezone.now())
    with pytest.raises(Missing):
        queue.cancel(actor=ben, uuid=waiting.uuid, at=timezone.now())
    queue.cancel(actor=ann, uuid=waiting.uuid, at=timezone.now())
    queue.perform.call(str(waiting.uuid))
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


@everywhere
def test_unknown_work_and_readers_are_refused(chief: Any, make_user: Any) -> None:
    with pytest.raises(Refused, match="no work called"):
        queue.ask(actor=chief, kind="test.unknown", label="", arguments={}, at=timezone.now())
    with pytest.raises(Forbidden):
        queue.ask(actor=make_user("ria", "reader"), kind="imports.run", label="", arguments={}, at=timezone.now())


@everywhere
def test_work_that_kills_its_workers_is_given_up(chief: Any) -> None:
    now = timezone.now()
    told = {"kind": "imports.run", "label": "x", "actor": chief.uuid, "asked": now, "state": "running"}
    old = now - timedelta(minutes=1)
    again = Job.objects.create(**told, attempts=1, heartbeat=old, task=str(uuid4()))
    given_up = Job.objects.create(**told, attempts=queue.ATTEMPTS, heartbeat=old, task=str(uuid4()))
    alive = Job.objects.create(**told, attempts=1, heartbeat=now, task=str(uuid4()))
    assert worker.reap() == 1
    states = {job.pk: job.state for job in Job.objects.filter(pk__in=[again.pk, given_up.pk, alive.pk])}
    assert states == {again.pk: "waiting", given_up.pk: "failed", alive.pk: "running"}


@everywhere
def test_daily_work_is_asked_once_a_day_whoever_asks(now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "DAILY", {})
    monkeypatch.setattr(queue, "KINDS", dict(queue.KINDS))
    schedule.daily("test.daily", "Every day")(lambda report, actor: None)
    assert schedule.ask_daily(at=now) == ["test.daily"]
    assert schedule.ask_daily(at=now + timedelta(hours=1)) == []
    name = schedule.name_of("test.daily", now)
    system = selectors.system_actor()
    # another worker that looked before the first had asked
    queue.ask(actor=system, kind="test.daily", label="Every day", arguments={}, at=now, once=name)
    assert Job.objects.filter(kind="test.daily").count() == 1
    assert schedule.ask_daily(at=now + timedelta(days=1)) == ["test.daily"]
    assert Job.objects.filter(kind="test.daily").count() == 2
    assert AuditEntry.objects.filter(command="jobs.ask", target="Every day").count() == 3

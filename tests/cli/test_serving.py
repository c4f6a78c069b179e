"""Serving, working and doctoring as commands, each with a home folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from garrison.cli.serve import is_loopback

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "GARRISON_URL")}
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return kept | {"GARRISON_HOME": str(home), "DJANGO_SETTINGS_MODULE": "garrison.config.settings"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def go(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "garrison.cli.main", *arguments]
        return subprocess.run(command, env=environment | more, capture_output=True, text=True, timeout=120, check=False)

    return go


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def children(pid: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after[1]) == pid and after[0] != "Z":
            found.append(int(place.parent.name))
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], Any], seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def answers(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return ""


def test_only_this_machine_is_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "localhost", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.1.4", "garrison.example", "::")))


def test_plain_http_to_other_machines_is_refused(run: Run) -> None:
    told = run("serve", "--host", "0.0.0.0")
    assert (told.returncode, "in the clear" in told.stderr) == (2, True)


def test_a_port_in_use_is_said(run: Run, port: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = run("serve", "--port", str(other.getsockname()[1]))
    assert (told.returncode, "choose another --port" in told.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_serving_begins_and_ends_with_its_children(environment: dict[str, str], tmp_path: Path, end: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    with (tmp_path / "told").open("w") as told:
        serving = subprocess.Popen(
            [sys.executable, "-m", "garrison.cli.main", "serve", "--port", str(number)],
            env=environment,
            stdout=told,
            stderr=told,
        )
    try:
        address = f"http://127.0.0.1:{number}"
        assert until(lambda: answers(f"{address}/healthz") or serving.poll()) == "ok\n", (tmp_path / "told").read_text()
        below = until(lambda: len(found := children(serving.pid)) >= 2 and found)
        until(lambda: (Path(environment["GARRISON_HOME"]) / "worker.alive").exists())
        assert "Sign in" in answers(f"{address}/imports/")
        said = (tmp_path / "told").read_text()
        assert address in said
        assert "garrison user add" in said
        serving.send_signal(end)
        status = serving.wait(timeout=30)
        assert status == (-9 if end == signal.SIGKILL else 0)
        until(lambda: not any(map(lives, below)), 15)
    finally:
        if serving.poll() is None:
            serving.kill()


@pytest.mark.slow
def test_the_doctor_names_what_is_unsafe(run: Run, environment: dict[str, str]) -> None:
    fresh = run("doctor")
    assert (fresh.returncode, "! migrations" in fresh.stdout) == (3, True)
    added = run("user", "add", "ann", "--role", "security head", "--json")
    assert added.returncode == 0, added.stderr
    told = json.loads(added.stdout)
    assert (told["username"], told["role"], told["path"]) == ("ann", "security head", "/")
    assert "/once/" in told["link"]
    given = json.loads(run("user", "grant", "ann", "reader", "--json").stdout)
    assert given == {"username": "ann", "role": "reader", "path": "/", "until": None}
    assert set(json.loads(run("user", "link", "ANN", "--json").stdout)) == {"username", "link"}
    Path(environment["GARRISON_HOME"], "worker.alive").touch()
    well = run("doctor", "--json")
    assert (well.returncode, json.loads(well.stdout)["well"]) == (0, True), well.stdout
    home = Path(environment["GARRISON_HOME"])
    (home / "garrison.sqlite3").chmod(0o644)
    (home / "garrison.sqlite3-wal").touch()
    (home / "garrison.sqlite3-wal").chmod(0o644)
    os.utime(home / "worker.alive", (0, 0))
    orphan = home / "lake" / "access" / "2026-03-10" / "x.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.touch()
    orphan.chmod(0o644)
    os.utime(orphan, (0, 0))
    told = run("doctor", "--json", GARRISON_URL="http://garrison.example", GARRISON_DEBUG="1", GARRISON_HOSTS="*")
    ill = {check["name"] for check in json.loads(told.stdout)["checks"] if not check["well"]}
    assert told.returncode == 3
    files = {"garrison.sqlite3", "garrison.sqlite3-wal", "lake folder"}
    assert ill == {"debugging", "address", "host names", "worker", "event files"} | files
    run("migrate")
    closed = {check["name"] for check in json.loads(run("doctor", "--json").stdout)["checks"] if check["well"]}
    assert closed >= {"home folder", "garrison.sqlite3", "lake folder"}


BADGE_EVENTS = """\
EVENT_TIME_UTC,EVDESCR,USERID,CARDNUM,EMPID,SSNO,LASTNAME,FIRSTNAME,PANELNAME,READERDESC
2026-03-07 13:44:48,Access Granted,40269,40269,20269,NULL,Barrowhay,Delphine,CTRL-01,D-005
2026-03-07 13:45:20,Access Granted,40416,40416,20416,NULL,Bolagun,Damaris,CTRL-03,D-026
"""


def test_what_is_written_is_for_its_owner_only_and_ends_quietly(tmp_path: Path, environment: dict[str, str]) -> None:
    """With the usual mask of a shell, into a home folder that others could read until now."""
    home = Path(environment["GARRISON_HOME"])
    home.chmod(0o755)
    (home / "address").write_text("http://127.0.0.1:8000")
    (home / "address").chmod(0o644)
    events = tmp_path / "events.csv"
    events.write_text(BADGE_EVENTS)
    command = [sys.executable, "-m", "garrison.cli.main", "import", str(events)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, umask=0o022)
    assert (told.returncode, told.stderr) == (0, "")
    kept = [home, *home.rglob("*")]
    assert any(path.suffix == ".parquet" for path in kept)
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_a_worker_works_on_what_waits_and_stops(run: Run) -> None:
    assert run("worker", "--batch").returncode == 0

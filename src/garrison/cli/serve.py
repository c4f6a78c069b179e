"""``garrison serve``: the web pages and a worker, from one command."""

import gc
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer

from garrison.cli.shared import fail

app = typer.Typer(rich_markup_mode=None)

LEFT_BEHIND = timedelta(hours=1)
THREADS = 4
STOP_S = 10


@app.command()
def serve(
    host: str = typer.Option("127.0.0.1", help="The address to listen on."),
    port: int = typer.Option(8000, min=1, max=65535, help="The port to listen on."),
    worker: bool = typer.Option(True, help="Also work on jobs; --no-worker when workers run elsewhere."),
    open_browser: bool = typer.Option(False, "--open/--no-open", help="Open a browser on the first page."),
    insecure: bool = typer.Option(False, "--insecure", help="Serve plain HTTP to other machines. Not for real data."),
) -> None:
    """Serve the web pages until Ctrl-C, and work on jobs."""
    serve_forever(host=host, port=port, worker=worker, open_browser=open_browser, insecure=insecure)


def serve_forever(
    *, host: str, port: int, worker: bool = True, open_browser: bool = False, insecure: bool = False
) -> None:
    """Prepare the home folder, then serve until SIGINT or SIGTERM. Stops with exit code 2 for what cannot be served."""
    shown = f"[{host}]" if ":" in host else host
    os.environ.setdefault("GARRISON_URL", f"http://{shown}:{port}")
    secure = os.environ["GARRISON_URL"].startswith("https://")
    if not is_loopback(host) and not secure and not insecure:
        raise fail(
            f"{host} is open to other machines, and passwords would cross the network in the clear. Put a proxy with "
            "TLS in front and set GARRISON_URL=https://..., or give --insecure for a trial"
        )
    check_assets()
    check_port(host, port)
    from garrison.core import setup

    setup.start()
    sweep()
    from garrison.core import selectors

    if not selectors.users(viewer=selectors.system_actor()).exists():
        typer.echo("Nobody can sign in yet. Add the first user: garrison user add NAME --role 'security head'")
    from django.conf import settings

    (settings.HOME / "address").write_text(os.environ["GARRISON_URL"] + "\n")
    from django.db import connections

    typer.echo(f"Garrison is at {settings.GARRISON_URL} (Ctrl-C stops it)")
    sys.stdout.flush()
    connections.close_all()
    gc.collect()
    gc.freeze()  # what is loaded by now stays shared with the server's own process
    if open_browser:
        _open(settings.GARRISON_URL, host, port)
    server(host, port, Keeper() if worker else None).serve(target_loader=load, wrap_loader=False)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    return host in ("localhost", "::1") or host.startswith("127.")


def check_assets() -> None:
    """Stop when styles and scripts were not built."""
    from garrison.web.build import DIST, PARTS

    missing = [part for part in PARTS if not (DIST / part).is_file()]
    if missing:
        raise fail(f"the browser assets are not built ({', '.join(missing)} missing): run `make assets`")


def check_port(host: str, port: int) -> None:
    """Stop when the address cannot be listened on."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = "something else listens there already; choose another --port" if error.errno == 98 else error.strerror
        raise fail(f"cannot listen on {host}, port {port}: {reason}") from error


def sweep() -> None:
    """Remove what killed imports left behind, and uploads that nobody came back for."""
    from django.conf import settings

    (settings.HOME / "address").write_text(os.environ["GARRISON_URL"] + "\n")
    from django.utils import timezone

    from garrison.core import lake_files
    from garrison.core.imports.keeping import KEEP_DAYS, sweep_uploads
    from garrison.core.imports.run import sweep_staging

    now = timezone.now()
    sweep_staging(older_than=now - LEFT_BEHIND)
    lake_files.sweep_uncommitted(older_than=now - LEFT_BEHIND)
    sweep_uploads(older_than=now - timedelta(days=KEEP_DAYS))
    for half in Path(settings.HOME).glob("tmp*.upload*"):  # what a browser was sending when the server was killed
        if half.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
            half.unlink(missing_ok=True)


class Keeper:
    """Keeps one worker process alive beside the server, and takes it along at the end."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _keep(self) -> None:
        """Start the worker, and again whenever it ends; more slowly when it keeps ending at once."""
        from garrison.cli.worker import PARENT

        environment = os.environ | {PARENT: str(os.getpid())}
        pause = 1.0
        while not self._over.is_set():
            began = time.monotonic()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "garrison.cli.main", "worker"], env=environment, start_new_session=True
            )
            while self._child.poll() is None and not self._over.wait(0.5):
                pass
            if self._over.is_set():
                return
            pause = 1.0 if time.monotonic() - began > 30 else min(60.0, pause * 2)
            sys.stderr.write(f"garrison: the worker ended ({self._child.returncode}); starting it again\n")
            self._over.wait(pause)

    def stop(self) -> None:
        """End the worker: it may finish what it does for ten seconds; anything longer starts again next time."""
        self._over.set()
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def server(host: str, port: int, keeper: Keeper | None) -> Any:
    """The server: one process with a few threads, started again if it dies, and the keeper beside it."""
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    class Kept(Server):  # type: ignore[misc]
        """A server that starts its keeper once its own process has been made, so that no thread is forked."""

        def startup(self, spawn_target: Any, target_loader: Any) -> None:
            """Start listening, then the worker."""
            super().startup(spawn_target, target_loader)
            if keeper is not None:
                keeper.start()

    made = Kept(
        "garrison.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        loop=Loops.asyncio,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    if keeper is not None:
        made.on_shutdown(keeper.stop)
    return made


def load() -> Callable[..., Any]:
    """The application, in the server's own process, which ends when its parent does."""
    from django.core.wsgi import get_wsgi_application

    from garrison.cli.worker import end_with

    end_with(os.getppid())
    return get_wsgi_application()


def _open(url: str, host: str, port: int) -> None:
    """Open a browser as soon as the server answers; in a process of its own."""
    where = urlsplit(url)._replace(netloc=f"{'[' + host + ']' if ':' in host else host}:{port}").geturl()
    program = (
        "import time, urllib.request, webbrowser\n"
        "for _ in range(100):\n"
        "    try:\n"
        f"        urllib.request.urlopen({where + '/healthz'!r})\n"
        "        break\n"
        "    except OSError:\n"
        "        time.sleep(0.1)\n"
        f"webbrowser.open({url!r})\n"
    )
    subprocess.Popen([sys.executable, "-c", program], start_new_session=True)  # noqa: S603 - our own program

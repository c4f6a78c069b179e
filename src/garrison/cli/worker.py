"""``garrison worker``: working on jobs until told to stop."""

import os
import signal
import threading
import time

import typer

app = typer.Typer(rich_markup_mode=None)

PARENT = "GARRISON_PARENT"


@app.command()
def worker(
    batch: bool = typer.Option(False, "--batch", help="Work on what waits now, then stop."),
) -> None:
    """Work on jobs until SIGTERM; a job that is under way is finished first.

    Any number of workers may run. A job whose worker died is taken over by another within seconds.
    """
    from garrison.core import setup

    setup.start()
    import logging
    import socket
    import uuid

    from garrison.core.jobs.worker import Worker

    logging.getLogger("django_tasks_db").setLevel(logging.ERROR)
    logging.getLogger("django_tasks").setLevel(logging.ERROR)
    works = Worker(worker_id=f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid.uuid4().hex[:8]}", batch=batch)
    works.configure_signals()
    if os.environ.get(PARENT):
        end_with(int(os.environ[PARENT]))
    works.run()


def end_with(parent: int) -> None:
    """Stop this process as soon as its parent is gone, however it went."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()

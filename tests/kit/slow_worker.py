"""A worker of its own process with quick heartbeats: one kind of work that waits for a file, for killing, and one of
which there is much, for sharing.
"""

import sys
import time
from pathlib import Path

from garrison.core import setup

MANY = 40


def main(folder: Path, ask: str) -> None:
    setup.start()
    from django.utils import timezone

    from garrison.core import selectors
    from garrison.core.jobs import queue, worker

    worker.HEARTBEAT_S, worker.DEAD_AFTER_S = 0.2, 1.5

    @queue.job("test.slow")
    def slow(report: queue.Report, actor: object) -> dict[str, int]:
        with (folder / "begun").open("a") as file:
            file.write("begun\n")
        while not (folder / "go").exists():
            time.sleep(0.05)
        with (folder / "ended").open("a") as file:
            file.write("ended\n")
        return {"made": 1}

    @queue.job("test.quick")
    def quick(report: queue.Report, actor: object) -> None:
        with (folder / "quick").open("a") as file:
            file.write(f"{report.uuid}\n")

    if ask == "many":
        for _ in range(MANY):
            queue.ask(actor=selectors.system_actor(), kind="test.quick", label="quick", arguments={}, at=timezone.now())
        (folder / "asked").touch()
    if ask == "one":
        asked = queue.ask(
            actor=selectors.system_actor(), kind="test.slow", label="slow", arguments={}, at=timezone.now()
        )
        (folder / "job").write_text(asked.uuid.hex)
    works = worker.Worker(worker_id=f"test-{time.monotonic_ns()}", interval=0.05)
    works.configure_signals()
    works.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), ask="".join(sys.argv[2:]))

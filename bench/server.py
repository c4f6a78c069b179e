"""The server's start: CPU and memory until the first page is answered."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.measure import ROOT, garrison, say

PORT = 8971


def main() -> bool:
    """Start the server alone, ask for one page, and read what it took."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        garrison(["migrate"], home)
        environment = os.environ | {"GARRISON_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
        environment.pop("DATABASE_URL", None)
        server = subprocess.Popen(
            [sys.executable, "-m", "garrison.cli.main", "serve", "--no-worker", "--port", str(PORT)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{PORT}/healthz")
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/account/login/").read()
            cpu, memory = _family(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
    good = say("server start to first page (a peer: 18 s a worker)", cpu, 3, "s CPU")
    return good & say("  its memory (a peer: 321 MB a worker)", memory, 200, "MB", "all processes, proportional")


def _wait(address: str) -> None:
    """Wait until the address answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _family(pid: int) -> tuple[float, float]:
    """CPU seconds and proportional memory in MB of a process and its children."""
    tick = os.sysconf("SC_CLK_TCK")
    cpu = memory = 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in [str(pid), *children]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        cpu += (int(fields[11]) + int(fields[12])) / tick
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                memory += int(line.split()[1]) / 1024
    return cpu, memory


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)

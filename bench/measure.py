"""Measuring whole commands: CPU seconds, memory, and the line that every benchmark prints."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: CPU seconds (user and system) and peak memory in MB."""

    cpu_s: float
    peak_mb: float
    output: str


def garrison(arguments: Sequence[str], home: Path) -> Cost:
    """Run the ``garrison`` command in its own home. Raises RuntimeError when it fails."""
    return python(["-m", "garrison.cli.main", *arguments], home)


def python(arguments: Sequence[str], home: Path, stdin: str = "") -> Cost:
    """Run a Python process in a home of its own and measure it."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"GARRISON_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert child.stdin is not None
        child.stdin.write(stdin)
        child.stdin.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode not in (0, 3):
        raise RuntimeError(text)
    del before
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def say(what: str, measured: float, limit: float, unit: str, remark: str = "") -> bool:
    """Print one measurement beside its limit; tells whether it holds."""
    holds = measured <= limit
    ratio = measured / limit
    tail = f"  {remark}" if remark else ""
    print(f"{'ok  ' if holds else 'OVER'} {what:<66} {measured:>10.3f} of {limit:g} {unit}  ratio {ratio:.2f}{tail}")
    return holds

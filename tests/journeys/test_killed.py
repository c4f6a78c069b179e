"""An import killed at any moment leaves nothing half-stored, and the next one completes it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.kit.corpus_table import garrison

pytestmark = pytest.mark.slow
SEED = 9


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from garrison.cli.demo import write_exports

    folder = tmp_path_factory.mktemp("exports")
    write_exports(folder, as_of=datetime(2026, 3, 10, 13, tzinfo=UTC))
    return folder


def counts(home: Path) -> dict[str, Any]:
    return dict(json.loads(garrison("status", "--json", home=home).stdout)["counts"])


def lake(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in (home / "lake").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def whole(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], float]:
    home = tmp_path_factory.mktemp("whole")
    garrison("migrate", home=home)
    begun = time.monotonic()
    done = garrison("import", "--json", str(exports), home=home)
    assert done.returncode == 0, done.stderr
    return counts(home), time.monotonic() - begun


@pytest.mark.parametrize("attempt", range(5))
def test_a_kill_at_a_random_moment(
    exports: Path, whole: tuple[dict[str, Any], float], tmp_path: Path, attempt: int
) -> None:
    expected, took = whole
    garrison("migrate", home=tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    rng = random.Random(SEED + attempt)
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-m", "garrison.cli.main", "import", "--json", str(exports)],
            env=environment | {"GARRISON_HOME": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(0.2, 1.0) * took)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert garrison("audit", "verify", home=tmp_path).returncode == 0
    done = garrison("import", "--json", str(exports), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert counts(tmp_path) == expected
    assert garrison("audit", "verify", home=tmp_path).returncode == 0
    again = json.loads(garrison("import", "--json", str(exports), home=tmp_path).stdout)["files"]
    assert {file["status"] for file in again} == {"unchanged"}


def test_two_imports_at_once_store_once(exports: Path, whole: tuple[dict[str, Any], float], tmp_path: Path) -> None:
    garrison("migrate", home=tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "garrison.cli.main", "import", "--json", str(exports)],
            env=environment | {"GARRISON_HOME": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for child in both:
        _, errors = child.communicate(timeout=300)
        assert child.returncode == 0, errors
    assert counts(tmp_path) == whole[0]
    assert garrison("audit", "verify", home=tmp_path).returncode == 0

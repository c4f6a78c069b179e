"""The wheel holds everything: installed in a clean environment, the demo runs from it."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_assets_templates_migrations_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("web/static/web/dist/", "templates/web/page.html", "core/migrations/0001_initial.py"):
        assert any(part in name for name in names), part
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


def test_the_demo_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "clean"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    site = next((place / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # Its dependencies come from this environment, so that the test needs no network; Garrison itself must not.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GARRISON", "DJANGO"))}
    where = subprocess.run(
        [python, "-c", "import garrison; print(garrison.__file__)"], capture_output=True, text=True, check=True
    )
    assert str(site) in where.stdout
    done = subprocess.run(
        [python, "-m", "garrison.cli.main", "demo", "--no-serve", "--home", str(tmp_path / "home")],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Dorian Vesk" in done.stdout
    assert "Traceback" not in done.stderr

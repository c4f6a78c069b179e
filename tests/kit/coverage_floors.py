"""Compares what the tests ran with the floors in ``tests/coverage.toml``. Called by ``make test`` after the run.

Files of the ``whole`` patterns are run line by line: a line that no test runs fails, unless ``gaps`` names its file,
how many lines may be missing, and why. Every other file belongs to the longest folder in ``floors`` that holds it, and
that folder's share may rise but not fall.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "garrison"
SLACK = 3.0
"""So many points above a floor are worth a word: the ratchet can be turned."""


@dataclass(frozen=True)
class Ran:
    """One file: its path below the package, how many lines can run, and which never did."""

    path: str
    lines: int
    missing: tuple[int, ...] = ()


@dataclass
class Verdict:
    """What is wrong, what could be raised, and the share of each floor's folder."""

    faults: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)


def judge(files: Iterable[Ran], floors: Mapping[str, Any]) -> Verdict:
    """Compare ``files`` with what ``tests/coverage.toml`` asks."""
    verdict = Verdict()
    gaps = dict(floors["gaps"])
    lines: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for file in files:
        if any(fnmatchcase(file.path, pattern) for pattern in floors["whole"]):
            _whole(file, gaps.pop(file.path, None), verdict)
            continue
        folder = max((name for name in floors["floors"] if file.path.startswith(name)), key=len, default=None)
        if folder is None:
            verdict.faults.append(f"{file.path}: no floor holds it; give its folder one in tests/coverage.toml")
            continue
        lines[folder] += file.lines
        missing[folder] += len(file.missing)
    verdict.faults += [f"{path}: a gap is named for a file that is gone or needs none" for path in gaps]
    for folder, floor in floors["floors"].items():
        share = 100.0 * (1 - missing[folder] / lines[folder]) if lines[folder] else 100.0
        verdict.shares[folder] = share
        if share < floor:
            verdict.faults.append(f"{folder}: {share:.1f} % of its lines ran, the floor is {floor} %")
        elif share >= floor + SLACK:
            verdict.hints.append(f"{folder}: {share:.1f} % of its lines ran; its floor of {floor} % can be raised")
    return verdict


def _whole(file: Ran, gap: Mapping[str, Any] | None, verdict: Verdict) -> None:
    """Judge a file of which every line is to run."""
    allowed = gap["lines"] if gap else 0
    if len(file.missing) > allowed:
        where = ", ".join(map(str, file.missing))
        verdict.faults.append(f"{file.path}: no test runs line {where} ({allowed} may be missing)")
    elif gap and len(file.missing) < allowed:
        verdict.hints.append(
            f"{file.path}: only {len(file.missing)} lines are missing; its gap of {allowed} can shrink"
        )


def measured(data: Path) -> list[Ran]:
    """What a run of the tests left behind, of every Python file of the package but migrations."""
    from coverage import Coverage

    coverage = Coverage(data_file=str(data), config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            _, lines, _, missing, _ = coverage.analysis2(str(path))
            found.append(Ran(path.relative_to(PACKAGE).as_posix(), len(lines), tuple(missing)))
    return found


def main(data: Path) -> int:
    """Print the shares and what is wrong; 1 when anything is."""
    verdict = judge(measured(data), tomllib.loads((ROOT / "tests" / "coverage.toml").read_text()))
    print("Lines that tests ran: " + ", ".join(f"{name} {share:.1f} %" for name, share in verdict.shares.items()))
    for line in (*verdict.hints, *verdict.faults):
        print(line)
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""Prints the table of every corpus file in scope: what was expected, what Garrison counted. ``make corpus-table``."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.kit.corpus_expected import EXPECTED, WHY

ROOT = Path(__file__).parents[2]


def folder() -> Path:
    """The corpus: ``GARRISON_CORPUS``, else beside the project."""
    return Path(os.environ.get("GARRISON_CORPUS") or ROOT.parent / "shared" / "corpus")


def garrison(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a home of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"GARRISON_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "garrison.cli.main", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def counted(home: Path) -> dict[str, dict[str, Any]]:
    """Import every file in scope in one run; counts, statuses and formats by file, members of archives added up."""
    top = folder()
    done = garrison("import", "--json", *(str(top / name) for name in EXPECTED), home=home)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr)
    found: dict[str, dict[str, Any]] = {}
    for file in json.loads(done.stdout)["files"]:
        name = str(Path(file["path"]).relative_to(top))
        kept = found.setdefault(name, {"counts": Counter(), "statuses": set(), "formats": set(), "refused": 0})
        kept["counts"].update(file["counts"])
        kept["statuses"].add(file["status"])
        kept["formats"].add(file["format"])
        kept["refused"] += file["rows"]["refused"]
    return found


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        found = counted(Path(home))
    print("# Corpus: what real files hold, and what Garrison counts\n")
    print("Made by `make corpus-table` from one `garrison import --json` of the whole corpus in scope. The expected")
    print("numbers were counted by others: the corpus's own notes, or another project's unit tests.\n")
    print("| file | format | expected | counted | refused | remark |")
    print("|---|---|---|---|---|---|")
    for name, expected in EXPECTED.items():
        row = found[name]
        ours = {key: row["counts"].get(key, 0) for key in expected}
        verdict = "" if ours == expected else "DIFFERS "
        formats = ", ".join(sorted(filter(None, row["formats"])))
        print(
            f"| {name} | {formats} | {_words(expected)} | {verdict}{_words(ours)} | {row['refused']} | {WHY.get(name, '')} |"
        )


def _words(counts: dict[str, int]) -> str:
    """Counts in words."""
    return ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in counts.items()) or "nothing"


if __name__ == "__main__":
    main()

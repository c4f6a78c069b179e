"""Every corpus file in scope is understood and counted as others counted it, through the command."""

import json
from pathlib import Path

import pytest

from tests.kit.corpus_expected import EXPECTED
from tests.kit.corpus_table import counted, garrison

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, object]]]:
    from tests.kit.corpus_table import folder

    if not folder().is_dir():
        pytest.skip("the corpus of real files is not here; set GARRISON_CORPUS")
    home = tmp_path_factory.mktemp("home")
    return home, counted(home)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_holds_what_others_counted(found: tuple[Path, dict[str, dict[str, object]]], name: str) -> None:
    row = found[1][name]
    assert {key: row["counts"].get(key, 0) for key in EXPECTED[name]} == EXPECTED[name]  # type: ignore[attr-defined]
    assert row["statuses"] <= {"imported", "unchanged"}
    assert row["refused"] == 0


def test_a_second_import_of_everything_changes_nothing(
    found: tuple[Path, dict[str, dict[str, object]]],
) -> None:
    home = found[0]
    before = json.loads(garrison("status", "--json", home=home).stdout)["counts"]
    again = counted(home)
    assert {status for row in again.values() for status in row["statuses"]} == {"unchanged"}  # type: ignore[attr-defined]
    assert json.loads(garrison("status", "--json", home=home).stdout)["counts"] == before


def test_the_audit_chain_holds(found: tuple[Path, dict[str, dict[str, object]]]) -> None:
    assert garrison("audit", "verify", home=found[0]).returncode == 0


def test_the_other_files_of_the_corpus_are_named_and_nothing_breaks(
    found: tuple[Path, dict[str, dict[str, object]]], corpus: Path, tmp_path: Path
) -> None:
    others = [
        str(path)
        for path in sorted(corpus.rglob("*"))
        if path.is_file() and str(path.relative_to(corpus)) not in EXPECTED
    ]
    done = garrison("import", "--json", "--dry-run", *others, home=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    files = json.loads(done.stdout)["files"]
    assert all(file["messages"] for file in files if file["status"] in ("unknown", "refused", "needs_mapping"))

"""The floors of coverage: what they ask for, and that each kind of fall is found."""

import tomllib
from typing import Any

import pytest

from tests.kit.coverage_floors import PACKAGE, ROOT, Ran, judge

FLOORS: dict[str, Any] = {
    "whole": ["engines/*", "apps/*/rules*"],
    "gaps": {"engines/deep.py": {"lines": 2, "why": "a guard"}},
    "floors": {"apps/": 80.0, "apps/web/": 50.0},
}
GOOD = [
    Ran("engines/deep.py", 10, (3, 4)),
    Ran("engines/loss/more.py", 10),
    Ran("apps/demo/rules/one.py", 5),
    Ran("apps/demo/views.py", 100, tuple(range(20))),
    Ran("apps/web/views.py", 10, (1, 2, 3, 4, 5)),
]


def test_at_its_floors_a_tree_stands() -> None:
    verdict = judge(GOOD, FLOORS)
    assert (verdict.faults, verdict.hints) == ([], [])
    assert verdict.shares == pytest.approx({"apps/": 80, "apps/web/": 50})


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (Ran("engines/loss/more.py", 10, (7, 9)), "engines/loss/more.py: no test runs line 7, 9 (0 may be missing)"),
        (Ran("engines/deep.py", 10, (3, 4, 5)), "engines/deep.py: no test runs line 3, 4, 5 (2 may be missing)"),
        (Ran("apps/demo/rules/one.py", 5, (1,)), "apps/demo/rules/one.py: no test runs line 1 (0 may be missing)"),
        (Ran("apps/demo/views.py", 100, tuple(range(21))), "apps/: 79.0 % of its lines ran, the floor is 80.0 %"),
        (Ran("apps/web/views.py", 10, tuple(range(6))), "apps/web/: 40.0 % of its lines ran, the floor is 50.0 %"),
        (Ran("lake/new.py", 1), "lake/new.py: no floor holds it; give its folder one in tests/coverage.toml"),
    ],
)
def test_every_fall_is_found(worse: Ran, said: str) -> None:
    assert judge([*(file for file in GOOD if file.path != worse.path), worse], FLOORS).faults == [said]


def test_a_gap_for_a_file_that_is_gone_is_a_fault_and_what_rose_is_said() -> None:
    assert judge(GOOD[1:], FLOORS).faults == ["engines/deep.py: a gap is named for a file that is gone or needs none"]
    better = [Ran("engines/deep.py", 10, (3,)), *GOOD[1:3], Ran("apps/demo/views.py", 100), GOOD[4]]
    assert len(judge(better, FLOORS).hints) == 2


def test_the_floors_of_this_tree_ask_for_what_the_house_asks() -> None:
    floors = tomllib.loads((ROOT / "tests" / "coverage.toml").read_text())
    assert {"engines/*", "formats/*", "apps/*/rules*", "apps/*/services*"} <= set(floors["whole"])
    for path, gap in floors["gaps"].items():
        assert (PACKAGE / path).is_file(), path
        assert gap["lines"] > 0
        assert len(gap["why"]) > 10
    paths = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    assert not [fault for fault in judge([Ran(path, 1) for path in paths], floors).faults if "no floor" in fault]

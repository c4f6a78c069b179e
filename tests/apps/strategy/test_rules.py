"""The pure decisions: order, repair, causes, flow, headline."""

from datetime import date

import pytest

from garrison.apps.risk.rules import Step
from garrison.apps.strategy.rules import Action, Limit, causes_of, first_three, flow, judge, moved, repair_gain


def action(kind: str, title: str, **more: object) -> Action:
    return Action(kind, title, "", "", "", "", "", "", "", **more)  # type: ignore[arg-type]


def titles(actions: list[Action]) -> list[str]:
    return [each.title for each in actions]


def test_used_access_comes_first_then_money_then_due_date() -> None:
    chosen = first_three(
        [
            action("finding", "patch", due=date(2026, 3, 10), level=5),
            action("device", "repair", avoided=30_000.0),
            action("access", "close", used=2),
        ]
    )
    assert titles(chosen) == ["close", "repair", "patch"]


def test_first_of_each_kind_comes_before_the_second_of_any() -> None:
    doors = [action("device", f"door {n}", avoided=float(n)) for n in range(1, 6)]
    chosen = first_three([*doors, action("finding", "patch", due=date(2026, 3, 10))])
    assert titles(chosen) == ["door 5", "door 4", "patch"]


def test_more_urgent_class_first_on_one_day() -> None:
    day = date(2026, 3, 10)
    rows = [
        action("finding", "low", due=day, level=3),
        action("finding", "high", due=day, level=5),
        action("finding", "none"),
    ]
    assert titles(first_three(rows)) == ["high", "low", "none"]


def test_unused_access_waits_behind_money() -> None:
    assert titles(first_three([action("access", "close"), action("device", "fix", avoided=1.0)])) == ["fix", "close"]


def test_repair_gain_is_the_difference_that_the_control_makes() -> None:
    def row(effectiveness: float) -> dict[str, object]:
        return {
            "code": "C",
            "name": "c",
            "effect": "preventing",
            "coverage": 0.5,
            "effectiveness": effectiveness,
            "reason": "",
        }

    rows = [
        {"mean": 80.0, "mean_band": [40.0, 160.0], "controls": [row(0.4)]},
        {"mean": 5.0, "mean_band": [5, 5], "controls": []},
    ]
    gain, low, high = repair_gain(rows, "C", 0.8)
    assert gain == pytest.approx(80 * (1 - 0.6 / 0.8))
    assert (low, high) == (pytest.approx(gain / 2), pytest.approx(gain * 2))
    assert repair_gain(rows, "other", 1.0) == (0, 0, 0)


def test_repair_of_a_control_that_leaves_nothing() -> None:
    control = {"code": "C", "name": "c", "effect": "preventing", "coverage": 1.0, "effectiveness": 1.0, "reason": ""}
    assert repair_gain([{"mean": 0.0, "mean_band": [0.0, 0.0], "controls": [control]}], "C", 1.0) == (0, 0, 0)


def test_causes_are_gathered_by_control() -> None:
    steps = {
        "R-1": [Step("C-1", "worse", 10.0), Step("", "estimate changed", -3.0)],
        "R-2": [Step("C-1", "worse", 5.0)],
    }
    first, second = causes_of(steps)
    assert (first.code, first.amount, first.scenarios) == ("C-1", 15.0, ("R-1", "R-2"))
    assert (second.code, second.words, second.amount) == ("R-1", "estimate changed", -3.0)


def test_flow_never_shows_a_negative_outflow() -> None:
    assert (flow(10, 4, 8).came, flow(10, 4, 8).went, flow(10, 4, 8).net) == (4, 6, -2)
    reopened = flow(10, 0, 12)
    assert (reopened.came, reopened.went, reopened.net) == (2, 0, 2)


def test_moved() -> None:
    assert moved(["a", "b"], ["b", "c"]) == (["c"], ["a"])


LOW, HIGH = Limit(2e6, 0.15, 0.10, 0.05), Limit(1e7, 0.03, 0.06, 0.02)


@pytest.mark.parametrize(
    ("approved", "limits", "planned", "kind", "plan"),
    [
        (0, [HIGH], True, "facts", "none"),
        (3, [], False, "no appetite", "none"),
        (3, [], True, "no appetite", "lowers"),
        (3, [LOW], False, "within", "none"),
        (3, [LOW], True, "within", "lowers"),
        (3, [LOW, HIGH], True, "above", "within"),
        (3, [LOW, Limit(1e7, 0.03, 0.06, 0.04)], True, "above", "lowers"),
        (3, [HIGH], False, "above", "none"),
        (3, [Limit(1e7, 0.03, 0.06, None)], True, "above", "lowers"),
    ],
)
def test_verdict(approved: int, limits: list[Limit], planned: bool, kind: str, plan: str) -> None:
    found = judge(approved=approved, limits=limits, planned=planned)
    assert (found.kind, found.plan) == (kind, plan)


def test_verdict_speaks_of_the_point_missed_by_most() -> None:
    near = Limit(2e6, 0.15, 0.19)
    assert judge(approved=1, limits=[near, HIGH], planned=False).limit == HIGH
    never = Limit(5e7, 0.0, 0.001)
    assert judge(approved=1, limits=[near, never], planned=False).limit == never

"""The demo's money agrees with its story, and its calendar with clocks."""

import gzip
import itertools
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cli.demo_files import AS_OF, TODAY, devices, rows, shares

from garrison.cli.demo import STORY, exports
from garrison.cli.demo.clock import Clock, eastern, eastern_offset

# money ------------------------------------------------------------------------------------------------------------


def losses(effectiveness: dict[str, float]) -> dict[str, float]:
    """Expected yearly loss of the approved scenarios: rate x mean loss x what the controls leave."""
    expected = {}
    for line in rows("risk-scenarios"):
        if not line["approved_by"]:
            continue
        low, high = float(line["loss_low"]), float(line["loss_high"])
        sigma = math.log(high / low) / (2 * 1.6448536269514722)
        mean = math.sqrt(low * high) * math.exp(sigma**2 / 2)
        kept = 1.0
        for control in rows("controls"):
            worked = effectiveness.get(control["control_code"], float(control["effectiveness"]))
            kept *= 1 - shares(control["bears_on"]).get(line["scenario_code"], 0) * worked
        expected[line["scenario_code"]] = float(line["events_per_year"]) * mean * kept
    return expected


def today() -> dict[str, float]:
    failed = {
        line["control_code"]: float(line["effectiveness"]) * 0.6
        for line in rows("controls")
        if line["device"] and devices()[line["device"]]["test_result"] == "fail"
    }
    assert set(failed) == {STORY.store_control, STORY.camera_control}
    return losses(failed)


def test_the_failed_latch_and_the_dark_camera_raise_r03() -> None:
    assert losses({})["R-03"] == pytest.approx(44_000, rel=0.01)
    assert losses({STORY.store_control: 0.86 * 0.6})["R-03"] == pytest.approx(75_000, rel=0.01)
    assert today()["R-03"] == pytest.approx(84_000, rel=0.01)


def test_the_portfolio_costs_what_the_story_says() -> None:
    told = {"R-01": 530, "R-02": 300, "R-03": 84, "R-04": 160, "R-05": 160, "R-06": 40, "R-07": 120, "R-08": 50}
    found = today()
    assert set(found) == set(told)
    for code, thousands in told.items():
        assert found[code] == pytest.approx(thousands * 1000, rel=0.03)
    assert sum(found.values()) == pytest.approx(1_450_000, rel=0.01)


def test_the_best_plan_for_the_budget_is_the_storys() -> None:
    offered = [
        (line["initiative_code"], int(line["cost"]), line["must"] == "yes", shares(line["effectiveness"]))
        for line in rows("initiatives")
    ]
    assert len(offered) == STORY.initiatives
    before = today()

    def left(chosen: tuple[Any, ...]) -> float:
        return float(sum(loss * math.prod(1 - one[3].get(code, 0) for one in chosen) for code, loss in before.items()))

    plans = [
        plan
        for size in range(len(offered) + 1)
        for plan in itertools.combinations(offered, size)
        if sum(one[1] for one in plan) <= STORY.budget and all(one in plan for one in offered if one[2])
    ]
    best = min(plans, key=left)
    assert tuple(one[0] for one in best) == STORY.best_plan
    assert sum(one[1] for one in best) == 590_000
    assert left(best) == pytest.approx(892_000, rel=0.01)


def test_two_scenarios_are_drafts() -> None:
    drafts = [line["scenario_code"] for line in rows("risk-scenarios") if line["basis"] == "sector prior"]
    assert drafts == ["R-09", "R-10"]
    assert [line["scenario_code"] for line in rows("risk-scenarios") if not line["approved_by"]] == drafts
    root = rows("business-units")[0]
    assert (root["unit_code"], root["currency"], root["yearly_budget"]) == ("LHG", "USD", "600000")


# the calendar -----------------------------------------------------------------------------------------------------


def test_eastern_time_changes_in_march_and_november() -> None:
    assert eastern_offset(datetime(2026, 3, 8, 1, 59)) == timedelta(hours=-5)
    assert eastern_offset(datetime(2026, 3, 8, 2)) == timedelta(hours=-4)
    assert eastern_offset(datetime(2026, 11, 1, 2)) == timedelta(hours=-5)
    assert eastern(datetime(2026, 3, 10, 12, 42, tzinfo=UTC)) == datetime(2026, 3, 10, 8, 42)
    assert eastern(datetime(2026, 1, 1, 4, tzinfo=UTC)) == datetime(2025, 12, 31, 23)


def test_nothing_happens_after_the_export() -> None:
    early = Clock.of(datetime(2026, 3, 10, 7, tzinfo=UTC), 1)
    assert (early.today, early.cutoff) == (TODAY, datetime(2026, 3, 10, 7, tzinfo=UTC))
    assert Clock.of(AS_OF + timedelta(hours=9), 1).cutoff == AS_OF
    log = gzip.decompress(exports(as_of=early.cutoff)["badge-events-2026-03-10.csv.gz"]).decode().splitlines()
    assert log[-1] < "2026-03-10 07:00:00"

"""Scenarios in, losses out: importing, deciding, computing, and what follows from a test of a door."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.kit import money
from tests.kit.batches import store, tell
from tests.kit.money import DAY, NOW, TODAY, UNITS, control, scenario
from tests.kit.telling import tell as import_all

from garrison.apps.assets import services as assets
from garrison.apps.assets.models import Asset
from garrison.apps.budget.models import Plan
from garrison.apps.controls import services as controls
from garrison.apps.controls.models import Control
from garrison.apps.organization.services import import_units
from garrison.apps.risk import selectors, services
from garrison.apps.risk.models import LossResult, Safeguard, Scenario
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def newest(unit: str = "") -> LossResult:
    rows = LossResult.objects.filter(unit__code=unit) if unit else LossResult.objects.filter(unit=None)
    return rows.order_by("-as_of", "-at", "-pk").first()


@pytest.fixture
def units(system) -> None:
    store(import_units, system, *UNITS)


def test_a_register_is_stored_once_and_refused_by_name(system, units) -> None:
    facts = [scenario("R-1", "a"), scenario("R-2", "", approved=False), scenario("R-3", "X")]
    first = store(services.import_scenarios, system, *facts)
    again = store(services.import_scenarios, system, *facts)
    assert first.verdicts == {"stored": 2, "refused": 1}
    assert again.verdicts == {"unchanged": 2, "refused": 1}
    assert first.refusals[0][0] == "unit_code"
    assert Scenario.objects.get(code="R-1").unit.code == "A"
    assert Scenario.objects.get(code="R-2").status == "draft"
    assert selectors.counts(viewer=system) == {"scenarios": 2}
    assert [row.code for row in selectors.found(viewer=system, text="r-1", limit=5)] == ["R-1"]


def test_what_a_control_covers_amends_its_row(system, units) -> None:
    def covers(**bears_on: float) -> dict[str, int]:
        told = tell(system, [control(bears_on=bears_on), control("C-9", unit="X", bears_on={"R-1": 0.1})])
        controls.import_controls(actor=system, batch=told.batch)
        services.import_safeguards(actor=system, batch=told.batch)
        return told.verdicts

    first = covers(R1=0.5, R2=0.1)
    same = covers(R1=0.5, R2=0.1)
    more = covers(R1=0.6, R2=0.1)
    fewer = covers(R1=0.6)
    assert first == {"stored": 1, "refused": 1}
    assert same == {"unchanged": 1, "refused": 1}
    assert more == fewer == {"updated": 1, "refused": 1}
    assert [(s.scenario_code, s.coverage) for s in Safeguard.objects.all()] == [("R1", 0.6)]
    assert str(Safeguard.objects.get())


def test_the_first_computation_looks_back_a_week(system) -> None:
    money.everything(money.door(False, 3, "Loose"))
    days = list(LossResult.objects.filter(unit=None).order_by("as_of").values_list("as_of", flat=True))
    assert days == [TODAY - 7 * DAY, TODAY]
    now, before = newest(), LossResult.objects.filter(unit=None, as_of=TODAY - 7 * DAY).get()
    found = selectors.changes(viewer=system, now=now, before=before)
    assert list(found) == ["R-1"]
    assert "its device failed a test" in found["R-1"][0].reason
    assert sum(step.amount for step in found["R-1"]) == pytest.approx(float(now.mean - before.mean), abs=0.01)
    assert {row.unit.code for row in LossResult.objects.exclude(unit=None)} == {"A", "B"}
    assert newest("A").mean < newest().mean
    assert str(now)


def test_computing_again_changes_nothing(system) -> None:
    money.everything()
    before = LossResult.objects.count()
    assert services.compute(actor=system, as_of=TODAY, at=NOW) == []
    money.everything()
    assert LossResult.objects.count() == before


def test_nothing_is_computed_before_there_is_a_scenario(system, units) -> None:
    assert services.compute(actor=system, as_of=TODAY, at=NOW) == []
    store(services.import_scenarios, system, scenario("R-1", "A"))
    assert len(services.compute(actor=system, as_of=TODAY, at=NOW)) == 2
    assert LossResult.objects.count() == 2, "the week before has the same inputs"


def test_scenarios_that_cannot_be_computed_and_other_currencies_are_left_out(system, units) -> None:
    store(
        services.import_scenarios, system,
        scenario("R-1", "A"), scenario("R-2", "A"), scenario("R-3", "A", low=None, high=None),
        scenario("R-4", "A", currency="EUR"),
    )  # fmt: skip
    services.compute(actor=system, as_of=TODAY, at=NOW)
    assert [row["code"] for row in newest().scenarios] == ["R-1", "R-2"]
    assert newest().currency == "USD"


def test_a_failed_door_moves_money_and_plan_and_says_why(chief, system) -> None:
    money.everything()
    before, plan = newest(), Plan.objects.order_by("-pk").first()
    door = Asset.objects.get(code="D-1")
    failed = assets.record_test(actor=chief, uuid=door.uuid, on=TODAY, passed=False, note="Latch loose", at=NOW)
    after = newest()
    assert after.mean > before.mean
    assert after.because == "a door or device was tested"
    steps = selectors.changes(viewer=chief, now=after, before=before)["R-1"]
    assert [step.code for step in steps] == ["C-1"]
    assert "Latch loose" in steps[0].reason
    assert sum(step.amount for step in steps) == pytest.approx(float(after.mean - before.mean), abs=0.02)
    replanned = Plan.objects.order_by("-pk").first()
    assert replanned.pk != plan.pk
    assert replanned.baseline == after.mean
    told = AuditEntry.objects.filter(command="risk.compute").order_by("-seq").first()
    assert told.actor.is_system
    assert told.reason == "for chief"
    assets.record_test(actor=chief, uuid=door.uuid, on=TODAY, passed=True, note="Mended", at=NOW)
    assert newest().mean == before.mean
    core.undo(actor=chief, uuid=failed.undo.uuid, at=NOW)
    assert newest().mean == before.mean


def test_a_test_of_a_control_moves_money_and_undo_moves_it_back(chief) -> None:
    money.everything()
    before = newest().mean
    recorded = controls.record_test(
        actor=chief, uuid=Control.objects.get(code="C-1").uuid, on=TODAY, effectiveness=0.1, at=NOW
    )
    assert newest().mean > before
    core.undo(actor=chief, uuid=recorded.undo.uuid, at=NOW)
    assert newest().mean == before
    assert newest().because == "taken back: Test of C-1"


def test_approve_withdraw_and_undo(chief) -> None:
    money.everything()
    draft = Scenario.objects.get(code="R-3")
    before = newest().mean
    approved = services.approve(actor=chief, uuid=draft.uuid, at=NOW)
    assert newest().mean > before
    draft.refresh_from_db()
    assert (draft.status, draft.basis, draft.approved_on) == ("approved", "sector prior", TODAY)
    with pytest.raises(Refused, match="approved already"):
        services.approve(actor=chief, uuid=draft.uuid, at=NOW)
    core.undo(actor=chief, uuid=approved.undo.uuid, at=NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.basis, draft.approved_by) == ("draft", "sector prior", "")
    assert newest().mean == before
    with pytest.raises(Refused, match="draft already"):
        services.withdraw(actor=chief, uuid=draft.uuid, at=NOW)
    one = Scenario.objects.get(code="R-1")
    gone = services.withdraw(actor=chief, uuid=one.uuid, at=NOW)
    assert newest().mean < before
    core.undo(actor=chief, uuid=gone.undo.uuid, at=NOW)
    one.refresh_from_db()
    assert (one.status, one.approved_by, str(one.approved_on)) == ("approved", "Ida Pill", "2026-03-01")
    assert newest().mean == before


def test_withdrawing_the_last_scenario_leaves_nothing(chief) -> None:
    money.everything()
    for code in ("R-1", "R-2"):
        services.withdraw(actor=chief, uuid=Scenario.objects.get(code=code).uuid, at=NOW)
    assert newest().mean == newest("A").mean == newest("B").mean == 0
    assert newest().scenarios == []


def test_a_new_estimate_is_a_draft_until_approved(chief, system) -> None:
    money.everything()
    one = Scenario.objects.get(code="R-1")
    drafted = services.draft_scenario(actor=chief, uuid=one.uuid, at=NOW, estimate={"rate": 3.0, "high": 500_000.0})
    one.refresh_from_db()
    assert (one.status, one.rate, one.high, one.low) == ("draft", 3.0, Decimal(500_000), Decimal(20_000))
    assert "R-1" not in {row["code"] for row in newest().scenarios}
    approved = services.approve(actor=chief, uuid=one.uuid, at=NOW)
    withdrawn = services.withdraw(actor=chief, uuid=one.uuid, at=NOW)
    for decided in (withdrawn, approved, drafted):  # one decision never takes a later one away with it
        core.undo(actor=chief, uuid=decided.undo.uuid, at=NOW)
    one.refresh_from_db()
    assert (one.status, one.rate, one.high) == ("approved", 2.0, Decimal(400_000))


@pytest.mark.parametrize("estimate", [{"low": 500_000.0}, {"rate": -1.0}, {"rate": 1e9}, {"rate_low": 9.0}])
def test_impossible_estimates_are_refused(chief, estimate) -> None:
    money.everything()
    with pytest.raises(Refused, match="cannot be"):
        services.draft_scenario(actor=chief, uuid=Scenario.objects.get(code="R-1").uuid, at=NOW, estimate=estimate)


def test_a_scenario_without_a_loss_cannot_be_approved(chief, system, units) -> None:
    store(services.import_scenarios, system, scenario("R-1", "A", approved=False, low=None, high=None))
    one = Scenario.objects.get()
    with pytest.raises(Refused, match="no loss is estimated yet"):
        services.approve(actor=chief, uuid=one.uuid, at=NOW)
    shown = selectors.what_if(viewer=chief, uuid=one.uuid, as_of=TODAY)
    assert (shown.stored, shown.explored, shown.reason) == (None, None, "no loss is estimated yet")


def test_who_may_decide(make_user) -> None:
    money.everything()
    draft = Scenario.objects.get(code="R-3")
    with pytest.raises(Forbidden):
        services.approve(actor=make_user("rita", "reader"), uuid=draft.uuid, at=NOW)
    with pytest.raises(Forbidden):
        services.approve(actor=make_user("alan", "analyst"), uuid=draft.uuid, at=NOW)
    with pytest.raises(Missing):
        services.approve(actor=make_user("bert", "manager", "/ORG/B/"), uuid=draft.uuid, at=NOW)
    with pytest.raises(Forbidden, match="covers only a part"):
        services.compute(actor=make_user("cora", "manager", "/ORG/A/"), as_of=TODAY, at=NOW)
    before = newest().mean
    with pytest.raises(Forbidden, match="only its owner"):
        services.approve(actor=make_user("anna", "manager", "/ORG/A/"), uuid=draft.uuid, at=NOW)
    services.approve(actor=make_user("ida pill", "manager", "/ORG/A/"), uuid=draft.uuid, at=NOW)
    assert newest().mean > before, "computed for the whole, although a unit's manager asked"
    assert {row["code"] for row in newest().scenarios} == {"R-1", "R-2", "R-3"}


def test_what_each_viewer_sees(make_user, system) -> None:
    money.everything()
    anna, ward = make_user("anna", "manager", "/ORG/A/"), make_user("wanda", "reader", "/ORG/A/A-1/")
    shown = selectors.portfolio(viewer=anna, as_of=TODAY)
    assert (shown.result.unit.code, shown.sees_whole, [u.code for u in shown.units]) == ("A", False, ["A"])
    assert {driver.code for driver in shown.drivers} == {"R-1"}
    assert selectors.latest_loss(viewer=anna) is None
    with pytest.raises(Missing):
        selectors.loss_result(viewer=anna, uuid=newest().uuid)
    with pytest.raises(Missing):
        selectors.changes(viewer=anna, now=newest(), before=newest("A"))
    with pytest.raises(Missing):
        selectors.portfolio(viewer=anna, as_of=TODAY, unit_code="B")
    with pytest.raises(Missing):
        selectors.what_if(viewer=anna, uuid=Scenario.objects.get(code="R-2").uuid, as_of=TODAY)
    assert selectors.portfolio(viewer=ward, as_of=TODAY).result is None
    services.approve(actor=system, uuid=Scenario.objects.get(code="R-3").uuid, at=NOW)
    below = selectors.portfolio(viewer=ward, as_of=TODAY)
    assert below.result is None
    assert [driver.code for driver in below.drivers] == ["R-3"]
    assert set(selectors.expected_losses(viewer=anna)) == {"R-1", "R-3"}
    whole = selectors.portfolio(viewer=system, as_of=TODAY)
    assert [u.code for u in whole.units] == ["A", "B"]
    assert whole.result.unit is None


def test_explained_and_compared(system, make_user) -> None:
    money.everything(money.door(False, 3))
    now = newest()
    shown = selectors.explained(viewer=system, uuid=now.uuid)
    assert shown.before.as_of == TODAY - 7 * DAY
    assert set(shown.controls) == {"C-1", "C-2"}
    same = selectors.explained(viewer=system, uuid=now.uuid, before=shown.before.uuid)
    assert same.before == shown.before
    first = selectors.explained(viewer=system, uuid=shown.before.uuid)
    assert (first.before, first.changes) == (None, {})
    with pytest.raises(Missing):
        selectors.explained(viewer=system, uuid=now.uuid, before=newest("A").uuid)
    with pytest.raises(Missing):
        selectors.scenario(viewer=make_user("rita", "reader", "/ORG/B/"), uuid=Scenario.objects.get(code="R-1").uuid)


def test_the_result_before_may_be_of_the_same_day(system, units) -> None:
    store(services.import_scenarios, system, scenario("R-1", "A"))
    services.compute(actor=system, as_of=TODAY, at=NOW)
    first = newest()
    store(services.import_scenarios, system, scenario("R-2", "A"))
    services.compute(actor=system, as_of=first.as_of, at=NOW + timedelta(hours=1))
    assert selectors.before_loss(viewer=system, than=newest()) == first
    assert selectors.before_loss(viewer=system, than=first) is None
    assert selectors.latest_loss(viewer=system, on_or_before=TODAY - 30 * DAY) is None


def test_what_hangs_on_a_control(system, make_user) -> None:
    money.everything()
    one = Control.objects.get(code="C-2")
    rows = selectors.of_controls(viewer=system, controls=[one], as_of=TODAY)
    assert {row.scenario.code for row in rows} == {"R-1", "R-2"}
    for row in rows:
        assert row.working <= row.now <= row.failing
        assert row.saved == pytest.approx(row.now - row.working)
        assert row.lost == pytest.approx(row.failing - row.now)
        assert row.now == pytest.approx(selectors.expected_losses(viewer=system)[row.scenario.code])
    anna = make_user("anna", "reader", "/ORG/B/")
    assert [r.scenario.code for r in selectors.of_controls(viewer=anna, controls=[one], as_of=TODAY)] == ["R-2"]
    assert selectors.of_controls(viewer=system, controls=[], as_of=TODAY) == []
    assert selectors.coverage(viewer=system, controls=[one]) == {one.pk: [("R-1", 0.25), ("R-2", 0.5)]}
    assert selectors.coverage(viewer=make_user("none", ""), controls=[one]) == {}
    Scenario.objects.filter(code="R-1").update(low=None)
    bare = selectors.of_controls(viewer=system, controls=[one], as_of=TODAY)
    assert [(row.saved, row.lost) for row in bare if row.scenario.code == "R-1"] == [(None, None)]


def test_no_appetite_without_an_organisation(system) -> None:
    assert selectors.appetite(viewer=system) == []
    import_all(*UNITS, at=NOW)
    assert selectors.appetite(viewer=system) == [(100_000.0, 0.05), (1_000_000.0, 0.01)]

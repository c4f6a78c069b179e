"""Initiatives in, plans out: importing, planning anew, conditions, the budget, and taking each back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.kit import money
from tests.kit.batches import store
from tests.kit.money import CONTROLS, DAY, INITIATIVES, NOW, SCENARIOS, TODAY, UNITS, door
from tests.kit.telling import tell

from garrison.apps.budget import selectors, services
from garrison.apps.budget.models import Effect, Initiative, Plan
from garrison.apps.organization.models import Unit
from garrison.apps.organization.services import import_units
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry
from garrison.formats.facts import InitiativeFact

pytestmark = pytest.mark.django_db


def newest() -> Plan:
    return Plan.objects.order_by("-as_of", "-at", "-pk").first()


def uuid(code: str):
    return Initiative.objects.get(code=code).uuid


def test_a_table_is_stored_once(system) -> None:
    store(import_units, system, *UNITS)
    wrong = InitiativeFact(code="I-9", name="Nine", cost=Decimal(1), unit="X")
    first = store(services.import_initiatives, system, *INITIATIVES, wrong)
    again = store(services.import_initiatives, system, *INITIATIVES)
    assert first.verdicts == {"stored": 5, "refused": 1}
    assert again.verdicts == {"unchanged": 5}
    fewer = store(
        services.import_initiatives,
        system,
        InitiativeFact(
            code="I-1", name="New latch", cost=Decimal(40_000), unit="A", days=30, team="Facilities", team_days=12
        ),
    )
    assert fewer.verdicts == {"updated": 1}
    assert not Effect.objects.filter(initiative__code="I-1").exists()
    other = store(
        services.import_initiatives,
        system,
        InitiativeFact(code="I-2", name="Two people", cost=Decimal(70_000), unit="A", effectiveness={"R-1": 0.7}),
    )
    assert other.verdicts == {"updated": 1}
    assert (
        str(Initiative.objects.get(code="I-1")),
        Effect.objects.get(scenario_code="R-1", initiative__code="I-2").share,
    ) == (
        "I-1 New latch",
        0.7,
    )
    assert str(Effect.objects.first())
    assert selectors.counts(viewer=system) == {"initiatives": 5}
    assert [row.code for row in selectors.found(viewer=system, text="palace", limit=3)] == ["I-5"]


def test_an_import_plans_today_and_the_week_before(system) -> None:
    money.everything(door(False, 3))
    plans = list(Plan.objects.order_by("as_of"))
    assert [plan.as_of for plan in plans] == [TODAY - 7 * DAY, TODAY]
    now = plans[1]
    assert "I-4" in now.chosen, "it must be done"
    assert now.cost <= now.budget == Decimal(100_000)
    assert now.bound <= now.residual <= now.baseline
    assert len(now.detail["curve"]) > 50
    low, high = now.detail["band"]
    assert low < float(now.residual) < high
    assert selectors.earlier_plan(viewer=system, than=now) == plans[0]
    assert str(now)


def test_the_same_inputs_are_planned_once(system) -> None:
    money.everything()
    before = Plan.objects.count()
    assert services.replan(actor=system, at=NOW) == []
    money.everything()
    assert Plan.objects.count() == before
    tell(InitiativeFact(code="I-6", name="Six", cost=Decimal(2_000), effectiveness={"R-2": 0.3}), at=NOW)
    assert "I-6" in newest().chosen


def test_nothing_to_plan_is_no_error(system) -> None:
    assert services.replan(actor=system, at=NOW) == []
    tell(*UNITS, *INITIATIVES, at=NOW)
    assert Plan.objects.count() == 0
    board = selectors.board(viewer=system)
    assert (board.plan, list(board.missing), board.impossible) == (None, ["scenarios"], "")
    with pytest.raises(Refused, match="no plan yet"):
        services.force(actor=system, uuid=uuid("I-1"), place="in", at=NOW)
    with pytest.raises(Refused, match="no plan yet"):
        services.clear_conditions(actor=system, at=NOW)
    with pytest.raises(Refused, match="any more"):
        services.restore_conditions(actor=system, forced={})
    tell(*CONTROLS[1:], *SCENARIOS, at=NOW)
    assert Plan.objects.count() == 1


def test_force_out_in_and_undo(chief, system) -> None:
    money.everything()
    plain = newest()
    code = next(row["code"] for row in plain.detail["chosen"] if row["code"] != "I-4")
    made = services.force(actor=chief, uuid=uuid(code), place="out", at=NOW)
    assert code not in made.plan.chosen
    assert made.plan.forced == {code: "out"}
    assert made.plan.detail["free"] == pytest.approx(float(plain.residual), abs=0.01)
    assert services.force(actor=chief, uuid=uuid(code), place="out", at=NOW).undo is None
    entry = AuditEntry.objects.filter(command="budget.force", outcome="done").order_by("seq").first()
    assert (entry.actor, entry.after) == (chief, {code: "out"})
    second = services.force(actor=chief, uuid=uuid("I-3"), place="in", at=NOW + timedelta(minutes=1))
    core.undo(actor=chief, uuid=second.undo.uuid, at=NOW + timedelta(minutes=2))
    assert newest().forced == {code: "out"}
    back = services.force(actor=chief, uuid=uuid(code), place="auto", at=NOW + timedelta(minutes=3))
    assert (back.plan.forced, back.plan.chosen) == ({}, plain.chosen)
    core.undo(actor=chief, uuid=back.undo.uuid, at=NOW + timedelta(minutes=4))
    cleared = services.clear_conditions(actor=chief, at=NOW + timedelta(minutes=5))
    assert cleared.plan.forced == newest().forced == {}
    assert selectors.before_plan(viewer=chief, than=newest()) is not None


def test_conditions_that_cannot_be_met_are_refused(chief) -> None:
    money.everything()
    before = Plan.objects.count()
    with pytest.raises(Refused, match="no plan fits"):
        services.force(actor=chief, uuid=uuid("I-5"), place="in", at=NOW)
    with pytest.raises(Refused, match="in, out, or left"):
        services.force(actor=chief, uuid=uuid("I-5"), place="up", at=NOW)
    assert Plan.objects.count() == before


def test_an_import_that_makes_the_plan_impossible_says_so_and_goes_on(chief, system) -> None:
    money.everything()
    dear = InitiativeFact(code="I-7", name="Wall", cost=Decimal(500_000), must=True)
    assert tell(dear, at=NOW)["stored"] == 1
    board = selectors.board(viewer=chief)
    assert board.impossible
    assert "I-7" not in board.plan.chosen
    assert AuditEntry.objects.filter(command="budget.replan").order_by("-seq").first().after["impossible"]


def test_an_impossible_first_plan_is_explained(chief) -> None:
    dear = InitiativeFact(code="I-7", name="Wall", cost=Decimal(500_000), must=True)
    tell(*UNITS, *SCENARIOS, dear, at=NOW)
    board = selectors.board(viewer=chief)
    assert board.plan is None
    assert board.impossible


def test_the_budget_changes_and_comes_back(chief) -> None:
    money.everything()
    before = newest().residual
    undo = services.set_budget(actor=chief, amount=Decimal("1_000.005"), at=NOW)
    assert newest().budget == Decimal(1_000)
    assert newest().residual > before
    assert newest().because.startswith("the budget changed")
    core.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert (newest().budget, newest().residual) == (Decimal(100_000), before)
    for wrong in (Decimal(-1), Decimal("NaN"), Decimal("1e16")):
        with pytest.raises(Refused, match="not negative"):
            services.set_budget(actor=chief, amount=wrong, at=NOW)


def test_a_first_budget_can_be_taken_back(chief, system) -> None:
    with pytest.raises(Refused, match="no organisation yet"):
        services.set_budget(actor=chief, amount=Decimal(5), at=NOW)
    money.everything()
    Unit.objects.update(budget=None)
    undo = services.set_budget(actor=chief, amount=Decimal(50_000), at=NOW)
    core.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert Unit.objects.get(code="ORG").budget is None
    assert services.replan(actor=system, at=NOW) == []


def test_initiatives_in_another_currency_are_left_out(system) -> None:
    money.everything(
        InitiativeFact(code="I-8", name="Euro", cost=Decimal(1), currency="EUR", effectiveness={"R-1": 0.9})
    )
    assert "I-8" not in newest().chosen
    assert "I-8" in {option.code for option in selectors.options(viewer=system, currency="")}


@pytest.mark.parametrize("role", ["reader", "analyst"])
def test_readers_may_not_change_the_plan(make_user, role) -> None:
    money.everything()
    who = make_user("rita", role)
    for call in (
        lambda: services.force(actor=who, uuid=uuid("I-1"), place="out", at=NOW),
        lambda: services.clear_conditions(actor=who, at=NOW),
        lambda: services.set_budget(actor=who, amount=Decimal(5), at=NOW),
    ):
        with pytest.raises(Forbidden):
            call()
    assert selectors.board(viewer=who).plan is not None
    assert not selectors.may_change(viewer=who)


def test_a_units_manager_sees_their_own_and_no_totals(make_user) -> None:
    money.everything()
    anna = make_user("anna", "manager", "/ORG/A/")
    assert [row.code for row in selectors.initiatives(viewer=anna)] == ["I-1", "I-2"]
    assert selectors.latest_plan(viewer=anna) is None
    assert selectors.board(viewer=anna).plan is None
    with pytest.raises(Missing):
        selectors.initiative(viewer=anna, uuid=uuid("I-3"))
    with pytest.raises(Missing):
        selectors.plan(viewer=anna, uuid=newest().uuid)
    for call in (
        lambda: services.force(actor=anna, uuid=uuid("I-1"), place="out", at=NOW),
        lambda: services.set_budget(actor=anna, amount=Decimal(5), at=NOW),
        lambda: services.replan(actor=anna, at=NOW),
    ):
        with pytest.raises(Forbidden, match="whole organisation"):
            call()
    one = Initiative.objects.get(code="I-1")
    assert selectors.told(viewer=anna, initiative=one) == (None, None)
    assert [(b.code, b.name) for b in selectors.bearings(viewer=anna, initiative=one)] == [("R-1", "Scenario R-1")]
    assert [row.code for row, _, inside in selectors.helping(viewer=anna, code="R-1") if inside is None] == [
        "I-2",
        "I-1",
    ]


def test_what_the_plan_says_of_one(chief, system) -> None:
    money.everything(
        InitiativeFact(code="I-8", name="Euro", cost=Decimal(1), currency="EUR", effectiveness={"R-9": 0.9})
    )
    plan, placed = selectors.told(viewer=chief, initiative=Initiative.objects.get(code="I-5"))
    assert plan == newest()
    assert placed.told["extra"] is None
    assert selectors.told(viewer=chief, initiative=Initiative.objects.get(code="I-8")) == (plan, None)
    (bearing,) = selectors.bearings(viewer=chief, initiative=Initiative.objects.get(code="I-8"))
    assert (bearing.name, bearing.loss, bearing.avoided) == ("", None, None)
    assert selectors.plan(viewer=chief, uuid=plan.uuid) == plan
    later, before, initiatives = selectors.compared(viewer=chief)
    assert (later, before) == (plan, None)
    assert set(initiatives) >= {"I-1", "I-8"}


def test_a_plan_says_under_which_conditions_it_is_the_best(chief, system) -> None:
    money.everything()
    Initiative.objects.update(must=False)
    services.replan(actor=system, at=NOW)
    free = selectors.latest_plan(viewer=system)
    assert (free.conditions, free.price, selectors.standing(free)) == ((), 0.0, "proven best")
    best = free.detail["chosen"][0]["code"]
    services.force(actor=chief, uuid=Initiative.objects.get(code=best).uuid, place="out", at=NOW)
    worse = selectors.latest_plan(viewer=system)
    assert worse.conditions == (best,)
    assert worse.price == pytest.approx(float(worse.residual - free.residual), abs=0.02)
    said = selectors.standing(worse)
    assert said.startswith("best under 1 condition set by a person; $")
    assert said.endswith(" a year more than the best without it")
    Initiative.objects.filter(code="I-4").update(must=True)
    services.replan(actor=system, at=NOW)
    both = selectors.latest_plan(viewer=system)
    assert both.conditions == tuple(sorted((best, "I-4")))
    assert "2 conditions" in selectors.standing(both)
    assert selectors.standing_in_short(both) == "under 2 conditions"
    assert selectors.standing_in_short(free) == "proven best"
    both.gap = 0.01
    assert selectors.standing(both).startswith("gap 1.0")

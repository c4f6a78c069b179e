"""A register imported again: what was approved here stands while the estimate does; currencies stay apart."""

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.batches import Told, store
from tests.kit.money import NOW, TODAY, UNITS, scenario

from garrison.apps.budget.models import Initiative
from garrison.apps.budget.services import import_initiatives
from garrison.apps.organization.services import import_units
from garrison.apps.risk import services
from garrison.apps.risk.models import LossResult, Scenario
from garrison.formats.facts import InitiativeFact

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(system: Any) -> None:
    store(import_units, system, *UNITS)


def register(actor: Any, **other: Any) -> Told:
    return store(services.import_scenarios, actor, scenario("R-1", "A", approved=False, basis="sector prior", **other))


@pytest.fixture
def approved(units: None, chief: Any, system: Any) -> Scenario:
    """R-1 came as a draft and was approved here."""
    register(system)
    services.approve(actor=chief, uuid=Scenario.objects.get().uuid, at=NOW)
    return Scenario.objects.get()


def standing() -> tuple[str, str, Any, str]:
    one = Scenario.objects.get(code="R-1")
    return one.status, one.approved_by, one.approved_on, one.basis


def test_the_same_table_again_changes_nothing(approved: Scenario, system: Any) -> None:
    before = standing()
    assert before == ("approved", "Chief for Ida Pill", TODAY, "sector prior")
    assert register(system).verdicts == {"unchanged": 1}
    assert standing() == before


@pytest.mark.parametrize("edited", [{"name": "Another name"}, {"owner": "Bo Keys"}, {"unit": "B"}, {"asset": "D-1"}])
def test_an_edit_beside_the_estimate_is_taken_and_the_approval_stands(
    approved: Scenario, system: Any, edited: dict[str, str]
) -> None:
    before = standing()
    fact = scenario("R-1", edited.pop("unit", "A"), approved=False, basis="sector prior", **edited)
    assert store(services.import_scenarios, system, fact).verdicts == {"updated": 1}
    assert standing() == before


@pytest.mark.parametrize(
    "edited",
    [
        {"rate": 2.5},
        {"rate_low": 1.5},
        {"rate_high": 5.0},
        {"low": Decimal(30_000)},
        {"high": Decimal(500_000)},
        {"distribution": "pert", "mode": Decimal(50_000)},
        {"currency": "EUR"},
    ],
    ids=lambda edited: next(iter(edited)),
)
def test_another_estimate_needs_another_approval(approved: Scenario, system: Any, edited: dict[str, Any]) -> None:
    assert register(system, **edited).verdicts == {"updated": 1}
    assert standing() == ("draft", "", None, "sector prior")


def test_an_approver_in_the_table_is_the_approver(approved: Scenario, system: Any) -> None:
    store(services.import_scenarios, system, scenario("R-1", "A"))
    assert standing()[:2] == ("approved", "Ida Pill")


def test_without_a_currency_amounts_are_the_organisations(system: Any) -> None:
    store(import_units, system, *[UNITS[0].__class__(code="ORG", name="Group", currency="CHF")])
    told = store(services.import_scenarios, system, scenario("R-1", "ORG"), scenario("R-2", "ORG", currency="CHF"))
    assert told.notes == []
    assert set(Scenario.objects.values_list("currency", flat=True)) == {"CHF"}
    bought = store(import_initiatives, system, InitiativeFact(code="I-1", name="Latch", cost=Decimal(5)))
    assert bought.notes == []
    assert Initiative.objects.get().currency == "CHF"


def test_another_currency_is_noted_by_row_and_never_added(units: None, system: Any) -> None:
    euros = [scenario(f"E-{n}", "A", currency="EUR") for n in range(3)]
    told = store(services.import_scenarios, system, scenario("R-1", "A"), *euros)
    assert told.verdicts == {"stored": 4}
    assert [row for row, _, _ in told.tally.notes] == [2, 3, 4]
    assert all("is in EUR, the organisation counts in USD: no loss holds it" in note for note in told.notes)
    services.compute(actor=system, as_of=TODAY, at=NOW)
    for result in LossResult.objects.all():
        assert (result.currency, [row["code"] for row in result.scenarios]) == ("USD", ["R-1"])
    bought = store(
        import_initiatives, system, InitiativeFact(code="I-1", name="Latch", cost=Decimal(5), currency="EUR")
    )
    assert bought.notes == ["I-1 is in EUR, the organisation counts in USD: no plan can choose it"]
    assert Initiative.objects.get().currency == "EUR"


def test_where_nothing_is_in_the_organisations_currency_the_most_frequent_counts(units: None, system: Any) -> None:
    store(
        services.import_scenarios,
        system,
        scenario("S-1", "A", currency="SEK"),
        scenario("E-1", "A", currency="EUR"),
        scenario("E-2", "A", currency="EUR"),
    )
    services.compute(actor=system, as_of=TODAY, at=NOW)
    result = LossResult.objects.filter(unit=None).order_by("-as_of")[0]
    assert (result.currency, [row["code"] for row in result.scenarios]) == ("EUR", ["E-1", "E-2"])

"""Rows of one parent far apart in a long table: what hangs on it is pruned once the whole table was read."""

from decimal import Decimal

import pytest

from garrison.apps.budget import services as budget
from garrison.apps.budget.models import Effect
from garrison.apps.controls import services as controls
from garrison.apps.organization.services import import_units
from garrison.apps.risk import services as risk
from garrison.apps.risk.models import Safeguard
from garrison.core.models import User
from garrison.formats.facts import InitiativeFact
from tests.kit.batches import store, tell
from tests.kit.money import UNITS, control

pytestmark = pytest.mark.django_db
MANY = 2_500


def test_safeguards_of_a_control_in_two_rows_both_stay(system: User) -> None:
    store(import_units, system, *UNITS)

    def told(*ends: dict[str, float]) -> dict[str, int]:
        rows = [control(f"C-{n}", bears_on={"R-1": 0.5}) for n in range(MANY)]
        rows[0], rows[-1] = (control("C-X", bears_on=bears_on) for bears_on in ends)
        batch = tell(system, rows)
        controls.import_controls(actor=system, batch=batch.batch)
        risk.import_safeguards(actor=system, batch=batch.batch)
        return batch.verdicts

    def kept() -> list[str]:
        found = Safeguard.objects.filter(control__code="C-X").order_by("scenario_code")
        return list(found.values_list("scenario_code", flat=True))

    told({"R-1": 0.5, "R-2": 0.2}, {"R-3": 0.3})
    assert kept() == ["R-1", "R-2", "R-3"]
    assert Safeguard.objects.count() == MANY - 2 + 3
    assert told({"R-1": 0.5, "R-2": 0.2}, {"R-3": 0.3}) == {"unchanged": MANY}
    assert told({"R-1": 0.5}, {"R-3": 0.3}) == {"unchanged": MANY - 1, "updated": 1}
    assert kept() == ["R-1", "R-3"]


def test_effects_of_an_initiative_in_two_rows_both_stay(system: User) -> None:
    store(import_units, system, *UNITS)

    def told(*ends: dict[str, float]) -> dict[str, int]:
        def row(code: str, effectiveness: dict[str, float]) -> InitiativeFact:
            return InitiativeFact(code=code, name=code, cost=Decimal(1), unit="A", effectiveness=effectiveness)

        rows = [row(f"I-{n}", {"R-1": 0.5}) for n in range(MANY)]
        rows[0], rows[-1] = (row("I-X", effectiveness) for effectiveness in ends)
        return store(budget.import_initiatives, system, *rows).verdicts

    def kept() -> list[str]:
        found = Effect.objects.filter(initiative__code="I-X").order_by("scenario_code")
        return list(found.values_list("scenario_code", flat=True))

    told({"R-1": 0.5, "R-2": 0.2}, {"R-3": 0.3})
    assert kept() == ["R-1", "R-2", "R-3"]
    assert told({"R-1": 0.5, "R-2": 0.2}, {"R-3": 0.3}) == {"unchanged": MANY}
    assert told({"R-1": 0.5}, {"R-3": 0.3}) == {"unchanged": MANY - 1, "updated": 1}
    assert kept() == ["R-1", "R-3"]

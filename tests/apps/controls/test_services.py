"""Controls tables, tests of controls, and tests of the devices that they rest on."""

import pytest
from tests.kit import money
from tests.kit.batches import store
from tests.kit.money import DAY, NOW, TODAY, UNITS, control, door
from tests.kit.telling import tell

from garrison.apps.assets import services as assets
from garrison.apps.assets.models import Asset
from garrison.apps.controls import selectors, services
from garrison.apps.controls.models import Control, ControlTest
from garrison.apps.organization.services import import_units
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(system) -> None:
    store(import_units, system, *UNITS)
    store(assets.import_devices, system, door())


def test_a_table_is_stored_once(system, units) -> None:
    first = store(services.import_controls, system, control(device="d-1"), control("C-2", effectiveness=None))
    again = store(services.import_controls, system, control(device="D-1"), control("C-2", effectiveness=None))
    assert (first.verdicts, again.verdicts) == ({"stored": 2}, {"unchanged": 2})
    one = Control.objects.get(code="C-1")
    assert (one.unit.code, one.device.code, one.own_test.effectiveness) == ("A", "D-1", 0.8)
    assert Control.objects.get(code="C-2").own_test is None
    assert str(one) == "C-1 Control C-1"
    assert str(one.own_test)


def test_a_new_measurement_of_a_known_control_is_an_update(system, units) -> None:
    store(services.import_controls, system, control())
    newer = store(services.import_controls, system, control(effectiveness=0.9, tested=TODAY))
    renamed = store(services.import_controls, system, control(name="Other", effectiveness=0.9, tested=TODAY))
    assert (newer.verdicts, renamed.verdicts) == ({"updated": 1}, {"updated": 1})
    assert Control.objects.get().tests.count() == 2
    assert services.apply_device_tests(actor=system, at=NOW) == 0


def test_unknown_units_and_devices_are_refused_by_name(system, units) -> None:
    told = store(
        services.import_controls, system, control(unit="X"), control("C-2", device="D-9"), control("C-3", unit="")
    )
    assert told.verdicts == {"stored": 1, "refused": 2}
    assert [field for field, _ in told.refusals] == ["unit_code", "device"]
    assert "import the device list first" in told.refusals[1][1]


def test_a_device_test_counts_once(system, units) -> None:
    store(services.import_controls, system, control(device="D-1"))
    asset = Asset.objects.get(code="D-1")
    recorded = assets.record_test(actor=system, uuid=asset.uuid, on=TODAY, passed=False, note="Loose", at=NOW)
    one = Control.objects.get()
    assert one.standing(TODAY).effectiveness == pytest.approx(0.48)
    assert services.apply_device_tests(actor=system, at=NOW) == 0
    assert ControlTest.objects.filter(device_test=recorded.test).count() == 1
    with pytest.raises(Refused, match="follows from a test of a device"):
        services.remove_test(actor=system, uuid=str(ControlTest.objects.get(device_test=recorded.test).uuid))
    assets.record_test(actor=system, uuid=asset.uuid, on=TODAY, passed=True, note="", at=NOW)
    assert Control.objects.get().standing(TODAY).effectiveness == pytest.approx(0.8)
    assert selectors.of_device(viewer=system, device=asset) == [one]


def test_an_own_test_is_recorded_undone_and_audited(chief, system) -> None:
    money.everything()
    one = Control.objects.get(code="C-1")
    recorded = services.record_test(actor=chief, uuid=one.uuid, on=TODAY, effectiveness=0.3, at=NOW, note="By hand")
    assert Control.objects.get(code="C-1").standing(TODAY).effectiveness == 0.3
    entry = AuditEntry.objects.filter(command="controls.record_test").get()
    assert (entry.actor, entry.target, entry.path) == (chief, "C-1", "/ORG/A/")
    assert core.undo(actor=chief, uuid=recorded.undo.uuid, at=NOW) == "Test of C-1"
    assert Control.objects.get(code="C-1").standing(TODAY).effectiveness == 0.8


@pytest.mark.parametrize(("on", "share"), [(TODAY + DAY, 0.5), (TODAY, 1.2), (TODAY, -0.1)])
def test_impossible_tests_are_refused(chief, units, system, on, share) -> None:
    store(services.import_controls, system, control())
    with pytest.raises(Refused):
        services.record_test(actor=chief, uuid=Control.objects.get().uuid, on=on, effectiveness=share, at=NOW)


def test_tests_need_the_role_and_the_unit(make_user, system, units) -> None:
    store(services.import_controls, system, control())
    uuid = Control.objects.get().uuid
    said = {"uuid": uuid, "on": TODAY, "effectiveness": 0.5, "at": NOW}
    with pytest.raises(Forbidden):
        services.record_test(actor=make_user("rita", "reader"), **said)
    with pytest.raises(Missing):
        services.record_test(actor=make_user("bert", "manager", "/ORG/B/"), **said)
    mine = make_user("anna", "manager", "/ORG/A/")
    assert services.record_test(actor=mine, **said).test.recorded_by == "anna"
    assert selectors.may_test(viewer=mine, control=Control.objects.get())


def test_readers_see_their_units_only(make_user, system, units) -> None:
    store(services.import_controls, system, control(), control("C-9", unit="B"), control("C-0", unit=""))
    viewer = make_user("rita", "reader", "/ORG/B/")
    assert [row.code for row in selectors.controls(viewer=viewer)] == ["C-9"]
    assert selectors.counts(viewer=viewer) == {"controls": 1}
    assert selectors.overdue(viewer=viewer, as_of=TODAY + 400 * DAY) == 1
    found = selectors.standings(viewer=system, as_of=TODAY, uuid=Control.objects.get(code="C-0").uuid)
    assert [row.standing.effectiveness for row in found] == [0.8]
    assert not selectors.may_test(viewer=viewer, control=Control.objects.get(code="C-0"))


def test_an_import_lets_device_tests_count(system) -> None:
    tell(*UNITS, door(False, 2), control(device="D-1"), at=NOW)
    assert Control.objects.get().standing(TODAY).failed
    tell(control(device="D-1"), at=NOW)
    assert Control.objects.get().tests.count() == 2

"""Doors and devices: places, links in any order, tests once; and what people decide about assets."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.kit.batches import AT, store

from garrison.apps.assets import selectors, services
from garrison.apps.assets.models import Asset, DeviceTest
from garrison.apps.organization.services import import_units
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry, User
from garrison.core.services import undo
from garrison.formats.facts import DeviceFact, HostFact, UnitFact

READER = DeviceFact(code="RDR-1", name="Reader", kind="reader", unit="LG", site="General", serves="d-031")
PANEL = DeviceFact(
    code="CTRL-3",
    name="Controller 3",
    kind="controller",
    unit="LG",
    site="General",
    serves="D-031;D-032",
    address="10.20.90.13",
)
DOOR = DeviceFact(
    code="D-031", name="Pharmacy store", kind="door", unit="LG", site="General", building="Main", floor="1",
    zone="Pharmacy", critical=True, state="failed", tested=date(2026, 3, 5), test_passed=False,
    test_note="Latch at 40 N",
)  # fmt: skip
WEST = DeviceFact(code="D-050", name="West door", kind="door", unit="WH", site="West")


@pytest.fixture
def units(system):
    return store(
        import_units,
        system,
        UnitFact(code="LHG", name="Group"),
        UnitFact(code="LG", name="General", parent="LHG"),
        UnitFact(code="WH", name="West", parent="LHG"),
    )


@pytest.fixture
def devices(units, system):
    return store(services.import_devices, system, READER, PANEL, DOOR, WEST)


def one(code):
    return Asset.objects.get(code=code)


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_links_may_name_what_comes_later(devices):
    assert devices.verdicts == {"stored": 4}
    assert one("RDR-1").serves == one("D-031")
    assert one("D-031").controller == one("CTRL-3")
    assert one("CTRL-3").serves is None
    assert str(one("D-031").zone) == "Pharmacy, 1, Main"
    assert "1 door named as served but not known (d-032)" in devices.notes[0]


def test_a_door_of_a_later_file_is_linked_then(devices, system):
    store(services.import_devices, system, DeviceFact(code="D-032", name="Hatch", kind="door", unit="LG"))
    assert one("D-032").controller == one("CTRL-3")


def test_the_same_list_again_changes_nothing(devices, system):
    before = list(Asset.objects.order_by("pk").values())
    assert store(services.import_devices, system, READER, PANEL, DOOR, WEST, at=AT + timedelta(days=1)).verdicts == {
        "unchanged": 4
    }
    assert list(Asset.objects.order_by("pk").values()) == before
    assert DeviceTest.objects.count() == 1


def test_a_new_test_of_an_unchanged_door_is_news(devices, system):
    retest = DeviceFact(
        **{f: getattr(DOOR, f) for f in DOOR.__struct_fields__ if f not in ("row", "tested", "test_note")},
        tested=date(2026, 3, 7),
    )
    assert store(services.import_devices, system, retest).verdicts == {"updated": 1}
    assert list(one("D-031").tests.values_list("on", "passed", "note")) == [
        (date(2026, 3, 7), False, ""), (date(2026, 3, 5), False, "Latch at 40 N"),
    ]  # fmt: skip


def test_a_day_without_a_result_is_noted(units, system):
    told = store(services.import_devices, system, DeviceFact(code="X", name="X", kind="lock", tested=date(2026, 3, 1)))
    assert told.verdicts == {"stored": 1}
    assert "1 row with the day of a test but no result" in told.notes[0]


def test_a_link_that_goes_away_is_taken_away(devices, system):
    store(
        services.import_devices,
        system,
        DeviceFact(code="D-060", name="Other", kind="door"),
        DeviceFact(code="RDR-1", name="Reader", kind="reader", serves="D-060"),
    )
    assert one("RDR-1").serves == one("D-060")


def test_other_units_are_out_of_sight(devices, system, make_user):
    reader = make_user("rae", "reader", "/LHG/LG/")
    assert {a.code for a in selectors.assets(viewer=reader)} == {"RDR-1", "CTRL-3", "D-031"}
    counts = selectors.counts(viewer=reader)
    assert (counts["devices"], counts["doors"], counts["device_tests"]) == (3, 1, 1)
    with pytest.raises(Missing):
        selectors.asset(viewer=reader, uuid=one("D-050").uuid)
    assert selectors.device(viewer=reader, named="west door") is None
    assert selectors.device(viewer=system, named="west door") == one("D-050")
    assert selectors.device(viewer=reader, named="d-031") == one("D-031")
    assert not selectors.tests(viewer=reader).filter(asset__code="D-050").exists()
    assert [a.code for a in selectors.found(viewer=reader, text="door", limit=5)] == []
    assert selectors.with_last_test(selectors.assets(viewer=reader)).get(code="D-031").test_note == "Latch at 40 N"


def test_a_controller_and_its_computer_find_each_other(devices, system):
    store(services.import_hosts, system, HostFact(ident="ctrl-3", name="ctrl-3", addresses=("10.20.90.13",)))
    computer = Asset.objects.get(kind="host")
    assert list(selectors.same_address(viewer=system, asset=one("CTRL-3"))) == [computer]
    assert list(selectors.same_address(viewer=system, asset=computer)) == [one("CTRL-3")]
    assert not selectors.same_address(viewer=system, asset=one("D-031")).exists()
    assert selectors.found(viewer=system, text="10.20.90.13", limit=3) == [computer]


def test_a_test_is_recorded_audited_and_undone(devices, chief):
    door = one("D-031")
    recorded = services.record_test(
        actor=chief, uuid=door.uuid, on=AT.date(), passed=True, note=" Latch replaced ", at=AT
    )
    assert (recorded.test.note, recorded.test.recorded_by, one("D-031").state) == ("Latch replaced", "chief", "ok")
    entry = AuditEntry.objects.get(command="assets.record_test")
    assert (entry.target, entry.path, entry.before, entry.after["passed"]) == (
        "D-031",
        "/LHG/LG/",
        {"state": "failed"},
        True,
    )
    with pytest.raises(Refused, match="recorded already"):
        services.record_test(actor=chief, uuid=door.uuid, on=AT.date(), passed=True, note="Latch replaced", at=AT)
    undo(actor=chief, uuid=recorded.undo.uuid, at=AT)
    assert (door.tests.count(), one("D-031").state) == (1, "failed")


def test_an_old_test_leaves_the_state_alone(devices, chief):
    services.record_test(actor=chief, uuid=one("D-031").uuid, on=date(2026, 1, 1), passed=True, note="", at=AT)
    assert one("D-031").state == "failed"


def test_what_cannot_be_recorded_is_refused(devices, system, chief, make_user):
    store(services.import_hosts, system, HostFact(ident="ws-01"))
    with pytest.raises(Refused, match="scanner"):
        services.record_test(actor=chief, uuid=one("ws-01").uuid, on=AT.date(), passed=True, note="", at=AT)
    with pytest.raises(Refused, match="past or today"):
        services.record_test(
            actor=chief, uuid=one("D-031").uuid, on=AT.date() + timedelta(days=1), passed=True, note="", at=AT
        )
    with pytest.raises(Forbidden):
        services.record_test(
            actor=make_user("rae", "reader"), uuid=one("D-031").uuid, on=AT.date(), passed=True, note="", at=AT
        )
    with pytest.raises(Missing):
        services.record_test(
            actor=make_user("lee", "manager", "/LHG/WH/"),
            uuid=one("D-031").uuid,
            on=AT.date(),
            passed=True,
            note="",
            at=AT,
        )
    with pytest.raises(Refused, match="imported test stays"):
        services.remove_test(actor=chief, uuid=DeviceTest.objects.get().uuid, state="ok")
    with pytest.raises(Missing):
        services.remove_test(actor=chief, uuid=uuid4(), state="ok")
    assert AuditEntry.objects.filter(outcome="refused").count() == 6


@pytest.mark.parametrize(
    ("service", "given", "field", "value"),
    [
        (services.set_exposed, {"exposed": True}, "exposed", True),
        (services.set_exposed, {"exposed": None}, "exposed", None),
        (services.set_critical, {"critical": True}, "critical", True),
        (services.assign_owner, {"owner": " Ann "}, "owner", "Ann"),
        (services.assign_owner, {"owner": ""}, "owner", ""),
    ],
)
def test_many_are_decided_at_once_and_undone(devices, chief, service, given, field, value):
    before = dict(Asset.objects.values_list("code", field))
    chosen = list(Asset.objects.filter(kind="door").values_list("uuid", flat=True))
    done = service(actor=chief, uuids=chosen, at=AT, **given)
    assert set(Asset.objects.filter(kind="door").values_list(field, flat=True)) == {value}
    assert "2 assets" in done.label
    assert (
        AuditEntry.objects.get(command__in=["assets.set_exposed", "assets.set_critical", "assets.assign_owner"]).path
        == "/LHG/"
    )
    undo(actor=chief, uuid=done.uuid, at=AT)
    assert dict(Asset.objects.values_list("code", field)) == before


def test_nothing_is_half_decided(devices, make_user, chief):
    lee = make_user("lee", "manager", "/LHG/LG/")
    with pytest.raises(Missing):
        services.set_critical(actor=lee, uuids=[one("RDR-1").uuid, one("D-050").uuid], critical=True, at=AT)
    assert not one("RDR-1").critical
    done = services.set_critical(actor=fresh(lee), uuids=[one("RDR-1").uuid], critical=True, at=AT)
    assert done.label == "RDR-1 marked critical"
    with pytest.raises(Missing):
        services.set_critical(actor=chief, uuids=[], critical=True, at=AT)
    with pytest.raises(Refused):
        services.restore(actor=chief, field="code", values={str(one("RDR-1").uuid): "X"})


def test_statements_grow_by_the_thousand(units, system, django_assert_max_num_queries):
    doors = [
        DeviceFact(
            code=f"D-{n}",
            name=f"Door {n}",
            kind="door",
            site="General",
            zone="Z",
            tested=date(2026, 3, 1),
            test_passed=True,
        )
        for n in range(2000)
    ]
    readers = [
        DeviceFact(code=f"R-{n}", name=f"Reader {n}", kind="reader", site="General", serves=f"D-{n}")
        for n in range(2000)
    ]
    with django_assert_max_num_queries(60):
        assert store(services.import_devices, system, *readers, *doors).verdicts == {"stored": 4000}
    with django_assert_max_num_queries(45):
        assert store(services.import_devices, system, *readers, *doors).verdicts == {"unchanged": 4000}
    assert Asset.objects.filter(kind="reader", serves=None).count() == 0

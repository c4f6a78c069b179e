"""What people decide about findings: each can be taken back, is on record, and stays within their units."""

from datetime import UTC, date, datetime, timedelta

import pytest

from garrison.apps.assets.models import Asset
from garrison.apps.vulnerabilities import selectors, services
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.services import decisions
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused, system_actor
from garrison.core.models import AuditEntry
from garrison.formats.facts import DeviceFact, FindingFact, HostFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
SOON = NOW.date() + timedelta(days=20)
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)


@pytest.fixture
def three(db: None) -> list[object]:
    facts = [
        FindingFact(row=n, tool="t", kind="misconfiguration", rule=f"r{n}", title=f"T{n}", subject_kind="host",
                    subject="a-host" if n < 2 else "b-host", severity="high", seen=NOW)
        for n in range(3)
    ]  # fmt: skip
    tell(*UNITS, HostFact(ident="a-host", unit="A"), HostFact(ident="b-host", unit="B"), *facts, at=NOW)
    return list(Finding.objects.order_by("rule").values_list("uuid", flat=True))


DECISIONS = [
    (services.assign, {"owner": "Bram"}, {"owner": "Bram"}),
    (services.set_due, {"due": SOON}, {"due": SOON, "due_set": True}),
    (services.accept, {"reason": "Isolated", "until": SOON}, {"status": "accepted", "note": "Isolated", "live": False}),
    (services.plan, {"note": "Next window"}, {"status": "planned", "note": "Next window", "live": True}),
    (services.close, {"reason": "Patched"}, {"status": "closed", "live": False}),
    (services.reopen, {}, {"status": "open"}),
]


@pytest.mark.parametrize(("decide", "asked", "expected"), DECISIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_decision_is_made_recorded_and_undone(chief, three, decide, asked, expected) -> None:
    before = list(Finding.objects.order_by("pk").values())
    done = decide(actor=chief, findings=three[:2], at=NOW, **asked)
    assert done.count == 2
    for found in Finding.objects.filter(uuid__in=three[:2]):
        assert {name: getattr(found, name) for name in expected} == expected
        assert [entry.command for entry in selectors.history(viewer=system_actor(), finding=found)] == [
            f"vulnerabilities.{decide.__name__}"
        ]
    assert Finding.objects.get(uuid=three[2]).owner == ""
    entry = AuditEntry.objects.get(command=f"vulnerabilities.{decide.__name__}")
    assert (entry.path, entry.target.startswith("2 findings"), len(entry.before)) == ("/ORG/A/", True, 2)
    core.undo(actor=chief, uuid=done.undo.uuid, at=NOW)
    assert list(Finding.objects.order_by("pk").values()) == before
    with pytest.raises(Missing):
        core.undo(actor=chief, uuid=done.undo.uuid, at=NOW)


@pytest.mark.parametrize(
    ("decide", "asked"),
    [
        (services.set_due, {"due": NOW.date() - timedelta(days=1)}),
        (services.accept, {"reason": "no", "until": SOON}),
        (services.accept, {"reason": "Isolated", "until": NOW.date()}),
        (services.accept, {"reason": "Isolated", "until": date(2030, 1, 1)}),
        (services.close, {"reason": " "}),
    ],
)
def test_what_makes_no_sense_is_refused(chief, three, decide, asked) -> None:
    with pytest.raises(Refused):
        decide(actor=chief, findings=three, at=NOW, **asked)
    assert AuditEntry.objects.filter(outcome="refused").count() == 1


def test_another_unit_and_a_reader_decide_nothing(make_user, three, monkeypatch) -> None:
    analyst = make_user("ann", "analyst", "/ORG/A/")
    with pytest.raises(Missing):
        services.assign(actor=analyst, findings=three, owner="x", at=NOW)
    assert Finding.objects.exclude(owner="").count() == 0, "nothing is half done"
    assert services.assign(actor=analyst, findings=three[:2], owner="x", at=NOW).count == 2
    with pytest.raises(Forbidden):
        services.assign(actor=make_user("rea", "reader"), findings=three, owner="x", at=NOW)
    with pytest.raises(Missing):
        services.assign(actor=analyst, findings=[], owner="x", at=NOW)
    monkeypatch.setattr(decisions, "AT_ONCE", 1)
    with pytest.raises(Refused, match="at most 1"):
        services.assign(actor=analyst, findings=three[:2], owner="x", at=NOW)


def test_an_acceptance_runs_out(chief, system, three) -> None:
    services.accept(actor=chief, findings=three[:1], reason="Isolated", until=SOON, at=NOW)
    end = datetime(SOON.year, SOON.month, SOON.day, 12, tzinfo=UTC)
    assert services.end_acceptances(actor=system, at=end) == 0
    assert services.end_acceptances(actor=system, at=end + timedelta(days=1)) == 1
    found = Finding.objects.get(uuid=three[0])
    assert (found.status, found.accepted_until, found.live) == ("open", None, True)


def test_a_finding_is_written_down(chief, make_user, three) -> None:
    asset = Asset.objects.get(code="a-host")
    new = {
        "asset": asset.uuid,
        "title": "  Cable  runs through the lobby ",
        "severity": "high",
        "description": "x",
        "at": NOW,
    }
    found = services.add(actor=chief, **new)
    assert (found.title, found.unit, found.deadline, found.tool) == (
        "Cable runs through the lobby",
        asset.unit,
        "14 days",
        "Written down",
    )
    assert [entry.command for entry in selectors.history(viewer=system_actor(), finding=found)] == [
        "vulnerabilities.add"
    ]
    for wrong in ({"title": " "}, {"severity": "awful"}):
        with pytest.raises(Refused):
            services.add(actor=chief, **new | wrong)
    with pytest.raises(Missing):
        services.add(actor=make_user("m", "manager", "/ORG/B/"), **new)


def test_doors_and_devices_open_and_close_their_own_findings(chief, system) -> None:
    door = DeviceFact(
        code="D-031",
        name="Pharmacy store",
        kind="door",
        unit="A",
        critical=True,
        tested=date(2026, 3, 6),
        test_passed=False,
        test_note="Latch released at 40 N",
    )
    camera = DeviceFact(code="CAM-19", name="Corridor B", kind="camera", unit="A", state="offline")
    fine = DeviceFact(code="D-1", name="Lobby", kind="door", unit="A", tested=date(2026, 3, 6), test_passed=True)
    tell(*UNITS, door, camera, fine, at=NOW)
    latch, offline = Finding.objects.order_by("-rule")
    assert (latch.title, latch.description, latch.deadline, latch.due) == (
        "Door failed its test: D-031, Pharmacy store", "Latch released at 40 N", "3 days", date(2026, 3, 9),
    )  # fmt: skip
    assert (offline.title, offline.deadline, offline.physical, offline.unit.code) == (
        "Camera offline: CAM-19, Corridor B",
        "14 days",
        True,
        "A",
    )
    assert services.watch_devices(actor=system) == {"opened": [], "reopened": [], "closed": []}
    from garrison.apps.assets import services as assets

    done = assets.record_test(
        actor=chief, uuid=latch.asset.uuid, on=NOW.date(), passed=True, note="Latch replaced", at=NOW
    )
    assert Finding.objects.get(pk=latch.pk).status == "closed"
    core.undo(actor=chief, uuid=done.undo.uuid, at=NOW)
    assert Finding.objects.get(pk=latch.pk).status == "open"
    tell(DeviceFact(code="CAM-19", name="Corridor B", kind="camera", unit="A", state="ok"), at=NOW)
    assert Finding.objects.get(pk=offline.pk).status == "closed"
    tell(camera, at=NOW + timedelta(days=1))
    again = Finding.objects.get(pk=offline.pk)
    assert (again.status, Finding.objects.count()) == ("open", 2)
    services.accept(actor=chief, findings=[again.uuid], reason="Spare on order", until=SOON, at=NOW)
    services.watch_devices(actor=system)
    assert Finding.objects.get(pk=again.pk).status == "accepted"


def test_the_explanation_names_inputs_and_the_row(three) -> None:
    found = selectors.explain(Finding.objects.get(uuid=three[0]))
    here = next(row for row in found.rows if row.here is not None)
    assert (here.holds, here.deadlines[here.here]) == ("High severity", "14 days")
    assert [item.answer for item in found.inputs] == ["high", "unknown, taken as yes", "no"]
    assert [len(table.rows) for table in selectors.rule_tables()] == [4, 4]


def test_a_decision_over_several_units_is_recorded_where_all_of_them_lie(chief, three) -> None:
    services.assign(actor=chief, findings=three, owner="Bram", at=NOW)
    assert AuditEntry.objects.get(command="vulnerabilities.assign").path == "/ORG/"


def test_a_device_s_finding_that_somebody_closed_stays_closed_until_it_fails_anew(chief, system) -> None:
    def door(day: int) -> DeviceFact:
        return DeviceFact(code="D-1", name="Gate", kind="door", unit="A", tested=date(2026, 3, day), test_passed=False)

    tell(*UNITS, door(6), at=NOW)
    one = Finding.objects.get()
    services.close(actor=chief, findings=[one.uuid], reason="Measured wrongly", at=NOW)
    services.watch_devices(actor=system)
    assert Finding.objects.get().status == "closed"
    tell(door(8), at=NOW + timedelta(days=1))
    assert Finding.objects.get().status == "open"

"""Badge events: each stored once, whoever tells of it how often, and seen only where one may look."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.access import rules, selectors, services
from garrison.apps.access.models import Badge
from garrison.apps.access.services import intake
from garrison.core import lake_files
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry, LakeFile
from garrison.formats.facts import AccessEventFact, BadgeFact, DeviceFact, PersonFact, UnitFact
from tests.kit.telling import tell, tell_files

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)
DEVICES = (
    DeviceFact(code="D-1", name="Front door", kind="door", unit="A"),
    DeviceFact(code="D-2", name="Store", kind="door", unit="B", critical=True),
    DeviceFact(code="RDR-2", name="Reader of the store", kind="reader", unit="B", serves="D-2"),
)


def event(
    row: int, minutes: int, door: str = "D-1", card: str = "7", outcome: str = "granted", **more: str
) -> AccessEventFact:
    return AccessEventFact(row=row, at=NOW - timedelta(minutes=minutes), door=door, card=card, outcome=outcome, **more)


def stored() -> list[tuple[object, ...]]:
    names = lake_files.visible(rules.EVENTS)
    return lake_files.lake().query(
        "SELECT time, door, card, outcome, asset, path, person, file, row FROM events", names
    )


def test_files_that_overlap_store_each_event_once() -> None:
    first = [event(n, n * 7) for n in range(1, 400)]
    second = [event(n, n * 7) for n in range(200, 600)]
    told = tell_files({"a.csv": first, "b.csv": second}, at=NOW)
    assert told == {"a.csv": {"stored": 399}, "b.csv": {"stored": 200, "unchanged": 200}}
    assert len(stored()) == len({row[:4] for row in stored()}) == 599
    assert tell(*second, at=NOW, name="c.csv") == {"unchanged": 400}
    assert tell(*[event(n, n * 7) for n in range(590, 610)], at=NOW, name="d.csv") == {"stored": 10, "unchanged": 10}
    assert sum(LakeFile.objects.values_list("rows", flat=True)) == 609


def test_chunks_of_one_import_know_one_another(monkeypatch) -> None:
    monkeypatch.setattr(intake, "CHUNK", 50)
    monkeypatch.setattr(intake, "KEYS", 30)
    dice = random.Random(5)
    facts = [event(n, dice.randrange(4000), card=str(dice.randrange(3))) for n in range(500)]
    expected = len({(f.at, f.door, f.card, f.outcome) for f in facts})
    assert tell(*facts, at=NOW) == Counter(stored=expected, unchanged=500 - expected)
    assert tell(*reversed(facts), at=NOW, name="again.csv") == Counter(unchanged=500)
    assert len(stored()) == expected


def test_an_event_finds_its_door_also_through_a_reader_and_its_person() -> None:
    tell(
        *UNITS,
        *DEVICES,
        PersonFact(number="1", name="Ann", email="ann@x", unit="A"),
        BadgeFact(card="7", number="1"),
        at=NOW,
    )
    tell(
        event(1, 1, "d-1"), event(2, 2, "front DOOR"), event(3, 3, "rdr-2"), event(4, 4, "elsewhere"),
        event(5, 5, card="8", number="1"), event(6, 6, card="8", email="ANN@x"), event(7, 7, card="8"),
        at=NOW,
    )  # fmt: skip
    rows = {row[8]: row for row in stored()}
    ids = {asset.code: asset.uuid.hex for asset in _assets()}
    assert [rows[n][4] for n in (1, 2, 3, 4)] == [ids["D-1"], ids["D-1"], ids["D-2"], ""]
    assert [rows[n][5] for n in (1, 3, 4)] == ["/ORG/A/", "/ORG/B/", "/"]
    assert [bool(rows[n][6]) for n in (1, 5, 6, 7)] == [True, True, True, False]
    assert Badge.objects.get().last_used == NOW - timedelta(minutes=1)


def _assets() -> list[object]:
    from garrison.apps.assets.models import Asset

    return list(Asset.objects.all())


def test_sight_is_narrowed_by_the_door_s_unit(make_user, system) -> None:
    tell(*UNITS, *DEVICES, at=NOW)
    tell(event(1, 1, "D-1"), event(2, 2, "D-2"), event(3, 3, "elsewhere"), at=NOW)
    since = NOW - timedelta(days=1)
    ours, theirs = make_user("ours", "reader", "/ORG/A/"), make_user("theirs", "reader", "/ORG/B/")
    assert [m.door for m in selectors.events(viewer=system, since=since).rows] == ["D-1", "D-2", "elsewhere"]
    assert [m.door for m in selectors.events(viewer=ours, since=since).rows] == ["D-1"]
    assert [m.critical for m in selectors.events(viewer=theirs, since=since).rows] == [True]
    assert selectors.events(viewer=make_user("nobody", ""), since=since).rows == []
    assert [selectors.counts(viewer=v)["access_events"] for v in (system, ours, theirs)] == [3, 1, 1]


def test_sight_of_old_events_moves_with_the_door_s_unit(make_user) -> None:
    tell(*UNITS, *DEVICES, at=NOW)
    tell(event(1, 5, card="71"), event(2, 3, "D-2", "72"), event(3, 2, "Back gate", "73"), at=NOW)
    ours, theirs = make_user("ours", "manager", "/ORG/A/"), make_user("theirs", "manager", "/ORG/B/")
    since = NOW - timedelta(days=2)

    def seen(viewer) -> list[str]:
        fresh = type(viewer).objects.get(pk=viewer.pk)
        rows = selectors.events(viewer=fresh, since=since).rows
        assert selectors.counts(viewer=fresh)["access_events"] == len(rows)
        assert all(row.card for row in rows)
        return sorted(row.door for row in rows)

    assert (seen(ours), seen(theirs)) == (["D-1"], ["D-2"])
    tell(UnitFact(code="A", name="A", parent="B"), at=NOW + timedelta(hours=1))
    assert (seen(ours), seen(theirs)) == (["D-1"], ["D-1", "D-2"])
    tell(DeviceFact(code="D-2", name="Store", kind="door", unit="ORG", critical=True), at=NOW + timedelta(hours=2))
    assert (seen(ours), seen(theirs)) == (["D-1"], ["D-1"])


def test_a_look_at_somebody_s_movements_needs_a_purpose_and_is_on_record(make_user, chief) -> None:
    tell(*UNITS, *DEVICES, PersonFact(number="1", name="Ann", unit="A"), BadgeFact(card="7", number="1"), at=NOW)
    tell(event(1, 10), event(2, 20, "D-2"), event(3, 60 * 24 * 40), at=NOW)
    person = Badge.objects.get().person
    look = {"person": person.uuid, "days": 30, "at": NOW}
    with pytest.raises(Refused, match="why you need"):
        services.look_at_movements(actor=chief, purpose="why not", **look)
    with pytest.raises(Refused, match="1 to 90"):
        services.look_at_movements(actor=chief, purpose="Missing after the alarm", **look | {"days": 91})
    found, more = services.look_at_movements(actor=chief, purpose="Missing after the alarm", **look)
    assert ([m.row for m in found], more) == ([1, 2], False)
    entry = AuditEntry.objects.filter(command="access.look_at_movements", outcome="done").get()
    assert (entry.after["purpose"], entry.path, entry.target) == ("Missing after the alarm", "/ORG/A/", "Ann (1)")
    assert AuditEntry.objects.filter(command="access.look_at_movements", outcome="refused").count() == 2
    with pytest.raises(Forbidden):
        services.look_at_movements(actor=make_user("r", "reader"), purpose="Missing after the alarm", **look)
    with pytest.raises(Missing):
        services.look_at_movements(
            actor=make_user("m", "manager", "/ORG/B/"), purpose="Missing after the alarm", **look
        )
    ours = make_user("o", "manager", "/ORG/A/")
    assert [m.row for m in services.look_at_movements(actor=ours, purpose="Missing after the alarm", **look)[0]] == [1]


def test_statements_do_not_grow_with_events(system) -> None:
    def statements(size: int, day: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            tell(
                *[event(n, day * 1440 + n % 1400, card=str(n % 9), door=str(n)) for n in range(size)],
                at=NOW,
                conclude=False,
            )
        return len(queries)

    assert statements(20_000, 2) <= statements(100, 5) + 2


@given(st.integers(0, 2**50), st.text(max_size=8), st.text(max_size=8))
def test_times_survive_and_keys_tell_apart(micro: int, door: str, card: str) -> None:
    assert rules.microseconds(rules.moment(micro)) == micro
    key = rules.event_key(micro, door, card, "granted", "")
    assert 0 <= key < 2**64
    assert key != rules.event_key(micro + 1, door, card, "granted", "")
    assert key != rules.event_key(micro, door, card, "denied", "")


def test_what_identifies_nobody_or_no_door_is_left_open() -> None:
    lone = DeviceFact(code="RDR-9", name="Reader of nothing", kind="reader", unit="A")
    twins = [PersonFact(number=str(n), name=f"Twin {n}", email="twins@x") for n in (1, 2)]
    tell(*UNITS, *DEVICES, lone, *twins, at=NOW)
    tell(event(1, 1, "RDR-9"), event(2, 2, "D-1", card="8", email="twins@x"), at=NOW)
    rows = {row[8]: row for row in stored()}
    assert (rows[1][4], rows[1][5]) == ("", "/"), "a reader that serves no door is none"
    assert rows[2][6] == "", "an address of two people is nobody's"

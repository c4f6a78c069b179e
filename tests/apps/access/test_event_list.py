"""The list of badge events: the one list, over the lake, without names unless the look is on record."""

import csv
import io
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.http import QueryDict
from django.urls import reverse

from garrison.apps.access import selectors
from garrison.apps.access.views import listing as pages
from garrison.core.models import AuditEntry
from garrison.core.ui.lists.asked import understand
from garrison.formats.facts import AccessEventFact, BadgeFact, DeviceFact, PersonFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = datetime.now(UTC).replace(microsecond=0)
URL = "access:events"
KINDS = ("granted", "granted", "denied", "forced", "held", "granted")


@pytest.fixture
def told(db: None) -> list[AccessEventFact]:
    units = [UnitFact(code="ORG", name="Org"), *[UnitFact(code=c, name=c, parent="ORG") for c in "AB"]]
    doors = [
        DeviceFact(code="D-1", name="Front door", kind="door", unit="A"),
        DeviceFact(code="D-2", name="Store", kind="door", unit="B", critical=True),
    ]
    people = [PersonFact(row=n, number=str(n), name=f"Person {'AB'[n - 1]}", unit="A") for n in (1, 2)]
    badges = [BadgeFact(row=n, card=f"70{n}", number=str(n)) for n in (1, 2)]
    events = [
        AccessEventFact(
            row=n,
            at=NOW - timedelta(hours=n),
            door=("D-1", "D-2", "elsewhere")[n % 3],
            card=f"70{n % 2 + 1}",
            outcome=KINDS[n % 6],
            reason="Unknown card" if KINDS[n % 6] == "denied" else "",
        )
        for n in range(1, 121)
    ]
    tell(*units, *doors, *people, *badges, *events, at=NOW)
    return events


def rows_of(viewer, query: str, *, named: bool = False) -> list[int]:
    page = pages.NAMED if named else pages.EVENTS
    asked = understand(page, QueryDict(query), viewer)
    source = selectors.listed(viewer=viewer, named=named)
    shown = source.page(asked, (asked.number - 1) * asked.per, asked.per)
    everything = [row.row for row in source.every(asked)]
    assert len(everything) == source.count(asked)
    first = (asked.number - 1) * asked.per
    assert [row.row for row in shown] == everything[first : first + asked.per]
    return everything


@pytest.mark.parametrize("walked", [2_000, -1])
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", lambda e: True),
        ("page=3", lambda e: True),
        ("sort=at", lambda e: True),
        ("outcome=denied", lambda e: e.outcome == "denied"),
        ("outcome=forced&outcome=held&sort=door", lambda e: e.outcome in ("forced", "held")),
        ("door=d-2", lambda e: e.door == "D-2"),
        ("q=front", lambda e: e.door == "D-1"),
        ("q=unknown+store", lambda e: e.door == "D-2" and e.outcome == "denied"),
        ("critical=yes", lambda e: e.door == "D-2"),
        ("critical=no&sort=-outcome", lambda e: e.door != "D-2"),
        ("q=Person", lambda e: False),
        ("q=701", lambda e: False),
        ("q='%22%3B+DROP", lambda e: False),
    ],
)
def test_filters_search_and_order_are_the_lake_s(chief, told, monkeypatch, query: str, wanted, walked: int) -> None:
    monkeypatch.setattr(import_module("garrison.apps.access.selectors.listed"), "WALKED", walked)
    found = rows_of(chief, query)
    assert sorted(found) == [event.row for event in told if wanted(event)]
    if "sort" not in query:
        assert found == sorted(found), "newest first"
    if query == "sort=at":
        assert found == sorted(found, reverse=True)


def test_days_are_those_of_the_organisation(chief, told) -> None:
    from django.utils import timezone

    day = timezone.localdate(NOW - timedelta(days=1))
    found = rows_of(chief, f"at_from={day}&at_to={day}")
    assert found == [event.row for event in told if timezone.localdate(event.at) == day]


def test_sight_is_narrowed_by_the_door_s_unit(make_user, told) -> None:
    ours = make_user("ours", "manager", "/ORG/A/")
    assert rows_of(ours, "") == [event.row for event in told if event.door == "D-1"]
    asked = {"denied": understand(pages.EVENTS, QueryDict("outcome=denied"), ours)}
    ours_denied = [e for e in told if e.door == "D-1" and e.outcome == "denied"]
    assert selectors.listed(viewer=ours).counts(asked) == {"denied": len(ours_denied)}
    seen = [event.at for event in told if event.door == "D-1"]
    assert selectors.span(viewer=ours) == {"first": min(seen), "last": max(seen), "rows": len(seen)}
    assert rows_of(make_user("nobody", ""), "") == []
    assert rows_of(make_user("nobody2", ""), "q=d") == []


def test_names_are_shown_searched_and_exported_only_on_record(client, chief, make_user, told) -> None:
    def looks() -> list[bool]:
        done = AuditEntry.objects.filter(command="access.look_at_events", outcome="done").order_by("seq")
        return [entry.after["exported"] for entry in done]

    client.force_login(chief)
    body = client.get(reverse(URL)).content.decode()
    assert "D-1" in body
    assert "Person A" not in body
    assert "Show names" in body
    plain = b"".join(client.get(reverse(URL) + "?format=csv").streaming_content).decode()
    assert "701" not in plain
    assert looks() == []
    body = client.get(reverse(URL) + "?names=yes&q=Person+A").content.decode()
    assert "Person A" in body
    assert "Person B" not in body
    assert looks() == [False]
    named = b"".join(client.get(reverse(URL) + "?names=yes&format=csv").streaming_content).decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(named)))
    assert (len(table), {row["card_number"] for row in table}) == (120, {"701", "702"})
    assert looks() == [False, True]
    client.force_login(make_user("r", "reader"))
    body = client.get(reverse(URL) + "?names=yes").content.decode()
    assert "Person A" not in body
    assert "Show names" not in body
    assert len(looks()) == 2


def test_a_manager_of_one_unit_reads_names_at_its_doors_alone(make_user, told) -> None:
    user = make_user("both", "reader")
    user.grants.create(role="manager", path="/ORG/A/")
    asked = understand(pages.NAMED, QueryDict("names=yes"), user)
    rows = list(selectors.listed(viewer=user, named=True).every(asked))
    assert {row.door for row in rows if row.card} == {"D-1"}
    assert rows_of(user, "names=yes&q=701", named=True) == [e.row for e in told if e.door == "D-1" and e.card == "701"]


@pytest.mark.parametrize(
    "query",
    ["at_from=0001-01-01", "at_to=9999-12-31", "page=999999", "sort=-file", "per=100", "outcome=%00", "door=%00'"],
)
def test_whatever_the_address_says_the_list_answers(client, chief, told, query: str) -> None:
    client.force_login(chief)
    assert client.get(f"{reverse(URL)}?{query}").status_code == 200

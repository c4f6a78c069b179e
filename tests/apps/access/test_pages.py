"""The pages of access: they open, narrow, and cost what they may."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garrison.apps.access.models import AccessException, Badge
from garrison.core.imports.run import run_import
from garrison.core.models import AuditEntry
from garrison.formats.facts import AccessEventFact, AccountFact, BadgeFact, DeviceFact, PersonFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = datetime.now(UTC).replace(microsecond=0)
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)


def person(number: int, left: int | None = None) -> PersonFact:
    day = (NOW - timedelta(days=left)).date() if left is not None else None
    return PersonFact(
        row=number,
        number=str(number),
        name=f"Person {number:03}",
        unit="A",
        status="left" if left else "active",
        left=day,
    )


@pytest.fixture
def told(db: None) -> None:
    door = DeviceFact(code="D-031", name="Store", kind="door", unit="A", critical=True)
    people = [person(n, 9 if n < 8 else None) for n in range(1, 21)]
    badges = [BadgeFact(row=n, card=f"4{n:03}", number=str(n), levels=("Store",)) for n in range(1, 21)]
    accounts = [
        AccountFact(row=n, login=f"u{n}", number=str(n), last_used=NOW - timedelta(days=20)) for n in range(1, 21)
    ]
    events = [
        AccessEventFact(row=n, at=NOW - timedelta(days=2, minutes=n), door="D-031", card="4001", outcome="granted")
        for n in range(1, 4)
    ]
    tell(*UNITS, door, *people, *badges, *accounts, *events, at=NOW)


PAGES = ("leavers", "accounts", "badges", "events", "work_order")


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_who_may_and_cost_few_statements(client, chief, told, name: str) -> None:
    client.force_login(chief)
    client.get(reverse(f"access:{name}"))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse(f"access:{name}"))
    assert answer.status_code == 200
    assert len(queries) <= 40, "the frame's own statements included"


@pytest.mark.parametrize("name", PAGES)
def test_pages_tell_another_unit_nothing(client, make_user, told, name: str) -> None:
    client.force_login(make_user("theirs", "reader", "/ORG/B/"))
    answer = client.get(reverse(f"access:{name}"))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert b"Person 001" not in body
    assert b"4001" not in body


def test_nobody_gets_in_without_signing_in(client, told) -> None:
    for name in PAGES:
        assert client.get(reverse(f"access:{name}")).status_code == 302


def test_the_worst_leaver_leads_with_evidence(client, chief, told) -> None:
    client.force_login(chief)
    body = client.get(reverse("access:leavers")).content.decode()
    assert "Used since leaving" in body
    assert "row 3" in body
    assert "Let in, critical room" in body
    other = AccessException.objects.exclude(uses__gt=0).first().person
    assert (
        "Not used since the last day worked" in client.get(reverse("access:leaver", args=[other.uuid])).content.decode()
    )
    stranger = Badge.objects.get(card="4020").person
    assert client.get(reverse("access:leaver", args=[stranger.uuid])).status_code == 404


def test_closing_is_asked_from_the_page_and_undone(client, chief, told) -> None:
    client.force_login(chief)
    one = AccessException.objects.first()
    answer = client.post(reverse("access:ask_to_close"), {"ids": str(one.uuid)}, headers={"HX-Request": "true"})
    assert (answer.status_code, "undo" in answer["HX-Trigger"]) == (204, True)
    body = client.get(reverse("access:leavers")).content.decode()
    assert "Ask to close the other" in body
    assert "Access should have ended" in body
    assert client.post(reverse("access:ask_to_close_all")).status_code == 302
    assert set(AccessException.objects.values_list("state", flat=True)) == {"closing"}
    body = client.get(reverse("access:leavers")).content.decode()
    assert "open until the next export confirms it" in body
    assert "Closing asked for 14, none confirmed yet" in body
    assert "Ask to close all" not in body
    assert reverse("access:ask_to_close_all") not in body
    order = b"".join(client.get(reverse("access:work_order")).streaming_content).decode("utf-8-sig").splitlines()
    assert (order[0].split(",")[:2], len(order)) == (["what", "number_or_login"], 15)


def test_movements_are_shown_only_for_a_purpose(client, chief, told) -> None:
    client.force_login(chief)
    url = reverse("access:movements", args=[Badge.objects.get(card="4001").person.uuid])
    assert "D-031" not in client.get(url).content.decode()
    assert client.post(url, {"purpose": "why", "days": "14"}).status_code == 422
    shown = client.post(url, {"purpose": "Asked by counsel, case 12", "days": "14"})
    assert "D-031" in shown.content.decode()
    assert AuditEntry.objects.get(command="access.look_at_movements").after["purpose"] == "Asked by counsel, case 12"


@pytest.mark.parametrize(
    "query",
    ["days=1", "days=999999999999", "page=-1", "page=2", "outcome=denied", "outcome=%00", "door='%22%00", "door=d-031"],
)
def test_whatever_the_address_says_the_events_answer(client, chief, told, query: str) -> None:
    client.force_login(chief)
    assert client.get(f"{reverse('access:events')}?{query}").status_code == 200


def test_panels_search_and_navigation(client, chief, told) -> None:
    client.force_login(chief)
    body = client.get(reverse("access:badges")).content.decode()
    assert reverse("access:leavers") in body
    found = client.get(reverse("web:search"), {"q": "4001"}).content.decode()
    assert "Badge 4001" in found
    holder = Badge.objects.get(card="4001").person
    assert "Left, and used since" in client.get(reverse("people:detail", args=[holder.uuid])).content.decode()
    from garrison.apps.assets.models import Asset

    door = client.get(reverse("assets:detail", args=[Asset.objects.get(code="D-031").uuid])).content.decode()
    assert "Latest events" in door
    assert urlsplit(reverse("access:events")).path in door


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["badges", "accounts"])
def test_what_goes_out_comes_back_in_unchanged(client, chief, system, told, tmp_path, name: str, ending: str) -> None:
    client.force_login(chief)
    answer = client.get(reverse(f"access:{name}") + f"?format={ending}")
    path = tmp_path / f"export.{ending}"
    path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    _, (reading,) = run_import(actor=system, paths=[path], at=NOW)
    assert (reading.status, reading.read, reading.refused) == ("unchanged", 20, 0)

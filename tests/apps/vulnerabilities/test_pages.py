"""The pages of findings: they open, narrow, decide, and cost what they may."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from garrison.apps.vulnerabilities.models import Finding
from garrison.formats.facts import DeviceFact, FindingFact, HostFact, UnitFact, VulnerabilityFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = datetime.now(UTC).replace(microsecond=0)
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)
LIST = "vulnerabilities:findings"


def facts(size: int, prefix: str = "") -> list[FindingFact]:
    return [
        FindingFact(row=n, tool="nessus", kind="vulnerability", rule=f"CVE-2026-{n}", cves=(f"CVE-2026-{n}",),
                    title=f"Flaw {prefix}{n}", subject_kind="host", subject="web-01", severity="high",
                    location=f"{prefix}{n}", seen=NOW - timedelta(days=2))
        for n in range(size)
    ]  # fmt: skip


@pytest.fixture
def told(db: None) -> None:
    door = DeviceFact(
        code="D-031",
        name="Store",
        kind="door",
        unit="A",
        critical=True,
        tested=NOW.date() - timedelta(days=2),
        test_passed=False,
    )
    kev = VulnerabilityFact(source="kev", cve="CVE-2026-1", kev_added=NOW.date() - timedelta(days=3))
    tell(*UNITS, kev, door, HostFact(ident="web-01", unit="A", exposed=True), *facts(30), at=NOW)


def test_the_list_opens_on_what_is_open(client, chief, told) -> None:
    client.force_login(chief)
    assert client.get(reverse(LIST))["Location"].endswith("?status=open")
    body = client.get(reverse(LIST), {"status": "open"}).content.decode()
    assert "Flaw 1<" in body
    assert "In KEV since " in body
    assert "Exploited elsewhere, " in body.partition("In KEV since ")[0].rpartition('title="')[2]
    assert "Nessus, " in body
    assert 'type="search"' in body


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "open"}, 31), ({"status": "open", "due": "14"}, 31), ({"status": "closed"}, 0),
        ({"status": "open", "which": "exploited"}, 1), ({"status": "open", "which": "physical"}, 1),
        ({"q": "flaw"}, 30), ({"q": "D-031"}, 1),
        ({"status": "open", "due": "past"}, 0), ({"tool": "nessus"}, 30), ({"kind": "door"}, 1),
        ({"severity": "high"}, 31), ({"owner": "bram"}, 0),
    ],
)  # fmt: skip
def test_filters_and_exports(client, chief, told, query: dict[str, str], count: int) -> None:
    client.force_login(chief)
    answer = client.get(reverse(LIST), {**query, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == count
    assert client.get(reverse(LIST), {**query, "format": "xlsx"}).status_code == 200
    assert client.get(reverse(LIST), query).status_code == 200


def test_a_code_finds_its_finding(client, chief, told) -> None:
    client.force_login(chief)
    one = Finding.objects.first()
    answer = client.get(reverse(LIST), {"q": one.code, "format": "csv"})
    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 2
    assert one.title in client.get(reverse("web:search"), {"q": one.code}).content.decode()


def test_another_unit_sees_nothing(client, make_user, told) -> None:
    client.force_login(make_user("theirs", "reader", "/ORG/B/"))
    assert "Flaw" not in client.get(reverse(LIST), {"status": "open"}).content.decode()
    assert client.get(reverse("vulnerabilities:finding", args=[Finding.objects.first().uuid])).status_code == 404


def test_statements_do_not_grow_with_rows(client, chief, told) -> None:
    client.force_login(chief)

    def statements(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    address = f"{reverse(LIST)}?status=open"
    few = statements(address)
    tell(*facts(300, "b"), at=NOW)
    assert statements(address) == few <= 36, "the frame's own statements included"
    assert statements(f"{address}&per=100") == few
    assert statements(reverse("vulnerabilities:finding", args=[Finding.objects.first().uuid])) <= 36


def test_one_finding_shows_why_and_takes_decisions(client, chief, told) -> None:
    client.force_login(chief)
    found = Finding.objects.get(rule="CVE-2026-1")
    url = reverse("vulnerabilities:finding", args=[found.uuid])
    body = client.get(url).content.decode()
    assert "Is CVE-2026-1 known to be exploited?" in body
    assert "Exploited elsewhere" in body
    until = (NOW + timedelta(days=30)).date().isoformat()
    posts = {
        "assign": {"assign-owner": "Bram Tolliver"},
        "set_due": {"set_due-due": until},
        "plan": {"plan-note": "Patch night"},
        "accept": {"accept-reason": "Isolated network", "accept-until": until},
        "close": {"close-reason": "Patched and rescanned"},
        "reopen": {},
    }
    for key, said in posts.items():
        answer = client.post(
            reverse(f"vulnerabilities:{key}"),
            {"ids": str(found.uuid), **said},
            headers={"referer": f"http://testserver{url}"},
        )
        assert (answer.status_code, answer["Location"]) == (302, f"http://testserver{url}"), key
        assert client.get(url).status_code == 200
    assert "Patch night" in client.get(url).content.decode()
    found.refresh_from_db()
    assert (found.owner, found.status) == ("Bram Tolliver", "open")


def test_a_bulk_decision_takes_all_that_match_and_says_what_is_wrong(client, chief, told) -> None:
    client.force_login(chief)
    hx = {"HX-Request": "true"}
    posted = {"all": "1", "query": "status=open&which=physical", "assign-owner": "Bram"}
    assert client.post(reverse("vulnerabilities:assign"), posted, headers=hx).status_code == 204
    assert list(Finding.objects.filter(owner="Bram").values_list("kind", flat=True)) == ["door"]
    wrong = client.post(reverse("vulnerabilities:accept"), {"ids": str(Finding.objects.first().uuid)}, headers=hx)
    assert "Why it is acceptable" in wrong["HX-Trigger"]


def test_a_reader_is_offered_and_allowed_nothing(client, make_user, told) -> None:
    client.force_login(make_user("reads", "reader"))
    found = Finding.objects.first()
    body = client.get(reverse("vulnerabilities:finding", args=[found.uuid])).content.decode()
    assert "Accept risk" not in body
    assert client.post(reverse("vulnerabilities:reopen"), {"ids": str(found.uuid)}).status_code == 403


def test_a_new_finding_is_written_down_from_the_form(client, chief, told) -> None:
    client.force_login(chief)
    url = reverse("vulnerabilities:new")
    assert client.get(url, {"asset": "D-031"}).status_code == 200
    said = {"asset": "d-031", "title": "Hinge pins on the outside", "severity": "high"}
    made = client.post(url, said)
    assert made.status_code == 302
    assert "Hinge pins on the outside" in client.get(made["Location"]).content.decode()
    assert client.post(url, said | {"asset": "nothing"}).status_code == 422
    assert client.get(reverse("vulnerabilities:rule")).status_code == 200


def test_a_cve_shows_where_it_is_found_to_whom_may_see_it(client, chief, make_user, told) -> None:
    def shown(who: object, cve: str) -> str:
        client.force_login(who)
        return client.get(reverse("threats:vulnerability", args=[cve])).content.decode()

    body = shown(chief, "CVE-2026-1")
    one = Finding.objects.get(cve="CVE-2026-1")
    assert reverse("vulnerabilities:finding", args=[one.uuid]) in body
    assert f"{one.code} · CVE-2026-1 · web-01" in body
    assert f"{reverse(LIST)}?status=open&amp;q=CVE-2026-1" in body
    theirs = shown(make_user("theirs", "reader", "/ORG/B/"), "CVE-2026-1")
    assert "web-01" not in theirs
    assert str(one.uuid) not in theirs
    Finding.objects.filter(pk=one.pk).update(status="closed")
    assert "web-01" not in shown(chief, "CVE-2026-1"), "what is closed is found nowhere any more"

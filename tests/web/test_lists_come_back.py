"""Every list that goes out as CSV or XLSX comes back in: unchanged, as an edit, or with a word on where to go."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from garrison.apps.assets.models import Asset
from garrison.apps.vulnerabilities.models import Finding
from garrison.core.imports.run import run_import
from garrison.core.imports.staging import Reading
from garrison.core.models import AuditEntry
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.django_db(databases="__all__")

UNITS = "unit_code,unit_name,currency\nLHG,Larkmere,USD\nER,Emergency,\n"
HOSTS = (
    "host_name,addresses,os,unit_code,site,owner,exposed,critical\n"
    "ws-01,10.0.0.1,Debian 12,ER,North,Ann Vo,yes,no\n"
    "=cmd,10.0.0.2,,LHG,North,,,yes\n"
    '"ws 03",10.0.0.3,,,,"Vo, Bo",no,\n'
)
DEVICES = (
    "device_code,device_name,device_kind,unit_code,site,building,floor,zone,serves,state,tested,test_result\n"
    "D-1,Pharmacy door,door,ER,North,A,2,Pharmacy,,ok,2026-03-01,fail\n"
    "D-2,Lab door,door,ER,North,A,2,Lab,,offline,,\n"
    "D-3,Side door,door,ER,North,A,,Yard,,ok,2026-03-02,fail\n"
    "C-1,Camera,camera,ER,North,A,2,Lab,D-2,ok,,\n"
)


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone."""


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., Reading]:
    """Import bytes under a name; gives what became of them."""
    number = 0

    def carry(actor: Any, name: str, body: bytes | str, **more: Any) -> Reading:
        nonlocal number
        number += 1
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        _, (reading,) = run_import(actor=actor, paths=[path], at=timezone.now(), **more)
        return reading

    return carry


@pytest.fixture
def stocked(chief: Any, bring: Callable[..., Reading]) -> Any:
    """A client signed in as the head of a small register."""
    for name, body in (("units.csv", UNITS), ("hosts.csv", HOSTS), ("devices.csv", DEVICES)):
        assert bring(chief, name, body).status == "imported"
    return sign_in(chief)


def exported(client: Any, url: str, ending: str = "csv") -> bytes:
    answer = client.get(f"{url}{'&' if '?' in url else '?'}format={ending}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def edited(body: bytes, edits: dict[str, dict[str, str]], by: str) -> str:
    """A CSV export in which the rows of these ``by`` have other cells."""
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    for row in rows:
        row.update(edits.get(row[by], {}))
    held = io.StringIO()
    writer = csv.DictWriter(held, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue()


def said(reading: Reading) -> list[tuple[int, str]]:
    return [(message.row, message.field) for message in reading.told if message.refused]


LISTS = {"assets:list": "assets-list", "vulnerabilities:findings": "findings-list"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_an_unedited_export_changes_nothing(stocked, chief, bring, name: str, ending: str) -> None:
    body = exported(stocked, f"{reverse(name)}?sort=", ending)
    entries = AuditEntry.objects.filter(command__in=["assets.edit", "vulnerabilities.edit"])
    reading = bring(chief, f"list.{ending}", body)
    assert (reading.format, reading.status, said(reading)) == (LISTS[name], "unchanged", [])
    assert reading.read == (7 if name == "assets:list" else 3)
    assert not any(message.reason.startswith("Columns not read") for message in reading.told)
    assert not entries.exists()


def test_an_edited_asset_is_the_edit_of_the_page(stocked, chief, bring) -> None:
    body = exported(stocked, reverse("assets:list"))
    ours = edited(
        body,
        {
            "ws-01": {"owner": "", "exposed": ""},
            "=cmd": {"owner": "Bo Li", "critical": "no", "exposed": "yes"},
            "'=cmd": {"owner": "Bo Li", "critical": "no", "exposed": "yes"},
            "ws 03": {"site": "South"},
            "D-1": {"uuid": "8d0a6c0e-0000-4000-8000-000000000000"},
            "D-2": {"uuid": "mine"},
            "D-3": {"critical": "perhaps"},
            "C-1": {"asset_name": "Lab door"},
        },
        by="asset_code",
    )
    reading = bring(chief, "list.csv", ours)
    row = reading.row
    assert (row.rows_updated, row.rows_refused, row.rows_unchanged) == (2, 5, 0)
    assert sorted(field for _, field in said(reading)) == ["asset_name", "critical", "site", "uuid", "uuid"]
    assert list(Asset.objects.filter(kind="host").order_by("pk").values_list("owner", "critical", "exposed")) == [
        ("", False, None),
        ("Bo Li", False, True),
        ("Vo, Bo", False, False),
    ]
    assert {e.actor_name for e in AuditEntry.objects.filter(command="assets.assign_owner")} == {"chief"}
    assert bring(chief, "list.csv", ours).row.rows_updated == 0
    once_more = bring(chief, "list.csv", exported(stocked, reverse("assets:list") + "?kind=host"))
    Asset.objects.filter(code="ws-01").update(owner="Somebody")
    assert once_more.status == "unchanged"
    again = bring(chief, "list.csv", edited(ours.encode(), {}, by="uuid"))
    assert (again.row.rows_updated, Asset.objects.get(code="ws-01").owner) == (1, "")


def test_edited_findings_are_decisions(stocked, chief, bring) -> None:
    soon = timezone.localdate() + timedelta(days=9)
    codes = list(Finding.objects.order_by("asset__code").values_list("asset__code", flat=True))
    assert codes == ["D-1", "D-2", "D-3"]
    body = exported(stocked, reverse("vulnerabilities:findings") + "?sort=")
    decided = {
        "D-1": {"status": "accepted", "note": "The guard stands there", "accepted_until": soon.isoformat()},
        "D-2": {"owner": "Bo Li", "due": soon.isoformat()},
        "D-3": {"status": "closed", "note": "", "owner": "Nobody must get this"},
    }
    reading = bring(chief, "findings.csv", edited(body, decided, by="asset_code"))
    assert (reading.row.rows_updated, reading.row.rows_refused) == (2, 1)
    (refused,) = [message for message in reading.told if message.refused]
    assert "say how you know" in refused.reason
    first, second, third = Finding.objects.order_by("asset__code")
    assert (first.status, first.note, first.accepted_until) == ("accepted", "The guard stands there", soon)
    assert (second.owner, second.due, second.due_set, second.status) == ("Bo Li", soon, True, "open")
    assert (third.owner, third.status) == ("", "open")
    assigned = [e.after for e in AuditEntry.objects.filter(command="vulnerabilities.assign")]
    assert [one["owner"] for one in assigned] == ["Bo Li"], "what was rolled back is not told"
    again = exported(stocked, reverse("vulnerabilities:findings") + "?sort=")
    assert bring(chief, "findings.csv", again).status == "unchanged"
    back = {"D-1": {"status": "open", "accepted_until": ""}, "D-2": {"due": "2020-01-01"}, "D-3": {"note": "No status"}}
    third_time = bring(chief, "findings.csv", edited(again, back, by="asset_code"))
    assert (third_time.row.rows_updated, third_time.row.rows_refused) == (1, 2)
    assert Finding.objects.get(asset__code="D-1").status == "open"


def test_who_may_not_decide_may_not_by_a_list(stocked, make_user, bring, monkeypatch) -> None:
    from garrison.core import scopes

    monkeypatch.setitem(scopes.ROLES, "clerk", ("*.view", "imports.*", "assets.import_*", "assets.edit"))
    clerk = make_user("clerk", "")
    clerk.grants.create(role="clerk", path="/")
    body = exported(stocked, reverse("assets:list"))
    reading = bring(clerk, "list.csv", edited(body, {"ws-01": {"owner": "Me"}}, by="asset_code"))
    assert said(reading)[0][1] == "owner"
    assert "you may not assign owners to assets; ask" in reading.told[0].reason
    assert Asset.objects.get(code="ws-01").owner == "Ann Vo"


REPORTS = {
    "access:leavers": "leavers",
    "access:events": "access events",
    "assets:software": "software",
    "assets:services": "network services",
    "threats:list": "vulnerabilities",
    "threats:threats": "threats",
    "compliance:list": "frameworks",
    "web:imports": "import ledger",
    "web:audit": "audit log",
    "web:users": "users",
    "incidents:list": "incidents",
    "policies:list": "policies",
    "policies:exceptions": "exceptions",
    "compliance:assessments": "assessments",
    "compliance:evidence": "evidence",
    "compliance:requests": "requests",
    "compliance:reports": "service organisations",
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_that_it_does_not_come_back(stocked, chief, bring, name: str) -> None:
    for ending in ("csv", "xlsx"):
        reading = bring(chief, f"export.{ending}", exported(stocked, reverse(name), ending))
        assert (reading.format, reading.status) == ("report", "refused")
        (message,) = reading.told
        assert REPORTS[name] in message.reason
        assert "does not come back in" in message.reason


TABLES = {
    "people:list": "hr-roster",
    "access:badges": "badge-holders",
    "access:accounts": "directory",
    "controls:list": "controls-table",
    "risk:scenarios": "scenarios-table",
    "budget:initiatives": "initiatives-table",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_ours_is_known_again(stocked, chief, bring, name: str) -> None:
    reading = bring(chief, "export.csv", exported(stocked, reverse(name)), dry_run=True)
    assert reading.format == TABLES[name]


def test_every_list_of_the_house_is_accounted_for() -> None:
    """A new list is either a table that comes back or a report that says so."""
    found: set[str] = set()
    for path in (Path(__file__).parents[2] / "src" / "garrison").rglob("*.py"):
        found |= set(re.findall(r"ListPage\(\s*key=\"([a-z_.]+)\"", path.read_text()))
    back = {"assets.assets", "vulnerabilities.findings", "people.people", "access.badges", "access.accounts"}
    back |= {"controls.controls", "risk.scenarios", "budget.initiatives"}
    reports = {"access.leavers", "access.events", "assets.software", "assets.services", "threats.vulnerabilities"}
    reports |= {"threats.threats", "compliance.frameworks", "web.imports", "web.import_messages", "web.audit"}
    reports |= {"incidents.incidents", "policies.policies", "policies.exceptions", "policies.people"}
    reports |= {"compliance.assessments", "compliance.evidence", "compliance.requests", "compliance.reports"}
    assert found - {"web.gallery_users"} == back | reports | {"web.users"}


@pytest.mark.parametrize("name", LISTS)
def test_a_row_that_is_unknown_or_stands_twice_is_refused(stocked, chief, bring, name: str) -> None:
    body = exported(stocked, reverse(name)).decode("utf-8-sig")
    head, first, *_ = body.splitlines()
    place = next(csv.reader([head])).index("uuid")
    known = next(csv.reader([first]))[place]
    strange = first.replace(known, "00000000-0000-4000-8000-000000000000")
    reading = bring(chief, "list.csv", "\n".join((head, first, first, strange, "")))
    assert said(reading) == [(3, "uuid"), (4, "uuid")]


def test_a_listed_finding_is_opened_again(stocked, chief, bring) -> None:
    list_of = reverse("vulnerabilities:findings")
    code = Finding.objects.order_by("pk").first().code
    for status, note in (("planned", "The door is on order"), ("open", "The door is on order")):
        body = exported(stocked, f"{list_of}?status=")
        ours = edited(body, {code: {"status": status, "note": note}}, by="finding_code")
        assert bring(chief, "list.csv", ours).status == "imported"
        assert next(f for f in Finding.objects.all() if f.code == code).status == status

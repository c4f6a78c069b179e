"""Importing: nothing lost, nothing silent, nothing twice."""

import gzip
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from garrison.core.imports import run as importing
from garrison.core.imports.services import as_json
from garrison.core.imports.staging import Reading
from garrison.core.models import AuditEntry, ImportedFile, ImportMessage, ImportRun, User
from garrison.formats.source import Limits

ROSTER = "employee_id,first_name,last_name,work_email,status,hire_date,termination_date\n"
JANE = "1,Jane,Roe,jane@example.org,Active,2020-01-01,\n"
JOHN = "2,John,Doe,john@example.org,Inactive,2020-01-01,2026-02-01\n"
KEV = {
    "title": "Known exploited",
    "catalogVersion": "2026.01.01",
    "dateReleased": "2026-01-01T00:00:00Z",
    "count": 1,
    "vulnerabilities": [
        {
            "cveID": "CVE-2026-1001",
            "vendorProject": "Acme",
            "product": "Gate",
            "vulnerabilityName": "Acme Gate bypass",
            "dateAdded": "2026-01-01",
            "shortDescription": "A bypass.",
            "requiredAction": "Update.",
            "dueDate": "2026-01-22",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "",
        }
    ],
}
KEV_CSV = (
    "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,"
    "knownRansomwareCampaignUse,notes,cwes\n"
    'CVE-2026-1001,Acme,Gate,Acme Gate bypass,2026-01-01,A bypass.,Update.,2026-01-22,Unknown,,""\n'
)


def run(actor: User, at: datetime, *paths: Path, dry_run: bool = False) -> list[Reading]:
    return importing.run_import(actor=actor, paths=paths, at=at, dry_run=dry_run)[1]


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def people() -> int:
    from garrison.apps.people.models import Person

    return Person.objects.count()


def test_the_same_file_twice_changes_nothing(system: User, now: datetime, tmp_path: Path) -> None:
    path = put(tmp_path, "hr.csv", ROSTER + JANE + JOHN)
    (first,) = run(system, now, path)
    (second,) = run(system, now, path)
    assert (first.status, second.status) == ("imported", "unchanged")
    assert as_json(first)["rows"] == {"read": 2, "stored": 2, "updated": 0, "unchanged": 0, "refused": 0}
    assert as_json(second)["rows"] == {"read": 2, "stored": 0, "updated": 0, "unchanged": 2, "refused": 0}
    assert as_json(second)["counts"] == {"people": 2}
    assert people() == 2


def test_the_same_facts_in_another_format_change_nothing(system: User, now: datetime, tmp_path: Path) -> None:
    (first,) = run(system, now, put(tmp_path, "kev.json", json.dumps(KEV)))
    (second,) = run(system, now, put(tmp_path, "kev.csv", KEV_CSV))
    assert (first.format, first.status) == ("kev-json", "imported")
    assert (second.format, second.status) == ("kev-csv", "unchanged")


def test_content_not_name_decides(system: User, now: datetime, tmp_path: Path) -> None:
    (reading,) = run(system, now, put(tmp_path, "scan.xml", ROSTER + JANE))
    assert (reading.format, reading.status) == ("hr-roster", "imported")


def test_a_bad_row_is_refused_alone_and_named(system: User, now: datetime, tmp_path: Path) -> None:
    bad = "3,Max,Moe,max@example.org,Active,yesterday,\n"
    (reading,) = run(system, now, put(tmp_path, "hr.csv", ROSTER + JANE + bad + JOHN))
    assert reading.status == "imported"
    shape = as_json(reading)
    assert shape["rows"]["stored"] == 2
    assert shape["rows"]["refused"] == 1
    assert shape["messages"][0]["row"] == 3
    assert shape["messages"][0]["field"] == "hire_date"
    assert ImportMessage.objects.filter(refused=True, row=3).count() == 1


def test_an_archive_is_read_member_by_member(system: User, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hr.csv", ROSTER + JANE)
        archive.writestr("inner/kev.json", json.dumps(KEV))
        archive.writestr("../escape.csv", ROSTER + JOHN)
        archive.writestr("notes.txt", "nothing of use")
    readings = {reading.member: reading for reading in run(system, now, path)}
    assert readings["hr.csv"].status == "imported"
    assert readings["inner/kev.json"].status == "imported"
    assert readings["notes.txt"].status == "unknown"
    assert [r.status for name, r in readings.items() if "escape" in name] == ["refused"]
    assert people() == 1


def test_a_damaged_file_stores_nothing_and_the_others_are_stored(system: User, now: datetime, tmp_path: Path) -> None:
    put(tmp_path, "good.csv", ROSTER + JANE)
    whole = gzip.compress((ROSTER + JOHN).encode() * 50)
    put(tmp_path, "cut.csv.gz", whole[: len(whole) // 2])
    put(tmp_path, "cut.json", json.dumps(KEV)[:-40])
    statuses = {Path(reading.path).name: reading.status for reading in run(system, now, tmp_path)}
    assert statuses == {"good.csv": "imported", "cut.csv.gz": "refused", "cut.json": "refused"}
    assert people() == 1


def test_unknown_columns_get_a_proposal(system: User, now: datetime, tmp_path: Path) -> None:
    (reading,) = run(system, now, put(tmp_path, "mystery.csv", "who,where,when\nann,lobby,2026-01-01\n"))
    assert reading.status == "needs_mapping"
    assert reading.proposal
    file = ImportedFile.objects.get(status="needs_mapping")
    assert file.proposal["tables"]


def test_a_dry_run_tells_and_stores_nothing(system: User, now: datetime, tmp_path: Path) -> None:
    put(tmp_path, "hr.csv", ROSTER + JANE)
    put(tmp_path, "events.csv", "event_time_utc,door,card_number,outcome\n2026-03-01T08:00:00Z,D-1,17,granted\n")
    before = AuditEntry.objects.count()
    readings = run(system, now, tmp_path, dry_run=True)
    assert [as_json(reading)["rows"]["stored"] for reading in readings] == [1, 1]
    assert people() == 0
    assert not ImportRun.objects.exists()
    assert AuditEntry.objects.count() == before
    from garrison.core import lake_files

    assert not lake_files.names()
    assert not [p for p in lake_files.lake().folder.rglob("*") if p.is_file()]


def test_limits_refuse_the_huge(system: User, now: datetime, tmp_path: Path) -> None:
    path = put(tmp_path, "line.csv", ROSTER + "x" * 5_000_000)
    _, (reading,) = importing.run_import(actor=system, paths=[path], at=now, limits=Limits(line_bytes=1024**2))
    assert reading.status == "refused"
    assert "line" in reading.told[0].reason


def test_a_file_that_is_empty_or_hidden(system: User, now: datetime, tmp_path: Path) -> None:
    put(tmp_path, "empty.csv", "")
    put(tmp_path, ".hidden.csv", ROSTER + JANE)
    (reading,) = run(system, now, tmp_path)
    assert (reading.status, reading.told[0].reason) == ("unknown", "it is empty")


def test_a_role_in_a_part_may_not_import(make_user: object, now: datetime, tmp_path: Path) -> None:
    from garrison.core.commands import Forbidden

    analyst = make_user("ann", "analyst", "/LHG/LG/")  # type: ignore[operator]
    with pytest.raises(Forbidden, match="whole organisation"):
        run(analyst, now, put(tmp_path, "hr.csv", ROSTER + JANE))
    everywhere = make_user("bea", "analyst")  # type: ignore[operator]
    run(everywhere, now, put(tmp_path, "hr2.csv", ROSTER + JANE))
    assert people() == 1


def test_a_run_that_was_cut_off_is_concluded_by_the_next(system: User, now: datetime, tmp_path: Path) -> None:
    path = put(tmp_path, "hr.csv", ROSTER + JANE)
    run(system, now, path)
    ImportRun.objects.update(finished=None)
    run(system, now + timedelta(hours=1), path)
    assert not ImportRun.objects.filter(finished=None).exists()


def test_cancelling_stores_nothing_more(system: User, now: datetime, tmp_path: Path) -> None:
    from garrison.core.imports.staging import Cancelled

    def progress(done: int, total: int, doing: str) -> None:
        if doing.startswith("storing"):
            raise Cancelled

    path = put(tmp_path, "hr.csv", ROSTER + JANE)
    with pytest.raises(Cancelled):
        importing.run_import(actor=system, paths=[path], at=now, progress=progress)
    assert people() == 0
    run(system, now, path)
    assert people() == 1


def test_progress_never_falls_and_ends_whole(system: User, now: datetime, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    put(tmp_path, "hr.csv", ROSTER + JANE)
    put(tmp_path, "kev.json", json.dumps(KEV))
    importing.run_import(
        actor=system, paths=[tmp_path], at=now, progress=lambda done, total, doing: told.append((done, total))
    )
    shares = [done / total for done, total in told]
    assert all(0 <= share <= 1 for share in shares)
    assert told[-1][0] == told[-1][1]


def test_a_file_with_refused_rows_is_read_again_when_what_it_lacked_is_there(
    system: User, now: datetime, tmp_path: Path
) -> None:
    scenarios = put(
        tmp_path,
        "scenarios.csv",
        "scenario_code,scenario_name,unit_code,events_per_year,distribution,loss_low,loss_high\n"
        "R-1,Theft,LG,0.5,lognormal,1000,9000\n",
    )
    (first,) = run(system, now, scenarios)
    assert as_json(first)["rows"]["refused"] == 1
    run(system, now, put(tmp_path, "units.csv", "unit_code,unit_name\nLG,Larkmere General\n"))
    (again,) = run(system, now, scenarios)
    assert as_json(again)["rows"] == {"read": 1, "stored": 1, "updated": 0, "unchanged": 0, "refused": 0}


def test_a_roster_that_comes_back_is_the_truth_again(system: User, now: datetime, tmp_path: Path) -> None:
    from garrison.apps.people.models import Person

    first = put(tmp_path, "monday.csv", ROSTER + JANE)
    second = put(tmp_path, "tuesday.csv", ROSTER + JANE.replace("Active,2020-01-01,", "Inactive,2020-01-01,2026-02-01"))
    for path, status in ((first, "active"), (second, "left"), (first, "active")):
        run(system, now, path)
        assert Person.objects.get().status == status
    (again,) = run(system, now, first)
    assert again.status == "unchanged"


def test_a_role_imports_only_what_it_may_change(make_user: object, now: datetime, tmp_path: Path) -> None:
    analyst = make_user("ann", "analyst")  # type: ignore[operator]
    put(tmp_path, "hr.csv", ROSTER + JANE)
    put(tmp_path, "units.csv", "unit_code,unit_name,yearly_budget\nLG,Larkmere General,1\n")
    found = {Path(reading.path).name: reading for reading in run(analyst, now, tmp_path)}
    assert found["hr.csv"].status == "imported"
    assert found["units.csv"].status == "refused"
    assert "organization" in found["units.csv"].told[0].reason


def test_long_numbers_with_a_common_start_stay_two(system: User, now: datetime, tmp_path: Path) -> None:
    from garrison.apps.access.models import Badge

    rows = "".join(f"{'9' * 80}{end},Ann,active\n" for end in "12")
    (reading,) = run(system, now, put(tmp_path, "badges.csv", "card_number,holder_name,status\n" + rows))
    assert (reading.status, Badge.objects.count()) == ("imported", 2)
    (again,) = run(system, now, put(tmp_path, "same.csv", "card_number,holder_name,status\n" + rows + "\n"))
    assert again.status == "unchanged"


def test_events_of_an_import_that_fails_leave_no_file(
    system: User, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from garrison.core import lake_files
    from garrison.core.imports import services

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "_settle", full)
    path = put(tmp_path, "events.csv", "event_time_utc,door,card_number,outcome\n2026-03-01T08:00:00Z,D-1,17,granted\n")
    with pytest.raises(OSError, match="No space"):
        run(system, now, path)
    assert not [file for file in lake_files.lake().folder.rglob("*") if file.is_file()]


@pytest.mark.django_db(databases="__all__")
def test_a_dry_run_reads_outside_any_transaction(system: User, now: datetime, tmp_path: Path) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    put(tmp_path, "hr.csv", ROSTER + JANE)
    put(tmp_path, "kev.json", json.dumps(KEV))
    depth = len(connection.savepoint_ids)
    told: list[tuple[str, int]] = []

    def progress(done: int, total: int, doing: str) -> None:
        told.append((doing.partition(" ")[0], len(connection.savepoint_ids) - depth))

    with CaptureQueriesContext(connection) as asked:
        importing.run_import(actor=system, paths=[tmp_path], at=now, dry_run=True, progress=progress)
    assert {word for word, _ in told} == {"looking", "reading", "storing", "drawing"}
    assert {open_ones for _, open_ones in told} == {0}
    assert not [query["sql"] for query in asked if "chainhead" in query["sql"]]
    assert not list((tmp_path / "staging").glob("*"))


def test_a_dry_run_counts_files_that_lean_on_one_another(system: User, now: datetime, tmp_path: Path) -> None:
    put(tmp_path, "units.csv", "unit_code,unit_name\nLG,Larkmere General\n")
    put(
        tmp_path,
        "scenarios.csv",
        "scenario_code,scenario_name,unit_code,events_per_year,distribution,loss_low,loss_high\n"
        "R-1,Theft,LG,0.5,lognormal,1000,9000\n",
    )
    readings = run(system, now, tmp_path, dry_run=True)
    assert {Path(reading.path).name: as_json(reading)["rows"]["stored"] for reading in readings} == {
        "units.csv": 1,
        "scenarios.csv": 1,
    }


def test_a_dry_run_that_is_refused_leaves_the_database_usable(make_user: object, now: datetime, tmp_path: Path) -> None:
    from django.db import connection

    from garrison.core.commands import Forbidden

    analyst = make_user("ann", "analyst", "/LHG/LG/")  # type: ignore[operator]
    depth = len(connection.savepoint_ids)
    with pytest.raises(Forbidden, match="whole organisation"):
        run(analyst, now, put(tmp_path, "hr.csv", ROSTER + JANE), dry_run=True)
    assert len(connection.savepoint_ids) == depth
    assert AuditEntry.objects.filter(command="imports.rehearse", outcome="refused").count() == 1


@pytest.mark.django_db(databases="__all__")
def test_a_table_without_a_row_is_understood_and_holds_nothing(system: User, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)
    _, (reading,) = importing.run_import(actor=system, paths=[path], at=now)
    assert (reading.status, reading.read) == ("imported", 0)
    assert ImportedFile.objects.get().status == "imported"


def test_nul_characters_are_left_out(system: User, now: datetime, tmp_path: Path) -> None:
    from garrison.apps.people.models import Person

    (reading,) = run(system, now, put(tmp_path, "hr.csv", ROSTER + JANE.replace("Jane", "Ja\0ne")))
    assert (reading.status, Person.objects.get().name) == ("imported", "Jane Roe")
    again = json.loads(json.dumps(KEV))
    again["vulnerabilities"][0].update(
        shortDescription="A\0 bypass\0.", requiredAction="Up\0date.", vendorProject="A\0"
    )
    (reading,) = run(system, now, put(tmp_path, "kev.json", json.dumps(again)))
    assert reading.status == "imported"
    from garrison.apps.threats.models import Vulnerability

    stored = Vulnerability.objects.get(cve="CVE-2026-1001")
    assert stored.action == "Update."
    texts = [getattr(stored, field.attname) for field in stored._meta.concrete_fields]
    assert not [text for text in texts if isinstance(text, str) and "\0" in text]


UNITS = "unit_code,unit_name,parent_code\nLHG,Lark Group,\nLG,General,LHG\nXX,Lost,NOWHERE\nYY,Loop,YY\n"


def test_counts_leave_out_what_was_refused_when_storing(system: User, now: datetime, tmp_path: Path) -> None:
    (told,) = run(system, now, put(tmp_path, "units.csv", UNITS))
    shown = as_json(told)
    assert (shown["format"], shown["rows"]["refused"], shown["counts"]) == ("business-units", 2, {"units": 2})
    assert ImportedFile.objects.get().counts == {"units": 2}
    assert [message["kind"] for message in shown["messages"]] == ["refused", "refused"]


def test_a_table_of_unknown_columns_is_said_to_be_like_one_of_ours(system: User, now: datetime, tmp_path: Path) -> None:
    foreign = "Staff Number,Given Name,Mail\n1,Ann,a@example.org\n2,Bob,b@example.org\n"
    (told,) = run(system, now, put(tmp_path, "staff.csv", foreign))
    (message,) = as_json(told)["messages"]
    assert message["kind"] == "note"
    assert "most like HR roster: Given Name as first_name, Mail as work_email" in message["reason"]
    assert "nothing is like employee_id" in message["reason"]

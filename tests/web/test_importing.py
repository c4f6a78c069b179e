"""From a file in the browser to the ledger, also for a table whose columns nobody knew."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from garrison.core import selectors
from garrison.core.imports import keeping
from garrison.core.imports.run import Cancelled
from garrison.core.jobs import importing, queue
from garrison.core.models import ImportedFile, ImportRun, Job
from tests.web.test_pages import TABLE, sign_in

pytestmark = pytest.mark.django_db(databases="__all__")
ROSTER = (
    "employee_id,name,work_email,status,hire_date\n1,Ann Vo,ann@x.example,active,2020-01-02\n2,,b@x.example,active,\n"
)


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone."""


def file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def do(job: Job) -> Job:
    queue.perform.call(str(job.uuid))
    job.refresh_from_db()
    return job


def test_files_are_uploaded_imported_and_told(chief: Any, settings: Any) -> None:
    client = sign_in(chief)
    assert "Bring your exports" in client.get(reverse("web:imports")).content.decode()
    sent = {"files": [file("roster.csv", ROSTER), file("roster.csv", "hello")], "folder": [file("../../.env", "X=1")]}
    assert client.post(reverse("web:upload"), sent).status_code == 302
    job = Job.objects.get(kind="imports.run")
    folder = Path(settings.UPLOAD_FOLDER) / job.arguments["folder"]
    assert sorted(path.name for path in folder.iterdir()) == ["env", "roster (2).csv", "roster.csv"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    waiting = client.get(reverse("web:imports")).content.decode()
    assert "waiting for a worker" in waiting
    assert "Call off" in waiting

    done = do(job)
    assert (done.state, done.message) == ("done", "")
    assert not folder.exists()
    page = client.get(reverse("web:job_progress", args=[job.uuid]))
    assert "1 imported and 2 unknown" in page.content.decode()
    assert "list:refresh" in page["HX-Trigger-After-Settle"]
    assert "hx-trigger" not in page.content.decode()
    ledger = client.get(f"{reverse('web:imports')}?run={done.result['run']}").content.decode()
    assert "roster (2).csv" in ledger

    row = ImportedFile.objects.get(path="roster.csv")
    assert (row.format, row.rows_stored, row.rows_refused) == ("hr-roster", 1, 1)
    told = client.get(f"{reverse('web:file', args=[row.uuid])}?refused=yes&row=3").content.decode()
    assert "The person has no name." in told
    csv = client.get(f"{reverse('web:file', args=[row.uuid])}?format=csv")
    assert b"has no name" in b"".join(csv.streaming_content)
    assert do(job).state == "done"  # a second delivery changes nothing
    assert ImportedFile.objects.count() == 3


def test_an_import_that_is_called_off_leaves_nothing_waiting(chief: Any, settings: Any) -> None:
    client = sign_in(chief)
    client.post(reverse("web:upload"), {"files": [file("roster.csv", ROSTER)]})
    job = Job.objects.get()
    Job.objects.filter(pk=job.pk).update(cancel=True)
    with pytest.raises(Cancelled):
        importing.run(queue.Report(job.uuid), chief, **job.arguments)
    assert not (Path(settings.UPLOAD_FOLDER) / job.arguments["folder"]).exists()
    assert client.post(reverse("web:job_cancel", args=[job.uuid])).status_code == 302
    assert "cancelled after" in client.get(reverse("web:job_progress", args=[job.uuid])).content.decode()


def test_the_address_of_uploads_leads_to_imports(chief: Any) -> None:
    answer = sign_in(chief).get(reverse("web:upload"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("web:imports"))


def test_only_a_file_that_moved_something_offers_its_way_back(chief: Any) -> None:
    client = sign_in(chief)
    client.post(reverse("web:upload"), {"files": [file("hr.csv", ROSTER), file("contractors.csv", TABLE)]})
    do(Job.objects.get(kind="imports.run"))
    pages = {
        row.status: client.get(reverse("web:file", args=[row.uuid])).content.decode()
        for row in ImportedFile.objects.all()
    }
    assert "This import can be taken back" in pages["imported"]
    assert "This import can be taken back" not in pages["needs_mapping"]


@pytest.mark.parametrize(
    "address", ["/?since=2026-99-99", "/brief/?since=zz", "/assets/places/?site=xx", "/assets/?uuid=x"]
)
def test_what_an_address_asks_for_in_vain(chief: Any, address: str) -> None:
    """A page of one day or one place says that there is none; a list leaves out what is no filter of its own."""
    assert sign_in(chief).get(address).status_code == (200 if "uuid" in address else 404)


def test_a_table_of_unknown_columns_is_mapped(chief: Any) -> None:
    client = sign_in(chief)
    client.post(reverse("web:upload"), {"files": [file("contractors.csv", TABLE)]})
    do(Job.objects.get(kind="imports.run"))
    row = ImportedFile.objects.get()
    assert row.status == "needs_mapping"
    assert keeping.is_kept(row.sha256)
    assert "Name the columns" in client.get(reverse("web:file", args=[row.uuid])).content.decode()
    address = reverse("web:file_columns", args=[row.uuid])
    assert "Mail Addr" in client.get(address + "?format_id=devices").content.decode()
    lacking = client.post(address, {"format_id": "hr-roster", "c2": "work_email"})
    assert (lacking.status_code, "Say which column is: employee id" in lacking.content.decode()) == (422, True)
    twice = client.post(address, {"format_id": "hr-roster", "c0": "employee_id", "c1": "name", "c2": "name"})
    assert "cannot both be this" in twice.content.decode()
    said = {"format_id": "hr-roster", "c0": "employee_id", "c1": "name", "c2": "work_email", "c3": "hire_date"}
    answer = client.post(address, said)
    job = Job.objects.get(kind="imports.mapped")
    assert answer["Location"] == reverse("web:job", args=[job.uuid])
    done = do(job)
    assert done.state == "done", done.message
    assert "1 imported" in client.get(reverse("web:job", args=[job.uuid])).content.decode()
    read = ImportedFile.objects.get(uuid=done.result["file"])
    assert (read.format, read.status, read.rows_stored, read.rows_refused) == ("hr-roster", "imported", 1, 1)
    row.refresh_from_db()
    assert (row.status, row.format) == ("unchanged", "hr-roster")
    assert not keeping.is_kept(row.sha256)
    assert client.post(address, said).status_code in (409, 422)
    queue.KINDS["imports.mapped"](queue.Report(job.uuid), chief, **job.arguments)  # as if its worker had died
    assert ImportedFile.objects.count() == 2

    client.post(reverse("web:upload"), {"files": [file("contractors again.csv", TABLE)]})
    do(Job.objects.filter(kind="imports.run").order_by("pk").last())
    assert ImportedFile.objects.get(path="contractors again.csv").status == "unchanged"


def test_a_kept_table_that_is_gone_is_asked_for_again(chief: Any) -> None:
    client = sign_in(chief)
    client.post(reverse("web:upload"), {"files": [file("contractors.csv", TABLE)]})
    do(Job.objects.get())
    row = ImportedFile.objects.get()
    assert keeping.sweep_uploads(older_than=timezone.now()) == 1
    assert "no longer here" in client.get(reverse("web:file", args=[row.uuid])).content.decode()
    said = {"format_id": "hr-roster", "c0": "employee_id", "c1": "name"}
    answer = client.post(reverse("web:file_columns", args=[row.uuid]), said)
    assert (answer.status_code, "upload it again" in answer.content.decode()) == (409, True)


def test_who_may_not_import_leaves_nothing_behind(make_user: Any, settings: Any) -> None:
    for user in (make_user("ria", "reader"), make_user("max", "manager", "/LHG/")):
        answer = sign_in(user).post(reverse("web:upload"), {"files": [file("roster.csv", ROSTER)]})
        assert answer.status_code == 403
    assert sign_in(make_user("mia", "manager")).post(reverse("web:upload"), {}).status_code == 409
    assert not list(Path(settings.UPLOAD_FOLDER).glob("*"))
    assert not Job.objects.exists()
    assert not selectors.imported_files(viewer=selectors.system_actor()).exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\b.csv", "b.csv"),
        (".hidden", "hidden"),
        ("..", "file"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("x" * 400 + ".tar.gz", "x" * 143 + ".tar.gz"),
        ("ф" * 400 + ".csv", "ф" * 73 + ".csv"),
        ("漢" * 100, "漢" * 50),
        ("a." + "z" * 300, "a." + "z" * 148),
        ("\ud800.csv", "?.csv"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert importing.safe_name(name, set()) == safe


def test_every_safe_name_can_be_a_file(tmp_path: Path) -> None:
    taken: set[str] = set()
    for name in ("🔐" * 300 + ".tar.gz", "é" * 300 + ".csv", "x." + "é" * 300):
        for _ in range(12):
            made = importing.safe_name(name, taken)
            assert len(made.encode()) < 200
            (tmp_path / made).touch()


def test_names_never_meet() -> None:
    taken: set[str] = set()
    assert [importing.safe_name(n, taken) for n in ("A.csv", "a.csv", "a.csv")] == ["A.csv", "a (2).csv", "a (3).csv"]


def test_an_archive_is_one_row_of_the_ledger_until_its_files_are_asked_for(
    chief: Any, django_assert_max_num_queries: Any
) -> None:
    run = ImportRun.objects.create(at=timezone.now(), actor=chief, label="two offered")
    for nth in range(3):
        ImportedFile.objects.create(
            run=run, at=run.at, path="/in/feed.tar.gz", member=f"2026/CVE-{nth}.json", sha256=f"{nth}" * 64,
            format="vulnrichment", status="imported" if nth else "refused", rows_read=1, rows_updated=1,
            counts={"vulnerabilities": 1},
        )  # fmt: skip
    name = "a-very-long-name-of-an-export-from-the-badge-system-2026-11-21.csv.gz"
    ImportedFile.objects.create(
        run=run, at=run.at, path=f"/in/{name}", sha256="f" * 64, format="badge-events", status="imported"
    )
    client = sign_in(chief)
    with django_assert_max_num_queries(24):
        page = client.get(reverse("web:imports"))
    text, shown = page.content.decode(), page.context["list"]
    assert "2 files (4 with what archives held) in one run" in " ".join(text.split())
    assert (shown.matched, shown.leaving, len(shown.rows)) == (2, 4, 2)
    assert {tab.label: tab.count for tab in shown.tabs}["All files"] == 2
    assert {tab.label: tab.count for tab in shown.tabs}["Not understood"] == 1
    assert "3 files · /in" in text
    assert "3 vulnerabilities" in text
    assert "1 of 3" in text
    assert name not in text.replace(f'title="{name}"', "")
    assert ".csv.gz</span>" in text
    rows = b"".join(client.get(reverse("web:imports"), {"format": "csv"}).streaming_content).decode().splitlines()
    assert len(rows) == 1 + 4

    link = next(part for part in text.split('href="') if "inside=feed.tar.gz" in part).partition('"')[0]
    inside = client.get(link.replace("&amp;", "&")).context["list"]
    assert (inside.matched, len(inside.rows)) == (3, 3)
    assert [row.name for row in client.get(reverse("web:imports"), {"q": "CVE-2"}).context["list"].rows] == [
        "CVE-2.json"
    ]

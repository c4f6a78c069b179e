"""A link to evidence shows the row as it was written, and a row of the badge log to those alone who may look."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from garrison.core.imports.run import run_import
from garrison.core.models import AuditEntry, ImportedFile
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.django_db(databases="__all__")
ROSTER = "employee_id,name,status,hire_date\n1,Ann Vo,active,2020-01-02\n2,Bo Ray,active,2021-01-02\n"
LOG = (
    "EVENT_TIME_UTC,EVDESCR,USERID,CARDNUM,EMPID,SSNO,LASTNAME,FIRSTNAME,PANELNAME,READERDESC\n"
    "2026-03-07 21:37:22,Access Granted,40417,40417,20417,NULL,Vesk,Dorian,CTRL-01,D-014\n"
    "2026-03-07 21:42:05,Access Granted,40417,40417,20417,NULL,Vesk,Dorian,CTRL-03,D-031\n"
)


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone."""


def told(system: Any, path: Path, text: str) -> ImportedFile:
    path.write_text(text)
    run_import(actor=system, paths=[path], at=timezone.now())
    return ImportedFile.objects.order_by("-pk")[0]


def page(client: Any, file: ImportedFile, row: int) -> str:
    answer = client.get(reverse("web:file", args=[file.uuid]) + f"?row={row}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_row_is_shown_while_the_file_is_the_one_that_was_read(chief: Any, system: Any, tmp_path: Path) -> None:
    client, path = sign_in(chief), tmp_path / "roster.csv"
    file = told(system, path, ROSTER)
    body = page(client, file, 3)
    assert "Bo Ray" in body
    assert "Ann Vo" not in body
    assert "no such row" in page(client, file, 99)
    path.write_text(ROSTER.replace("Bo Ray", "Forged Name"))
    changed = page(client, file, 3)
    assert "not kept here" in changed
    assert "Forged Name" not in changed
    path.unlink()
    assert "not kept here" in page(client, file, 3)


def test_a_row_of_the_badge_log_is_a_look_at_movements(chief: Any, system: Any, make_user: Any, tmp_path: Path) -> None:
    file = told(system, tmp_path / "log.csv", LOG)
    assert file.format == "badge-events"
    looks = AuditEntry.objects.filter(command="access.look_at_events", outcome="done")
    reader = page(sign_in(make_user("r", "reader")), file, 3)
    assert "may not look at movements" in reader
    assert "Vesk" not in reader
    assert not looks.exists()
    assert "Vesk" in page(sign_in(chief), file, 3)
    assert looks.get().after["asked"] == "log.csv, row 3"

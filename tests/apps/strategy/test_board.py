"""The board report: what it says, what it links to, and that issuing it is recorded."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from django.test import Client

from garrison.apps.strategy import selectors, services
from garrison.apps.strategy.models import IssuedReport
from garrison.core.commands import Forbidden

pytestmark = pytest.mark.django_db(databases="__all__")


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    document = pdfium.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def text_of(pdf: bytes) -> list[str]:
    with opened(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_facts_only_without_scenarios(system: Any, now: datetime, scene: SimpleNamespace) -> None:
    board = selectors.board(viewer=system, at=now)
    assert board.title == "No risk scenario has been approved yet, so this report keeps to facts."
    assert board.curves is None
    assert board.contents["figures"] == []
    first = text_of(selectors.draft_pdf(viewer=system, at=now))[0]
    assert "Draft, not issued" in first


def test_above_without_plan(system: Any, now: datetime, risk: Any) -> None:
    risk(now)
    board = selectors.board(viewer=system, at=now)
    assert board.title == "Losses of $200k or more are likelier than the board allows. There is no plan yet."


def test_above_and_the_plan_holds(system: Any, now: datetime, risk: Any, initiative: Any) -> None:
    risk(now, agreed=0.2)
    board = selectors.board(viewer=system, at=now)
    assert board.title.endswith("The plan brings them back within appetite for $20k.")
    assert board.contents["asked"][0][0]["text"] == "Approve the plan, "
    assert board.contents["weighs"]["rows"][0]["does"] == "New latch"
    assert board.contents["drafts"][0]["basis"] == "sector prior, not yours"


def test_above_and_the_plan_does_not_hold(system: Any, now: datetime, risk: Any, initiative: Any) -> None:
    risk(now, agreed=0.001)
    board = selectors.board(viewer=system, at=now)
    assert board.title.endswith("still above appetite.")
    assert any("Decide about years of" in piece.get("text", "") for asked in board.contents["asked"] for piece in asked)


def test_within(system: Any, now: datetime, risk: Any, initiative: Any) -> None:
    risk(now, agreed=0.9)
    title = selectors.board(viewer=system, at=now).title
    assert title.startswith("Losses stay within what the board allows. The plan lowers the expected loss from")


def test_no_appetite(system: Any, now: datetime, risk: Any) -> None:
    risk(now, agreed=None)
    board = selectors.board(viewer=system, at=now)
    assert "The board has not yet said how much is too much." in board.title
    assert any("Say how likely" in piece.get("text", "") for asked in board.contents["asked"] for piece in asked)


def test_document(chief: Any, now: datetime, risk: Any, initiative: Any, settings: Any) -> None:
    settings.GARRISON_URL = "https://garrison.example"
    risk(now, agreed=0.2)
    issued = services.issue_report(actor=chief, at=now)
    pages = text_of(issued.pdf)
    assert issued.record.pages == len(pages)
    assert "Losses of $200k or more are likelier" in pages[0]
    assert "Issued by Chief, security head, 9 March 2026." in pages[0]
    whole = " ".join(pages)
    for part in (
        "What needs action now",
        "The plan",
        "The scenarios",
        "Notes and evidence",
        "R-2",
        "Ward draft",
        "Ida Pill",
    ):
        assert part in whole
    assert "guarantee" not in whole.lower()
    with opened(issued.pdf) as document:
        told = document.get_metadata_dict()
        assert told["Title"] == issued.record.title
        assert "Inter" in str(set(_fonts(document)))
        assert raw.FPDFCatalog_IsTagged(document)
    assert b"/Lang" in issued.pdf
    assert b"https://garrison.example/" in issued.pdf
    assert issued.record.sha256 == hashlib.sha256(issued.pdf).hexdigest()


def _fonts(document: Any) -> Iterator[str]:
    """Names of the fonts of the first page's text."""
    import ctypes

    for each in document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        font = raw.FPDFTextObj_GetFont(each)
        buffer = ctypes.create_string_buffer(100)
        raw.FPDFFont_GetBaseFontName(font, buffer, 100)
        yield buffer.value.decode()


def test_same_contents_same_file(system: Any, now: datetime, risk: Any) -> None:
    risk(now)
    assert selectors.draft_pdf(viewer=system, at=now) == selectors.draft_pdf(viewer=system, at=now)


def test_words_of_files_are_never_markup(system: Any, now: datetime, risk: Any) -> None:
    from garrison.apps.risk.models import Scenario

    Scenario.objects.filter(code="R-2").delete()
    risk(now)
    Scenario.objects.filter(code="R-2").update(name='#panic("no") *x* $1$ <a> \\ @b')
    assert '#panic("no") *x* $1$ <a> \\ @b' in " ".join(text_of(selectors.draft_pdf(viewer=system, at=now)))


def test_part_of_the_organisation_may_not(make_user: Any, now: datetime, scene: SimpleNamespace) -> None:
    part = make_user("ann", "manager", "/G/A/")
    with pytest.raises(Forbidden):
        selectors.board(viewer=part, at=now)
    with pytest.raises(Forbidden):
        services.issue_report(actor=part, at=now)
    assert not selectors.issued(viewer=part).exists()


def test_issuing_is_audited(chief: Any, now: datetime, scene: SimpleNamespace) -> None:
    from garrison.core.models import AuditEntry

    issued = services.issue_report(actor=chief, at=now)
    entry = AuditEntry.objects.get(command="strategy.issue_report")
    assert entry.after["sha256"] == issued.record.sha256
    assert IssuedReport.objects.count() == 1


def test_web(client: Client, chief: Any, make_user: Any, scene: SimpleNamespace) -> None:
    client.force_login(chief)
    assert "Issue and download" in client.get("/reports/").content.decode()
    draft = client.get("/reports/board.pdf")
    assert draft["Content-Type"] == "application/pdf"
    assert not IssuedReport.objects.exists()
    assert client.get("/reports/board/").status_code == 405
    given = client.post("/reports/board/")
    assert given.content.startswith(b"%PDF")
    record = IssuedReport.objects.get()
    assert record.sha256[:16] in client.get("/reports/").content.decode()
    client.force_login(make_user("ann", "reader", "/G/A/"))
    page = client.get("/reports/").content.decode()
    assert "Issue and download" not in page
    assert record.sha256[:16] not in page
    assert client.get("/reports/board.pdf").status_code == 403


def test_terminal(chief: Any, scene: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from garrison.cli import report
    from garrison.core import setup

    monkeypatch.setattr(setup, "start", lambda **_: None)
    out = tmp_path / "board.pdf"
    done = CliRunner().invoke(report.app, ["board", "--out", str(out), "--as", "chief", "--json"])
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"%PDF")
    assert IssuedReport.objects.get().issued_by == chief
    done = CliRunner().invoke(report.app, ["board", "--out", str(out), "--draft"])
    assert done.exit_code == 0
    assert IssuedReport.objects.count() == 1
    done = CliRunner().invoke(report.app, ["board", "--out", str(tmp_path / "no" / "board.pdf"), "--draft"])
    assert done.exit_code == 1


def test_a_report_of_the_system_says_that_nobody_signed(system: Any, now: datetime, scene: SimpleNamespace) -> None:
    issued = services.issue_report(actor=system, at=now)
    assert issued.record.issued_by.is_system
    assert IssuedReport.objects.get().sha256 == issued.record.sha256


def test_every_page_with_numbers_links_them(
    system: Any, now: datetime, risk: Any, initiative: Any, settings: Any
) -> None:
    settings.GARRISON_URL = "https://garrison.example"
    risk(now, agreed=0.2)
    targets: list[set[str]] = []
    counts = []
    pdf = selectors.draft_pdf(viewer=system, at=now)
    with opened(pdf) as document:
        for page in document:
            found = list(_links(document, page))
            targets.append({target.removeprefix("https://garrison.example") for target in found})
            counts.append(len(found))
    pages = text_of(pdf)
    plan = next(n for n, text in enumerate(pages) if "Cost of the plan" in text)
    scenarios = next(n for n, text in enumerate(pages) if "1-in-20 year" in text and "Judged by" in text)
    assert {"/plan/"} <= targets[0]
    assert any(target.startswith("/plan/initiatives/") for target in targets[plan])
    assert counts[plan] >= 8
    assert any(target.startswith("/risk/results/") for target in targets[scenarios])


def _links(document: Any, page: Any) -> Iterator[str]:
    """The addresses that a page's links open."""
    import ctypes

    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, place, link):
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(document, action, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFAction_GetURIPath(document, action, buffer, size)
        yield buffer.value.decode()

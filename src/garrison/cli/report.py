"""``garrison report``: documents as PDF."""

from pathlib import Path
from typing import Any

import typer

from garrison.cli.shared import AS, JSON, OURS, actor, fail, print_json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def root() -> None:
    """Reports as PDF."""


@app.command()
def board(
    out: Path = typer.Option(Path("board.pdf"), "--out", help="Where to write the PDF."),
    draft: bool = typer.Option(False, "--draft", help="Write a draft and record nothing."),
    as_json: bool = JSON,
    acting_as: str = AS,
) -> None:
    """Write the board report as PDF and record that it was issued: by whom, on what, with the file's fingerprint."""
    from garrison.core import setup

    setup.start()
    from django.utils import timezone

    from garrison.apps.strategy import selectors, services
    from garrison.core.commands import Refused

    who, now = actor(acting_as), timezone.now()
    try:
        if draft:
            pdf = selectors.draft_pdf(viewer=who, at=now)
            told: dict[str, Any] = {"out": str(out), "draft": True}
        else:
            issued = services.issue_report(actor=who, at=now)
            pdf, record = issued.pdf, issued.record
            told = {
                "out": str(out),
                "draft": False,
                "title": record.title,
                "pages": record.pages,
                "sha256": record.sha256,
                "uuid": str(record.uuid),
            }
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    told["bytes"] = len(pdf)
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror or error}", OURS) from error
    if as_json:
        print_json(told)
    else:
        typer.echo(f"Wrote {out}: {len(pdf):,} bytes." + ("" if draft else f" {told['title']}"))


@app.command()
def incident(
    code: str = typer.Argument(..., help="The code of the case, such as INC-2026-014."),
    kind: str = typer.Option("file", "--kind", help="executive, regulator or file."),
    out: Path = typer.Option(Path("incident.pdf"), "--out", help="Where to write the PDF."),
    privileged: bool = typer.Option(False, "--privileged", help="With what is privileged; only for who is inside."),
    as_json: bool = JSON,
    acting_as: str = AS,
) -> None:
    """Write the report of an incident as PDF: one page for executives, facts for a regulator, or everything."""
    from garrison.core import setup

    setup.start()
    from django.utils import timezone

    from garrison.apps.incidents.selectors import of_code, reporting
    from garrison.core.commands import Refused

    who, now = actor(acting_as), timezone.now()
    found = of_code(viewer=who, code=code)
    if found is None:
        raise fail(f"there is no incident {code} in sight")
    try:
        pdf = reporting.pdf(viewer=who, incident=found, kind=kind, at=now, privileged=privileged)
        out.write_bytes(pdf)
    except Refused as refusal:
        raise fail(str(refusal)) from refusal
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror or error}", OURS) from error
    if as_json:
        print_json({"out": str(out), "code": found.code, "kind": kind, "bytes": len(pdf)})
    else:
        typer.echo(f"Wrote {out}: {len(pdf):,} bytes. {found}")

"""``garrison incident``: taking in reports that come by e-mail."""

from pathlib import Path

import typer

from garrison.cli.shared import JSON, fail, print_json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def root() -> None:
    """Take in reports of incidents."""


@app.command()
def intake(
    files: list[Path] = typer.Argument(help="E-mails as files (.eml, RFC 5322).", metavar="FILE..."),
    as_json: bool = JSON,
) -> None:
    """Keep e-mails as reports that wait to be looked at. Attachments are named and not kept. Exit code 3 if refused."""
    from garrison.core import setup

    setup.start()
    from django.utils import timezone

    from garrison.apps.incidents import services
    from garrison.apps.incidents.rules.mail import UnreadableMail, read_mail
    from garrison.core import selectors
    from garrison.core.commands import Refused

    actor, told = selectors.system_actor(), []
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as fault:
            raise fail(f"{file}: {fault.strerror}", 2) from fault
        try:
            report = services.take_mail(actor=actor, mail=read_mail(raw), raw=raw, at=timezone.now())
            told.append({"file": str(file), "report": report.code, "subject": report.subject})
        except (UnreadableMail, Refused) as fault:
            told.append({"file": str(file), "refused": str(fault)})
    if as_json:
        print_json(told)
    else:
        for row in told:
            typer.echo(f"{row['file']}: {row.get('report') or 'refused: ' + row['refused']}")
    if any("refused" in row for row in told):
        raise typer.Exit(3)

"""``garrison audit``: checking the chain."""

import typer

from garrison.cli.shared import JSON, print_json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def root() -> None:
    """Check the audit log."""


@app.command()
def verify(as_json: bool = JSON) -> None:
    """Walk the whole chain and name every entry that was edited, removed, added or moved. Exit code 3 if any was."""
    from garrison.core import setup

    setup.start()
    from garrison.core import audit
    from garrison.core.models import ChainHead

    breaks = list(audit.verify())
    head = ChainHead.objects.get(pk=1)
    if as_json:
        print_json(
            {"entries": head.seq, "head": head.hash, "breaks": [{"seq": b.seq, "reason": b.reason} for b in breaks]}
        )
    elif breaks:
        for found in breaks:
            typer.echo(f"entry {found.seq}: {found.reason}", err=True)
    else:
        typer.echo(f"{head.seq} entries, unbroken. Newest hash {head.hash}.")
    if breaks:
        raise typer.Exit(3)

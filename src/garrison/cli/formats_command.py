"""``garrison formats``: what Garrison reads."""

import typer

from garrison.cli.shared import JSON, print_json

app = typer.Typer(rich_markup_mode=None)


@app.command()
def formats(as_json: bool = JSON) -> None:
    """List every format that Garrison reads, in the order in which files of a folder are stored."""
    from garrison.formats.catalogue import readers

    rows = [{"format": r.FORMAT, "title": r.TITLE, "version": r.VERSION} for r in readers()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['format']:<24}{row['title']}")

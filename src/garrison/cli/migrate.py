"""``garrison migrate``."""

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def migrate(
    check: bool = typer.Option(False, "--check", help="Only tell whether anything is pending; exit code 3 if so."),
) -> None:
    """Bring the databases up to date."""
    from garrison.core import setup
    from garrison.core.ui import figures

    setup.start(migrated=False)
    waiting = setup.pending()
    if check:
        typer.echo(f"{len(waiting)} pending")
        raise typer.Exit(3 if waiting else 0)
    setup.migrate()
    typer.echo(f"{figures.counted(len(waiting), 'migrations')} run." if waiting else "Nothing to migrate.")

"""``garrison status``: how much of everything is stored."""

import typer

from garrison.cli.shared import AS, JSON, actor, print_json

app = typer.Typer(rich_markup_mode=None)


@app.command()
def status(as_json: bool = JSON, acting_as: str = AS) -> None:
    """Print how many of each record type are stored, the loss, the plan, and the last import.

    With --json the keys are: version, at, counts (by record type), loss or null, plan or null, last_import or null.
    """
    from garrison.core import setup

    setup.start()
    from django.utils import timezone

    from garrison.apps.strategy import selectors
    from garrison.core.ui import figures

    found = selectors.status(viewer=actor(acting_as), at=timezone.now())
    if as_json:
        print_json(found)
        return
    typer.echo(f"Garrison {found['version']}")
    for name, count in found["counts"].items():
        typer.echo(f"{figures.number(count):>12}  {name.replace('_', ' ')}")
    if loss := found["loss"]:
        low, high = loss["mean_band"]
        typer.echo(
            f"Expected loss a year: {figures.money(loss['mean'], loss['currency'])}"
            f" ({figures.estimate(low, high, loss['currency'])}), as of {loss['as_of']}."
        )
    if plan := found["plan"]:
        cost, budget = (figures.cost(plan[key], plan["currency"]) for key in ("cost", "budget"))
        left = figures.money(plan["residual"], plan["currency"])
        typer.echo(f"Plan: {cost} of {budget}, leaves {left} a year.")
    if run := found["last_import"]:
        files = figures.counted(run["files"], "files")
        typer.echo(f"Last import: {run['label']}, {files}, {figures.moment(run['at'])}.")
    else:
        typer.echo("Nothing imported yet: garrison import exports/")

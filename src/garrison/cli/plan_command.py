"""``garrison plan``: the newest plan."""

from collections.abc import Callable
from typing import Any

import typer

from garrison.cli.shared import AS, JSON, actor, print_json

app = typer.Typer(rich_markup_mode=None)


@app.command()
def plan(as_json: bool = JSON, acting_as: str = AS) -> None:
    """Print the newest plan for the budget: what is in, what is out, the loss it leaves and the proven gap."""
    from garrison.core import setup

    setup.start()
    from garrison.apps.strategy import selectors
    from garrison.core.ui import figures

    found = selectors.plan(viewer=actor(acting_as))
    if as_json:
        print_json(found)
        return
    if found is None:
        typer.echo("No plan yet. It needs business units with a budget, approved scenarios and initiatives.")
        return

    def said(amount: object) -> str:
        return figures.money(amount, found["currency"])  # type: ignore[arg-type]

    def cost(amount: object) -> str:
        return figures.cost(amount, found["currency"])  # type: ignore[arg-type]

    typer.echo(
        f"{cost(found['cost'])} of {cost(found['budget'])};"
        f" expected loss {said(found['baseline'])} to {said(found['residual'])} a year"
    )
    typer.echo(f"Within the budget: {found['standing']}.")
    for title, rows in (("In", found["in"]), ("Out", found["out"])):
        typer.echo(f"{title}:")
        for row in rows:
            effect = _effect(row, said)
            typer.echo(f"  {row['code']:<8} {cost(row['cost']):>10}  {row['name'][:60]:<60} {effect}".rstrip())
    if (more := found["next"]) and more["avoided"] > 0:
        typer.echo(
            f"{cost(more['amount'])} more would avoid another {said(more['avoided'])} a year: {', '.join(more['in'])}."
        )


def _effect(row: dict[str, Any], said: Callable[[object], str]) -> str:
    """What an initiative takes off the yearly loss, or what forcing it in would add."""
    if "takes" in row:
        return f"takes off {said(row['takes'])} a year"
    return f"forcing it in adds {said(row['extra'])} a year" if row.get("extra") is not None else row.get("why", "")

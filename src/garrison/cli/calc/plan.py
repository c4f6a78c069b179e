"""``garrison calc plan``: the initiatives that leave the least expected yearly loss within a budget."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.calc.reading import Malformed, Node, fail, load, print_table, required

if TYPE_CHECKING:
    from garrison.engines.plan import Plan, Problem

MOST_INITIATIVES = 500
MOST_RISKS = 2_000


def _names(fields: dict[str, Node], key: str) -> tuple[str, ...]:
    """Read an optional list of names."""
    return tuple(item.text() for item in fields[key].items(MOST_INITIATIVES)) if key in fields else ()


def _problem(document: Node) -> "Problem":
    """Read the risks and initiatives of a plan."""
    from garrison.engines.plan import Initiative, InvalidPlan, Problem, Risk

    fields = document.fields("risks", "initiatives", "currency")
    risks_node, initiatives_node = (required(fields, key, document) for key in ("risks", "initiatives"))
    risks = []
    for node in risks_node.items(MOST_RISKS):
        risk = node.fields("name", "annual_loss")
        loss = required(risk, "annual_loss", node).number()
        risks.append(Risk(required(risk, "name", node).text(), loss))
    initiatives = []
    for node in initiatives_node.items(MOST_INITIATIVES):
        terms = node.fields("name", "cost", "effectiveness", "requires", "excludes")
        shares = (
            {name: share.number() for name, share in terms["effectiveness"].members()}
            if ("effectiveness" in terms)
            else {}
        )
        initiatives.append(
            Initiative(
                required(terms, "name", node).text(),
                required(terms, "cost", node).number(),
                shares,
                _names(terms, "requires"),
                _names(terms, "excludes"),
            )
        )
    for node, read in ((risks_node, risks), (initiatives_node, initiatives)):
        if not read:
            node.refuse("is empty; list at least one")
    try:
        return Problem(tuple(risks), tuple(initiatives))
    except InvalidPlan as refusal:
        raise Malformed(refusal.path, refusal.reason) from refusal


def plan(
    file: Annotated[str, typer.Argument(help="JSON file of risks and initiatives, or -.", metavar="FILE")],
    budget: Annotated[float, typer.Option("--budget", help="What may be spent.", metavar="B")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Choose the initiatives that leave the least expected yearly loss within a budget."""
    from garrison.engines.plan import solve

    if not 0.0 <= budget <= 1e18:
        raise typer.BadParameter(f"{budget} is not a number from 0 to 1e18", param_hint="--budget")
    try:
        problem = _problem(load(file))
    except Malformed as refusal:
        fail(file, refusal)
    best = solve(problem, budget)
    if as_json:
        members = ("chosen", "residual", "bound", "gap", "greedy_residual")
        typer.echo(json.dumps({name: getattr(best, name) for name in members}, indent=2))
        return
    _print_plan(problem, best)


def _print_plan(problem: "Problem", best: "Plan") -> None:
    """Print the initiatives chosen, and what is left of the loss."""
    costs = {initiative.name: initiative.cost for initiative in problem.initiatives}
    print_table(["Initiative", "Cost"], [[name, f"{costs[name]:,.2f}"] for name in best.chosen])
    typer.echo("")
    lines = [
        ["Spent", f"{best.cost:,.2f}", f"of {best.budget:,.2f}"],
        ["Yearly loss before", f"{problem.total_loss:,.2f}", ""],
        ["Yearly loss after", f"{best.residual:,.2f}", f"greedy leaves {best.greedy_residual:,.2f}"],
        ["No plan leaves less than", f"{best.bound:,.2f}", f"gap {best.gap:.4%}"],
    ]
    for name, amount, remark in lines:
        typer.echo(f"{name:<26}{amount:>20}  {remark}".rstrip())

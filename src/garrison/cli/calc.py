"""Stand-alone calculators: ``garrison calc loss`` and ``garrison calc plan``. They need no database and keep nothing.

They read JSON, from a file or ``-`` for standard input. What is wrong with it is told with its place in the file, and
the exit code is 2. The engines load only when a calculator runs.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from garrison.engines.loss import AnnualLoss, Portfolio, Scenario, Severity
    from garrison.engines.plan import Plan, Problem

MOST_BYTES = 16 * 2**20
MOST_SCENARIOS = 2_000
MOST_INITIATIVES = 500
MOST_RISKS = 2_000
LONE_BUCKETS = 2**12

app = typer.Typer(
    name="calc", help="Calculate without a database.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


class Malformed(Exception):
    """Input that cannot be used: ``path`` is the place in the file, empty for the whole of it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}".strip())


class Node:
    """A value in a JSON document with the path that leads to it, so that every refusal can say where."""

    def __init__(self, value: object, path: str = "") -> None:
        self.value = value
        self.path = path

    def refuse(self, reason: str) -> NoReturn:
        """Raise Malformed for this place."""
        raise Malformed(self.path or "the document", reason)

    def fields(self, *known: str) -> dict[str, "Node"]:
        """The members of an object, all of whose keys must be among ``known``."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {_kind(self.value)}; give an object with {', '.join(known)}")
        for key in self.value:
            if key not in known:
                self.refuse(f"has an unknown field {key!r}; known: {', '.join(known)}")
        return {key: Node(value, f"{self.path}.{key}".lstrip(".")) for key, value in self.value.items()}

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """The members of an object with any keys."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {_kind(self.value)}; give an object")
        for key, value in self.value.items():
            yield key, Node(value, f"{self.path}.{key}")

    def items(self, most: int) -> list["Node"]:
        """The items of a list of at most ``most``."""
        if not isinstance(self.value, list):
            self.refuse(f"is {_kind(self.value)}; give a list")
        if len(self.value) > most:
            self.refuse(f"has {len(self.value):,} entries; at most {most:,} fit one calculation, so split it")
        return [Node(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        """A text that is not blank."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse("is blank; give a text" if self.value == "" else f"is {_kind(self.value)}; give a text")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse(f"is {_kind(self.value)}; give a number")
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse("is too large; give a smaller number")
        return number


def _kind(value: object) -> str:
    """Name a JSON value's kind, in words."""
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names[type(value)]


def _required(fields: dict[str, Node], key: str, parent: Node) -> Node:
    """Find a member that must be there."""
    if key not in fields:
        where = f"{parent.path}.{key}".lstrip(".")
        raise Malformed(where, "is missing; add it")
    return fields[key]


def _load(file: str) -> Node:
    """Read a JSON document from a file, or from standard input for ``-``."""
    import msgspec

    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
    except OSError as refusal:
        raise Malformed("", f"cannot be read ({refusal.strerror}); check the name and its permissions") from refusal
    if len(content) > MOST_BYTES:
        raise Malformed("", f"is larger than {MOST_BYTES // 2**20} MB; split it")
    try:
        return Node(msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf")))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as refusal:
        raise Malformed("", f"is not JSON ({refusal}); write it as UTF-8 JSON") from refusal


def _severity(node: Node) -> "Severity":
    """Read a severity."""
    from garrison.engines.loss import Exponential, Fixed, Gamma, InvalidParameter, Lognormal, Pert

    made: dict[str, list[tuple[Any, tuple[str, ...]]]] = {
        "lognormal": [(Lognormal.from_interval, ("low", "high")), (Lognormal, ("mu", "sigma"))],
        "gamma": [(Gamma, ("shape", "rate"))],
        "exponential": [(Exponential, ("rate",))],
        "pert": [(Pert, ("min", "mode", "max"))],
        "fixed": [(Fixed, ("value",))],
    }
    every = dict.fromkeys(name for makers in made.values() for _, names in makers for name in names)
    fields = node.fields("distribution", *every)
    kind = _required(fields, "distribution", node)
    makers = made.get(kind.text())
    if makers is None:
        kind.refuse(f"is {kind.value!r}; give one of {', '.join(made)}")
    given = set(fields) - {"distribution"}
    maker, names = next((pair for pair in makers if given & set(pair[1])), makers[0])
    for name in sorted(given - set(names)):
        fields[name].refuse(f"does not go with {', '.join(names)} in a {kind.value} severity; leave it out")
    numbers = [_required(fields, name, node).number() for name in names]
    try:
        severity: Severity = maker(*numbers)
    except InvalidParameter as refusal:
        raise Malformed(f"{node.path}.{refusal.field}", refusal.reason) from refusal
    return severity


def _scenarios(document: Node) -> tuple[str, tuple["Scenario", ...]]:
    """Read the currency and scenarios of a loss calculation."""
    from garrison.engines.loss import InvalidParameter, Scenario

    fields = document.fields("currency", "scenarios")
    currency = fields["currency"].text() if "currency" in fields else "USD"
    listed = _required(fields, "scenarios", document)
    scenarios = []
    names: dict[str, str] = {}
    for node in listed.items(MOST_SCENARIOS):
        scenario = node.fields("name", "frequency", "severity")
        name_node = _required(scenario, "name", node)
        name = name_node.text()
        if name in names:
            name_node.refuse(f"is {name!r}, as {names[name]} is; give each scenario its own")
        names[name] = name_node.path
        frequency = _required(scenario, "frequency", node)
        terms = frequency.fields("distribution", "rate")
        kind = _required(terms, "distribution", frequency)
        if kind.text() != "poisson":
            kind.refuse(f"is {kind.value!r}; the only frequency distribution is 'poisson'")
        rate = _required(terms, "rate", frequency).number()
        severity = _severity(_required(scenario, "severity", node))
        try:
            scenarios.append(Scenario(name, rate, severity))
        except InvalidParameter as refusal:
            raise Malformed(f"{frequency.path}.{refusal.field}", refusal.reason) from refusal
    if not scenarios:
        listed.refuse("is empty; list at least one scenario")
    return currency, tuple(scenarios)


def _names(fields: dict[str, Node], key: str) -> tuple[str, ...]:
    """Read an optional list of names."""
    return tuple(item.text() for item in fields[key].items(MOST_INITIATIVES)) if key in fields else ()


def _problem(document: Node) -> "Problem":
    """Read the risks and initiatives of a plan."""
    from garrison.engines.plan import Initiative, InvalidPlan, Problem, Risk

    fields = document.fields("risks", "initiatives", "currency")
    risks_node, initiatives_node = (_required(fields, key, document) for key in ("risks", "initiatives"))
    risks = []
    for node in risks_node.items(MOST_RISKS):
        risk = node.fields("name", "annual_loss")
        loss = _required(risk, "annual_loss", node).number()
        risks.append(Risk(_required(risk, "name", node).text(), loss))
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
                _required(terms, "name", node).text(),
                _required(terms, "cost", node).number(),
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


def _fail(file: str, refusal: Exception) -> NoReturn:
    """Tell what is wrong with the input and end with exit code 2."""
    typer.echo(f"{'standard input' if file == '-' else file}: {refusal}", err=True)
    raise typer.Exit(2)


def _loss_record(loss: "AnnualLoss") -> dict[str, Any]:
    """Put a year's loss as JSON members."""
    return {
        "mean": loss.mean,
        "sd": loss.sd,
        "quantiles": {f"{p:g}": {"lower": b.lower, "upper": b.upper} for p, b in loss.quantiles},
        "exceedance": [{"threshold": t, "lower": b.lower, "upper": b.upper} for t, b in loss.exceedance],
        "buckets": loss.buckets,
        "step": loss.step,
    }


@app.callback()
def calc() -> None:
    """Calculate without a database."""


@app.command()
def loss(
    file: Annotated[str, typer.Argument(help="JSON file of scenarios, or - for standard input.", metavar="FILE")],
    exceed: Annotated[
        list[float] | None, typer.Option("--exceed", help="Also P(loss >= X) in a year; may be repeated.", metavar="X")
    ] = None,
    buckets: Annotated[
        int | None, typer.Option("--buckets", help="Buckets to count losses in (rounded up to a power of two).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Bound what a portfolio of scenarios may cost in a year, as a whole and scenario by scenario."""
    from garrison.engines.loss import BUCKETS, Portfolio
    from garrison.engines.loss.lattice import LEAST_BUCKETS, MOST_BUCKETS

    if buckets is not None and not LEAST_BUCKETS <= buckets <= MOST_BUCKETS:
        raise typer.BadParameter(f"{buckets} is not from {LEAST_BUCKETS} to {MOST_BUCKETS}", param_hint="--buckets")
    thresholds = tuple(exceed or ())
    for threshold in thresholds:
        if not 0.0 <= threshold <= 1e18:
            raise typer.BadParameter(f"{threshold} is not a number from 0 to 1e18", param_hint="--exceed")
    try:
        currency, scenarios = _scenarios(_load(file))
    except Malformed as refusal:
        _fail(file, refusal)
    portfolio = Portfolio(scenarios, buckets=buckets or BUCKETS)
    whole = portfolio.annual_loss(thresholds=thresholds)
    alone = _alone(portfolio, thresholds, buckets or LONE_BUCKETS, whole)
    if as_json:
        listed = [{"name": name, **_loss_record(loss)} for name, loss in alone]
        typer.echo(json.dumps({"currency": currency, "scenarios": listed, "portfolio": _loss_record(whole)}, indent=2))
        return
    _print_losses(currency, [*alone, ("Portfolio", whole)])


def _alone(
    portfolio: "Portfolio", thresholds: tuple[float, ...], buckets: int, whole: "AnnualLoss"
) -> list[tuple[str, "AnnualLoss"]]:
    """Calculate each scenario by itself; a portfolio of one is that already."""
    names = [scenario.name for scenario in portfolio.scenarios]
    if len(names) == 1:
        return [(names[0], whole)]
    return [(name, portfolio.alone(name, buckets=buckets).annual_loss(thresholds=thresholds)) for name in names]


def _print_losses(currency: str, losses: list[tuple[str, "AnnualLoss"]]) -> None:
    """Print a table: quantiles and probabilities by their upper bounds, which err on the safe side."""
    first = losses[0][1]
    heads = ["Mean", "SD", *(f"{p:.1%} year" for p, _ in first.quantiles)]
    heads += [f"P(>= {t:,.0f})" for t, _ in first.exceedance]
    rows = []
    for name, loss in losses:
        money = [loss.mean, loss.sd, *(b.upper for _, b in loss.quantiles)]
        rows.append([name, *(f"{m:,.0f}" for m in money), *(f"{b.upper:.4%}" for _, b in loss.exceedance)])
    typer.echo(f"Yearly loss in {currency}. Quantiles and probabilities are upper bounds; --json has both bounds.")
    _print_table(["Scenario", *heads], rows)


def _print_table(heads: list[str], rows: list[list[str]]) -> None:
    """Print columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        typer.echo("  ".join(cells).rstrip())


@app.command()
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
        problem = _problem(_load(file))
    except Malformed as refusal:
        _fail(file, refusal)
    best = solve(problem, budget)
    if as_json:
        members = ("chosen", "residual", "bound", "gap", "greedy_residual")
        typer.echo(json.dumps({name: getattr(best, name) for name in members}, indent=2))
        return
    _print_plan(problem, best)


def _print_plan(problem: "Problem", best: "Plan") -> None:
    """Print the initiatives chosen, and what is left of the loss."""
    costs = {initiative.name: initiative.cost for initiative in problem.initiatives}
    _print_table(["Initiative", "Cost"], [[name, f"{costs[name]:,.2f}"] for name in best.chosen])
    typer.echo("")
    lines = [
        ["Spent", f"{best.cost:,.2f}", f"of {best.budget:,.2f}"],
        ["Yearly loss before", f"{problem.total_loss:,.2f}", ""],
        ["Yearly loss after", f"{best.residual:,.2f}", f"greedy leaves {best.greedy_residual:,.2f}"],
        ["No plan leaves less than", f"{best.bound:,.2f}", f"gap {best.gap:.4%}"],
    ]
    for name, amount, remark in lines:
        typer.echo(f"{name:<26}{amount:>20}  {remark}".rstrip())

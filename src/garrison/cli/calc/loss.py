"""``garrison calc loss``: what a portfolio of scenarios may cost in a year."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.calc.reading import Malformed, Node, fail, load, print_table, required

if TYPE_CHECKING:
    from garrison.engines.loss import AnnualLoss, Portfolio, Scenario, Severity

MOST_SCENARIOS = 2_000
LONE_BUCKETS = 2**12


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
    kind = required(fields, "distribution", node)
    makers = made.get(kind.text())
    if makers is None:
        kind.refuse(f"is {kind.value!r}; give one of {', '.join(made)}")
    given = set(fields) - {"distribution"}
    maker, names = next((pair for pair in makers if given & set(pair[1])), makers[0])
    for name in sorted(given - set(names)):
        fields[name].refuse(f"does not go with {', '.join(names)} in a {kind.value} severity; leave it out")
    numbers = [required(fields, name, node).number() for name in names]
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
    listed = required(fields, "scenarios", document)
    scenarios = []
    names: dict[str, str] = {}
    for node in listed.items(MOST_SCENARIOS):
        scenario = node.fields("name", "frequency", "severity")
        name_node = required(scenario, "name", node)
        name = name_node.text()
        if name in names:
            name_node.refuse(f"is {name!r}, as {names[name]} is; give each scenario its own")
        names[name] = name_node.path
        frequency = required(scenario, "frequency", node)
        terms = frequency.fields("distribution", "rate")
        kind = required(terms, "distribution", frequency)
        if kind.text() != "poisson":
            kind.refuse(f"is {kind.value!r}; the only frequency distribution is 'poisson'")
        rate = required(terms, "rate", frequency).number()
        severity = _severity(required(scenario, "severity", node))
        try:
            scenarios.append(Scenario(name, rate, severity))
        except InvalidParameter as refusal:
            raise Malformed(f"{frequency.path}.{refusal.field}", refusal.reason) from refusal
    if not scenarios:
        listed.refuse("is empty; list at least one scenario")
    return currency, tuple(scenarios)


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
        currency, scenarios = _scenarios(load(file))
    except Malformed as refusal:
        fail(file, refusal)
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
    print_table(["Scenario", *heads], rows)

"""The table of risk scenarios: how often each happens and what one loss costs."""

from collections.abc import Iterator

from garrison.formats.facts import Reading, ScenarioFact
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, currency, day, measure, money, ordered, words, yes_no

FORMAT = "scenarios-table"
TITLE = "Risk scenarios"
VERSION = 1

DISTRIBUTION = words(lognormal="lognorm", pert="betapert", gamma="", exponential="", fixed="constant")
_BASIS = words(own="ourown", prior="sectorprior sector")
NEEDED = {
    "lognormal": ("loss_low", "loss_high"),
    "pert": ("loss_low", "loss_mode", "loss_high"),
    "gamma": ("loss_low", "loss_high"),
    "exponential": ("loss_low",),
    "fixed": ("loss_low",),
}
"""The parameters that each distribution of the loss cannot do without."""


def basis(text: str) -> str:
    """``own`` or ``sector prior``."""
    return "own" if _BASIS(text) == "own" else "sector prior"


def _build(row: int, values: Values, _: Tally) -> ScenarioFact:
    """A scenario whose loss parameters fit its distribution; without any it is a scenario still to be estimated."""
    distribution = values.get("distribution", "lognormal")
    low, mode, high = (values.get(name) for name in ("loss_low", "loss_mode", "loss_high"))
    if not (low is mode is high is None):
        for name in NEEDED[distribution]:
            if name not in values:
                raise Bad(f"A {distribution} loss needs {' and '.join(NEEDED[distribution])}.", name)
    if distribution in ("lognormal", "gamma", "exponential") and low == 0:
        raise Bad(f"A {distribution} loss needs a value above 0.", "loss_low")
    if distribution == "gamma" and high == 0:
        raise Bad("A gamma loss needs a rate above 0.", "loss_high")
    if distribution in ("lognormal", "pert"):
        ordered(values, "loss_low", "loss_high", strictly=True)
    if distribution == "pert":
        ordered(values, "loss_low", "loss_mode")
        ordered(values, "loss_mode", "loss_high")
    ordered(values, "events_low", "events_high")
    return ScenarioFact(
        row=row,
        code=values["scenario_code"],
        name=values["scenario_name"],
        unit=values.get("unit_code", ""),
        owner=values.get("owner", ""),
        currency=values.get("currency", ""),
        rate=values["events_per_year"],
        rate_low=values.get("events_low"),
        rate_high=values.get("events_high"),
        distribution=distribution,
        low=low,
        mode=mode,
        high=high,
        basis=values.get("basis", "own"),
        approved_by=values.get("approved_by", ""),
        approved_on=values.get("approved_on"),
        estimator=values.get("estimator", ""),
        calibrated=values.get("calibrated", False),
        asset=values.get("asset", ""),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("scenario_code", required=True),
            Column("scenario_name", required=True),
            Column("unit_code", also=("unit",)),
            Column("owner", also=("risk_owner",)),
            Column("currency", currency),
            Column("events_per_year", measure, required=True),
            Column("events_low", measure, also=("events_per_year_low",)),
            Column("events_high", measure, also=("events_per_year_high",)),
            Column("distribution", DISTRIBUTION),
            Column("loss_low", money),
            Column("loss_mode", money),
            Column("loss_high", money),
            Column("basis", basis),
            Column("estimator"),
            Column("calibrated", yes_no),
            Column("approved_by"),
            Column("approved_on", day),
            Column("asset", also=("asset_code",)),
        ),
        marks=(("scenario_code",), ("events_per_year",)),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of risk scenarios."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The scenarios of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

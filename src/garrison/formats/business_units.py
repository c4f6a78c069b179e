"""The table of business units, with their budget and risk appetite."""

from collections.abc import Iterator
from decimal import Decimal

from garrison.formats.facts import Reading, UnitFact
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, currency, money, share

FORMAT = "business-units"
TITLE = "Business units"
VERSION = 1


def _build(row: int, values: Values, _: Tally) -> UnitFact:
    """A unit. Its appetite has a loss and a probability in each pair, and larger losses are not likelier."""
    code, parent = values["unit_code"], values.get("parent_code", "")
    if code == parent:
        raise Bad("A unit is not its own parent. Leave the cell empty for the topmost unit.", "parent_code")
    appetite: list[tuple[Decimal, float]] = []
    for which in ("1", "2"):
        loss, probability = values.get(f"appetite_loss_{which}"), values.get(f"appetite_probability_{which}")
        if loss is not None and probability is not None:
            appetite.append((loss, probability))
        elif loss is not None or probability is not None:
            lacking = f"appetite_loss_{which}" if loss is None else f"appetite_probability_{which}"
            raise Bad("An appetite needs both a loss and a yearly probability.", lacking)
    appetite.sort()
    if len(appetite) == 2 and (appetite[0][1] < appetite[1][1] or appetite[0][0] == appetite[1][0]):
        raise Bad("The larger loss must have the smaller probability.", "appetite_probability_2")
    return UnitFact(
        row=row,
        code=code,
        name=values["unit_name"],
        parent=parent,
        currency=values.get("currency", ""),
        budget=values.get("yearly_budget"),
        appetite=tuple(appetite),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("unit_code", required=True),
            Column("unit_name", required=True),
            Column("parent_code", also=("parent_unit_code", "parent_unit", "parent")),
            Column("currency", currency),
            Column("yearly_budget", money, also=("annual_budget", "budget")),
            Column("appetite_loss_1", money),
            Column("appetite_probability_1", share),
            Column("appetite_loss_2", money),
            Column("appetite_probability_2", share),
        ),
        marks=(("unit_code",), ("unit_name",)),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of business units."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The units of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

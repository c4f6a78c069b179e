"""The table of controls: what each bears on, how well it works, and when that was last tested."""

from collections.abc import Iterator

from garrison.formats.facts import ControlFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import day, days, share, shares, words

FORMAT = "controls-table"
TITLE = "Controls"
VERSION = 1

EFFECT = words(
    preventing="prevent preventive prevention preventative",
    responding="respond responsive response corrective mitigating",
)


def _build(row: int, values: Values, _: Tally) -> ControlFact:
    """A control; an effectiveness without a date is an estimate that no test has borne out yet."""
    return ControlFact(
        row=row,
        code=values["control_code"],
        name=values["control_name"],
        effect=values.get("effect", "preventing"),
        unit=values.get("unit_code", ""),
        owner=values.get("owner", ""),
        bears_on=values.get("bears_on", {}),
        effectiveness=values.get("effectiveness"),
        tested=values.get("tested"),
        test_every_days=values.get("test_every_days", 90),
        device=values.get("device", ""),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("control_code", required=True),
            Column("control_name", required=True),
            Column("effect", EFFECT),
            Column("unit_code", also=("unit",)),
            Column("owner", also=("control_owner",)),
            Column("bears_on", shares),
            Column("effectiveness", share),
            Column("tested", day, also=("tested_on", "last_tested")),
            Column("test_every_days", days),
            Column("device", also=("device_code",)),
        ),
        marks=(("control_code",), ("control_name",)),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of controls."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The controls of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

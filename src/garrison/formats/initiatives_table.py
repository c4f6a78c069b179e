"""The table of initiatives: what money could buy, what it takes away, and what it depends on."""

from collections.abc import Iterator

from garrison.formats.facts import InitiativeFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, currency, items, measure, money, shares, whole, yes_no

FORMAT = "initiatives-table"
TITLE = "Initiatives"
VERSION = 1


def _build(row: int, values: Values, _: Tally) -> InitiativeFact:
    """An initiative that neither needs nor shuts out itself, nor does both to another."""
    code, requires, excludes = values["initiative_code"], values.get("requires", ()), values.get("excludes", ())
    for name, others in (("requires", requires), ("excludes", excludes)):
        if code in others:
            raise Bad("An initiative cannot name itself here.", name)
    both = sorted(set(requires) & set(excludes))
    if both:
        raise Bad(f"{both[0]} is both required and excluded.", "excludes")
    return InitiativeFact(
        row=row,
        code=code,
        name=values["initiative_name"],
        cost=values["cost"],
        currency=values.get("currency", ""),
        unit=values.get("unit_code", ""),
        owner=values.get("owner", ""),
        effectiveness=values.get("effectiveness", {}),
        requires=requires,
        excludes=excludes,
        days=values.get("days"),
        team=values.get("team", ""),
        team_days=values.get("team_days"),
        must=values.get("must", False),
        must_reason=values.get("must_reason", ""),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("initiative_code", required=True),
            Column("initiative_name", required=True),
            Column("cost", money, required=True),
            Column("currency", currency),
            Column("unit_code", also=("unit",)),
            Column("owner", also=("sponsor",)),
            Column("effectiveness", shares),
            Column("requires", items),
            Column("excludes", items),
            Column("days", whole),
            Column("team"),
            Column("team_days", measure),
            Column("must", yes_no),
            Column("must_reason"),
        ),
        marks=(("initiative_code",), ("cost",)),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a table of initiatives."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The initiatives of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

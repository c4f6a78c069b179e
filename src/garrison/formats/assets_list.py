"""Our list of assets, exported and coming back: owner, criticality and exposure may be changed in it."""

from collections.abc import Iterator

from garrison.formats.facts import AssetLineFact, Reading
from garrison.formats.lines import columns, read_lines, told_of, unbuilt
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Values, recognised
from garrison.formats.tables.values import yes_no

FORMAT = "assets-list"
TITLE = "List of assets, as exported"
VERSION = 1

TOLD = ("asset_name", "asset_code", "kind", "site", "unit_code", "address", "zone", "floor", "building", "serves")
"""Columns that scans and the lists of devices and hosts fill; here they only have to agree."""

QUIET = ("state", "last_seen", "os")
"""Columns that move by themselves between two exports."""

SCHEMA = Schema(
    title=TITLE,
    columns=columns(TOLD, Column("owner"), Column("critical", yes_no), Column("exposed", yes_no)),
    marks=(("uuid",), ("asset_code",), ("asset_name",)),
    build=unbuilt,
    quiet=QUIET,
)


def _build(said: tuple[str, ...], row: int, values: Values) -> AssetLineFact:
    """One asset as the row has it."""
    return AssetLineFact(
        row=row,
        uuid=values["uuid"],
        told=told_of(values, TOLD, said),
        said=said,
        owner=values.get("owner", ""),
        critical=values.get("critical", False),
        exposed=values.get("exposed"),
    )


def sniff(source: Source) -> bool:
    """Whether ``source`` is an export of the list of assets."""
    return recognised(source, (SCHEMA,))


def read(source: Source) -> Iterator[Reading]:
    """The rows of ``source``. Raises `Damaged`."""
    return read_lines(source, SCHEMA, _build)

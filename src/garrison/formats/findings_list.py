"""Our list of findings, exported and coming back: owner, due day and decision may be changed in it."""

from collections.abc import Iterator

from garrison.formats.facts import FindingLineFact, Reading
from garrison.formats.lines import columns, read_lines, told_of, unbuilt
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Values, recognised
from garrison.formats.tables.values import day, words

FORMAT = "findings-list"
TITLE = "List of findings, as exported"
VERSION = 1

TOLD = ("finding_code", "finding", "asset_code", "kind", "rule", "severity", "component", "location")
"""Columns that reports fill; here they only have to agree."""

QUIET = (
    "priority", "seen", "first_seen", "last_seen", "epss", "site", "reason", "cves", "version", "fixed", "cvss",
    "in_kev", "exposed", "source", "source_row",
)  # fmt: skip
"""Columns that move by themselves between two exports."""

STATUS = words(open="reopened", planned="", accepted="", closed="", **{"not affected": "notaffected"})

SCHEMA = Schema(
    title=TITLE,
    columns=columns(
        TOLD,
        Column("owner"),
        Column("due", day),
        Column("status", STATUS),
        Column("note"),
        Column("accepted_until", day),
    ),
    marks=(("uuid",), ("finding_code",), ("finding",)),
    build=unbuilt,
    quiet=QUIET,
)


def _build(said: tuple[str, ...], row: int, values: Values) -> FindingLineFact:
    """One finding as the row has it."""
    return FindingLineFact(
        row=row,
        uuid=values["uuid"],
        told=told_of(values, TOLD, said),
        said=said,
        owner=values.get("owner", ""),
        due=values.get("due"),
        status=values.get("status", ""),
        note=values.get("note", ""),
        accepted_until=values.get("accepted_until"),
    )


def sniff(source: Source) -> bool:
    """Whether ``source`` is an export of the list of findings."""
    return recognised(source, (SCHEMA,))


def read(source: Source) -> Iterator[Reading]:
    """The rows of ``source``. Raises `Damaged`."""
    return read_lines(source, SCHEMA, _build)

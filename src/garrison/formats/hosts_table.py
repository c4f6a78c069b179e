"""The host list: computers and network devices that someone keeps in a table rather than in a scanner."""

from collections.abc import Iterator
from ipaddress import ip_address

from garrison.formats.facts import HostFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, items, yes_no

FORMAT = "hosts-table"
TITLE = "Host list"
VERSION = 1


def addresses(text: str) -> tuple[str, ...]:
    """IP addresses in their shortest form, separated by semicolons."""
    found = []
    for item in items(text):
        try:
            found.append(str(ip_address(item)))
        except ValueError:
            raise Bad(f"“{item[:60]}” is not an IP address. Separate several with semicolons.") from None
    return tuple(dict.fromkeys(found))


def _build(row: int, values: Values, _: Tally) -> HostFact:
    """A host, known by its name."""
    name = values["host_name"]
    return HostFact(
        row=row,
        ident=name,
        name=name,
        addresses=values.get("addresses", ()),
        os=values.get("os", ""),
        unit=values.get("unit_code", ""),
        site=values.get("site", ""),
        owner=values.get("owner", ""),
        exposed=values.get("exposed"),
        critical=values.get("critical"),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("host_name", required=True),
            Column("addresses", addresses, also=("address", "ip_address", "ip_addresses", "ip")),
            Column("os", also=("operating_system",)),
            Column("unit_code", also=("unit",)),
            Column("site"),
            Column("owner"),
            Column("exposed", yes_no, also=("internet_exposed",)),
            Column("critical", yes_no),
        ),
        marks=(("host_name",), ("exposed", "internet_exposed")),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a host list."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The hosts of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

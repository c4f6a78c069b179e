"""The device list: doors, readers, cameras, locks, controllers and sensors, with the latest test of each."""

from collections.abc import Iterator

from garrison.formats.facts import DeviceFact, Reading
from garrison.formats.source import Source
from garrison.formats.tables.schema import Column, Schema, Tally, Values, readings, recognised
from garrison.formats.tables.values import Bad, day, words, yes_no

FORMAT = "devices"
TITLE = "Device list"
VERSION = 1

KIND = words(
    door="portal gate turnstile",
    reader="cardreader badgereader",
    camera="cam ipcamera cctv",
    lock="strike maglock",
    controller="panel doorcontroller",
    sensor="detector contact",
)
STATE = words(
    ok="good online normal working up",
    held="heldopen propped",
    failed="fault faulty broken",
    offline="down unreachable",
)
RESULT = words(**{"pass": "passed ok yes", "fail": "failed no"})


def passed(text: str) -> bool:
    """Whether a test's result is pass rather than fail."""
    return RESULT(text) == "pass"


def _build(row: int, values: Values, _: Tally) -> DeviceFact:
    """A device. A test's result needs the test's date."""
    if "test_result" in values and "tested" not in values:
        raise Bad("A test result needs the date of the test.", "tested")
    code, serves = values["device_code"], values.get("serves", "")
    if code == serves:
        raise Bad("A device does not serve itself. Name the door that it belongs to.", "serves")
    return DeviceFact(
        row=row,
        code=code,
        name=values["device_name"],
        kind=values["device_kind"],
        unit=values.get("unit_code", ""),
        site=values.get("site", ""),
        building=values.get("building", ""),
        floor=values.get("floor", ""),
        zone=values.get("zone", ""),
        critical=values.get("critical"),
        serves=serves,
        address=values.get("address", ""),
        model=values.get("model", ""),
        state=values.get("state", ""),
        tested=values.get("tested"),
        test_passed=values.get("test_result"),
        test_note=values.get("test_note", ""),
    )


SCHEMAS = (
    Schema(
        title=TITLE,
        columns=(
            Column("device_code", required=True),
            Column("device_name", required=True),
            Column("device_kind", KIND, required=True),
            Column("unit_code", also=("unit",)),
            Column("site"),
            Column("building"),
            Column("floor"),
            Column("zone"),
            Column("critical", yes_no),
            Column("serves", also=("serves_door",)),
            Column("address", also=("ip_address",)),
            Column("model"),
            Column("state", STATE),
            Column("tested", day, also=("tested_on", "last_tested")),
            Column("test_result", passed),
            Column("test_note"),
        ),
        marks=(("device_code",), ("device_kind",)),
        build=_build,
    ),
)


def sniff(source: Source) -> bool:
    """Whether ``source`` is a device list."""
    return recognised(source, SCHEMAS)


def read(source: Source) -> Iterator[Reading]:
    """The devices of ``source``. Raises `Damaged`."""
    return readings(source, SCHEMAS)

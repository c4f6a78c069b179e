"""Storing doors and devices, what serves what, and the tests that a device list tells of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from garrison.apps.assets import rules
from garrison.apps.assets.models import PHYSICAL, Asset, DeviceTest
from garrison.apps.assets.services.placing import Placing, placing
from garrison.apps.organization.rules import Place
from garrison.core import journal
from garrison.core.bulk import BATCH, STORED, UNCHANGED, UPDATED, batches, key_of, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import ImportedFile, User
from garrison.core.ui import figures
from garrison.formats.facts import DeviceFact

CHUNK = 5_000
FIELDS = (
    "kind", "code", "name", "unit_id", "unit_code", "site_id", "zone_id", "critical", "serves_named", "address",
    "model", "state",
)  # fmt: skip
SHOWN = 8

Test = tuple[int, date, bool, str]


@command("assets.import_devices")
def import_devices(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store doors and devices with their places, links and latest tests; gives how many of each verdict.

    A link may name a door that comes later in the file, or in a later file. A test is recorded once.
    """
    where = placing(actor, batch, lambda staged: (_fact(staged).unit, _place(staged)))
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    files: dict[int, ImportedFile] = {}
    undecided: Counter[int] = Counter()
    for chunk in batches(batch, CHUNK):
        rows = [_row(staged, where) for staged in chunk]
        verdicts, primary = reconcile(Asset, rows, compare=FIELDS, merge=True, fresh={"critical": False})
        ids = [primary[row["key"]] for row in rows]
        for place in _record_tests(actor, batch, chunk, ids):
            if verdicts[place] == UNCHANGED:
                verdicts[place] = UPDATED
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
        for staged in chunk:
            files[staged.file.pk] = staged.file
            undecided[staged.file.pk] += _fact(staged).tested is not None and _fact(staged).test_passed is None
    where.tell(batch)
    lost = _link()
    for pk, file in files.items():
        if undecided[pk]:
            untold = figures.counted(undecided[pk], "rows")
            reason = f"{untold} with the day of a test but no result: no such test was recorded."
            batch.note(file, reason, name="test_result")
    if lost and files:
        shown = ", ".join(lost[:SHOWN]) + (" and others" if len(lost) > SHOWN else "")
        doors = figures.counted(len(lost), "doors")
        reason = f"{doors} named as served but not known ({shown}): linked as soon as known."
        batch.note(next(iter(files.values())), reason, name="serves")
    changed(target="devices", after=dict(totals))
    return dict(totals)


def _fact(staged: Staged) -> DeviceFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, DeviceFact)
    return staged.fact


def _place(staged: Staged) -> Place:
    """Where a device is."""
    fact = _fact(staged)
    return Place(fact.site, fact.building, fact.floor, fact.zone)


def _row(staged: Staged, where: Placing) -> dict[str, Any]:
    """One device as the register has it."""
    fact = _fact(staged)
    code = rules.code_of(fact.code)
    return {
        "key": key_of(f"{fact.kind}:{code}"),
        "kind": fact.kind,
        "code": code,
        "name": fact.name,
        **where.of(staged, fact.unit, _place(staged)),
        "critical": fact.critical,
        "serves_named": fact.serves,
        "address": fact.address,
        "model": fact.model,
        "state": fact.state,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


def _record_tests(actor: User, batch: Batch, chunk: Sequence[Staged], ids: Sequence[int]) -> list[int]:
    """Record the tests that are new, each once; gives the places in the chunk that told them."""
    told: dict[Test, int] = {}
    for place, (staged, asset) in enumerate(zip(chunk, ids, strict=True)):
        fact = _fact(staged)
        if fact.tested is not None and fact.test_passed is not None:
            told.setdefault((asset, fact.tested, fact.test_passed, fact.test_note[:400]), place)
    for some in batches(dict.fromkeys(asset for asset, *_ in told)):
        known = DeviceTest.objects.filter(asset__in=some).values_list("asset_id", "on", "passed", "note")
        for test in known:
            told.pop(test, None)
    made = DeviceTest.objects.bulk_create(
        [
            DeviceTest(
                asset_id=asset,
                on=on,
                passed=passed,
                note=note,
                recorded_by=actor.username,
                recorded_at=batch.at,
                source=chunk[place].file,
                source_row=chunk[place].fact.row,
            )
            for (asset, on, passed, note), place in told.items()
        ],
        batch_size=BATCH,
    )
    journal.added(made)
    return list(told.values())


def _link() -> list[str]:
    """Point every device at the door it serves, and every door at its controller; gives the doors nobody knows."""
    devices = list(
        Asset.objects.filter(kind__in=PHYSICAL).only(
            "pk", "kind", "code", "name", "serves_named", "serves", "controller"
        )
    )
    doors = _doors(devices)
    lost: dict[str, None] = {}
    controllers: dict[int, int] = {}
    moved: dict[int, Asset] = {}
    for device in devices:
        named = rules.served(device.serves_named)
        lost |= dict.fromkeys(name for name in named if name not in doors)
        found = [doors[name] for name in named if doors.get(name, device.pk) != device.pk]
        if device.kind == "controller":
            controllers |= dict.fromkeys(found, device.pk)
            found = []
        serves = found[0] if found else None
        if device.serves_id != serves:
            device.serves_id = serves
            moved[device.pk] = device
    for device in devices:
        if device.controller_id != controllers.get(device.pk):
            device.controller_id = controllers.get(device.pk)
            moved[device.pk] = device
    Asset.objects.bulk_update(moved.values(), ["serves", "controller"], batch_size=BATCH)
    return list(lost)


def _doors(devices: Sequence[Asset]) -> Mapping[str, int]:
    """What may be served, by small-letter code and name: doors before other devices, codes before names."""
    ranked = sorted(devices, key=lambda device: (device.kind == "door", device.pk))
    named = {device.name.casefold(): device.pk for device in ranked}
    return named | {device.code.casefold(): device.pk for device in ranked}

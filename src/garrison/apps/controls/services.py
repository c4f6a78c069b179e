"""Commands of the controls app."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from garrison.apps.assets.models import PHYSICAL, Asset, DeviceTest
from garrison.apps.controls import selectors
from garrison.apps.controls.models import Control, ControlTest, Implementation
from garrison.apps.controls.rules import Measured, after_device_test
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.rules import slug
from garrison.core import journal
from garrison.core.bulk import batches, reconcile
from garrison.core.clock import local_day
from garrison.core.commands import Refused, changed, command
from garrison.core.imports import Batch
from garrison.core.models import Undo, User
from garrison.core.undoing import offer_undo
from garrison.formats.facts import ControlFact

COMPARED = ("name", "effect", "unit_id", "owner", "test_every_days", "device_id")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A test that was recorded, and how to take it back."""

    test: ControlTest
    undo: Undo


@command("controls.import_controls")
def import_controls(*, actor: User, batch: Batch) -> None:
    """Store controls and their latest tests from a controls table."""
    stored = 0
    for chunk in batches(batch):
        facts = [staged.fact for staged in chunk if isinstance(staged.fact, ControlFact)]
        units = organization.unit_ids(viewer=actor, codes={fact.unit for fact in facts})
        devices = _devices({fact.device for fact in facts if fact.device})
        rows, kept = [], []
        for staged, fact in zip(chunk, facts, strict=True):
            if fact.unit and slug(fact.unit) not in units:
                batch.refuse(staged, "unit_code", f"there is no unit {fact.unit}; import the business units first")
                continue
            if fact.device and fact.device.lower() not in devices:
                batch.refuse(staged, "device", f"there is no device {fact.device}; import the device list first")
                continue
            kept.append((staged, fact))
            rows.append(
                {
                    "key": fact.code,
                    "code": fact.code,
                    "name": fact.name,
                    "effect": fact.effect,
                    "unit_id": units.get(slug(fact.unit)),
                    "owner": fact.owner,
                    "test_every_days": fact.test_every_days,
                    "device_id": devices.get(fact.device.lower()),
                    "source_id": staged.file.pk,
                    "source_row": fact.row,
                }
            )
        verdicts, ids = reconcile(Control, rows, compare=COMPARED)
        known = set(
            ControlTest.objects.filter(control__in=ids.values(), device_test=None).values_list(
                "control_id", "on", "effectiveness"
            )
        )
        tests = []
        for place, (staged, fact) in enumerate(kept):
            if fact.effectiveness is None or fact.tested is None:
                continue
            if (ids[fact.code], fact.tested, fact.effectiveness) in known:
                continue
            known.add((ids[fact.code], fact.tested, fact.effectiveness))
            if verdicts[place] == "unchanged":
                verdicts[place] = "updated"
            tests.append(
                ControlTest(
                    control_id=ids[fact.code],
                    on=fact.tested,
                    effectiveness=fact.effectiveness,
                    recorded_by=actor.username,
                    recorded_at=batch.at,
                    source=staged.file,
                    source_row=fact.row,
                )
            )
        journal.added(ControlTest.objects.bulk_create(tests, batch_size=1000))
        batch.settle([staged for staged, _ in kept], verdicts)
        stored += sum(verdict != "unchanged" for verdict in verdicts)
    changed(target="controls", after={"stored": stored})


@command("controls.apply_device_tests")
def apply_device_tests(*, actor: User, at: datetime) -> int:
    """Let tests of doors and devices count as tests of the controls that rest on them; gives how many newly did."""
    fresh = []
    controls = Control.objects.filter(device__isnull=False).prefetch_related("tests", "device__tests")
    for control in controls:
        device = control.device
        assert device is not None
        counted = {test.device_test_id for test in control.tests.all()}
        own = [
            Measured(test.on, test.effectiveness, test.note)
            for test in control.tests.all()
            if test.device_test_id is None
        ]
        for tested in sorted(device.tests.all(), key=lambda test: (test.on, test.recorded_at)):
            if tested.pk in counted:
                continue
            verdict = after_device_test(own, on=tested.on, passed=tested.passed, note=_note(device, tested))
            if verdict is not None:
                fresh.append(
                    ControlTest(
                        control=control,
                        on=verdict.on,
                        effectiveness=verdict.effectiveness,
                        note=verdict.note[:400],
                        recorded_by=tested.recorded_by,
                        recorded_at=at,
                        device_test=tested,
                        source_id=tested.source_id,
                        source_row=tested.source_row,
                    )
                )
    ControlTest.objects.bulk_create(fresh, batch_size=1000)
    changed(
        target="device tests",
        after=[{"control": t.control.code, "on": t.on, "effectiveness": round(t.effectiveness, 4)} for t in fresh],
    )
    return len(fresh)


@command("controls.record_test")
def record_test(*, actor: User, uuid: UUID, on: date, effectiveness: float, at: datetime, note: str = "") -> Recorded:
    """Record how well a control worked when it was tested: the share, 0 to 1, of attempts it stopped."""
    control = selectors.control(viewer=actor, uuid=uuid)
    if not 0 <= effectiveness <= 1:
        raise Refused("effectiveness is a share between 0 and 100 %")
    if on > local_day(at):
        raise Refused("a test cannot lie in the future")
    test = ControlTest.objects.create(
        control=control,
        on=on,
        effectiveness=effectiveness,
        note=note[:400],
        recorded_by=actor.username,
        recorded_at=at,
    )
    undo = offer_undo(
        actor=actor,
        at=at,
        label=f"Test of {control.code}",
        command_name="controls.remove_test",
        arguments={"uuid": str(test.uuid)},
    )
    changed(
        target=control.code,
        path=control.unit.path if control.unit else "/",
        after={"on": on, "effectiveness": effectiveness, "note": note},
    )
    return Recorded(test, undo)


@command("controls.say_in_place")
def say_in_place(
    *,
    actor: User,
    uuid: UUID,
    share: float | None,
    on: date,
    at: datetime,
    unit: str = "",
    site: UUID | None = None,
    kind: str = "own",
    inherited_from: str = "",
    note: str = "",
) -> Implementation:
    """Say how far a control is in place in a unit or at a site, or whose it is there; the newest word counts."""
    control = selectors.control(viewer=actor, uuid=uuid)
    if kind not in dict(Implementation.KINDS):
        raise Refused("a control is done here, shared, or inherited")
    if kind == "inherited":
        share = None
    elif share is None or not 0 <= share <= 1:
        raise Refused("how far it is in place is a share between 0 and 100 %")
    if on > local_day(at):
        raise Refused("that day lies in the future")
    where = organization.unit(viewer=actor, code=unit) if unit else None
    provider = organization.unit(viewer=actor, code=inherited_from) if inherited_from else None
    if (kind == "own") != (provider is None):
        raise Refused("name the unit that provides it when it is shared or inherited, and only then")
    if provider is not None and where is not None and provider.pk == where.pk:
        raise Refused("a unit cannot inherit a control from itself")
    place = organization.site(viewer=actor, uuid=site) if site else None
    held = Implementation.objects.filter(control=control, unit=where, site=place).first()
    before = {"kind": held.kind, "share": held.share, "on": held.on} if held else None
    told = held or Implementation(control=control, unit=where, site=place)
    told.kind, told.share, told.on, told.inherited_from = kind, share, on, provider
    told.note, told.said_by, told.said_at = note.strip()[:400], actor.username, at
    told.save()
    changed(
        target=f"{control.code} in {told.place}",
        path=where.path if where else "/",
        before=before,
        after={"kind": kind, "share": share, "on": on, "from": inherited_from, "note": told.note},
    )
    return told


@command("controls.remove_test")
def remove_test(*, actor: User, uuid: str) -> None:
    """Take a recorded test back."""
    test = ControlTest.objects.filter(uuid=uuid, device_test=None, control__in=selectors.controls(viewer=actor)).first()
    if test is None:
        raise Refused("there is no such test, or it follows from a test of a device")
    changed(target=test.control.code, before={"on": test.on, "effectiveness": test.effectiveness, "note": test.note})
    test.delete()


def _devices(codes: set[str]) -> dict[str, int]:
    """Doors and devices by code in lower case."""
    found: dict[str, int] = {}
    keys = [f"{kind}:{code.lower()}" for code in sorted(codes) for kind in PHYSICAL]
    for chunk in batches(keys):
        rows = Asset.objects.filter(key__in=chunk).values_list("code", "pk")
        found.update((code.lower(), pk) for code, pk in rows)
    return found


def _note(device: Asset, tested: DeviceTest) -> str:
    """What a device's test tells of the control."""
    return f"{device.code}: {tested.note}" if tested.note else device.code

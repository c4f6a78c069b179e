"""What people decide about assets: tests of doors and devices, who owns what, what is critical or exposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from garrison.apps.assets import rules, selectors
from garrison.apps.assets.models import PHYSICAL, Asset, DeviceTest
from garrison.core.bulk import BATCH, batches
from garrison.core.clock import local_day
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import Undo, User
from garrison.core.undoing import held, offer_undo

DECIDED = ("owner", "critical", "exposed")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A test that was recorded, and how to take it back."""

    test: DeviceTest
    undo: Undo


@command("assets.record_test")
def record_test(*, actor: User, uuid: UUID, on: date, passed: bool, note: str, at: datetime) -> Recorded:
    """Record a test of a door or device. A failed test marks it as failed; a passed one clears that."""
    asset = _one(actor, uuid)
    note = note.strip()[:400]
    if asset.kind not in PHYSICAL:
        raise Refused("only doors and devices are tested here; a computer is tested by its scanner")
    if on > local_day(at):
        raise Refused("a test lies in the past or today; mend the day")
    if asset.tests.filter(on=on, passed=passed, note=note).exists():
        raise Refused("this test is recorded already; add a note that tells the two apart")
    newest = not asset.tests.filter(on__gt=on).exists()
    before = asset.state
    test = DeviceTest.objects.create(
        asset=asset, on=on, passed=passed, note=note, recorded_by=actor.username, recorded_at=at
    )
    if newest:
        asset.state = rules.state_after_test(before, passed)
        asset.save(update_fields=["state"])
    undo = offer_undo(
        actor=actor,
        at=at,
        label=f"Test of {asset.code} on {on}",
        command_name="assets.remove_test",
        arguments={"uuid": str(test.uuid), "state": before},
    )
    told = {"on": on, "passed": passed, "note": note, "state": asset.state}
    changed(target=asset.code, path=_path(asset), before={"state": before}, after=told)
    return Recorded(test, undo)


@command("assets.remove_test")
def remove_test(*, actor: User, uuid: UUID | str, state: str) -> None:
    """Take a recorded test back, and put the device's state back to ``state``. Tests that files told of stay."""
    test = selectors.tests(viewer=actor).filter(uuid=uuid).first()
    if test is None:
        raise Missing("no such test")
    if test.source_id is not None:
        raise Refused("an imported test stays; import a corrected file")
    asset = _one(actor, test.asset.uuid)
    told = {"on": test.on, "passed": test.passed, "note": test.note, "state": asset.state}
    test.delete()
    asset.state = state
    asset.save(update_fields=["state"])
    changed(target=asset.code, path=_path(asset), before=told, after={"state": state})


@command("assets.set_exposed")
def set_exposed(*, actor: User, uuids: Sequence[UUID], exposed: bool | None, at: datetime) -> Undo:
    """Say whether assets are reachable from the internet; None when nobody knows."""
    words = {True: "exposed", False: "not exposed", None: "of unknown exposure"}[exposed]
    return _decide(actor, uuids, "exposed", exposed, at, f"marked {words}")


@command("assets.set_critical")
def set_critical(*, actor: User, uuids: Sequence[UUID], critical: bool, at: datetime) -> Undo:
    """Say whether assets are critical."""
    return _decide(actor, uuids, "critical", critical, at, "marked critical" if critical else "marked not critical")


@command("assets.assign_owner")
def assign_owner(*, actor: User, uuids: Sequence[UUID], owner: str, at: datetime) -> Undo:
    """Say who answers for assets; "" for nobody."""
    owner = owner.strip()[:200]
    return _decide(actor, uuids, "owner", owner, at, f"given to {owner}" if owner else "given to nobody")


@command("assets.restore")
def restore(*, actor: User, field: str, values: Mapping[str, Any]) -> None:
    """Put one decided field of assets (by uuid) back to what it was."""
    if field not in DECIDED:
        raise Refused(f"{field} cannot be put back")
    assets = _chosen(actor, [UUID(uuid) for uuid in values])
    before = {str(asset.uuid): getattr(asset, field) for asset in assets}
    for asset in assets:
        setattr(asset, field, values[str(asset.uuid)])
    Asset.objects.bulk_update(assets, [field], batch_size=BATCH)
    changed(target=_named(assets), before={field: before}, after={field: dict(values)}, path=_common(assets))


def _decide(actor: User, uuids: Sequence[UUID], field: str, value: Any, at: datetime, words: str) -> Undo:
    """Set one field of many assets, and keep how it was."""
    assets = _chosen(actor, uuids)
    before = {str(asset.uuid): getattr(asset, field) for asset in assets}
    for chunk in batches(assets):
        Asset.objects.filter(pk__in=[asset.pk for asset in chunk]).update(**{field: value})
    changed(target=_named(assets), before={field: before}, after={field: value}, path=_common(assets))
    return offer_undo(
        actor=actor,
        at=at,
        label=f"{_named(assets)} {words}",
        command_name="assets.restore",
        arguments={"field": field, "values": before},
    )


def _one(actor: User, uuid: UUID) -> Asset:
    """The asset of a test, held until the command ends. Raises ``Missing`` outside the actor's sight."""
    return _chosen(actor, [uuid])[0]


def _chosen(actor: User, uuids: Sequence[UUID]) -> list[Asset]:
    """The assets asked for. Raises ``Missing`` when one is unknown or out of sight, so that nothing is half done."""
    found: list[Asset] = []
    wanted = list(dict.fromkeys(uuids))
    for chunk in batches(wanted):
        found += held(selectors.assets(viewer=actor).filter(uuid__in=chunk))
    if not found or len(found) != len(wanted):
        raise Missing("one of these assets does not exist")
    return found


def _named(assets: Sequence[Asset]) -> str:
    """One asset by its code, several by their number."""
    return assets[0].code if len(assets) == 1 else f"{len(assets):,} assets"


def _path(asset: Asset) -> str:
    """The path of the unit that answers for an asset."""
    return asset.unit.path if asset.unit else "/"


def _common(assets: Sequence[Asset]) -> str:
    """The longest unit path that holds all of ``assets``."""
    paths = [_path(asset).split("/") for asset in assets]
    shared = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared).rstrip("/") + "/"

"""Our list of assets coming back: each changed row becomes the decision that it would be on the page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from garrison.apps.assets import rules, selectors
from garrison.apps.assets.models import Asset
from garrison.apps.assets.services.decisions import assign_owner, set_critical, set_exposed
from garrison.core import journal
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches
from garrison.core.commands import Refused, changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import Undo, User
from garrison.core.ui import figures
from garrison.formats.facts import AssetLineFact

Change = tuple[tuple[str, Any], ...]


@command("assets.import_lines")
def import_lines(*, actor: User, batch: Batch) -> dict[str, int]:
    """Make the decisions that a list of assets holds, as the person who brought it; gives how many of each verdict.

    A row whose other columns disagree with the register is refused: it was edited where it cannot be, or its cells
    slipped, or the list is out of date.
    """
    totals = dict.fromkeys((STORED, UPDATED, UNCHANGED), 0)
    seen: set[str] = set()
    for chunk in batches(batch):
        known = _known(actor, [_fact(staged).uuid for staged in chunk])
        wanted: dict[Change, list[tuple[Staged, Asset]]] = defaultdict(list)
        for staged in chunk:
            asset = known.get(_fact(staged).uuid)
            if asset is None:
                batch.refuse(staged, "uuid", "no asset has this id; new hosts and devices come by their own lists")
            elif asset.key in seen:
                batch.refuse(staged, "uuid", "this asset stands in an earlier row too; keep one of them")
            elif wrong := rules.disagreement(_fact(staged).told, told_of(asset)):
                batch.refuse(staged, *wrong)
            else:
                seen.add(asset.key)
                wanted[_changes(_fact(staged), asset)].append((staged, asset))
        for change, rows in wanted.items():
            verdict = UNCHANGED
            if change:
                who = rows[0][0].file.run.actor
                try:
                    with transaction.atomic():
                        undone = edit(actor=who, uuids=[asset.uuid for _, asset in rows], change=change, at=batch.at)
                except Refused as refusal:
                    for staged, _ in rows:
                        batch.refuse(staged, change[0][0], str(refusal))
                    continue
                verdict = UPDATED
                _tell(change, rows, undone)
            batch.settle([staged for staged, _ in rows], [verdict] * len(rows))
            totals[verdict] += len(rows)
    changed(target="assets", after=totals)
    return totals


@command("assets.edit")
def edit(*, actor: User, uuids: Sequence[UUID], change: Change, at: datetime) -> list[Undo]:
    """Make one list's changes of some assets, each by its own command and permission; all of them or none."""
    said = dict(change)
    undone = []
    if "owner" in said:
        undone.append(assign_owner(actor=actor, uuids=uuids, owner=said["owner"], at=at))
    if "critical" in said:
        undone.append(set_critical(actor=actor, uuids=uuids, critical=said["critical"], at=at))
    if "exposed" in said:
        undone.append(set_exposed(actor=actor, uuids=uuids, exposed=said["exposed"], at=at))
    changed(target=figures.counted(len(uuids), "assets"), after={"from a list": said})
    return undone


def told_of(asset: Asset) -> dict[str, str]:
    """What an export tells of an asset in the columns that cannot be changed there."""
    return {
        "asset_name": asset.name,
        "asset_code": asset.code,
        "kind": asset.kind,
        "site": asset.site.name if asset.site else "",
        "unit_code": asset.unit.code if asset.unit else "",
        "address": asset.address,
        "zone": asset.zone.name if asset.zone else "",
        "floor": asset.zone.floor if asset.zone else "",
        "building": asset.zone.building if asset.zone else "",
        "serves": asset.serves_named,
    }


def _fact(staged: Staged) -> AssetLineFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, AssetLineFact)
    return staged.fact


def _known(actor: User, uuids: Sequence[str]) -> dict[str, Asset]:
    """The assets of these ids."""
    rows = selectors.assets(viewer=actor).filter(uuid__in=uuids).select_related("site", "unit", "zone")
    return {str(asset.uuid): asset for asset in rows}


def _changes(fact: AssetLineFact, asset: Asset) -> Change:
    """What a row wants otherwise, of the columns that its file has."""
    wants = {"owner": fact.owner.strip()[:200], "critical": fact.critical, "exposed": fact.exposed}
    return tuple((name, to) for name, to in wants.items() if name in fact.said and to != getattr(asset, name))


def _tell(change: Change, rows: Sequence[tuple[Staged, Asset]], undone: Sequence[Undo]) -> None:
    """Tell whoever listens what was decided, and how it is taken back."""
    for undo in undone:
        journal.way_back(undo.uuid)
    for staged, asset in rows:
        before = {name: getattr(asset, name) for name, _ in change}
        journal.note(
            journal.Entry("assets.Asset", asset.pk, asset.code, staged.file.pk, staged.fact.row, before, dict(change),
                          decided=True)
        )  # fmt: skip

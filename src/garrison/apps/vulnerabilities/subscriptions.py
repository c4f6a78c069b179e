"""What the vulnerabilities app does after commands of lower apps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from garrison.apps.assets import selectors as assets
from garrison.apps.assets.services import Recorded
from garrison.apps.vulnerabilities import services
from garrison.core.bulk import batches
from garrison.core.commands import on
from garrison.core.models import ImportRun, User

WEIGHED = {"vulnerabilities", "hosts", "devices", "units"}
"""What in a file's counts may move a priority."""


@on("imports.finish")
def conclude(*, actor: User, run: ImportRun, at: datetime, moved: bool, **_: Any) -> None:
    """After an import: devices that fail or work again, acceptances that ran out, and priorities where inputs moved."""
    if not moved:
        return
    services.end_acceptances(actor=actor, at=at)
    told = _told(run)
    if told is None or "devices" in told:
        services.watch_devices(actor=actor)
    if told is None or told & WEIGHED:
        services.prioritise(actor=actor)


def _told(run: ImportRun) -> set[str] | None:
    """What kinds of record the run's files moved; None where an earlier run was cut off and may have moved anything."""
    if ImportRun.objects.filter(finished=None).exclude(pk=run.pk).exists():
        return None
    files = run.files.filter(status="imported").values_list("counts", flat=True)
    return {name for counts in files for name, count in counts.items() if count}


@on("assets.record_test")
def test_recorded(*, actor: User, result: Recorded, **_: Any) -> None:
    """A test was recorded: its device's finding opens or closes."""
    services.watch_devices(actor=actor, only=[result.test.asset_id])


@on("assets.remove_test")
def test_removed(*, actor: User, **_: Any) -> None:
    """A test was taken back: look at the devices again."""
    services.watch_devices(actor=actor)


@on("assets.set_exposed")
@on("assets.set_critical")
def assets_decided(*, actor: User, uuids: Sequence[UUID], **_: Any) -> None:
    """Somebody said what is exposed or critical: weigh the findings of those assets anew."""
    _weigh_again(actor, uuids)


@on("assets.restore")
def assets_restored(*, actor: User, values: Mapping[str, Any], **_: Any) -> None:
    """A decision about assets was taken back."""
    _weigh_again(actor, [UUID(uuid) for uuid in values])


def _weigh_again(actor: User, uuids: Sequence[UUID]) -> None:
    """Prioritise the findings of these assets."""
    ids: list[int] = []
    for some in batches(uuids):
        ids += assets.assets(viewer=actor).filter(uuid__in=some).order_by().values_list("pk", flat=True)
    if ids:
        services.prioritise(actor=actor, assets=ids)


@on("core.begin_day")
def when_a_day_begins(*, actor: User, at: datetime, **_: Any) -> None:
    """An accepted risk may have run out since yesterday."""
    services.end_acceptances(actor=actor, at=at)

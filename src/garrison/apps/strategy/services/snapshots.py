"""The command that keeps the figures of a day."""

from datetime import datetime

from garrison.apps.strategy import selectors
from garrison.apps.strategy.models import Snapshot
from garrison.core.clock import local_day
from garrison.core.commands import changed, command, system_actor
from garrison.core.models import User


@command("strategy.snapshot")
def snapshot(*, actor: User, at: datetime) -> Snapshot:
    """Keep the figures of the day of ``at`` for the whole organisation; a second one of a day replaces the first."""
    figures = selectors.figures(viewer=system_actor(), at=at)
    day = local_day(at)
    kept, _ = Snapshot.objects.update_or_create(day=day, defaults={"at": at, "figures": figures})
    changed(target=day.isoformat(), after=figures)
    return kept

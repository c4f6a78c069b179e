"""What the access app does after commands of lower apps."""

from datetime import datetime
from typing import Any

from garrison.apps.access import services
from garrison.core.commands import on
from garrison.core.models import User


@on("imports.finish")
def compare_again(*, actor: User, at: datetime, moved: bool, **_: Any) -> None:
    """Once an import changed something, match holders anew and compare who has access with who should.

    This is how a leaver's badge shows up on the day the roster says so.
    """
    if moved:
        services.match_holders(actor=actor, at=at)
        services.reconcile_leavers(actor=actor, at=at)


@on("core.begin_day")
def when_a_day_begins(*, actor: User, at: datetime, **_: Any) -> None:
    """A last day worked may be over since yesterday."""
    services.reconcile_leavers(actor=actor, at=at)

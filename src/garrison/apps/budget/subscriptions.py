"""What the budget app does when losses change."""

from datetime import datetime
from typing import Any

from garrison.apps.budget import services
from garrison.core.commands import on
from garrison.core.models import User


@on("risk.compute")
def after_loss(*, actor: User, at: datetime, because: str = "", **_: Any) -> None:
    """Plan anew; nothing happens when neither losses nor initiatives changed."""
    services.replan(actor=actor, at=at, because=because)


@on("core.undo")
def after_undo(*, actor: User, at: datetime, result: str, **_: Any) -> None:
    """Plan anew when something was taken back, such as a budget."""
    services.replan(actor=actor, at=at, because=f"taken back: {result}")

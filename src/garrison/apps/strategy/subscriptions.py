"""What the strategy app does when something below it happens."""

from datetime import datetime
from typing import Any

from garrison.apps.strategy import services
from garrison.core.commands import on
from garrison.core.models import User


@on("imports.finish")
def after_import(*, actor: User, at: datetime, moved: bool, **_: Any) -> None:
    """Keep the day's figures once an import changed something and all other apps have drawn their conclusions."""
    if moved:
        services.snapshot(actor=actor, at=at)

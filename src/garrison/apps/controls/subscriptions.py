"""What the controls app does when something below it happens."""

from datetime import datetime
from typing import Any

from garrison.apps.controls import services
from garrison.core.commands import on
from garrison.core.models import User


@on("imports.finish")
def after_import(*, actor: User, at: datetime, moved: bool, **_: Any) -> None:
    """Let newly imported door tests count."""
    if moved:
        services.apply_device_tests(actor=actor, at=at)


@on("assets.record_test")
def after_device_test(*, actor: User, at: datetime, **_: Any) -> None:
    """Let a door test that somebody recorded count."""
    services.apply_device_tests(actor=actor, at=at)

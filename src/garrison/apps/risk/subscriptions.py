"""What the risk app does when something below it, or of its own, changes."""

from datetime import datetime
from typing import Any

from garrison.apps.risk import services
from garrison.core.clock import local_day
from garrison.core.commands import on
from garrison.core.models import User


@on("imports.finish")
def after_import(*, actor: User, at: datetime, moved: bool, **_: Any) -> None:
    """Compute anew when an import changed something."""
    if moved:
        _anew(actor, at, "new data")


@on("assets.record_test")
def after_device_test(*, actor: User, at: datetime, **_: Any) -> None:
    """Compute anew when a door or device was tested."""
    _anew(actor, at, "a door or device was tested")


@on("controls.record_test")
def after_control_test(*, actor: User, at: datetime, **_: Any) -> None:
    """Compute anew when a control was tested."""
    _anew(actor, at, "a control was tested")


@on("risk.approve")
def after_approval(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when a scenario counts from now on."""
    _anew(actor, at, f"{result.scenario.code} was approved")


@on("risk.withdraw")
def after_withdrawal(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when a scenario no longer counts."""
    _anew(actor, at, f"{result.scenario.code} is a draft again")


@on("risk.draft_scenario")
def after_draft(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when an estimate changed and so waits for approval."""
    _anew(actor, at, f"the estimate of {result.scenario.code} changed")


@on("core.undo")
def after_undo(*, actor: User, at: datetime, result: str, **_: Any) -> None:
    """Compute anew when something was taken back: a test, an approval, an estimate. Where nothing moved, nothing is."""
    _anew(actor, at, f"taken back: {result}")


def _anew(actor: User, at: datetime, because: str) -> None:
    """Compute the losses of the day."""
    services.compute(actor=actor, as_of=local_day(at), at=at, because=because)


@on("core.begin_day")
def when_a_day_begins(*, actor: User, at: datetime, **_: Any) -> None:
    """A control's test may have fallen overdue since yesterday, which lowers what it counts for."""
    _anew(actor, at, "a day passed")

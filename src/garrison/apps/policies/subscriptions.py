"""What the policies app does when something below it happens."""

from datetime import datetime
from typing import Any

from garrison.apps.policies import services
from garrison.core.commands import on
from garrison.core.models import User


@on("core.begin_day")
def when_a_day_begins(*, actor: User, at: datetime, **_: Any) -> None:
    """Reviews fall overdue and exceptions end with time alone."""
    services.mark_reviews(actor=actor, at=at)
    services.check_exceptions(actor=actor, at=at)


@on("controls.record_test")
def after_control_test(*, actor: User, at: datetime, **_: Any) -> None:
    """A compensating control may work less well than was assumed."""
    services.check_exceptions(actor=actor, at=at)


@on("controls.apply_device_tests")
def after_device_tests(*, actor: User, at: datetime, result: int, **_: Any) -> None:
    """The same when a test of a door or device counted for a control."""
    if result:
        services.check_exceptions(actor=actor, at=at)

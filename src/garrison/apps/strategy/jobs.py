"""Work that a schedule asks for."""

from typing import Any

from django.utils import timezone  # noqa: TID251 the job runner asks the clock

from garrison.apps.strategy import services
from garrison.core import services as core
from garrison.core.jobs import Report, daily
from garrison.core.models import User


@daily("strategy.daily", "The day's figures")
def keep_day(report: Report, actor: User) -> dict[str, Any]:
    """Draw the conclusions that time alone brings, then keep the day's figures for tomorrow to compare with."""
    core.begin_day(actor=actor, at=timezone.now())  # noqa: TID251 the job runner asks the clock
    kept = services.snapshot(actor=actor, at=timezone.now())  # noqa: TID251 the job runner asks the clock
    return {"day": kept.day.isoformat()}

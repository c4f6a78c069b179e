"""Work that a schedule asks for."""

from typing import Any

from django.utils import timezone  # noqa: TID251 the job runner asks the clock

from garrison.apps.strategy import services
from garrison.core.jobs import Report, daily
from garrison.core.models import User


@daily("strategy.daily", "The day's figures")
def keep_day(report: Report, actor: User) -> dict[str, Any]:
    """Keep the day's figures, so that tomorrow can say what changed."""
    kept = services.snapshot(actor=actor, at=timezone.now())  # noqa: TID251 the job runner asks the clock
    return {"day": kept.day.isoformat()}

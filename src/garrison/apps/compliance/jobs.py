"""Work that a schedule asks for."""

from typing import Any

from django.utils import timezone  # noqa: TID251 the job runner asks the clock

from garrison.apps.compliance import services
from garrison.core.jobs import Report, daily
from garrison.core.models import User


@daily("compliance.measure", "The day's evidence")
def measure(report: Report, actor: User) -> dict[str, Any]:
    """Let the system measure itself: leavers, findings, tests, sign-in, the audit log."""
    items = services.measure(actor=actor, at=timezone.now())  # noqa: TID251 the job runner asks the clock
    return {"measures": len(items)}

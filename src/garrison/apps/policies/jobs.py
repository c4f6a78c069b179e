"""Long work of the policies app."""

from typing import Any
from uuid import UUID

from django.utils import timezone  # noqa: TID251 the job runner asks the clock

from garrison.apps.policies import services
from garrison.core.jobs import Report, job
from garrison.core.models import User


@job("policies.send_reminders")
def send(report: Report, actor: User, uuid: str) -> dict[str, Any]:
    """Send the recorded reminders of a policy by e-mail."""
    counts = services.send_reminders(actor=actor, uuid=UUID(uuid), at=timezone.now())  # noqa: TID251
    return {"sentence": f"{counts['sent']} reminders sent, {counts['failed']} could not be sent"} | counts

"""Work that a schedule asks for."""

from typing import Any

from django.utils import timezone  # noqa: TID251 the job runner asks the clock

from garrison.apps.incidents.services import custody
from garrison.core.jobs import Report, daily
from garrison.core.models import User


@daily("incidents.check_evidence", "Evidence against its hashes")
def check_evidence(report: Report, actor: User) -> dict[str, Any]:
    """Hash every file of evidence anew, name what differs, and sweep what no item names."""
    return dict(custody.check_all(actor=actor, at=timezone.now()))  # noqa: TID251 the job runner asks the clock

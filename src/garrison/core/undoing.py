"""Keeping how a change is taken back."""

from datetime import datetime
from typing import Any

from garrison.core.models import Undo, User


def offer_undo(*, actor: User, at: datetime, label: str, command_name: str, arguments: dict[str, Any]) -> Undo:
    """Keep how to take back what the running command does: the command to call and its JSON arguments.

    Call it inside a command; ``core.undo`` calls ``command_name`` later with ``actor`` and ``arguments``.
    """
    return Undo.objects.create(actor=actor, at=at, label=label[:400], command=command_name, arguments=arguments)

"""Work that is done once a day: announced by kind, asked for by whichever worker notices first."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from garrison.core.commands import system_actor
from garrison.core.jobs.queue import ask, job
from garrison.core.models import Job

DAILY: dict[str, str] = {}
"""Kinds that are asked once in each UTC day, with the label that their jobs carry."""

_NAMESPACE = uuid.UUID("a1f5a1f0-6f0e-4c39-9d0a-5a1b7c9d2e44")


def daily(kind: str, label: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Announce a function ``(report, actor)`` as work of that kind, done once a day as the system actor."""

    def announce(work: Callable[..., Any]) -> Callable[..., Any]:
        DAILY[kind] = label or kind.replace(".", ": ").replace("_", " ")
        return job(kind)(work)

    return announce


def name_of(kind: str, at: datetime) -> uuid.UUID:
    """The one uuid that the work of this kind has on the UTC day of ``at``, so that no two workers ask for it."""
    return uuid.uuid5(_NAMESPACE, f"{kind} {at.astimezone(UTC).date().isoformat()}")


def ask_daily(*, at: datetime) -> list[str]:
    """Ask for the daily work that nobody has asked for yet today; gives the kinds that were asked."""
    names = {kind: name_of(kind, at) for kind in DAILY}
    there = set(Job.objects.filter(uuid__in=names.values()).values_list("uuid", flat=True))
    asked = []
    for kind, name in names.items():
        if name not in there:
            ask(actor=system_actor(), kind=kind, label=DAILY[kind], arguments={}, at=at, unit="steps", once=name)
            asked.append(kind)
    return asked

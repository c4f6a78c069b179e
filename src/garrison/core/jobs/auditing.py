"""Checking the whole chain of a long audit log as long work."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from garrison.core import audit
from garrison.core.commands import Forbidden
from garrison.core.jobs.queue import Report, ask, job
from garrison.core.models import ChainHead, Job, User
from garrison.core.scopes import paths

INLINE_ENTRIES = 20_000
"""A chain of at most so many entries is walked while one waits."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A walked chain: how many entries it has, the newest hash, where it does not hold, and how long the walk took."""

    entries: int
    head: str
    breaks: list[audit.Break]
    seconds: float


def check(*, actor: User, at: datetime) -> Checked | Job:
    """Walk the whole chain now, or ask for it as long work when the chain is long."""
    if "/" not in paths(actor, "audit.view"):
        raise Forbidden("the chain runs through the whole organisation; your role covers only a part of it")
    head = ChainHead.objects.get(pk=1)
    if head.seq > INLINE_ENTRIES:
        return ask(actor=actor, kind="audit.verify", label="Walk the audit chain", arguments={}, at=at, unit="entries")
    began = time.perf_counter()
    breaks = list(audit.verify())
    return Checked(head.seq, head.hash, breaks, time.perf_counter() - began)


@job("audit.verify")
def verify(report: Report, actor: User) -> dict[str, Any]:
    """Walk the whole chain; gives how many entries there are, the newest hash, and where it does not hold."""
    if "/" not in paths(actor, "audit.view"):
        raise Forbidden("the chain runs through the whole organisation; your role covers only a part of it")
    head = ChainHead.objects.get(pk=1)
    report.progress(0, head.seq, "walking the chain")
    breaks = [{"seq": found.seq, "reason": found.reason} for found in audit.verify()]
    report.progress(head.seq, head.seq, "")
    return {"entries": head.seq, "head": head.hash, "breaks": breaks}

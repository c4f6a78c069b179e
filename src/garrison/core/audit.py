"""The chain of audit entries: how one is appended, and how any tampering is found."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from garrison.core.models import AuditEntry, ChainHead, User


@dataclass(frozen=True, slots=True)
class Entry:
    """What an audit entry says, before it has a place in the chain."""

    actor: User
    os_user: str
    command: str
    outcome: str
    reason: str = ""
    target: str = ""
    path: str = "/"
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and in what way."""

    seq: int
    reason: str


def plain(value: Any) -> Any:
    """``value`` in JSON's own types: money and times as text, tuples as lists. Raises TypeError for anything else."""
    if isinstance(value, str):
        return value.replace("\0", "")  # PostgreSQL cannot hold it
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(f"an audit entry cannot hold a {type(value).__name__}")


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the canonical form of ``entry``: sorted keys, no spaces, UTC times."""
    body = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_name,
        "os_user": entry.os_user,
        "command": entry.command,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "target": entry.target,
        "path": entry.path,
        "before": entry.before,
        "after": entry.after,
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{entry.previous}\n{canonical}".encode()).hexdigest()


def append(entries: Sequence[Entry], *, at: datetime) -> None:
    """Chain ``entries``. Takes the chain's lock, so call it last in a transaction."""
    if not entries:
        return
    head = ChainHead.objects.select_for_update().get(pk=1)
    rows = []
    for entry in entries:
        row = AuditEntry(
            seq=head.seq + 1,
            at=at,
            actor=entry.actor,
            actor_name=entry.actor.username,
            os_user=entry.os_user,
            command=entry.command,
            outcome=entry.outcome,
            reason=plain(entry.reason),
            target=plain(entry.target),
            path=entry.path,
            before=plain(entry.before),
            after=plain(entry.after),
            previous=head.hash,
        )
        row.hash = digest(row)
        head.seq, head.hash = row.seq, row.hash
        rows.append(row)
    AuditEntry.objects.bulk_create(rows)
    head.save(update_fields=["seq", "hash"])


def verify() -> Iterator[Break]:
    """Walk the whole chain and name every place where an entry was edited, removed, added or moved."""
    seq, previous = 0, "0" * 64
    for entry in AuditEntry.objects.select_related("actor").order_by("seq").iterator(chunk_size=2000):
        if entry.seq != seq + 1:
            yield Break(entry.seq, f"entries {seq + 1} to {entry.seq - 1} are missing")
        elif entry.previous != previous:
            yield Break(entry.seq, "it does not follow the entry before it")
        if digest(entry) != entry.hash:
            yield Break(entry.seq, "its contents were changed")
        elif entry.actor.username != entry.actor_name:  # names never change, and the hash covers the name
            yield Break(entry.seq, f"it is linked to {entry.actor.username}, but {entry.actor_name} did it")
        seq, previous = entry.seq, entry.hash
    head = ChainHead.objects.get(pk=1)
    if (head.seq, head.hash) != (seq, previous):
        yield Break(head.seq, f"the newest entries are missing: the chain ends at {seq}")

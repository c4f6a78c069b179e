"""The manifest of the event lake: which files are visible, and how new ones become so."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from garrison.core.models import LakeFile
from garrison.lake.store import Lake, Written


def lake() -> Lake:
    """The lake of this installation."""
    return Lake(Path(settings.LAKE_FOLDER))


_watched: ContextVar[list[str] | None] = ContextVar("lake_files_written", default=None)


@contextmanager
def watching() -> Iterator[list[str]]:
    """The names of the files published meanwhile, so that a transaction that fails can take its own files back."""
    names: list[str] = []
    token = _watched.set(names)
    try:
        yield names
    finally:
        _watched.reset(token)


def publish(written: Sequence[Written]) -> None:
    """Make files visible when the running transaction commits."""
    if (watched := _watched.get()) is not None:
        watched.extend(file.name for file in written)
    LakeFile.objects.bulk_create(
        [
            LakeFile(
                kind=file.kind,
                day=file.day,
                name=file.name,
                rows=file.rows,
                bytes=file.bytes,
                first_at=file.first_at,
                last_at=file.last_at,
            )
            for file in written
        ]
    )


def visible(kind: str, *, days: Iterable[date] | None = None, since: datetime | None = None) -> list[str]:
    """The names of the visible files of one event class, optionally of some days or not older than ``since``."""
    files = LakeFile.objects.filter(kind=kind)
    if days is not None:
        files = files.filter(day__in=list(days))
    if since is not None:
        files = files.filter(last_at__gte=since)
    return list(files.order_by("day", "pk").values_list("name", flat=True))


def names() -> set[str]:
    """Every visible file's name."""
    return set(LakeFile.objects.values_list("name", flat=True))


def discard(written: Iterable[str]) -> None:
    """Remove files that were published only in a transaction that was rolled back."""
    lake().discard(written)


def sweep_uncommitted(older_than: datetime | None = None) -> list[str]:
    """Remove files that no manifest row names; gives their names. Call only when no import is running."""
    return lake().sweep(names(), older_than=older_than or datetime.max.replace(tzinfo=UTC))

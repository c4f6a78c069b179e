"""Keeping tables whose columns are unknown until somebody says which is which, by the SHA-256 of their bytes."""

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from garrison.core.imports.staging import Reading
from garrison.formats.container import members
from garrison.formats.source import Limits, Source

KEEP_DAYS = 7
KEPT = "kept"
CHUNK = 1024**2


def keep(readings: Iterable[Reading]) -> None:
    """Copy the bytes of every file that waits for a mapping, whole or not at all; readable by the owner only."""
    for reading in readings:
        if reading.status != "needs_mapping" or reading.source is None:
            continue
        place = _place(reading.sha256)
        if place.exists():
            os.utime(place)
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = place.with_suffix(".half")
        try:
            with reading.source.open() as stream, half.open("wb") as file:
                half.chmod(0o600)
                shutil.copyfileobj(stream, file, CHUNK)
            half.rename(place)
        finally:
            half.unlink(missing_ok=True)


def is_kept(sha256: str) -> bool:
    """Whether the bytes of a file are still there."""
    return bool(sha256) and _place(sha256).is_file()


def kept(sha256: str, name: str) -> Source | None:
    """The kept bytes of a file under its own name, or None when they are gone."""
    if not is_kept(sha256):
        return None
    found = next((source for _, source in members(_place(sha256), Limits()) if isinstance(source, Source)), None)
    return Source(name, found.head, found.open, found.limits) if found else None


def forget(sha256: str) -> None:
    """Remove the kept bytes of a file."""
    _place(sha256).unlink(missing_ok=True)


def sweep_uploads(older_than: datetime) -> int:
    """Remove kept tables and abandoned uploads that were last touched before ``older_than``; gives how many."""
    swept = 0
    uploads = Path(settings.UPLOAD_FOLDER)
    for path in [*uploads.glob("*"), *(uploads / KEPT).glob("*")]:
        if path.name == KEPT or datetime.fromtimestamp(path.stat().st_mtime, UTC) >= older_than:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        swept += 1
    return swept


def _place(sha256: str) -> Path:
    """Where the bytes with this fingerprint are kept."""
    assert sha256.isalnum(), "a fingerprint is hexadecimal"
    return Path(settings.UPLOAD_FOLDER) / KEPT / sha256

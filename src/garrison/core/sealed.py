"""Sealed storage: files that are written once, under the hash of what they hold, and never again.

A file is written under a temporary name, flushed to the disk, made read-only and only then given its name, which is
its SHA-256. A crash or a full disk leaves at most a temporary file, which the next sweep removes.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

CHUNK = 1024 * 1024
DRAFT = ".draft"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file in the store: its hash, its size, and whether it was ``new``."""

    sha256: str
    size: int
    new: bool


class Vault:
    """The sealed files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file of a hash lies. Raises ValueError for what is no hash, so that no name leads elsewhere."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError("a sealed file is named by its SHA-256")
        return self.folder / sha256[:2] / sha256

    def put(self, pieces: Iterable[bytes]) -> Sealed:
        """Store what comes in pieces; the same bytes twice are stored once. Raises OSError with nothing half stored."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{secrets.token_hex(16)}{DRAFT}"
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            found = digest.hexdigest()
            path = self.path(found)
            if self.hash_of(found) == found:
                return Sealed(found, size, new=False)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            draft.chmod(0o400)
            draft.replace(path)
            _flush_folder(path.parent)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        return Sealed(found, size, new=True)

    def open(self, sha256: str) -> IO[bytes]:
        """The file of a hash, for reading. Raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def hash_of(self, sha256: str) -> str | None:
        """What the file of a hash really hashes to now; None when it is missing or cannot be read."""
        digest = hashlib.sha256()
        try:
            with self.open(sha256) as file:
                while piece := file.read(CHUNK):
                    digest.update(piece)
        except OSError:
            return None
        return digest.hexdigest()

    def discard(self, sha256: str) -> None:
        """Remove a file that was stored in a transaction that was rolled back."""
        with suppress(FileNotFoundError):
            self.path(sha256).unlink()

    def names(self) -> Iterator[str]:
        """The hashes of all files, in order."""
        for path in sorted(self.folder.glob("??/*")):
            if len(path.name) == 64:
                yield path.name

    def sweep(self, known: Iterable[str], *, older_than: datetime) -> list[str]:
        """Remove drafts and files that no record names, unless they are younger; gives their names."""
        kept, gone = set(known), []
        candidates = [*self.folder.glob(f"*{DRAFT}"), *(self.path(name) for name in self.names() if name not in kept)]
        for path in candidates:
            try:
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if changed < older_than:
                    path.unlink()
                    gone.append(path.name)
            except FileNotFoundError:
                continue
        return sorted(gone)


def _flush_folder(folder: Path) -> None:
    """Flush a folder's own entries, so that a renamed file is there after the power fails."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The members of zip and tar archives, one at a time; each that cannot be taken is named with the reason."""

import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from garrison.formats.container import magic, spool
from garrison.formats.container.budget import Budget, Measured, measure
from garrison.formats.source import Damaged, Source

HEADER_BYTES = 1024 * 1024
"""The longest header of a tar member, in which long names stand."""
ENTRY_BYTES = 160
"""A zip's directory may have this many bytes for each member allowed."""
TAIL_BYTES = 66 * 1024

_DRIVE = re.compile(r"^[A-Za-z]:")

Found = tuple[str | None, Source | Damaged]


def bad_name(name: str, seen: set[str]) -> str:
    """Why a member of this name is refused, or ""."""
    parts = name.replace("\\", "/").split("/")
    if not name.isprintable() or len(name) > 1_000:
        return "Its name is too long or has control characters."
    if parts[0] == "" or _DRIVE.match(name):
        return "Its name is an absolute path."
    if ".." in parts:
        return "Its name leads outside the archive."
    if name in seen:
        return "A member of this name came before; only the first was read."
    seen.add(name)
    return ""


def shown(name: str) -> str:
    """A member's name fit for a message."""
    return "".join(mark if mark.isprintable() else "?" for mark in name[:200])


def refused(name: str, reason: str) -> Found:
    """The refusal of one member, which the reason names."""
    return shown(name), Damaged(f"The member {shown(name)!r} was not read. {reason}")


# zip ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _ZipMember:
    """A member being unfolded, its size judged against what it takes in the archive."""

    stream: IO[bytes]
    packed: int
    budget: Budget
    place: int = 0

    def take(self, size: int) -> bytes:
        part = self.stream.read(size)
        self.place += len(part)
        self.budget.keep(len(part))
        self.budget.judge(self.place, self.packed)
        return part


def zip_members(source: Source, budget: Budget) -> Iterator[Found]:
    """The files in a zip archive, or the whole as one when its names show an office document."""
    with source.open() as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - TAIL_BYTES))
        if magic.directory_bytes(stream.read(TAIL_BYTES)) > budget.limits.members * ENTRY_BYTES:
            yield None, Damaged(f"The archive's directory is too large for {budget.limits.members:,} members.")
            return
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
            yield None, Damaged(f"The zip archive is broken or cut off ({_plain(error)}).")
            return
        with archive:
            if magic.is_document_by_names(archive):
                yield None, source
                return
            seen: set[str] = set()
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                try:
                    budget.member()
                except Damaged as damage:
                    yield None, damage
                    return
                yield _zip_member(archive, entry, seen, source, budget)


def _zip_member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, seen: set[str], source: Source, budget: Budget
) -> Found:
    name = entry.filename
    form = stat.S_IFMT(entry.external_attr >> 16)
    reason = bad_name(name, seen)
    if entry.flag_bits & 0x1:
        reason = reason or "It is encrypted; unpack the archive with its password first."
    if form not in (0, stat.S_IFREG):
        reason = reason or "It is a link or a device."
    if reason:
        return refused(name, reason)
    try:
        with archive.open(entry) as stream:
            taken = _ZipMember(stream, entry.compress_size, budget)
            return name, spool.of_stream(name.rpartition("/")[2], taken, source.limits)
    except Damaged as damage:
        return refused(name, damage.reason)
    except NotImplementedError as error:
        return refused(name, f"It is compressed in a way that is not read ({_plain(error)}).")
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError, RuntimeError) as error:
        return refused(name, f"It is broken ({_plain(error)}).")


def _plain(error: Exception) -> str:
    return shown(str(error)) or type(error).__name__


# tar ------------------------------------------------------------------------------------------------------------


class _Tape:
    """What tarfile needs of a file: it reads headers through this, and never more than ``HEADER_BYTES`` of one."""

    def __init__(self, stream: Measured) -> None:
        self.stream = stream
        self.block = b""
        self.damage: Damaged | None = None

    def tell(self) -> int:
        return self.stream.place

    def seek(self, place: int) -> int:
        self.stream.skip(place)
        return self.stream.place

    def read(self, size: int) -> bytes:
        if size > HEADER_BYTES:
            raise Damaged("A header in the tar archive is too long.")
        self.block = self.stream.take(size)
        return self.block


class _TapeMember:
    """The bytes of one member."""

    def __init__(self, stream: Measured, size: int, budget: Budget) -> None:
        self.stream, self.left, self.budget = stream, size, budget

    def take(self, size: int) -> bytes:
        part = self.stream.take(min(size, self.left))
        self.left -= len(part)
        self.budget.keep(len(part))
        if not part and self.left:
            raise Damaged(f"It is cut off: {self.left:,} bytes are missing.")
        return part


def tar_members(source: Source, kind: magic.Kind, budget: Budget) -> Iterator[Found]:
    """The files in a tar archive, compressed as ``kind`` says, read forwards once."""
    with measure(source, kind, budget) as stream:
        tape = _Tape(stream)
        seen: set[str] = set()
        last = ""
        try:
            archive = tarfile.TarFile(fileobj=tape, mode="r", ignore_zeros=False)  # type: ignore[arg-type]
            while (entry := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # or every header would be kept
                last = entry.name
                if not entry.isdir():
                    budget.member()
                    yield _tar_member(stream, entry, seen, source, budget)
            if not tape.block or tape.block.strip(b"\x00"):
                yield None, Damaged(f"The tar archive is broken or cut off after the member {shown(last)!r}.")
        except Damaged as damage:
            yield None, damage
        except (tarfile.TarError, EOFError, ValueError, OverflowError, OSError) as error:
            yield None, Damaged(f"The tar archive is broken after the member {shown(last)!r} ({_plain(error)}).")


def _tar_member(stream: Measured, entry: tarfile.TarInfo, seen: set[str], source: Source, budget: Budget) -> Found:
    name = entry.name
    reason = bad_name(name, seen)
    if entry.issparse() or not entry.isreg():
        reason = reason or "It is a link, a device or a sparse file."
    if reason:
        return refused(name, reason)
    stream.skip(entry.offset_data)
    try:
        return name, spool.of_stream(name.rpartition("/")[2], _TapeMember(stream, entry.size, budget), source.limits)
    except Damaged as damage:
        return refused(name, damage.reason)

"""How much may come out of a container: in all, and for each byte that went in."""

import bz2
import gzip
import zlib
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from garrison.formats.container.magic import Kind
from garrison.formats.source import Damaged, Limits, Source

CHUNK = 256 * 1024


@dataclass(slots=True)
class Budget:
    """What is left of the limits for one file and everything in it."""

    limits: Limits
    members: int = 0
    written: int = 0

    def member(self) -> None:
        """Count one member. Damaged beyond the limit."""
        self.members += 1
        self.keep(0)
        if self.members > self.limits.members:
            raise Damaged(f"The archive has more than {self.limits.members:,} members.")

    def keep(self, size: int) -> None:
        """Count bytes kept of members. Damaged beyond the limit for one file."""
        self.written += size
        if self.written > self.limits.file_bytes:
            raise Damaged(f"The content unfolds to more than the limit of {self.limits.file_bytes:,} bytes.")

    def judge(self, inside: int, outside: int) -> None:
        """Damaged when so many bytes came out of so few."""
        if inside > self.limits.file_bytes:
            raise Damaged(f"The content unfolds to more than the limit of {self.limits.file_bytes:,} bytes.")
        if inside > self.limits.ratio_floor_bytes and inside > outside * self.limits.ratio:
            raise Damaged(f"The content unfolds to more than {self.limits.ratio} times its size: this is a bomb.")


class Measured:
    """The unfolded bytes of a file, forwards only, with the errors of the codec told as Damaged."""

    def __init__(self, outer: BinaryIO, inner: BinaryIO, budget: Budget) -> None:
        """``outer`` is the file as it lies, ``inner`` the stream that unfolds it (the same when nothing does)."""
        self.outer, self.inner, self.budget = outer, inner, budget
        self.place = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.inner.close()
        self.outer.close()

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end. Damaged when broken or beyond the budget."""
        parts = []
        while size > 0:
            try:
                part = self.inner.read(min(size, CHUNK))
            except (EOFError, zlib.error, OSError) as error:
                what = "cut off" if isinstance(error, EOFError) else "broken"
                raise Damaged(f"The compressed content is {what} after {self.place:,} bytes ({error}).") from error
            if not part:
                break
            self.place += len(part)
            size -= len(part)
            parts.append(part)
            if self.inner is not self.outer:
                self.budget.judge(self.place, self.outer.tell())
        return b"".join(parts)

    def skip(self, place: int) -> None:
        """Go forward to ``place``, or to the end."""
        while self.place < place and self.take(min(place - self.place, CHUNK)):
            pass


def measure(source: Source, kind: Kind, budget: Budget) -> Measured:
    """The unfolded bytes of a source that is a gzip, bzip2 or plain tar file."""
    outer = source.open()
    inner: BinaryIO = outer
    if kind == "gzip":
        inner = gzip.GzipFile(fileobj=outer, mode="rb")  # type: ignore[assignment]
    elif kind == "bzip2":
        inner = bz2.BZ2File(outer)  # type: ignore[assignment]
    return Measured(outer, inner, budget)

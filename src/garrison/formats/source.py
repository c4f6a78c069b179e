"""A file to be read, wherever it lies: its name, its first bytes, and a way to open it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

HEAD_BYTES = 256 * 1024


class Damaged(Exception):
    """The whole file is refused: it is broken, hostile or larger than the limits. The message says where and why."""

    def __init__(self, reason: str, *, row: int = 0, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.row, self.field = reason, row, field


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a hostile file is read before it is refused."""

    file_bytes: int = 4 * 1024**3
    ratio: int = 200
    ratio_floor_bytes: int = 64 * 1024**2
    members: int = 100_000
    depth: int = 200
    line_bytes: int = 1024**2
    field_chars: int = 256 * 1024
    json_bytes: int = 512 * 1024**2
    refusals: int = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """One plain (already unpacked) file. ``head`` is its first ``HEAD_BYTES``; ``open`` reads it from the start."""

    name: str
    head: bytes
    open: Callable[[], BinaryIO]
    limits: Limits = Limits()

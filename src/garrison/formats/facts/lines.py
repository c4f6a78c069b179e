"""Facts of our own lists coming back: what a person changed in an export, beside what the register says."""

from datetime import date
from typing import ClassVar

from garrison.formats.facts.base import Fact


class LineFact(Fact, frozen=True, kw_only=True):
    """A row of one of our lists, known by its ``uuid``.

    ``told`` is what its other columns say, by column; they cannot be changed here and must agree with what is stored.
    ``said`` names the columns that the file has at all: an empty cell of a column that is there empties the field.
    """

    COUNT: ClassVar[str] = ""
    uuid: str
    told: dict[str, str] = {}
    said: tuple[str, ...] = ()


class AssetLineFact(LineFact, frozen=True, kw_only=True):
    """A row of the list of assets. ``exposed`` is None where nobody knows."""

    owner: str = ""
    critical: bool = False
    exposed: bool | None = None


class FindingLineFact(LineFact, frozen=True, kw_only=True):
    """A row of the list of findings, with what people decide about one."""

    owner: str = ""
    due: date | None = None
    status: str = ""
    note: str = ""
    accepted_until: date | None = None

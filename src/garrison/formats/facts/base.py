"""The base of every fact, and what a reader may say besides facts."""

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="fact", omit_defaults=True):
    """One thing that a file says. ``row`` is its line, spreadsheet row or element number, from 1; 0 when unknown."""

    COUNT: ClassVar[str] = ""
    row: int = 0


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="fact", omit_defaults=True):
    """A row that was read and not taken, with the field at fault and a reason fit for the user's eyes."""

    row: int = 0
    field: str = ""
    reason: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="fact", omit_defaults=True):
    """Something worth telling about a file that is no row of it. ``counts`` adds to the file's counts by name.

    Example: 252 addresses of an nmap scan that did not answer, as ``counts={"hosts_down": 252}``.
    """

    row: int = 0
    field: str = ""
    reason: str = ""
    counts: dict[str, int] = {}

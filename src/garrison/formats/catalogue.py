"""Every format that Garrison reads, in the order in which files of a folder are stored: what others refer to first."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from garrison.formats.facts import Reading
from garrison.formats.source import Source


class Reader(Protocol):
    """What each format's module offers."""

    FORMAT: str
    TITLE: str
    VERSION: int

    def sniff(self, source: Source) -> bool:
        """Tell by content whether this reader understands ``source``."""

    def read(self, source: Source) -> Iterator[Reading]:
        """Give what ``source`` says. Raises ``Damaged`` when the whole file must be refused."""


MODULES = (
    "reports",
    "business_units",
    "hr_roster",
    "kev_json",
    "kev_csv",
    "epss",
    "vulnrichment",
    "stix",
    "devices",
    "hosts_table",
    "nmap",
    "nessus",
    "cyclonedx",
    "trivy",
    "sarif",
    "directory",
    "directory_ldif",
    "badge_holders",
    "badge_events",
    "scenarios_table",
    "controls_table",
    "oscal_catalog_json",
    "oscal_catalog_xml",
    "oscal_catalog_yaml",
    "oscal_profile_json",
    "oscal_profile_xml",
    "oscal_profile_yaml",
    "initiatives_table",
    "assets_list",
    "findings_list",
)


@cache
def readers() -> tuple[Reader, ...]:
    """All readers in storing order."""
    return tuple(cast(Reader, import_module(f"garrison.formats.{name}")) for name in MODULES)


def recognise(source: Source) -> Reader | None:
    """The reader that understands ``source``, judged by its content alone; None when nobody does."""
    return next((reader for reader in readers() if reader.sniff(source)), None)


def rank(format_id: str) -> int:
    """The place of a format in the storing order."""
    return next(place for place, reader in enumerate(readers()) if format_id == reader.FORMAT)

"""The demo's exports of one day, opened: what its tests read."""

import csv
import gzip
import io
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from garrison.cli.demo import exports
from garrison.cli.demo.clock import eastern

AS_OF = datetime(2026, 3, 10, 12, 42, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@cache
def files() -> dict[str, bytes]:
    return exports(as_of=AS_OF)


def named(start: str) -> bytes:
    [name] = [name for name in files() if name.startswith(start)]
    data = files()[name]
    return gzip.decompress(data) if name.endswith(".gz") and not name.endswith(".tar.gz") else data


def rows(start: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(named(start).decode(), newline="")))


def shares(text: str) -> dict[str, float]:
    return {code: float(share) for code, share in (pair.split(":") for pair in text.split("; "))}


@cache
def accounts() -> list[dict[str, str]]:
    entries = named("directory").decode().split("\n\n")[0:]
    found = []
    for entry in entries:
        pairs = [line.split(": ", 1) for line in entry.strip().splitlines() if ":: " not in line]
        found.append({key: value for key, value in pairs if key != "version"})
    return [entry for entry in found if "sAMAccountName" in entry]


@cache
def devices() -> dict[str, dict[str, Any]]:
    from openpyxl import load_workbook

    page = load_workbook(io.BytesIO(files()["devices.xlsx"]), read_only=True)["Devices"]
    header, *lines = page.iter_rows(values_only=True)
    return {str(line[0]): dict(zip(map(str, header), line, strict=True)) for line in lines}


@cache
def events() -> list[dict[str, str]]:
    return rows("badge-events")


def local(event: dict[str, str]) -> datetime:
    return eastern(datetime.fromisoformat(event["EVENT_TIME_UTC"]).replace(tzinfo=UTC))


@cache
def results() -> list[tuple[str, str, tuple[str, ...]]]:
    """Host, title and CVEs of every scanner result."""
    found = []
    for name in files():
        if name.startswith("nessus-"):
            for host in ET.fromstring(named(name)).iter("ReportHost"):
                for item in host.iter("ReportItem"):
                    cves = tuple(cve.text or "" for cve in item.iter("cve"))
                    found.append((host.attrib["name"], item.attrib["pluginName"], cves))
    return found


def members() -> Iterator[tuple[str, bytes]]:
    for name, data in files().items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from ((inner, archive.read(inner)) for inner in archive.namelist())
        elif name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for info in tar:
                    member = tar.extractfile(info)
                    assert member is not None
                    yield info.name, member.read()
        else:
            yield name.removesuffix(".gz"), gzip.decompress(data) if name.endswith(".gz") else data

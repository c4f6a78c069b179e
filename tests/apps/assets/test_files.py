"""Whole files of the lower apps through the importer: order, a second time, and the same facts in another format."""

import json
from pathlib import Path

import pytest

from garrison.apps.assets import selectors as assets
from garrison.apps.assets.models import Asset
from garrison.apps.compliance import selectors as compliance
from garrison.apps.organization import selectors as organization
from garrison.apps.people import selectors as people
from garrison.apps.threats import selectors as threats
from garrison.core.imports.run import run_import

UNITS = "unit_code,unit_name,parent_code\nLG,General,LHG\nLHG,Group,\n"
ROSTER = "employee_id,name,status,unit_code,site,hire_date,termination_date\nE1,Ann,Active,LG,General,2020-01-01,\n"
DEVICES = (
    "device_code,device_name,device_kind,site,zone,serves,tested,test_result\n"
    "R-1,Reader,reader,General,Z,D-1,,\nD-1,Door,door,General,Z,,2026-03-01,fail\n"
)
HOSTS = "host_name,addresses,exposed,unit_code\nws-01,10.0.0.5,no,LG\n"
SCAN = """<?xml version="1.0"?><nmaprun scanner="nmap" start="1772400000"><host><status state="up"/>
<address addr="10.0.0.5" addrtype="ipv4"/><ports><port protocol="tcp" portid="22"><state state="open"/>
<service name="ssh"/></port></ports></host></nmaprun>"""
SBOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {"component": {"type": "application", "name": "portal"}},
    "components": [{"type": "library", "name": "json", "version": "1"}],
    "services": [{"name": "billing"}],
}
STIX = {
    "type": "bundle",
    "id": "bundle--1",
    "objects": [
        {"type": "intrusion-set", "id": "intrusion-set--1", "name": "Heron"},
        {"type": "tool", "id": "tool--1", "name": "Tongs"},
        {
            "type": "relationship",
            "id": "relationship--1",
            "relationship_type": "uses",
            "source_ref": "intrusion-set--1",
            "target_ref": "tool--1",
        },
    ],
}
OSCAL = {
    "catalog": {
        "uuid": "1",
        "metadata": {"title": "Doors", "version": "1"},
        "groups": [
            {
                "id": "g",
                "title": "G",
                "controls": [{"id": "c-1", "title": "Latch", "parts": [{"name": "statement", "prose": "Latch."}]}],
            }
        ],
    }
}
EPSS = "#model_version:v1,score_date:2026-03-09T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    exports = tmp_path / "exports"
    exports.mkdir()
    texts = {
        "scan.xml": SCAN,
        "units.csv": UNITS,
        "roster.csv": ROSTER,
        "devices.csv": DEVICES,
        "hosts.csv": HOSTS,
        "epss.csv": EPSS,
    }
    texts |= {"sbom.json": json.dumps(SBOM), "stix.json": json.dumps(STIX), "oscal.json": json.dumps(OSCAL)}
    for name, text in texts.items():
        (exports / name).write_text(text)
    return exports


def counted(system):
    told = {}
    for app in (organization, people, threats, assets, compliance):
        told |= app.counts(viewer=system)
    return {name: number for name, number in told.items() if number}


def test_a_folder_is_stored_once(folder, system, now):
    _, readings = run_import(actor=system, paths=[folder], at=now)
    assert {Path(r.path).name: r.status for r in readings} == dict.fromkeys(
        sorted(p.name for p in folder.iterdir()), "imported"
    )
    expected = {
        "units": 2, "sites": 1, "zones": 1, "people": 1, "vulnerabilities": 1, "groups": 1, "tools": 1, "assets": 4,
        "hosts": 1, "devices": 2, "doors": 1, "readers": 1, "subjects": 1, "services": 2, "software": 1,
        "device_tests": 1, "frameworks": 1, "requirements": 1,
    }  # fmt: skip
    assert counted(system) == expected
    before = list(Asset.objects.order_by("pk").values())
    for path in folder.iterdir():
        path.write_text(path.read_text() + "\n")
    _, again = run_import(actor=system, paths=[folder], at=now)
    assert {r.status for r in again} == {"unchanged"}
    assert counted(system) == expected
    assert list(Asset.objects.order_by("pk").values()) == before


def test_files_one_by_one_in_the_worst_order_end_the_same(folder, system, now):
    for name in ("scan.xml", "devices.csv", "roster.csv", "hosts.csv", "units.csv"):
        run_import(actor=system, paths=[folder / name], at=now)
    host = Asset.objects.get(kind="host")
    assert (host.code, host.unit.code, host.exposed) == ("ws-01", "LG", False)
    assert Asset.objects.get(code="R-1").serves == Asset.objects.get(code="D-1")
    assert set(Asset.objects.values_list("unit__code", flat=True)) == {"LG"}
    assert people.people(viewer=system).get().unit.code == "LG"


@pytest.mark.corpus
def test_the_same_catalogue_in_two_formats_changes_nothing(corpus, system, now):
    for name, status in (("json", "imported"), ("csv", "unchanged"), ("json", "unchanged")):
        _, readings = run_import(
            actor=system, paths=[corpus / "kev" / f"known_exploited_vulnerabilities.{name}.gz"], at=now
        )
        assert [r.status for r in readings] == [status]

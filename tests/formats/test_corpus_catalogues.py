"""The public catalogues themselves, against counts that were made independently of this program."""

import gzip
import os
import sys
import tarfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from time import process_time
from types import ModuleType

import pytest
from tests.kit.plain import facts, plain, read

from garrison.formats import (
    epss,
    kev_csv,
    kev_json,
    oscal_catalog_json,
    oscal_catalog_xml,
    oscal_other,
    oscal_profile_json,
    oscal_profile_xml,
    stix,
    vulnrichment,
)
from garrison.formats.facts import FrameworkFact, Note, Refusal, ThreatLinkFact, VulnerabilityFact, count_name

CORPUS = Path(os.environ.get("GARRISON_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
MINE = (
    kev_json, kev_csv, epss, vulnrichment, stix,
    oscal_catalog_json, oscal_catalog_xml, oscal_profile_json, oscal_profile_xml,
)  # fmt: skip

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus: set GARRISON_CORPUS to its folder"),
]


def content(name: str) -> bytes:
    data = (CORPUS / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def recognised(data: bytes) -> list[str]:
    return [reader.FORMAT for reader in MINE if reader.sniff(plain(data))]


def counted(reader: ModuleType, data: bytes) -> dict[str, int]:
    assert recognised(data) == [reader.FORMAT]
    readings = read(reader, data)
    assert [each for each in readings if isinstance(each, Refusal)] == []
    return dict(Counter(name for each in readings if not isinstance(each, Note) and (name := count_name(each))))


def test_kev():
    from_json = read(kev_json, content("kev/known_exploited_vulnerabilities.json.gz"))
    data = content("kev/known_exploited_vulnerabilities.csv.gz")
    assert counted(kev_csv, data) == {"vulnerabilities": 1404}
    assert counted(kev_json, content("kev/known_exploited_vulnerabilities.json.gz")) == {"vulnerabilities": 1404}
    assert facts(read(kev_csv, data)) == facts(from_json)
    assert sum(bool(each.ransomware) for each in facts(from_json)) == 293
    assert recognised(content("kev/known_exploited_vulnerabilities_schema.json")) == []


def test_vulnrichment():
    answers: Counter[object] = Counter()
    with tarfile.open(CORPUS / "vulnrichment/vulnrichment-2024-3xxx.tar.gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            data = archive.extractfile(member).read()
            assert recognised(data) == ["vulnrichment"]
            (fact,) = read(vulnrichment, data)
            assert isinstance(fact, VulnerabilityFact)
            answers.update([fact.exploitation, ("auto", fact.automatable), ("total", fact.total_impact)])
            answers["records"] += 1
            answers["kev"] += fact.kev_added is not None
    assert answers == {
        "records": 908, "kev": 3, "": 2, "none": 620, "poc": 283, "active": 3,
        ("auto", True): 143, ("auto", False): 763, ("auto", None): 2,
        ("total", True): 224, ("total", False): 682, ("total", None): 2,
    }  # fmt: skip


STIX = {
    "attack/enterprise-attack-18.1.stix20.assembled.json.gz": {
        "techniques": 216, "subtechniques": 475, "tactics": 14, "groups": 172, "malware": 693, "tools": 91,
        "campaigns": 52, "mitigations": 44,
    },
    "attack/ics-attack-18.1.json.gz": {
        "techniques": 83, "tactics": 12, "groups": 14, "malware": 23, "campaigns": 7, "mitigations": 52,
    },
    "attack/mobile-attack-17.1.json.gz": {
        "techniques": 75, "subtechniques": 46, "tactics": 12, "groups": 15, "malware": 116, "tools": 2, "campaigns": 3,
        "mitigations": 13,
    },
    "capec/capec-stix21.assembled.json.gz": {"techniques": 558, "mitigations": 884},
    "stix/apt1.json": {"techniques": 7, "groups": 6, "malware": 6, "tools": 10},
    "stix/poisonivy.json": {"techniques": 3, "malware": 25, "campaigns": 3, "mitigations": 1},
    "stix/mbc.json.gz": {"malware": 50},
    "stix/indicator-for-malicious-url.json": {"malware": 1},
    "stix/sighting-of-an-indicator.json": {},
    "stix/using-granular-markings.json": {"groups": 1},
    "stix/using-marking-definitions.json": {},
}  # fmt: skip


@pytest.mark.parametrize("name", STIX)
def test_stix(name):
    assert counted(stix, content(name)) == STIX[name]


def test_every_object_of_a_bundle_is_accounted_for():
    readings = read(stix, content("attack/enterprise-attack-18.1.stix20.assembled.json.gz"))
    left = sum(sum(each.counts.values()) for each in readings if isinstance(each, Note))
    assert len(facts(readings)) + left == 24_771
    kept = {each.stix_id for each in facts(readings)}
    links = [each for each in facts(readings) if isinstance(each, ThreatLinkFact)]
    assert all(each.source in kept and each.target in kept for each in links)


@pytest.mark.parametrize("name", ["attack/index.json", "stix/taxii21_medallion_default_data.json"])
def test_what_is_no_bundle(name):
    assert recognised(content(name)) == []


BASELINE = "oscal/NIST_SP-800-53_rev5_{}-baseline"
CATALOGUES = {
    "oscal/800-53r5_full_groups.json.gz": {"requirements": 1007, "withdrawn": 182},
    "oscal/NIST_CSF_v2.0_catalog.xml": {"requirements": 106, "withdrawn": 79},
    "oscal/NIST_SP800-171_rev3_catalog.xml.gz": {"requirements": 97, "withdrawn": 33},
    "oscal/hipaa-sp800-66r2-catalog.json": {"requirements": 126},
    "oscal/examples/basic-catalog.json": {"requirements": 4},
} | {
    f"{BASELINE.format(name)}-resolved-profile_catalog-min.json.gz": {"requirements": number}
    for name, number in {"LOW": 149, "MODERATE": 287, "HIGH": 370, "PRIVACY": 102}.items()
}  # fmt: skip


@pytest.mark.parametrize("name", CATALOGUES)
def test_oscal_catalogues(name):
    reader = oscal_catalog_xml if ".xml" in name else oscal_catalog_json
    assert counted(reader, content(name)) == CATALOGUES[name]


@pytest.mark.parametrize(("name", "number"), [("LOW", 149), ("MODERATE", 287), ("HIGH", 370), ("PRIVACY", 96)])
def test_oscal_profiles(name, number):
    data = content(f"{BASELINE.format(name)}_profile.json")
    assert counted(oscal_profile_json, data) == {"requirements": number}
    framework = read(oscal_profile_json, data)[0]
    assert isinstance(framework, FrameworkFact)
    assert framework.kind == "profile"
    assert "NIST_SP-800-53_rev5_catalog" in framework.source


OTHERS = {
    "example-component-definition": "OSCAL component definition",
    "example-component": "OSCAL component definition",
    "ifa_assessment-plan-example": "OSCAL assessment plan",
    "ifa_assessment-results-example": "OSCAL assessment results",
    "ifa_plan-of-action-and-milestones": "OSCAL plan of action and milestones",
    "ifa_ssp-example": "OSCAL system security plan",
    "ssp-example": "OSCAL system security plan",
    "oscal_leveraged-example_ssp": "OSCAL system security plan",
    "oscal_leveraging-example_ssp": "OSCAL system security plan",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_oscal_documents(name):
    data = content(f"oscal/examples/{name}.json")
    assert recognised(data) == []
    assert oscal_other.name_other(data) == OTHERS[name]


def test_an_oscal_mapping():
    data = content("oscal/mapping-nist_ai_rmf_to_iso_42001.json")
    assert oscal_other.name_other(data) == "OSCAL control mapping"


@pytest.mark.parametrize(
    ("reader", "name", "seconds"),
    [
        (stix, "attack/enterprise-attack-18.1.stix20.assembled.json.gz", 1.0),
        (oscal_catalog_json, "oscal/800-53r5_full_groups.json.gz", 0.5),
        (oscal_catalog_xml, "oscal/NIST_SP800-171_rev3_catalog.xml.gz", 0.5),
    ],
)
def test_large_files_are_read_fast(reader, name, seconds):
    source = plain(content(name))
    start = process_time()
    for _ in reader.read(source):
        pass
    assert process_time() - start < seconds or sys.gettrace()  # coverage counts lines, not seconds


def test_no_other_file_is_taken_for_a_catalogue():
    mine = ("kev/", "attack/", "capec/", "stix/", "oscal/", "vulnrichment/")
    taken = {}
    for path in sorted(CORPUS.rglob("*")):
        name = path.relative_to(CORPUS).as_posix()
        if not path.is_file() or name.startswith(mine) or name.endswith((".tar.gz", ".md")):
            continue
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            head = BytesIO(stream.read(256 * 1024)).getvalue()
        found = recognised(head)
        if found:
            taken[name] = found
    assert taken == {"mappings/veris1_3_7-mappings-enterprise.json.gz": ["stix"]}

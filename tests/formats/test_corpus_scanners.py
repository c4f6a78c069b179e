"""Real reports, counted by others. GARRISON_CORPUS names their folder, else it is looked for beside the repository."""

import os
from collections import Counter
from pathlib import Path

import pytest

from garrison.formats import container, cyclonedx, nessus, nmap, sarif, trivy
from garrison.formats.facts import FindingFact, Note, Refusal, SoftwareFact, count_name

CORPUS = Path(os.environ.get("GARRISON_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
MODULES = {module.FORMAT: module for module in (nmap, nessus, trivy, cyclonedx, sarif)}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="there is no corpus of real files; GARRISON_CORPUS names none"),
]

NMAP, NESSUS, TRIVY, BILL, SARIF = "nmap-xml", "nessus-xml", "trivy-json", "cyclonedx", "sarif"
COUNTED = "scanners-counted"
EXPECTED: dict[str, tuple[str, dict[str, int]]] = {
    "nmap/1_host_ping.xml": (NMAP, {"hosts": 1}),
    "nmap/1_hosts_down.xml": (NMAP, {"hosts": 1}),
    "nmap/1_os_banner_scripts.xml": (NMAP, {"hosts": 1, "services": 8}),
    "nmap/2_hosts.xml": (NMAP, {"hosts": 2, "services": 8}),
    "nmap/2_hosts_version.xml": (NMAP, {"hosts": 2, "services": 8}),
    "nmap/extra_ports.xml": (NMAP, {"hosts": 1, "services": 16, "findings": 7}),
    "nmap/full_sudo5.xml": (NMAP, {"hosts": 4, "services": 11, "hosts_down": 252}),
    "nmap/fullscan.xml": (NMAP, {"hosts": 2, "services": 9, "hosts_down": 254}),
    "nmap/os_scan5.xml": (NMAP, {"hosts": 4, "services": 11, "hosts_down": 252}),
    f"{COUNTED}/nmap/issue12411.xml": (NMAP, {"hosts": 2, "services": 4}),
    f"{COUNTED}/nmap/nmap_0port.xml": (NMAP, {"hosts": 1}),
    f"{COUNTED}/nmap/nmap_script_vulners.xml": (NMAP, {"hosts": 1, "services": 1, "findings": 2}),
    "scanners/nessus__sample.nessus.gz": (NESSUS, {"hosts": 3, "services": 25, "findings": 149}),
    f"{COUNTED}/tenable/nessus_v_unknown.xml.gz": (NESSUS, {"hosts": 7, "services": 87, "findings": 296}),
    f"{COUNTED}/tenable/nessus_was_no_vuln.xml": (NESSUS, {}),
    "scanners/trivy__alpine-310.json.golden.gz": (TRIVY, {"findings": 4}),
    "scanners/trivy__ubuntu-1804.json.golden.gz": (TRIVY, {"findings": 5}),
    "scanners/trivy__helm_testchart.json.golden": (TRIVY, {"findings": 6}),
    f"{COUNTED}/trivy/issue_10991.json.gz": (TRIVY, {"findings": 37}),
    f"{COUNTED}/trivy/kubernetes.json.gz": (TRIVY, {"findings": 20}),
    f"{COUNTED}/trivy/scheme_2_no_vuln.json": (TRIVY, {}),
    "scanners/trivy__fluentd-multiple-lockfiles.cdx.json.golden.gz": (BILL, {"software": 161}),
    "cyclonedx/CBOM__Certificate__bom.json": (BILL, {"software": 4}),
    "cyclonedx/HBOM__PCIe-SATA-adapter-board__bom.json": (BILL, {"software": 6}),
    "cyclonedx/SBOM__cern-lhc-vdm-editor-e564943__bom.json": (BILL, {"software": 43}),
    "cyclonedx/SBOM__juice-shop__v11.1.2__bom.json.gz": (BILL, {"software": 840}),
    "cyclonedx/SBOM__juice-shop__v11.1.2__bom.xml.gz": (BILL, {"software": 840}),
    "cyclonedx/SBOM__keycloak-10.0.2__bom.json.gz": (BILL, {"software": 903}),
    "cyclonedx/SBOM__laravel-7.12.0__bom.1.4.json": (BILL, {"software": 62}),
    "cyclonedx/SaaSBOM__apigateway-microservices-datastores__bom.json": (BILL, {"services": 1, "service_parts": 5}),
    "cyclonedx/VEX__bom.json": (BILL, {"software": 3}),
    "cyclonedx/VEX__vex.json": (BILL, {"findings": 1}),
    "cyclonedx/vex-use-cases.tar.gz": (BILL, {"findings": 156}),
    f"{COUNTED}/cyclonedx/cyclonedx_bom.xml": (BILL, {"software": 73}),
    f"{COUNTED}/cyclonedx/grype_dd_1_14_1.xml.gz": (BILL, {"software": 307, "findings": 312}),
    f"{COUNTED}/cyclonedx/log4j.xml.gz": (BILL, {"software": 1, "findings": 8}),
    "scanners/sarif__sarif_input.sarif": (SARIF, {"findings": 77}),
    "scanners/trivy__alpine-310.sarif.golden": (SARIF, {"findings": 4}),
    "sarif/PyLint.sarif.gz": (SARIF, {"findings": 936}),
    "sarif/sarif-tutorials-samples.tar.gz": (SARIF, {"findings": 55}),
    "cwe/CweTaxonomy.sarif.gz": (SARIF, {}),
    f"{COUNTED}/sarif/DefectDojo_django-DefectDojo__2020-12-11_13 42 10__export.sarif.gz": (SARIF, {"findings": 510}),
    f"{COUNTED}/sarif/codeQL-output.sarif.gz": (SARIF, {"findings": 72}),
    f"{COUNTED}/sarif/semgrepowasp-benchmark-sample.sarif.gz": (SARIF, {"findings": 1768}),
}


def members(name: str) -> list:
    return [member for _, member in container.members(CORPUS / name)]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_count_is_that_of_the_file(name):
    form, expected = EXPECTED[name]
    counts: Counter[str] = Counter()
    for member in members(name):
        assert [other for other, module in MODULES.items() if module.sniff(member)] == [form]
        apart = set()
        for reading in MODULES[form].read(member):
            assert not isinstance(reading, Refusal)
            if isinstance(reading, Note):
                counts.update(reading.counts)
                continue
            counts[count_name(reading)] += 1
            if isinstance(reading, FindingFact):
                identity = (reading.subject, reading.rule, reading.component, reading.location)
                assert identity not in apart
                apart.add(identity)
    del counts[""]
    assert dict(counts) == expected


def test_the_same_bill_in_two_encodings_is_the_same_software():
    told = []
    for encoding in ("json", "xml"):
        (member,) = members(f"cyclonedx/SBOM__juice-shop__v11.1.2__bom.{encoding}.gz")
        told.append([fact for fact in cyclonedx.read(member) if isinstance(fact, SoftwareFact)])
    assert told[0] == told[1]
    assert len(told[0]) == 840


def test_every_report_in_the_folders_is_expected():
    folders = ("nmap", "cyclonedx", "sarif", *(f"{COUNTED}/{name}" for name in ("nmap", "trivy", "sarif", "cyclonedx")))
    present = {str(path.relative_to(CORPUS)) for folder in folders for path in (CORPUS / folder).iterdir()}
    assert present <= set(EXPECTED)


def test_other_files_are_taken_by_none():
    for path in sorted((CORPUS / "scanners").iterdir()) + sorted((CORPUS / COUNTED).glob("*/*")):
        name = str(path.relative_to(CORPUS))
        if name in EXPECTED:
            continue
        for member in members(name):
            assert [form for form, module in MODULES.items() if module.sniff(member)] == [], name

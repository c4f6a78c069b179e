import json
import time
from datetime import UTC, datetime

import pytest
from tests.formats.samples import damage, findings, notes, of, read, refusals, software, source

from garrison.formats import trivy
from garrison.formats.facts import FindingFact, SoftwareFact, SubjectFact

VULNERABILITY = {
    "VulnerabilityID": "CVE-2031-4000",
    "PkgName": "libquux",
    "PkgIdentifier": {"PURL": "pkg:deb/quux/libquux@1.0"},
    "InstalledVersion": "1.0",
    "FixedVersion": "1.1",
    "SeveritySource": "quux",
    "PrimaryURL": "https://example/4000",
    "Title": "Quux opens",
    "Description": "It opens.",
    "Severity": "HIGH",
    "CweIDs": ["CWE-22"],
    "CVSS": {"nvd": {"V3Score": 9.8, "V3Vector": "CVSS:3.1/X"}, "quux": {"V2Score": 5.0, "V2Vector": "AV:N"}},
}
MISCONFIGURATION = {
    "ID": "QX001",
    "Title": "Door open",
    "Description": "A door.",
    "Message": "Door 1 is open.",
    "Resolution": "Shut it.",
    "Severity": "LOW",
    "PrimaryURL": "https://example/qx001",
    "Status": "FAIL",
    "CauseMetadata": {"Resource": "door.one", "StartLine": 7},
}
SECRET = {
    "RuleID": "quux-key",
    "Category": "Quux",
    "Severity": "CRITICAL",
    "Title": "Key",
    "StartLine": 3,
    "Match": "k3y",
}
LICENCE = {"Name": "QPL-1.0", "Severity": "HIGH", "Category": "restricted", "PkgName": "libquux", "Link": "https://q"}
PACKAGE = {
    "Name": "libquux",
    "Version": "1.0",
    "Release": "2",
    "Epoch": 1,
    "Licenses": ["QPL-1.0"],
    "Identifier": {"PURL": "pkg:deb/quux/libquux@1.0"},
    "Maintainer": "Quux",
}


def report(*results: dict, **top: object) -> str:
    document = {
        "SchemaVersion": 2,
        "ArtifactName": "quux:1",
        "ArtifactType": "container_image",
        "Results": list(results),
    }
    return json.dumps({**document, **top})


def test_an_image_with_everything():
    told = read(
        trivy,
        report(
            {
                "Target": "quux:1 (quuxos 3)",
                "Class": "os-pkgs",
                "Packages": [PACKAGE],
                "Vulnerabilities": [VULNERABILITY],
            },
            {
                "Target": "app/doors.yaml",
                "Class": "config",
                "Misconfigurations": [
                    MISCONFIGURATION,
                    {**MISCONFIGURATION, "Status": "PASS"},
                    {**MISCONFIGURATION, "Status": "EXCEPTION"},
                ],
            },
            {"Target": "app/key.txt", "Class": "secret", "Secrets": [SECRET]},
            {"Target": "app", "Class": "license", "Licenses": [LICENCE, {"Name": "Q", "FilePath": "x/LICENCE"}]},
            CreatedAt="2031-02-03T04:05:06.123456789Z",
        ),
    )
    seen = datetime(2031, 2, 3, 4, 5, 6, 123456, tzinfo=UTC)
    assert told[0] == SubjectFact(kind="image", ident="quux:1", name="quux:1")
    assert software(told) == [
        SoftwareFact(
            row=1,
            subject_kind="image",
            subject="quux:1",
            name="libquux",
            version="1:1.0-2",
            purl="pkg:deb/quux/libquux@1.0",
            supplier="Quux",
            licences=("QPL-1.0",),
        )
    ]
    vulnerability, misconfiguration, secret, licence, other = findings(told)
    assert vulnerability == FindingFact(
        row=2,
        tool="trivy",
        kind="vulnerability",
        rule="CVE-2031-4000",
        title="Quux opens",
        subject_kind="image",
        subject="quux:1",
        severity="high",
        cves=("CVE-2031-4000",),
        cwes=("CWE-22",),
        component="libquux",
        version="1.0",
        fixed="1.1",
        purl="pkg:deb/quux/libquux@1.0",
        location="",
        description="It opens.",
        cvss=5.0,
        cvss_vector="AV:N",
        url="https://example/4000",
        seen=seen,
    )
    assert (misconfiguration.rule, misconfiguration.location, misconfiguration.component) == (
        "QX001",
        "app/doors.yaml:7",
        "door.one",
    )
    assert misconfiguration.description == "A door.\n\nDoor 1 is open."
    assert (secret.kind, secret.rule, secret.location, secret.severity) == (
        "secret",
        "quux-key",
        "app/key.txt:3",
        "critical",
    )
    assert "k3y" not in repr(told)
    assert (licence.kind, licence.title, licence.location) == ("licence", "libquux is under QPL-1.0", "app")
    assert (other.title, other.location, other.severity) == ("Q", "x/LICENCE", "unknown")
    assert notes(told)[0].counts == {"checks_passed": 2}


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({}, (None, "")),
        ({"nvd": {}}, (None, "")),
        ({"a": {"V40Score": 7.0, "V40Vector": "4"}}, (7.0, "4")),
        ({"a": {"V3Score": 6.0}, "nvd": {"V3Score": 5.0, "V3Vector": "n"}}, (5.0, "n")),
    ],
)
def test_which_score_counts(scores, expected):
    told = findings(read(trivy, report({"Target": "t", "Vulnerabilities": [{**VULNERABILITY, "CVSS": scores}]})))
    assert (told[0].cvss, told[0].cvss_vector, told[0].location) == (*expected, "t")


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("container_image", "image"),
        ("filesystem", "repository"),
        ("repository", "repository"),
        ("cyclonedx", "application"),
    ],
)
def test_what_a_report_is_about(kind, subject):
    assert of(SubjectFact, read(trivy, report(ArtifactType=kind)))[0].kind == subject


def test_the_list_of_old():
    old = json.dumps(
        [{"Target": "quux:1 (quuxos 3)", "Type": "quuxos", "Vulnerabilities": [VULNERABILITY, VULNERABILITY]}]
    )
    told = read(trivy, old)
    assert told[0] == SubjectFact(kind="image", ident="quux:1", name="quux:1")
    assert [item.location for item in findings(told)] == ["quux:1 (quuxos 3)", "quux:1 (quuxos 3) (2)"]
    lone = read(trivy, json.dumps([{"Target": "go.sum", "Type": "gomod", "Vulnerabilities": None}]))
    assert lone == [SubjectFact(kind="repository", ident="go.sum", name="go.sum")]


def test_a_cluster_in_both_forms():
    pod = {"Namespace": "shop", "Kind": "Pod", "Name": "till"}
    told = read(
        trivy,
        json.dumps(
            {
                "ClusterName": "north",
                "Resources": [
                    {
                        **pod,
                        "Results": [
                            {"Target": "Pod/till", "Class": "config", "Misconfigurations": [MISCONFIGURATION]},
                            {"Target": "quux:1 (quuxos 3)", "Class": "os-pkgs", "Vulnerabilities": [VULNERABILITY]},
                        ],
                    }
                ],
            }
        ),
    )
    assert told[0] == SubjectFact(kind="cluster", ident="north", name="north")
    assert [item.location for item in findings(told)] == ["shop/Pod/till:7", "shop/Pod/till: quux:1"]
    told = read(
        trivy,
        json.dumps(
            {
                "ClusterName": "",
                "Vulnerabilities": [{**pod, "Results": [{"Target": "q", "Vulnerabilities": [VULNERABILITY]}]}],
                "Misconfigurations": [
                    {**pod, "Results": [{"Target": "Pod/till", "Misconfigurations": [MISCONFIGURATION]}]}
                ],
                "Findings": [pod],
            }
        ),
    )
    assert [item.kind for item in findings(told)] == ["vulnerability", "misconfiguration"]
    assert {item.subject for item in findings(told)} == {"unnamed cluster"}


def test_a_row_of_another_shape_is_refused_alone():
    told = read(trivy, report({"Target": "t", "Vulnerabilities": [VULNERABILITY, {"PkgName": "x"}, VULNERABILITY, 5]}))
    assert [item.row for item in findings(told)] == [1, 3]
    assert [(item.row, item.reason) for item in refusals(told)] == [
        (2, "Object missing required field `VulnerabilityID`."),
        (4, "Expected `object`, got `int`."),
    ]


def test_nothing_found():
    assert [type(item) for item in read(trivy, report({"Target": "t", "Class": "os-pkgs"}))] == [SubjectFact]
    assert [type(item) for item in trivy.read(source("null"))] == [SubjectFact]


def test_a_package_that_is_only_a_name():
    told = software(
        read(trivy, report({"Target": "t", "Packages": [{"Name": "pin"}, {"Name": "peg", "Version": "1"}]}))
    )
    assert [(item.name, item.version, item.purl) for item in told] == [("pin", "", ""), ("peg", "1", "")]


def test_another_shape_is_damaged():
    assert damage(trivy, report(Results="none")).field == "Results"


@pytest.mark.parametrize(
    "content", ["", "<a/>", "{}", "[]", '{"runs": []}', '[{"Target": "x"}]', '{"ClusterName": "x"}']
)
def test_other_files_are_not_taken(content):
    assert not trivy.sniff(source(content, "trivy.json"))


def test_ten_thousand_findings_are_quick():
    rows = [{**VULNERABILITY, "PkgName": f"lib{number}", "Description": "words " * 100} for number in range(10_000)]
    made = source(report({"Target": "t", "Vulnerabilities": rows}))
    began = time.process_time()
    assert sum(1 for _ in trivy.read(made)) == 10_001
    assert time.process_time() - began < 2  # 0.25 s alone on an ordinary core; room for a busy one

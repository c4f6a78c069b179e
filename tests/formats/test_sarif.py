import json
from datetime import UTC, datetime

import pytest
from tests.formats.samples import damage, findings, notes, of, read, refusals, source

from garrison.formats import sarif
from garrison.formats.facts import FindingFact, SubjectFact

RULE = {
    "id": "QX1",
    "name": "OpenDoor",
    "shortDescription": {"text": "A door is open"},
    "help": {"text": "Shut it."},
    "helpUri": "https://example/qx1",
    "messageStrings": {"default": {"text": "Door {0} is open, {1} {9999}"}},
    "defaultConfiguration": {"level": "error"},
    "relationships": [{"target": {"id": "22", "toolComponent": {"name": "CWE"}}}, {"target": {"id": "9"}}, {}],
    "properties": {"tags": ["external/cwe/cwe-079", 5]},
}


def place(uri: str, line: int | None = None, **more: object) -> dict:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}, **more}


def log(
    *results: object, rules: list | None = None, name: str = "quuxlint", version: str = "2.1.0", **run: object
) -> str:
    tool = {"driver": {"name": name, "rules": [RULE] if rules is None else rules}}
    return json.dumps({"version": version, "runs": [{"tool": tool, "results": list(results), **run}]})


def one(result: dict, **run: object) -> FindingFact:
    return findings(read(sarif, log(result, **run)))[0]


def test_a_result_with_its_rule():
    told = read(
        sarif,
        log(
            {
                "ruleId": "QX1",
                "ruleIndex": 0,
                "message": {"id": "default", "arguments": ["north"]},
                "locations": [place("file:///C:/till/door%20one.py", 7, logicalLocations=[{"name": "open"}])],
                "taxa": [{"id": "CWE-284", "toolComponent": {"name": "cwe"}}],
            },
            versionControlProvenance=[{"repositoryUri": "https://user:secret@Git.Example/quux/till.git"}],
            invocations=[{"endTimeUtc": "2031-02-03T04:05:06Z"}],
        ),
    )
    assert told == [
        SubjectFact(kind="repository", ident="https://git.example/quux/till", name="https://git.example/quux/till"),
        FindingFact(
            row=1,
            tool="quuxlint",
            kind="code",
            rule="QX1",
            title="A door is open",
            subject_kind="repository",
            subject="https://git.example/quux/till",
            severity="high",
            cwes=("CWE-79", "CWE-22", "CWE-284"),
            component="open",
            location="C:/till/door one.py:7",
            description="Door north is open, {1} {9999}",
            advice="Shut it.",
            url="https://example/qx1",
            seen=datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC),
        ),
    ]


@pytest.mark.parametrize(
    ("result", "rule", "title"),
    [
        ({"ruleIndex": 0}, "QX1", "A door is open"),
        ({"rule": {"index": 0}}, "QX1", "A door is open"),
        ({"rule": {"id": "QX1"}}, "QX1", "A door is open"),
        ({"ruleId": "QX1/sub"}, "QX1/sub", "A door is open"),
        ({"ruleId": "other", "message": {"text": "Said"}}, "other", "Said"),
        ({"ruleIndex": 99}, "unnamed rule", "unnamed rule"),
        ({"ruleIndex": -1}, "unnamed rule", "unnamed rule"),
    ],
)
def test_how_a_rule_is_found(result, rule, title):
    found = one(result)
    assert (found.rule, found.title) == (rule, title)


def test_rules_of_extensions():
    content = json.loads(log({"ruleId": "EX1"}))
    content["runs"][0]["tool"]["extensions"] = [{"name": "more", "rules": [{"id": "EX1", "name": "Extra"}, 5]}]
    assert findings(read(sarif, json.dumps(content)))[0].title == "Extra"


@pytest.mark.parametrize(
    ("result", "severity", "cvss"),
    [
        ({"level": "note"}, "low", None),
        ({"level": "none"}, "none", None),
        ({"level": "odd"}, "unknown", None),
        ({}, "medium", None),
        ({"ruleId": "QX1"}, "high", None),
        ({"kind": "informational"}, "none", None),
        ({"level": "note", "properties": {"security-severity": "9.3"}}, "critical", 9.3),
        ({"level": "note", "properties": {"security-severity": "bad"}}, "low", None),
        ({"level": "note", "properties": {"security-severity": []}}, "low", None),
    ],
)
def test_severities(result, severity, cvss):
    found = one(result)
    assert (found.severity, found.cvss) == (severity, cvss)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ({"baselineState": "absent"}, "fixed"),
        ({"baselineState": "new"}, ""),
        ({"suppressions": []}, ""),
        ({"suppressions": [{"kind": "inSource"}]}, "suppressed"),
        ({"suppressions": [{"status": "accepted"}, {"status": "underReview"}]}, ""),
        ({"suppressions": [{"state": "accepted"}]}, "suppressed"),
        ({"kind": "review"}, "in_triage"),
        ({"kind": "open"}, "in_triage"),
    ],
)
def test_what_was_judged(result, status):
    assert one(result).status == status


def test_what_passed_is_counted():
    told = read(sarif, log({"kind": "pass"}, {"kind": "notApplicable"}, {"level": "pass"}, {"kind": "fail"}))
    assert [item.row for item in findings(told)] == [4]
    assert notes(told)[-1].counts == {"checks_passed": 3}


@pytest.mark.parametrize(
    ("result", "rules", "kind"),
    [
        ({"ruleId": "CVE-2031-7000"}, [], "vulnerability"),
        ({"ruleId": "x", "kind": "informational"}, [], "observation"),
        ({"ruleId": "x"}, [{"id": "x", "properties": {"tags": ["secret"]}}], "secret"),
        ({"ruleId": "x"}, [{"id": "x", "name": "Misconfiguration"}], "misconfiguration"),
        ({"ruleId": "x", "properties": {"cwe": "CWE-5"}}, [], "code"),
    ],
)
def test_kinds(result, rules, kind):
    assert one(result, rules=rules).kind == kind


@pytest.mark.parametrize(
    ("run", "kind", "ident"),
    [
        ({}, "repository", "quuxlint"),
        ({"properties": {"imageName": "quux:1"}}, "image", "quux:1"),
        ({"properties": {"imageName": 5}}, "repository", "quuxlint"),
        ({"automationDetails": {"id": "quux/till/2031-02-03"}}, "repository", "quux/till"),
        ({"automationDetails": {"id": "nightly"}}, "repository", "quuxlint"),
        (
            {"originalUriBaseIds": {"LOGS": {"uri": "file:///logs/"}, "SRCROOT": {"uri": "file:///build/till/"}}},
            "repository",
            "/build/till",
        ),
        ({"originalUriBaseIds": {"%SRCROOT%": "file:///c:/till/"}}, "repository", "c:/till"),
        ({"versionControlProvenance": [{"repositoryUri": "../till"}]}, "repository", "../till"),
        ({"versionControlProvenance": [{"repositoryUri": "http://[x"}]}, "repository", "quuxlint"),
    ],
)
def test_what_a_run_is_about(run, kind, ident):
    told = read(sarif, log({}, **run))
    assert of(SubjectFact, told) == [SubjectFact(kind=kind, ident=ident, name=ident)]
    assert len(notes(told)) == (ident == "quuxlint")


def test_the_package_that_trivy_writes_into_its_message():
    text = "Package: libquux\nInstalled Version: 1.0\nVulnerability CVE-2031-7000\nFixed Version: 1.1\nLink: x"
    found = one({"ruleId": "cve-2031-7000", "message": {"text": text}}, name="Trivy")
    assert (found.rule, found.cves) == ("CVE-2031-7000", ("CVE-2031-7000",))
    assert (found.component, found.version, found.fixed) == ("libquux", "1.0", "1.1")
    assert one({"message": {"text": text}}).component == ""


def test_artifacts_by_number_and_places_without_lines():
    by_number = {"locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]}
    assert one(by_number, artifacts=[{"location": {"uri": "src/till.py"}}]).location == "src/till.py"
    assert one(by_number, artifacts=[]).location == ""
    assert one({"locations": []}).location == ""


def test_the_draft_before():
    result = {
        "ruleId": "E1",
        "locations": [{"physicalLocation": {"fileLocation": {"uri": "a.py"}, "region": {"startLine": 3}}}],
    }
    content = {
        "version": "2.0.0",
        "runs": [
            {
                "tool": {"name": "old"},
                "results": [result],
                "resources": {"rules": {"E1": {"id": "E1", "shortDescription": {"text": "Old"}}, "E2": 5}},
            }
        ],
    }
    found = findings(read(sarif, json.dumps(content)))[0]
    assert (found.tool, found.title, found.location) == ("old", "Old", "a.py:3")


def test_a_row_of_another_shape_is_refused_alone():
    told = read(sarif, log({}, {"ruleId": 5}, {}))
    assert [(item.row, item.field) for item in refusals(told)] == [(2, "ruleId")]
    assert [item.row for item in findings(told)] == [1, 3]


def test_results_at_one_place_stay_apart():
    same = {"ruleId": "QX1", "locations": [place("a.py", 1)]}
    assert [item.location for item in findings(read(sarif, log(same, same)))] == ["a.py:1", "a.py:1 (2)"]


@pytest.mark.parametrize(
    "content", ['{"version": "2.1.0", "runs": null}', '{"$schema": "x/sarif-2.1.0.json", "version": "2.1.0"}']
)
def test_nothing_found(content):
    assert read(sarif, content) == []


def test_a_run_without_results():
    assert read(sarif, log()) == []


def test_a_run_without_a_tool():
    assert findings(read(sarif, '{"version": "2.1.0", "runs": [{"results": [{}]}]}'))[0].tool == "unnamed tool"


def test_other_versions_are_refused_with_their_number():
    assert "version 1.0.0" in damage(sarif, log(version="1.0.0")).reason
    assert "version none" in damage(sarif, '{"runs": []}').reason


@pytest.mark.parametrize("content", ["", "<a/>", "[]", "{}", '{"runs": 1}', '{"$schema": "sarif-external-properties"}'])
def test_other_files_are_not_taken(content):
    assert not sarif.sniff(source(content, "x.sarif"))

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.formats import findings
from garrison.formats.facts import FindingFact, Note


def test_text_is_stripped_cleaned_and_cut():
    assert findings.text(None) == ""
    assert findings.text("  a\x00b\n\tc ") == "ab\n\tc"
    assert findings.text("x" * 9000) == "x" * 3999 + "…"
    assert findings.name(" two\n lines ") == "two lines"
    assert len(findings.name("y" * 9000)) == 500


def test_identifiers_are_found_in_text():
    assert findings.cves("see cve-2031-0001, CVE-2031-0001", None, "CVE-2031-123456") == (
        "CVE-2031-0001",
        "CVE-2031-123456",
    )
    assert findings.cwes("external/cwe/cwe-079", "CWE-79: x", "CWE: 22") == ("CWE-79", "CWE-22")


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("HIGH", "high"),
        ("Important", "high"),
        (" moderate", "medium"),
        ("info", "none"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_severities_by_word(word, severity):
    assert findings.severity(word) == severity


@pytest.mark.parametrize(
    ("score", "severity"),
    [(None, "unknown"), (0.0, "none"), (0.1, "low"), (3.9, "low"), (4.0, "medium"), (7.0, "high"), (9.0, "critical")],
)
def test_severities_by_score(score, severity):
    assert findings.severity_of_score(score) == severity


@pytest.mark.parametrize(
    ("given_", "score"), [("7.5", 7.5), (3, 3.0), ("x", None), ("nan", None), (11, None), (None, None)]
)
def test_scores(given_, score):
    assert findings.score(given_) == score


def test_vectors():
    assert findings.vector("CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P") == "AV:N/AC:L/Au:N/C:P/I:P/A:P"


@pytest.mark.parametrize(
    ("given_", "moment"),
    [
        ("2031-02-03T04:05:06Z", datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2031-02-03T04:05:06.123456789+02:00", datetime(2031, 2, 3, 2, 5, 6, 123456, tzinfo=UTC)),
        ("2031-02-03 04:05", datetime(2031, 2, 3, 4, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("tomorrow", None),
        ("", None),
        (None, None),
    ],
)
def test_moments(given_, moment):
    assert findings.moment(given_) == moment


@pytest.mark.parametrize(
    ("given_", "moment"),
    [
        ("86400", datetime(1970, 1, 2, tzinfo=UTC)),
        ("0", None),
        ("-5", None),
        ("9" * 12, None),
        ("²", None),
        (None, None),
    ],
)
def test_moments_of_the_epoch(given_, moment):
    assert findings.moment_of_epoch(given_) == moment


def test_repeated_findings_are_numbered():
    one = FindingFact(
        tool="t", kind="code", rule="r", title="r", subject_kind="repository", subject="s", location="f:1"
    )
    bare = FindingFact(tool="t", kind="code", rule="r", title="r", subject_kind="repository", subject="s")
    note = Note(reason="n")
    told = list(findings.distinct([one, note, one, bare, one, bare]))
    assert [getattr(item, "location", None) for item in told] == ["f:1", None, "f:1 (2)", "", "f:1 (3)", "(2)"]


@given(st.text(max_size=80))
def test_nothing_raises(text):
    for take in (findings.text, findings.name, findings.cves, findings.cwes, findings.severity, findings.score):
        take(text)
    findings.vector(text)
    findings.moment(text)
    findings.moment_of_epoch(text)
    assert "\x00" not in findings.text(text)

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.plain import facts, patient, plain, read, refusals, survives

from garrison.formats import vulnrichment
from garrison.formats.facts import VulnerabilityFact
from garrison.formats.source import Damaged


def ssvc(exploitation: str = "poc", automatable: str = "yes", impact: str = "total") -> dict:
    options = [{"Exploitation": exploitation}, {"Automatable": automatable}, {"Technical Impact": impact}]
    return {"other": {"type": "ssvc", "content": {"id": "CVE-2031-10001", "options": options}}}


def score(version: str, base: object, vector: str = "") -> dict:
    return {version: {"baseScore": base, "vectorString": vector}}


def record(cna: dict | None = None, *adp: dict, cve: object = "CVE-2031-10001") -> dict:
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": cve, "state": "PUBLISHED"},
        "containers": {"cna": cna or {}, "adp": list(adp)},
    }


def cisa(*metrics: dict, **more: object) -> dict:
    return {"providerMetadata": {"shortName": "CISA-ADP"}, "metrics": list(metrics), **more}


def only(*records: dict) -> VulnerabilityFact:
    (fact,) = facts(read(vulnrichment, list(records)))
    return fact


def test_a_record_with_all_that_cisa_adds():
    content = record(
        {
            "title": "Quux  opens",
            "affected": [{"vendor": "Quux", "product": "Gate"}, {"vendor": "Other"}],
            "problemTypes": [{"descriptions": [{"cweId": "CWE-22"}, {"description": "CWE-79 Something"}]}],
        },
        {"title": "Somebody else", "metrics": [{"other": {"type": "own", "content": {"value": 3}}}]},
        cisa(
            ssvc(),
            {"other": {"type": "kev", "content": {"dateAdded": "2031-04-05", "reference": "x"}}},
            score("cvssV3_1", 9.8, "CVSS:3.1/AV:N "),
            problemTypes=[{"descriptions": [{"cweId": "CWE-22"}, {"cweId": "", "description": "n/a"}]}],
        ),
    )
    want = VulnerabilityFact(
        source="vulnrichment",
        cve="CVE-2031-10001",
        title="Quux opens",
        vendor="Quux",
        product="Gate",
        kev_added=date(2031, 4, 5),
        exploitation="poc",
        automatable=True,
        total_impact=True,
        cvss=9.8,
        cvss_vector="CVSS:3.1/AV:N",
        cwes=("CWE-22", "CWE-79"),
    )
    assert facts(read(vulnrichment, content)) == [want]
    readings = read(vulnrichment, [content, record({"title": "B"}, cve="cve-2031-10002")])
    assert [(each.row, each.cve, each.title) for each in readings] == [
        (1, "CVE-2031-10001", "Quux opens"),
        (2, "CVE-2031-10002", "B"),
    ]


@pytest.mark.parametrize(
    ("written", "want"),
    [
        (("none", "no", "partial"), ("none", False, False)),
        (("None", "No", "Partial"), ("none", False, False)),
        (("Active", "Yes", "Total"), ("active", True, True)),
        (("PoC", " yes ", "total"), ("poc", True, True)),
        (("public PoC", "", ""), ("poc", None, None)),
    ],
)
def test_answers_are_read_in_any_case(written, want):
    fact = only(record({}, cisa(ssvc(*written))))
    assert (fact.exploitation, fact.automatable, fact.total_impact) == want


def test_a_record_without_cisas_container_is_read_as_it_is():
    fact = only(record({"title": "Alone", "metrics": [score("cvssV2_0", 5)]}))
    assert (fact.title, fact.exploitation, fact.automatable, fact.total_impact) == ("Alone", "", None, None)
    assert (fact.cvss, fact.cvss_vector, fact.kev_added) == (5.0, "", None)


def test_cisas_answers_go_before_others_and_the_first_counts():
    fact = only(record({"metrics": [ssvc("active")]}, {"metrics": [ssvc("none")]}, cisa(ssvc("poc"), ssvc("active"))))
    assert fact.exploitation == "poc"
    later = [{"other": {"type": "kev", "content": {"dateAdded": f"2031-01-0{n}"}}} for n in (3, 4)]
    assert only(record({}, cisa(*later))).kev_added == date(2031, 1, 3)


def test_the_authors_newest_score_goes_first():
    metrics = [score("cvssV3_0", 1), score("cvssV4_0", None), score("cvssV3_1", 2), {"format": "text"}]
    assert only(record({"metrics": metrics}, cisa(score("cvssV4_0", 9)))).cvss == 2
    assert only(record({}, cisa(score("cvssV4_0", 9)))).cvss == 9


def test_titles_where_none_was_given():
    words = [{"lang": "de", "value": "Anders."}, {"lang": "en", "value": "A long  story. " * 30}]
    title = only(record({"descriptions": words})).title
    assert title.startswith("A long story.")
    assert title.endswith("…")
    assert len(title) <= vulnrichment.TITLE_CHARS
    assert only(record({"descriptions": words[:1]})).title == "Anders."
    assert only(record({"rejectedReasons": [{"lang": "en", "value": "Not mine."}]})).title == "Rejected: Not mine."
    assert only(record()).title == ""
    assert only(record({"affected": [{"vendor": "n/a", "product": "N/A"}]})).vendor == ""


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (record(cve="CVE-1"), "cveMetadata.cveId"),
        (record(cve=5), "cveMetadata.cveId"),
        (record({"title": 5}), "containers.cna.title"),
        (record({"metrics": [score("cvssV3_1", 11)]}), "metrics.baseScore"),
        (record({"metrics": [score("cvssV3_1", "high")]}), "containers.cna.metrics[0].cvssV3_1.baseScore"),
        (record({}, cisa(ssvc("often"))), "ssvc.exploitation"),
        (record({}, cisa(ssvc("poc", "perhaps"))), "ssvc.automatable"),
        (record({}, cisa(ssvc("poc", "no", "half"))), "ssvc.technical impact"),
        (record({}, cisa({"other": {"type": "ssvc", "content": {"options": 4}}})), "ssvc.content"),
        (record({}, cisa({"other": {"type": "kev", "content": {"dateAdded": "2031-13-01"}}})), "kev.dateAdded"),
        (record({}, cisa({"other": {"type": "kev"}})), "kev.dateAdded"),
    ],
)
def test_a_bad_record_is_refused_and_the_rest_is_read(content, field):
    readings = read(vulnrichment, [content, record({"title": "Good"})])
    assert refusals(readings) == [(1, field)]
    assert len(facts(readings)) == 1


@pytest.mark.parametrize("content", ["", "{", json.dumps(record())[:-4], "[" * 100_000, '[{"cveMetadata": {}', "x"])
def test_damaged(content):
    with pytest.raises(Damaged):
        read(vulnrichment, content)


def test_sniffing_is_by_content():
    assert vulnrichment.sniff(plain(record()))
    assert vulnrichment.sniff(plain([record()]))
    assert vulnrichment.sniff(plain(b"\xef\xbb\xbf \n" + json.dumps(record()).encode()))
    assert vulnrichment.sniff(plain(json.dumps(record()).encode("utf-16")))
    for other in ("", "cveMetadata", {"a": record()}, {"cveMetadata": {}}, {"containers": {}}):
        assert not vulnrichment.sniff(plain(other))


@patient
@given(st.binary(max_size=200))
def test_bytes_never_surprise(content):
    survives(vulnrichment, content)
    survives(vulnrichment, b'[{"cveMetadata": {"cveId": "CVE-2031-10001"}, "containers": ' + content + b"}]")


NAMES = ["cna", "adp", "metrics", "other", "type", "content", "options", "cvssV3_1", "baseScore", "descriptions"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(["ssvc", "kev"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@patient
@given(JSON)
def test_wrong_values_never_surprise(value):
    survives(vulnrichment, json.dumps({**record(), "containers": value}).encode())
    survives(vulnrichment, json.dumps(record({}, cisa(value))).encode())

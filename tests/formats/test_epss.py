import sys
from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.plain import facts, notes, patient, plain, read, refusals, survives

from garrison.formats import epss
from garrison.formats.facts import VulnerabilityFact
from garrison.formats.source import Damaged

ABOUT = "#model_version:v2031.01.02,score_date:2031-03-04T00:00:00+0000\n"
SCORES = "cve,epss,percentile\nCVE-2031-10001,0.00042,0.1\nCVE-2031-10002,9.1e-1,1\n"


def test_scores_of_a_day():
    readings = read(epss, ABOUT + SCORES)
    assert facts(readings) == [
        VulnerabilityFact(
            source="epss", cve="CVE-2031-10001", epss=0.00042, percentile=0.1, scored_on=date(2031, 3, 4)
        ),
        VulnerabilityFact(source="epss", cve="CVE-2031-10002", epss=0.91, percentile=1.0, scored_on=date(2031, 3, 4)),
    ]
    assert [note.reason for note in notes(readings)] == ["EPSS model v2031.01.02."]
    assert [each.row for each in readings] == [1, 3, 4]


def test_without_a_comment_the_day_is_unknown():
    assert {each.scored_on for each in facts(read(epss, SCORES))} == {None}


def test_a_date_column_tells_the_day():
    text = "cve,epss,date\nCVE-2031-10001,.5,2031-03-05\nCVE-2031-10002,.5,never\n"
    assert facts(read(epss, text)) == [
        VulnerabilityFact(source="epss", cve="CVE-2031-10001", epss=0.5, scored_on=date(2031, 3, 5))
    ]
    assert refusals(read(epss, text)) == [(3, "date")]


def test_other_columns_encodings_and_line_ends():
    text = ABOUT + ' EPSS ,"CVE"\n0.5,cve-2031-10001\n'
    want = [VulnerabilityFact(source="epss", cve="CVE-2031-10001", epss=0.5, scored_on=date(2031, 3, 4))]
    for content in (text.encode("utf-8-sig"), text.replace("\n", "\r").encode(), text.encode("utf-16")):
        assert epss.sniff(plain(content))
        assert facts(read(epss, content)) == want


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("CVE-1,0.1,0.1", "cve"),
        ("CVE-2031-10001,1.01,0.1", "epss"),
        ("CVE-2031-10001,-0.1,0.1", "epss"),
        ("CVE-2031-10001,nan,0.1", "epss"),
        ("CVE-2031-10001,,0.1", "epss"),
        ("CVE-2031-10001,0.1,2", "percentile"),
        ("CVE-2031-10001,0.1,1e999", "percentile"),
        ("CVE-2031-10001,0.1", ""),
    ],
)
def test_a_bad_line_is_refused_and_the_rest_is_read(line, field):
    readings = read(epss, f"{SCORES}{line}\n ,\nCVE-2031-10003,0,0\n")
    assert refusals(readings) == [(4, field)]
    assert len(facts(readings)) == 3


def test_a_score_date_that_is_none_is_told():
    readings = read(epss, "#score_date:yesterday\n,\n" + SCORES)
    assert refusals(readings) == [(1, "score_date")]
    assert {each.scored_on for each in facts(readings)} == {None}
    assert notes(read(epss, "# a remark\n" + SCORES)) == []


@pytest.mark.parametrize("content", ["", ABOUT, "cve,percentile\n", "epss\n", ABOUT + 'cve,epss\n"', b"cve,epss\n\xff"])
def test_damaged(content):
    with pytest.raises(Damaged):
        read(epss, content)


def test_sniffing_is_by_content():
    assert epss.sniff(plain(ABOUT + SCORES))
    assert epss.sniff(plain("\ufeff\n" + SCORES))
    for other in ("", ABOUT, "cve,score\n", '{"cve": "epss"}', b"\xff\xfe\x00"):
        assert not epss.sniff(plain(other))


def test_three_hundred_thousand_lines_take_less_than_two_seconds():
    lines = [f"CVE-2031-{10_000 + n},{n % 100_000 / 100_000:.5f},{n / 300_000:.5f}" for n in range(300_000)]
    source = plain(ABOUT + "cve,epss,percentile\n" + "\n".join(lines))
    start = process_time()
    assert sum(1 for _ in epss.read(source)) == 300_001
    assert process_time() - start < 2 or sys.gettrace()  # coverage counts lines, not seconds


@patient
@given(st.binary(max_size=200), st.text(max_size=60))
def test_bytes_never_surprise(content, text):
    survives(epss, content)
    survives(epss, b"cve,epss,percentile,date\n" + content)
    survives(epss, f"#{text}\ncve,epss\nCVE-2031-10001,{text}\n".encode("utf-8", "surrogatepass"))

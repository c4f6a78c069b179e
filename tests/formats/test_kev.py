import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.plain import facts, notes, patient, plain, read, refusals, survives

from garrison.formats import kev_csv, kev_json
from garrison.formats.facts import VulnerabilityFact
from garrison.formats.source import Damaged

ENTRIES = [
    {
        "cveID": "CVE-2031-10001",
        "vendorProject": "Quux",
        "product": "Gate  Keeper",
        "vulnerabilityName": 'Quux "Gate" Bypass ',
        "dateAdded": "2031-02-03",
        "shortDescription": "Opens.\nAll of it.",
        "requiredAction": "Close it, then look.",
        "dueDate": "2031-02-24",
        "knownRansomwareCampaignUse": "Known",
        "notes": "",
        "cwes": ["CWE-284", "CWE-22"],
    },
    {
        "cveID": "cve-2030-0007",
        "vendorProject": "Quux",
        "product": "Gate Keeper",
        "vulnerabilityName": "Überlauf",
        "dateAdded": "2030-12-31",
        "shortDescription": "",
        "requiredAction": "Remove.",
        "dueDate": "",
        "knownRansomwareCampaignUse": "Unknown",
        "notes": "",
        "cwes": [],
    },
]
CATALOGUE = {"title": "Mine", "catalogVersion": "2031.02.03", "count": 2, "vulnerabilities": ENTRIES}


def as_csv(entries: list[dict], end: str = "\r\n") -> str:
    lines = [",".join(ENTRIES[0])]
    for entry in entries:
        texts = (", ".join(value) if isinstance(value, list) else str(value) for value in entry.values())
        lines.append(",".join('"' + text.replace('"', '""') + '"' for text in texts))
    return end.join(lines) + end


def test_both_files_of_a_catalogue_say_the_same():
    from_json = read(kev_json, CATALOGUE)
    assert facts(from_json) == [
        VulnerabilityFact(
            source="kev",
            cve="CVE-2031-10001",
            title='Quux "Gate" Bypass',
            vendor="Quux",
            product="Gate Keeper",
            action="Close it, then look.",
            kev_added=date(2031, 2, 3),
            kev_due=date(2031, 2, 24),
            ransomware=True,
            cwes=("CWE-284", "CWE-22"),
        ),
        VulnerabilityFact(
            source="kev",
            cve="CVE-2030-0007",
            title="Überlauf",
            vendor="Quux",
            product="Gate Keeper",
            action="Remove.",
            kev_added=date(2030, 12, 31),
            ransomware=False,
        ),
    ]
    assert facts(read(kev_csv, as_csv(ENTRIES))) == facts(from_json)
    assert [(note.field, note.reason) for note in notes(from_json)] == [
        ("catalogVersion", "Catalogue version 2031.02.03.")
    ]
    assert [each.row for each in from_json[1:]] == [1, 2]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_any_line_end_and_a_mark_change_nothing(end):
    text = as_csv(ENTRIES, end)
    want = facts(read(kev_json, CATALOGUE))
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), (end + text).encode()):
        assert kev_csv.sniff(plain(content))
        assert facts(read(kev_csv, content)) == want


def test_rows_are_the_lines_that_they_start_on():
    readings = read(kev_csv, as_csv(ENTRIES, "\n"))
    assert [each.row for each in readings] == [2, 4]  # the first has a line end inside a quoted field


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_json_in_other_encodings(codec):
    content = (" \n" + json.dumps(CATALOGUE)).encode(codec)
    assert kev_json.sniff(plain(content))
    assert facts(read(kev_json, content)) == facts(read(kev_json, CATALOGUE))


def test_a_count_that_is_wrong_is_told():
    assert [note.field for note in notes(read(kev_json, {**CATALOGUE, "count": 5}))] == ["catalogVersion", "count"]
    assert notes(read(kev_json, {"vulnerabilities": ENTRIES})) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cveID": "CVE-31-1"}, "cveID"),
        ({"cveID": ""}, "cveID"),
        ({"dateAdded": "2031-02-30"}, "dateAdded"),
        ({"dateAdded": "03/02/2031"}, "dateAdded"),
        ({"dateAdded": "2031-02-03x"}, "dateAdded"),
        ({"dueDate": "soon"}, "dueDate"),
    ],
)
def test_a_bad_entry_is_refused_by_row_and_field_and_the_rest_is_read(change, field):
    entries = [{**ENTRIES[0], **change}, ENTRIES[1]]
    from_json, from_csv = read(kev_json, {"vulnerabilities": entries}), read(kev_csv, as_csv(entries))
    assert refusals(from_json) == [(1, field)]
    assert refusals(from_csv) == [(2, field)]
    assert len(facts(from_json)) == len(facts(from_csv)) == 1


def test_an_entry_of_another_shape_is_refused():
    readings = read(kev_json, {"vulnerabilities": [{**ENTRIES[0], "product": 7}, 4, ENTRIES[1]]})
    assert refusals(readings) == [(1, "product"), (2, "")]
    assert len(facts(readings)) == 1
    long = {**ENTRIES[0], "product": "x" * 300_000}
    assert refusals(read(kev_json, {"vulnerabilities": [long]})) == [(1, "product")]


def test_a_line_with_another_number_of_fields_is_refused():
    assert refusals(read(kev_csv, as_csv(ENTRIES) + "CVE-2031-1,a\n\n")) == [(5, "")]


def test_unknown_answers_stay_unknown():
    entry = {"cveID": "CVE-2031-10001", "dateAdded": "2031-02-03", "dueDate": None}
    assert facts(read(kev_json, {"vulnerabilities": [entry]}))[0].ransomware is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"vulnerabilities": 3}', json.dumps(CATALOGUE)[:-9], '{"catalogVersion": "1"}', "[" * 100_000],
)
def test_damaged_json(content):
    with pytest.raises(Damaged):
        read(kev_json, content)


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", "cveID,product\n", as_csv(ENTRIES)[:-3], b"cveID,dateAdded\nCVE-2031-1000\xff,x\n"],
)
def test_damaged_csv(content):
    with pytest.raises(Damaged):
        read(kev_csv, content)


def test_limits_of_csv():
    with pytest.raises(Damaged, match="Line 3: the row is longer"):
        read(kev_csv, as_csv([{**ENTRIES[0], "notes": "x" * 300}]), line_bytes=200)
    with pytest.raises(Damaged, match="larger than the limit of 300 bytes"):
        read(kev_csv, as_csv(ENTRIES), file_bytes=300)
    with pytest.raises(Damaged, match="the row is longer"):
        read(kev_csv, "cveID,dateAdded\n" + '"\n",' * 100_000, line_bytes=10_000)
    with pytest.raises(Damaged, match="Line 2: a field is longer"):
        read(kev_csv, "cveID,dateAdded\n" + "x" * 2_000, field_chars=1_000)
    with pytest.raises(Damaged):
        read(kev_csv, "cveID,dateAdded\n" + "x" * 300_000)


def test_sniffing_is_by_content():
    assert kev_json.sniff(plain(CATALOGUE))
    assert kev_json.sniff(plain({"vulnerabilities": ENTRIES}))
    assert kev_json.sniff(plain(json.dumps(CATALOGUE)[:400]))
    for other in ({"vulnerabilities": []}, [CATALOGUE], {"properties": CATALOGUE}, "vulnerabilities", as_csv(ENTRIES)):
        assert not kev_json.sniff(plain(other))
    assert kev_csv.sniff(plain(as_csv(ENTRIES)))
    for other in ("", "# none\n", "cve,epss\n", CATALOGUE):
        assert not kev_csv.sniff(plain(other))


@patient
@given(st.binary(max_size=300))
def test_bytes_never_surprise(content):
    survives(kev_json, content)
    survives(kev_csv, content)
    survives(kev_csv, b"cveID,dateAdded\n" + content)
    survives(kev_json, b'{"vulnerabilities": [' + content + b"]}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(ENTRIES[0])), inner, max_size=4),
    max_leaves=9,
)


@patient
@given(st.dictionaries(st.sampled_from(list(ENTRIES[0])), JSON, max_size=3))
def test_wrong_values_never_surprise(changes):
    survives(kev_json, json.dumps({**CATALOGUE, "vulnerabilities": [{**ENTRIES[0], **changes}]}).encode())

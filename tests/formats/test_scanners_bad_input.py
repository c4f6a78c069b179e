"""Hostile and broken reports in every scanner's format: readings or one clear refusal, never anything else."""

import json
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.samples import source
from tests.formats.test_cyclonedx import BILL
from tests.formats.test_cyclonedx import XML as BILL_XML
from tests.formats.test_nessus import ITEM, TOLD, host
from tests.formats.test_nessus import report as nessus_report
from tests.formats.test_nmap import FULL as SCAN
from tests.formats.test_sarif import RULE
from tests.formats.test_sarif import log as sarif_log
from tests.formats.test_trivy import LICENCE, MISCONFIGURATION, PACKAGE, SECRET, VULNERABILITY
from tests.formats.test_trivy import report as trivy_report

from garrison.formats import cyclonedx, nessus, nmap, sarif, trivy
from garrison.formats.facts import AnyFact, Note, Refusal
from garrison.formats.source import Damaged

SAMPLES = {
    "nmap": (nmap, SCAN),
    "nessus": (nessus, nessus_report(host("gate", ITEM + TOLD, host_ip="10.9.8.7"))),
    "trivy": (
        trivy,
        trivy_report(
            {
                "Target": "t",
                "Packages": [PACKAGE],
                "Vulnerabilities": [VULNERABILITY],
                "Secrets": [SECRET],
                "Misconfigurations": [MISCONFIGURATION],
                "Licenses": [LICENCE],
            }
        ),
    ),
    "cyclonedx-json": (cyclonedx, json.dumps(BILL)),
    "cyclonedx-xml": (cyclonedx, BILL_XML),
    "sarif": (sarif, sarif_log({"ruleId": "QX1", "message": {"text": "x"}}, rules=[RULE])),
}
MODULES = (nmap, nessus, trivy, cyclonedx, sarif)
ALL = pytest.mark.parametrize("sample", SAMPLES)
JSON = [name for name, (_, content) in SAMPLES.items() if content.startswith("{")]
XML = [name for name in SAMPLES if name not in JSON]


def outcome(module: ModuleType, content: bytes) -> Damaged | int:
    """How the reading ended: the refusal of the whole, or the number of readings."""
    made = source(content)
    module.sniff(made)
    number = 0
    try:
        for reading in module.read(made):
            assert isinstance(reading, AnyFact | Refusal | Note)
            number += 1
    except Damaged as damage:
        return damage if damage.reason else -1
    return number


@ALL
def test_a_cut_file_is_damaged_wherever_it_is_cut(sample):
    module, content = SAMPLES[sample]
    whole = content.encode().rstrip()
    for part in range(20):
        assert isinstance(outcome(module, whole[: len(whole) * part // 20]), Damaged), part
    assert isinstance(outcome(module, whole), int)


@ALL
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_say_the_same(sample, encoding):
    module, content = SAMPLES[sample]
    if sample in XML and encoding != "utf-8-sig":
        if encoding != "utf-16":
            pytest.skip("XML in UTF-16 has a byte-order mark")
        content = content.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    made = source(content.encode(encoding))
    assert module.sniff(made)
    assert list(module.read(made)) == list(module.read(source(content.replace("UTF-16", "UTF-8"))))


@ALL
def test_bytes_of_another_encoding_are_damaged(sample):
    module, content = SAMPLES[sample]
    damage = outcome(module, content.replace("quux", "qu\xfcx").replace("gate", "g\xe4te").encode("latin-1"))
    assert isinstance(damage, Damaged)
    assert "Line" in damage.reason


@ALL
def test_a_name_does_not_make_a_format(sample):
    module, _ = SAMPLES[sample]
    for name in ("scan.nessus", "report.sarif", "bom.json", "bom.xml", "nmap.xml", "trivy.json"):
        assert not module.sniff(source("a,b\n1,2\n", name))


@ALL
def test_leading_space_and_only_one_format(sample):
    module, content = SAMPLES[sample]
    for text in (content, "\n  \t" + content):
        assert [other for other in MODULES if other.sniff(source(text))] == [module]
    assert isinstance(outcome(module, b"\n  \t" + content.encode()), int)


@pytest.mark.parametrize("sample", XML)
@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1/x">%a;',
    ],
)
def test_entities_are_refused_by_the_format_they_hide_in(sample, entities):
    module, content = SAMPLES[sample]
    root = {"nmap": "nmaprun", "nessus": "NessusClientData_v2", "cyclonedx-xml": "bom"}[sample]
    content = f"<!DOCTYPE {root} [{entities}]>" + content[content.index(f"<{root}") :]
    made = source(content)
    assert module.sniff(made)
    with pytest.raises(Damaged, match="declares entities"):
        list(module.read(made))


@pytest.mark.parametrize("sample", JSON)
def test_json_nested_too_deep_is_refused(sample):
    module, content = SAMPLES[sample]
    for bomb in ("[" * 50_000, '{"x":' * 50_000):
        assert "too deep" in outcome(module, (content[:-1] + ',"extra":' + bomb).encode()).reason


@pytest.mark.parametrize("sample", XML)
def test_xml_nested_too_deep_is_refused(sample):
    module, content = SAMPLES[sample]
    place = content.rindex("</")
    assert "deeper" in outcome(module, (content[:place] + "<x>" * 5_000 + content[place:]).encode()).reason


@ALL
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_changed_bytes_give_readings_or_damaged(sample, data):
    module, content = SAMPLES[sample]
    changed = bytearray(content.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    outcome(module, bytes(changed))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("sample", JSON)
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_changed_values_give_readings_or_damaged(sample, data):
    module, content = SAMPLES[sample]
    document = json.loads(content)
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 9)) == 0:
            break
        node = inner
    node[key] = data.draw(values)
    outcome(module, json.dumps(document).encode())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MODULES), st.binary(max_size=300))
def test_any_bytes_give_readings_or_damaged(module, content):
    outcome(module, content)

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.oscal_sample import CATALOGUE, NAMESPACE, PROFILE, as_xml
from tests.kit.plain import facts, notes, patient, plain, read, refusals, survives, told

from garrison.formats import oscal_other, oscal_profile_json, oscal_profile_xml
from garrison.formats.facts import FrameworkFact, RequirementFact
from garrison.formats.source import Damaged


def profile(*imports: object, **more: object) -> dict:
    return {"profile": {"metadata": {"title": "Mine"}, "imports": list(imports), **more}}


def test_the_sample_in_json():
    readings = read(oscal_profile_json, PROFILE)
    ident = "small-gate-profile"
    assert facts(readings) == [
        FrameworkFact(
            ident=ident, title="Small Gate v2", version="2", kind="profile", source="gates.json other%20catalogue.json"
        ),
        RequirementFact(framework=ident, code="g-1", order=1),
        RequirementFact(framework=ident, code="g-1.1", order=2),
        RequirementFact(framework=ident, code="w-1-s", order=3),
    ]
    assert [each.row for each in readings if isinstance(each, RequirementFact)] == [1, 2, 5]
    assert [note.counts for note in notes(readings)] == [{"selections_not_resolved": 4}, {"tailorings_not_applied": 2}]


def test_json_and_xml_say_the_same():
    assert told(read(oscal_profile_xml, as_xml(PROFILE))) == told(read(oscal_profile_json, PROFILE))


def test_names_and_addresses():
    plain_one = facts(read(oscal_profile_json, profile({"href": "#nowhere"}, {"href": "#empty"}, {})))
    assert (plain_one[0].ident, plain_one[0].source) == ("mine-profile", "#nowhere #empty")
    titled = {"profile": {"metadata": {"title": "Gate Profile"}, "back-matter": {"resources": [{"uuid": "empty"}]}}}
    assert facts(read(oscal_profile_json, titled))[0].ident == "gate-profile"
    assert notes(read(oscal_profile_json, titled)) == []


def test_bad_identifiers_are_refused_and_the_rest_is_read():
    select = {"include-controls": [{"with-ids": ["a", 4, " ", "b"]}], "exclude-controls": [{"with-ids": [None]}]}
    readings = read(oscal_profile_json, profile(select))
    assert sorted(refusals(readings)) == [(1, "with-ids"), (2, "with-ids"), (3, "with-ids")]
    assert [each.code for each in facts(readings)[1:]] == ["a", "b"]


@pytest.mark.parametrize(
    "content", ["", "{}", '{"profile": 3}', '{"profile": {"metadata": 4}}', json.dumps(PROFILE)[:-5], "[" * 100_000]
)
def test_damaged_json(content):
    with pytest.raises(Damaged):
        read(oscal_profile_json, content)


def test_damaged_xml():
    with pytest.raises(Damaged):
        read(oscal_profile_xml, as_xml(PROFILE)[:-20])


def test_sniffing_is_by_content():
    text = json.dumps(PROFILE)
    for content in (text, text[:300], "\ufeff \n" + text, text.encode("utf-16")):
        assert oscal_profile_json.sniff(plain(content))
    for other in ("", '"profile"', [PROFILE], {"profile": "x"}, {"profile": {"name": "x"}}, CATALOGUE):
        assert not oscal_profile_json.sniff(plain(other))
    assert oscal_profile_xml.sniff(plain(as_xml(PROFILE)))
    for other in ("", "<profile/>", as_xml(CATALOGUE), text):
        assert not oscal_profile_xml.sniff(plain(other))


@pytest.mark.parametrize(("key", "name"), oscal_other.NAMES.items())
def test_other_models_are_known_by_name(key, name):
    document = {key: {"uuid": "x", "metadata": {"title": "T"}}}
    assert oscal_other.name_other(json.dumps(document).encode()) == name
    assert oscal_other.name_other(json.dumps(document).encode()[:50]) == name
    assert oscal_other.name_other(as_xml(document)) == name


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"assessment-plan": 3}',
        b"<assessment-plan/>",
        as_xml(PROFILE),
        b'{"profile": {}}',
    ],
)
def test_anything_else_has_no_name(head):
    assert oscal_other.name_other(head) is None


@patient
@given(st.binary(max_size=200))
def test_bytes_never_surprise(content):
    oscal_other.name_other(content)
    survives(oscal_profile_json, content)
    survives(oscal_profile_xml, content)
    survives(oscal_profile_json, b'{"profile": {"metadata": {}, "imports": [' + content + b"]}}")
    survives(oscal_profile_xml, f'<profile xmlns="{NAMESPACE}"><import href="a">'.encode() + content)


NAMES = ["href", "include-all", "include-controls", "exclude-controls", "with-ids", "matching", "pattern"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)


@patient
@given(JSON)
def test_wrong_values_never_surprise(value):
    survives(oscal_profile_json, json.dumps(profile(value)).encode())

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.plain import facts, notes, patient, plain, read, refusals, survives

from garrison.formats import stix
from garrison.formats.facts import ThreatFact, ThreatLinkFact
from garrison.formats.source import Damaged


def thing(kind: str, number: int = 1, **more: object) -> dict:
    return {"type": kind, "id": f"{kind}--{number:08}", "name": f"{kind} {number}", **more}


def attack(kind: str, code: str, number: int = 1, **more: object) -> dict:
    reference = {"source_name": "mitre-attack", "external_id": code, "url": f"https://example.org/{code}"}
    return thing(kind, number, external_references=[reference], x_mitre_domains=["enterprise-attack"], **more)


def link(source: dict, kind: str, target: dict, number: int = 1, **more: object) -> dict:
    ends = {"source_ref": source["id"], "target_ref": target["id"]}
    return {"type": "relationship", "id": f"relationship--{number:08}", "relationship_type": kind, **ends, **more}


def bundle(*objects: object, **more: object) -> dict:
    return {"type": "bundle", "id": "bundle--1", "objects": list(objects), **more}


def counts(readings: list) -> dict:
    return notes(readings)[0].counts if notes(readings) else {}


def test_attack_objects_whole():
    technique = attack(
        "attack-pattern",
        "T9001.002",
        description=" Does it. ",
        modified="2031-05-06T07:08:09.010Z",
        x_mitre_is_subtechnique=True,
        x_mitre_platforms=["Windows", "Doors"],
        x_mitre_version="1.2",
        kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "entering"}],
    )
    tactic = attack("x-mitre-tactic", "TA9001", x_mitre_shortname="entering")
    tool = attack("tool", "S9001", x_mitre_aliases=["tool 1", "Crowbar"])
    uses = link(tool, "uses", technique, description="Often. ")
    readings = read(stix, bundle(uses, technique, tactic, tool, spec_version="2.0"))
    assert facts(readings) == [
        ThreatFact(
            stix_id=technique["id"],
            kind="subtechnique",
            code="T9001.002",
            name="attack-pattern 1",
            description="Does it.",
            domain="enterprise-attack",
            url="https://example.org/T9001.002",
            platforms=("Windows", "Doors"),
            tactics=("entering",),
            version="1.2",
            modified=datetime(2031, 5, 6, 7, 8, 9, 10_000, UTC),
        ),
        ThreatFact(
            stix_id=tactic["id"],
            kind="tactic",
            code="TA9001",
            name="x-mitre-tactic 1",
            domain="enterprise-attack",
            url="https://example.org/TA9001",
            tactics=("entering",),
        ),
        ThreatFact(
            stix_id=tool["id"],
            kind="tool",
            code="S9001",
            name="tool 1",
            domain="enterprise-attack",
            url="https://example.org/S9001",
            aliases=("Crowbar",),
        ),
        ThreatLinkFact(
            stix_id=uses["id"], source=tool["id"], kind="uses", target=technique["id"], description="Often."
        ),
    ]
    assert [each.row for each in readings] == [2, 3, 4, 1]


def test_generic_objects_and_their_kinds():
    kinds = ["attack-pattern", "intrusion-set", "threat-actor", "malware", "tool", "course-of-action", "campaign"]
    readings = read(stix, bundle(*(thing(kind, aliases=["Other"]) for kind in kinds)))
    assert [each.kind for each in facts(readings)] == [
        "technique", "group", "group", "malware", "tool", "mitigation", "campaign",
    ]  # fmt: skip
    assert {(each.code, each.domain, each.aliases) for each in facts(readings)} == {("", "", ("Other",))}


def test_domains_of_older_attack_and_of_capec():
    old = thing("malware", external_references=[{"source_name": "mitre-ics-attack", "external_id": "S1"}])
    borrowed = thing("attack-pattern", 2, external_references=[{"source_name": "capec", "external_id": "CAPEC-1"}])
    own = {**borrowed, "id": "attack-pattern--3", "x_capec_version": "9.9", "x_capec_status": "Draft"}
    bare = thing("course-of-action", 4, x_capec_version="9.9")
    assert [(each.code, each.domain) for each in facts(read(stix, bundle(old, borrowed, own, bare)))] == [
        ("S1", "ics-attack"), ("", ""), ("CAPEC-1", "capec"), ("", "capec"),
    ]  # fmt: skip


def test_what_is_out_of_force_is_left_out_with_all_that_touches_it():
    good, other = attack("malware", "S1", 1), attack("attack-pattern", "T1", 2)
    gone = [
        attack("malware", "S3", 3, revoked=True),
        attack("malware", "S4", 4, x_mitre_deprecated=True),
        thing("attack-pattern", 5, x_capec_status="Deprecated", x_capec_version="1"),
        thing("attack-pattern", 6, x_capec_status="Obsolete", x_capec_version="1"),
    ]
    links = [link(each, "revoked-by", good, n) for n, each in enumerate(gone, 10)]
    links += [link(good, "uses", other, 20, revoked=True), link(good, "uses", other, 21, x_mitre_deprecated=True)]
    readings = read(stix, bundle(good, other, *gone, *links, link(good, "uses", other, 22)))
    assert [each.stix_id for each in facts(readings)] == [good["id"], other["id"], "relationship--00000022"]
    assert counts(readings) == {"revoked": 1, "deprecated": 3, "links_left_out": 6}
    [words] = [note.reason for note in notes(readings)]
    assert words == "10 objects of the bundle were left out: 3 deprecated, 6 relationships, 1 revoked."


def test_other_types_are_counted():
    actor, sign = thing("threat-actor"), thing("indicator")
    objects = [actor, sign, thing("identity"), thing("identity", 2), link(sign, "indicates", actor)]
    assert counts(read(stix, bundle(*objects))) == {"identity": 2, "indicator": 1, "links_left_out": 1}
    many = counts(read(stix, bundle(*(thing(f"x-{n}") for n in range(100)))))
    assert many["other_types"] == 40
    assert sum(many.values()) == 100
    assert notes(read(stix, bundle(actor))) == []


def test_of_several_versions_the_latest_is_read():
    times = ["2031-01-01T00:00:00Z", "2031-01-03T00:00:00", None, "2031-01-02T00:00:00+02:00"]
    readings = read(stix, bundle(*(thing("tool", modified=time, description=str(time)) for time in times)))
    assert [each.modified for each in facts(readings)] == [datetime(2031, 1, 3, tzinfo=UTC)]
    assert counts(readings) == {"older_versions": 3}


def test_malware_without_a_name_is_known_by_its_id():
    assert facts(read(stix, bundle({"type": "malware", "id": "malware--9"})))[0].name == "malware--9"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (7, ""),
        ({"id": "tool--1"}, ""),
        (thing("tool", name=["x"]), "name"),
        (thing("tool", revoked="no"), "revoked"),
        (thing("tool", modified="yesterday"), "modified"),
        (thing("tool", aliases=["a", 3]), "aliases[1]"),
        (thing("tool", name="x" * 300_000), "name"),
        ({"type": "tool", "id": "malware--1"}, "id"),
        ({"type": "", "id": "--1"}, "id"),
        ({**link(thing("tool"), "uses", thing("tool")), "relationship_type": " "}, "relationship_type"),
    ],
)
def test_a_bad_object_is_refused_and_the_rest_is_read(wrong, field):
    readings = read(stix, bundle(wrong, thing("malware")))
    assert refusals(readings) == [(1, field)]
    assert len(facts(readings)) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", '{"type": "bundle", "objects": 4}', json.dumps(bundle(thing("tool")))[:-3], "[" * 100_000]
)
def test_damaged(content):
    with pytest.raises(Damaged):
        read(stix, content)


def test_objects_nested_too_deep_are_refused_or_damaged():
    bomb = json.dumps(bundle(1)).replace("1]", '{"type": "tool", "id": "tool--1", "x": ' + "[" * 50_000 + "]")
    with pytest.raises(Damaged):
        read(stix, bomb)


def test_sniffing_is_by_content():
    text = json.dumps(bundle(thing("tool")))
    for content in (text, text[:60], "\ufeff\n " + text, text.encode("utf-16"), {"id": "bundle--1", "objects": []}):
        assert stix.sniff(plain(content))
    assert stix.sniff(plain({"type": "bundle", "objects": []}))
    for other in (
        "",
        "bundle",
        [bundle()],
        {"type": "bundle"},
        {"type": "collection", "id": "bundle--1"},
        {"id": "bundle", "objects": []},
        {"api": bundle()},
    ):
        assert not stix.sniff(plain(other))


@patient
@given(st.binary(max_size=200))
def test_bytes_never_surprise(content):
    survives(stix, content)
    survives(stix, b'{"type": "bundle", "objects": [' + content + b"]}")


NAMES = ["type", "id", "name", "modified", "revoked", "aliases", "external_references", "source_name", "source_ref"]
WORDS = ["tool", "tool--1", "relationship", "relationship--2", "mitre-attack", "2031-01-01T00:00:00Z"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@patient
@given(JSON, st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3))
def test_wrong_values_never_surprise(value, changes):
    survives(stix, json.dumps(bundle(value, {**thing("tool"), **changes})).encode())

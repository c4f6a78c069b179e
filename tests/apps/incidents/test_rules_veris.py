"""A VERIS record has the shape that the public schema asks for, whatever was chosen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.incidents.rules.veris import Told, employee_count, enumerations, fields, missing, record, span, wrong

AT = datetime(2026, 3, 9, 10, 12, tzinfo=UTC)
TOLD = Told(
    "INC-2026-014", "A leaver's badge", AT - timedelta(hours=31), AT, AT + timedelta(hours=4), 1200, records=612
)
STORY = {
    "security_incident": ["Confirmed"],
    "confidence": ["High"],
    "targeted": ["Targeted"],
    "actor.external.variety": ["Former employee"],
    "actor.external.motive": ["Financial"],
    "action.physical.variety": ["Bypassed controls", "Theft"],
    "action.physical.vector": ["Victim secure area"],
    "action.misuse.variety": ["Privilege abuse"],
    "action.misuse.vector": ["Physical access"],
    "asset.variety": ["N - Access reader", "U - Desktop"],
    "attribute.confidentiality.data_disclosure": ["Yes"],
    "attribute.confidentiality.data": ["Medical"],
    "attribute.confidentiality.data_victim": ["Patient"],
    "attribute.availability.variety": ["Loss"],
    "discovery_method.internal": ["Log review"],
}
TOP = {
    "action", "actor", "asset", "attribute", "confidence", "discovery_method", "impact", "incident_id", "plus",
    "schema_version", "security_incident", "source_id", "summary", "targeted", "timeline", "victim",
}  # fmt: skip
REQUIRED = {
    "actor", "action", "discovery_method", "schema_version", "asset", "timeline", "attribute", "incident_id",
    "security_incident",
}  # fmt: skip
PARTS: dict[str, tuple[str, ...]] = {
    "actor.external": ("country", "variety", "motive"),
    "actor.internal": ("motive", "variety"),
    "actor.partner": ("country", "motive"),
    "action.hacking": ("variety", "vector"),
    "action.malware": ("variety", "vector"),
    "action.social": ("variety", "vector", "target"),
    "action.misuse": ("variety", "vector"),
    "action.physical": ("variety", "vector"),
    "action.error": ("variety", "vector"),
    "action.environmental": ("variety",),
}


def lists_are_sound(found: list[str], ids: list[str]) -> None:
    assert found
    assert len(set(found)) == len(found)
    assert set(found) <= set(ids) | {"Unknown"}


def check(found: dict[str, Any]) -> None:
    """The rules of the public schema that our records touch."""
    known = enumerations()
    assert set(found) <= TOP
    assert set(found) >= REQUIRED
    assert found["security_incident"] in known["security_incident"]
    assert found["confidence"] in known["confidence"]
    assert found["targeted"] in known["targeted"]
    assert found["impact"]["overall_rating"] in known["overall_rating"]
    assert found["victim"]["employee_count"] in known["employee_count"]
    assert found["victim"]["industry"].isdigit()
    assert 2 <= len(found["victim"]["industry"]) <= 6
    for axis in ("actor", "action"):
        assert found[axis]
        for part, body in found[axis].items():
            if part == "unknown":
                continue
            assert set(body) == set(PARTS[f"{axis}.{part}"])
            for name, ids in body.items():
                if name != "country":
                    lists_are_sound(ids, known[axis][part][name])
    assert found["asset"]["assets"]
    assert all(set(each) == {"variety"} for each in found["asset"]["assets"])
    assert found["attribute"]
    for name in ("integrity", "availability"):
        if name in found["attribute"]:
            lists_are_sound(found["attribute"][name]["variety"], known["attribute"][name]["variety"])
    secret = found["attribute"].get("confidentiality")
    if secret:
        assert secret["data_disclosure"] in known["attribute"]["confidentiality"]["data_disclosure"]
        assert secret["data"]
    incident = found["timeline"]["incident"]
    date(incident["year"], incident["month"], incident["day"])
    for name in ("discovery", "containment"):
        if name in found["timeline"]:
            assert found["timeline"][name]["unit"] in known["units"]
    assert found["discovery_method"]


def test_the_story_is_whole_and_sound() -> None:
    assert wrong(STORY) == []
    assert missing(STORY) == []
    found = record(STORY, TOLD, made_on=date(2026, 3, 12))
    check(found)
    assert found["schema_version"] == "1.3.7"
    assert found["timeline"]["discovery"] == {"unit": "Days", "value": 1}
    assert found["timeline"]["containment"] == {"unit": "Hours", "value": 4}
    assert found["attribute"]["confidentiality"]["data_total"] == 612
    assert found["actor"]["external"] == {
        "variety": ["Former employee"],
        "motive": ["Financial"],
        "country": ["Unknown"],
    }


def test_an_empty_coding_says_what_it_lacks_and_still_has_the_shape() -> None:
    said = missing({})
    for words in ("actor", "action", "asset", "attribute", "discovery"):
        assert any(words in each for each in said), words
    check(record({}, TOLD, made_on=date(2026, 3, 12)))


def test_half_a_part_is_named() -> None:
    assert "action.social lacks its target" in missing({"action.social.variety": ["Phishing"]})
    assert any("disclosed" in each for each in missing({"attribute.confidentiality.data": ["Medical"]}))


@pytest.mark.parametrize(
    "coding",
    [
        {"actor.external.variety": ["Ghost"]},
        {"nowhere": ["Other"]},
        {"confidence": ["High", "Low"]},
        {"asset.variety": ["S - File", "S - File"]},
    ],
)
def test_what_is_wrong_is_said(coding) -> None:
    assert wrong(coding)


@given(st.data())
def test_any_choice_gives_a_sound_record(data) -> None:
    coding = {}
    for name, field in fields().items():
        most = 1 if field.single else 3
        coding[name] = data.draw(st.lists(st.sampled_from(field.ids), max_size=most, unique=True))
    assert wrong(coding) == []
    check(record(coding, TOLD, made_on=date(2026, 3, 12)))


def test_spans_and_classes() -> None:
    assert span(timedelta(seconds=-5)) == {"unit": "Seconds", "value": 0}
    assert span(timedelta(minutes=61)) == {"unit": "Hours", "value": 1}
    assert span(timedelta(minutes=59)) == {"unit": "Minutes", "value": 59}
    assert span(timedelta(days=800)) == {"unit": "Years", "value": 2}
    people = {None: "Unknown", 0: "Unknown", 10: "1 to 10", 1200: "1001 to 10000", 60_000: "50001 to 100000"}
    assert {n: employee_count(n) for n in people} == people
    assert employee_count(10**6) == "Over 100000"
    assert all(employee_count(n) in enumerations()["employee_count"] for n in (1, 11, 101, 10_001, 25_001, 10**6))

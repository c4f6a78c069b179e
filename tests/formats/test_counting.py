"""Under which name each fact is counted in a file's counts."""

import pytest

from garrison.formats.facts import AnyFact, PersonFact, RequirementFact, ThreatFact, count_name


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        (PersonFact(number="1", name="Ann"), "people"),
        (RequirementFact(framework="f", code="A-1", title="T"), "requirements"),
        (RequirementFact(framework="f", code="A-2", title="T", withdrawn=True), "withdrawn"),
        (ThreatFact(stix_id="x", kind="tool", name="T"), "tools"),
        (ThreatFact(stix_id="x", kind="something new", name="T"), ""),
    ],
)
def test_counts(fact: AnyFact, name: str) -> None:
    assert count_name(fact) == name

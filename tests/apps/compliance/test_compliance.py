"""Frameworks and requirements: each version by itself, the same from every format, marked when withdrawn."""

import pytest
from tests.kit.batches import store

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.models import Framework, Requirement
from garrison.core.commands import Missing
from garrison.formats.facts import FrameworkFact, RequirementFact

FRAMEWORK = FrameworkFact(ident="baseline", title="Physical baseline", version="1.0", source="https://x.example/b")
DOORS = RequirementFact(
    framework="baseline", code="pb-1", label="PB-1", title="Doors latch", group="Doors", text="Doors latch.", order=1
)
GONE = RequirementFact(framework="baseline", code="pb-2", title="Old", withdrawn=True, order=2)


def imported(system, framework=FRAMEWORK, *requirements):
    first = store(services.import_frameworks, system, framework)
    return first.verdicts, store(
        services.import_requirements, system, *(requirements or (DOORS, GONE)), beside=[framework]
    )


def test_a_catalogue_is_stored_once(system):
    assert imported(system)[0] == {"stored": 1}
    framework, told = imported(system)
    assert (framework, told.verdicts) == ({"unchanged": 1}, {"unchanged": 2})
    assert Requirement.objects.get(code="pb-1").label == "PB-1"
    assert str(Requirement.objects.get(code="pb-1")) == "PB-1 Doors latch"


def test_each_version_keeps_its_own_requirements(system):
    imported(system)
    second = FrameworkFact(ident="baseline", title="Physical baseline", version="2.0")
    imported(system, second, DOORS)
    assert dict(Framework.objects.values_list("version", "requirements__code").filter(version="2.0")) == {"2.0": "pb-1"}
    assert Requirement.objects.count() == 3


def test_a_requirement_without_its_framework_is_refused(system):
    told = store(services.import_requirements, system, DOORS)
    assert told.verdicts == {"refused": 1}
    assert told.refusals[0][0] == "framework"


def test_codes_that_differ_in_capitals_are_two(system):
    imported(system, FRAMEWORK, DOORS, RequirementFact(framework="baseline", code="PB-1", title="Another"))
    assert Requirement.objects.count() == 2


def test_reads(system, make_user):
    imported(system)
    reader, nobody = make_user("rae", "reader", "/X/"), make_user("nia", "")
    framework = selectors.frameworks(viewer=reader).get()
    assert (framework.in_force, framework.gone) == (1, 1)
    assert selectors.framework(viewer=reader, uuid=framework.uuid) == framework
    assert selectors.counts(viewer=reader) == {"frameworks": 1, "requirements": 1, "withdrawn": 1}
    assert selectors.counts(viewer=nobody) == {"frameworks": 0, "requirements": 0, "withdrawn": 0}
    rows = selectors.requirements_of(viewer=reader, framework=framework, text="latch")
    assert [row.code for row in rows] == ["pb-1"]
    assert selectors.requirement(viewer=reader, uuid=rows[0].uuid).title == "Doors latch"
    assert [row.code for row in selectors.found(viewer=reader, text="pb-1", limit=3)] == ["pb-1"]
    for read, thing in ((selectors.framework, framework), (selectors.requirement, rows[0])):
        with pytest.raises(Missing):
            read(viewer=nobody, uuid=thing.uuid)


def test_statements_grow_by_the_thousand(system, django_assert_max_num_queries):
    facts = [RequirementFact(framework="baseline", code=f"r-{n}", title=f"R {n}", order=n) for n in range(5000)]
    store(services.import_frameworks, system, FRAMEWORK)
    with django_assert_max_num_queries(25):
        assert store(services.import_requirements, system, *facts, beside=[FRAMEWORK]).verdicts == {"stored": 5000}

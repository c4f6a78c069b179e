"""The roster: what it says counts, who left when was first read, and nobody sees another unit's people."""

from datetime import date, timedelta

import pytest
from tests.kit.batches import AT, store

from garrison.apps.organization.services import import_units
from garrison.apps.people import rules, selectors, services
from garrison.apps.people.models import Person
from garrison.core.commands import Missing
from garrison.core.models import AuditEntry
from garrison.formats.facts import PersonFact, UnitFact

LATER = AT + timedelta(days=7)
ANN = PersonFact(
    number="E1", name="Ann Arbor", email="ann@x.example", unit="LG", site="General", hired=date(2020, 1, 1)
)
BEN = PersonFact(number="E2", name="Ben Bolt", email="ben@x.example", unit="WH", site="West", manager="E1")


@pytest.fixture
def units(system):
    return store(
        import_units,
        system,
        UnitFact(code="LHG", name="Group"),
        UnitFact(code="LG", name="General", parent="LHG"),
        UnitFact(code="WH", name="West", parent="LHG"),
    )


def test_people_are_stored_once_with_unit_and_site(units, system):
    assert store(services.import_people, system, ANN, BEN).verdicts == {"stored": 2}
    ann = Person.objects.get(key="e1")
    assert (ann.unit.code, ann.site.name, ann.left_recorded) == ("LG", "General", None)
    before = list(Person.objects.order_by("pk").values())
    assert store(services.import_people, system, ANN, BEN, at=LATER).verdicts == {"unchanged": 2}
    assert list(Person.objects.order_by("pk").values()) == before


def test_the_roster_empties_what_it_leaves_out(units, system):
    store(services.import_people, system, ANN)
    told = store(services.import_people, system, PersonFact(number="E1", name="Ann Arbor"))
    assert told.verdicts == {"updated": 1}
    ann = Person.objects.get()
    assert (ann.email, ann.unit, ann.site, ann.hired) == ("", None, None, None)


def test_a_last_day_is_dated_when_it_is_first_read(units, system):
    left = PersonFact(number="E1", name="Ann Arbor", status="left", left=date(2026, 3, 1))
    store(services.import_people, system, ANN)
    store(services.import_people, system, left, at=LATER)
    assert Person.objects.get().left_recorded == LATER
    assert store(services.import_people, system, left, at=LATER + timedelta(days=1)).verdicts == {"unchanged": 1}
    assert Person.objects.get().left_recorded == LATER
    store(services.import_people, system, ANN, at=LATER + timedelta(days=2))
    assert Person.objects.get().left_recorded is None


def test_leaving_before_being_hired_is_refused(units, system):
    wrong = PersonFact(number="E1", name="Ann", hired=date(2026, 2, 1), left=date(2026, 1, 1), status="left")
    told = store(services.import_people, system, wrong, BEN, PersonFact(number="N" * 61, name="Long"))
    assert told.verdicts == {"stored": 1, "refused": 2}
    assert [field for field, _ in told.refusals] == ["termination_date", "employee_id"]


def test_an_unknown_unit_is_noted_once_and_joined_when_it_comes(system):
    told = store(services.import_people, system, ANN, BEN, PersonFact(number="E3", name="Cy", unit="lg"))
    assert told.verdicts == {"stored": 3}
    assert len(told.notes) == 1
    assert "3 people with a unit that is not known" in told.notes[0]
    assert not Person.objects.exclude(unit=None).exists()
    store(import_units, system, UnitFact(code="LG", name="General"))
    assert dict(Person.objects.values_list("number", "unit__code")) == {"E1": "LG", "E2": None, "E3": "LG"}
    assert AuditEntry.objects.filter(command="people.join_units").count() == 1


def test_other_units_are_out_of_sight(units, system, make_user):
    store(services.import_people, system, ANN, BEN, PersonFact(number="E9", name="Nobody's"))
    reader = make_user("rae", "reader", "/LHG/LG/")
    assert [p.number for p in selectors.people(viewer=reader)] == ["E1"]
    assert selectors.counts(viewer=reader) == {"people": 1, "left": 0}
    assert selectors.found(viewer=reader, text="b", limit=5) == [Person.objects.get(key="e1")]
    with pytest.raises(Missing):
        selectors.person(viewer=reader, uuid=Person.objects.get(key="e2").uuid)
    with pytest.raises(Missing):
        selectors.person(viewer=reader, uuid=Person.objects.get(key="e9").uuid)
    assert selectors.person_numbered(viewer=reader, number="E2") is None
    assert list(
        selectors.reports(viewer=system, person=Person.objects.get(key="e1")).values_list("number", flat=True)
    ) == ["E2"]


def test_statements_grow_by_the_thousand(units, system, django_assert_max_num_queries):
    facts = [PersonFact(number=f"E{n}", name=f"P {n}", unit="LG", site="General", department="D") for n in range(5000)]
    with django_assert_max_num_queries(40):
        assert store(services.import_people, system, *facts).verdicts == {"stored": 5000}
    with django_assert_max_num_queries(30):
        assert store(services.import_people, system, *facts).verdicts == {"unchanged": 5000}


def test_rules():
    assert rules.has_left("active", date(2026, 1, 1))
    assert not rules.has_left("leave", None)
    assert rules.left_recorded("left", None, None, AT) == AT
    assert rules.left_recorded("left", None, LATER, AT) == LATER
    assert rules.left_recorded("active", None, LATER, AT) is None


def test_one_number_twice_in_a_roster_is_for_hr_to_say(units, system):
    twin = PersonFact(number="e1", name="Another Ann", unit="WH")
    told = store(services.import_people, system, ANN, BEN, twin, twin)
    assert told.verdicts == {"stored": 2, "refused": 2}
    assert [(row, field) for row, field, _ in told.tally.refusals] == [(3, "employee_id"), (4, "employee_id")]
    assert "stands in row 1 already" in told.refusals[0][1]
    assert Person.objects.get(key="e1").name == "Ann Arbor"
    again = store(services.import_people, system, PersonFact(number="E1", name="Ann Ash", unit="LG"))
    assert again.verdicts == {"updated": 1}, "another file may say something else of the same number"


def test_a_repeated_number_is_found_across_chunks(units, system, monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 2)
    many = [PersonFact(number=f"N{n % 5}", name=f"P{n}") for n in range(7)]
    assert store(services.import_people, system, *many).verdicts == {"stored": 5, "refused": 2}

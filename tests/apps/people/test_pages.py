"""Pages of people: empty, full, out of sight, and their statements."""

from datetime import date

import pytest
from django.urls import reverse
from tests.kit.batches import store

from garrison.apps.organization.services import import_units
from garrison.apps.people.models import Person
from garrison.apps.people.services import import_people
from garrison.formats.facts import PersonFact, UnitFact

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

pytestmark = pytest.mark.django_db(databases="__all__")

STATEMENTS = 18
"""A page's ceiling, the frame with its counts included; it does not grow with rows."""


@pytest.fixture
def roster(system):
    store(import_units, system, UnitFact(code="LG", name="General"), UnitFact(code="WH", name="West"))
    crowd = [
        PersonFact(
            number=f"E{n}",
            name=f"Person {n:03}",
            unit="LG",
            site="General",
            department="Wards",
            title="Nurse",
            manager="E1",
        )
        for n in range(2, 60)
    ]
    boss = PersonFact(number="E1", name="Ann Arbor", unit="LG", title="Head")
    gone = PersonFact(number="E90", name="Zed Gone", unit="WH", status="left", left=date(2026, 3, 1), kind="contractor")
    store(
        import_people,
        system,
        boss,
        *crowd,
        gone,
        PersonFact(number="E91", name="Lee Later", unit="LG", left=date(2026, 4, 1), status="active"),
    )


def person(number):
    return reverse("people:detail", args=[Person.objects.get(number=number).uuid])


def test_pages(roster, client, chief, django_assert_max_num_queries):
    client.force_login(chief, backend=BACKEND)
    client.get("/people/")
    with django_assert_max_num_queries(STATEMENTS):
        found = client.get("/people/").content.decode()
    assert "61 on the roster, 1 of them have left" in found
    assert "Zed Gone" in client.get("/people/?status=left").content.decode()
    assert "Lee Later" in client.get("/people/?left_from=2026-03-15").content.decode()
    with django_assert_max_num_queries(25):
        boss = client.get(person("E1")).content.decode()
    assert "Reports to this person" in boss
    assert "Ann Arbor" in client.get(person("E2")).content.decode()
    assert "Left" in client.get(person("E90")).content.decode()
    assert b"employee_id" in b"".join(client.get("/people/?format=csv").streaming_content)


def test_an_empty_list_says_what_would_fill_it(client, chief):
    client.force_login(chief, backend=BACKEND)
    assert b"Drop the HR roster here" in client.get("/people/").content


def test_another_units_people_cannot_be_reached(roster, client, make_user):
    client.force_login(make_user("rae", "reader", "/LG/"), backend=BACKEND)
    assert client.get(person("E90")).status_code == 404
    assert client.get(person("E1")).status_code == 200
    assert b"Zed" not in client.get("/people/").content
    assert b"Zed" not in client.get("/search/?q=zed", headers={"HX-Request": "true"}).content

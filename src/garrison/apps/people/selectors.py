"""Reads of the people app."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from garrison.apps.people.models import Person
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow

VIEW = "people.view"
REPORTS = 50
"""The most of a manager's people that a page shows."""


def people(*, viewer: User) -> QuerySet[Person]:
    """The people in sight, with their unit and site, by name."""
    return narrow(Person.objects.select_related("unit", "site").order_by("name", "number"), viewer, VIEW)


def person(*, viewer: User, uuid: UUID) -> Person:
    """One person. Raises ``Missing`` outside the viewer's sight."""
    found = people(viewer=viewer).select_related("source").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such person")
    return found


def person_numbered(*, viewer: User, number: str) -> Person | None:
    """The person with an employee number; None when unknown or out of sight."""
    return people(viewer=viewer).filter(key=number.strip().casefold()).first()


def reports(*, viewer: User, person: Person) -> QuerySet[Person]:
    """The people whose manager ``person`` is."""
    return people(viewer=viewer).filter(manager__iexact=person.number).exclude(status="left")


def without_unit(*, viewer: User) -> QuerySet[Person]:
    """People whose roster names a unit that was not known when they were stored."""
    return narrow(Person.objects.filter(unit=None).exclude(unit_code=""), viewer, VIEW)


def found(*, viewer: User, text: str, limit: int) -> list[Person]:
    """People whose name, number or e-mail address has ``text`` in it."""
    matching = Q(name__icontains=text) | Q(number__istartswith=text) | Q(email__icontains=text)
    return list(people(viewer=viewer).filter(matching)[:limit])


def counts(*, viewer: User) -> dict[str, int]:
    """How many people are on the roster in sight, and how many of them have left."""
    return people(viewer=viewer).order_by().aggregate(people=Count("pk"), left=Count("pk", filter=Q(status="left")))

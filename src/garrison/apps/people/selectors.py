"""Reads of the people app."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from garrison.apps.people.models import Person
from garrison.core.bulk import batches
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


def ids_by_number(*, viewer: User, numbers: Iterable[str]) -> dict[str, int]:
    """Person ids by small-letter employee number; the unknown are left out."""
    return {key: pk for key, pk, _ in _found(viewer, "key", numbers)}


def ids_by_email(*, viewer: User, emails: Iterable[str]) -> dict[str, int]:
    """Person ids by small-letter e-mail address; an address that two people share names nobody."""
    return _unique(_found(viewer, "email", emails))


def unit_ids(*, viewer: User, people_ids: Iterable[int]) -> dict[int, int | None]:
    """The unit (id) of each person (id)."""
    found: dict[int, int | None] = {}
    for chunk in batches(dict.fromkeys(people_ids)):
        found.update(people(viewer=viewer).order_by().filter(pk__in=chunk).values_list("pk", "unit_id"))
    return found


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


def _found(viewer: User, field: str, values: Iterable[str]) -> list[tuple[str, int, int | None]]:
    """(value, person id, unit id) of people in sight by a field kept in small letters."""
    found: list[tuple[str, int, int | None]] = []
    for chunk in batches(dict.fromkeys(value.strip().casefold() for value in values if value)):
        rows = narrow(Person.objects.filter(**{f"{field}__in": chunk}), viewer, VIEW)
        found.extend(rows.values_list(field, "pk", "unit_id"))
    return found


def _unique(rows: Iterable[tuple[str, int, int | None]]) -> dict[str, int]:
    """Ids by value, values that several people share left out."""
    ids: dict[str, int] = {}
    shared: set[str] = set()
    for value, pk, _ in rows:
        if ids.setdefault(value, pk) != pk:
            shared.add(value)
    return {value: pk for value, pk in ids.items() if value not in shared}

"""Accounts and badges: who has which, and how many there are."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from garrison.apps.access import rules
from garrison.apps.access.models import Account, Badge
from garrison.apps.access.selectors.events import in_sight
from garrison.apps.people.models import Person
from garrison.core import lake_files
from garrison.core.commands import Missing
from garrison.core.models import LakeFile, User
from garrison.core.scopes import narrow, paths

VIEW = "access.view"


def gone(*, viewer: User, today: date) -> QuerySet[Person]:
    """Those whose last day worked is over; who left on a day that HR did not give counts too.

    A last day that was announced while it was still to come counts once it is over, whatever the status then said. An
    old last day of somebody who works again does not.
    """
    announced = Q(left__lt=today, left_recorded__date__lte=F("left"))
    rows = Person.objects.filter(Q(status="left") | announced).exclude(left__gte=today)
    return narrow(rows, viewer, VIEW)


def open_badges(*, viewer: User, today: date) -> QuerySet[Badge]:
    """Badges that still open doors."""
    rows = Badge.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today), status="active")
    return narrow(rows, viewer, VIEW)


def open_accounts(*, viewer: User) -> QuerySet[Account]:
    """Accounts that may sign in."""
    return narrow(Account.objects.filter(enabled=True), viewer, VIEW)


def accounts(*, viewer: User) -> QuerySet[Account]:
    """The accounts in sight, with their persons."""
    return narrow(Account.objects.select_related("person", "unit"), viewer, VIEW)


def badges(*, viewer: User) -> QuerySet[Badge]:
    """The badges in sight, with their persons."""
    return narrow(Badge.objects.select_related("person", "unit"), viewer, VIEW)


def account(*, viewer: User, uuid: UUID) -> Account:
    """One account. Raises ``Missing`` outside the viewer's sight."""
    found = accounts(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such account")
    return found


def badge(*, viewer: User, uuid: UUID) -> Badge:
    """One badge. Raises ``Missing`` outside the viewer's sight."""
    found = badges(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such badge")
    return found


def of_person(*, viewer: User, person: Person) -> tuple[list[Badge], list[Account]]:
    """The badges and accounts of one person, within the viewer's sight."""
    return (
        list(badges(viewer=viewer).filter(person=person).select_related("source").order_by("card")),
        list(accounts(viewer=viewer).filter(person=person).select_related("source").order_by("login")),
    )


def condition_of_match(by: str) -> Q:
    """The accounts or badges whose person was found by ``by``; "none" for those of nobody."""
    return Q(matched_by="" if by == "none" else by)


def condition_of_leaving(left: bool) -> Q:
    """The accounts or badges of people who have left, or of anybody else."""
    return Q(person__status="left") if left else Q(person=None) | ~Q(person__status="left")


def find(*, viewer: User, text: str, limit: int) -> Iterable[Account | Badge]:
    """Accounts whose login or name, and badges whose number or holder, begins with or holds ``text``."""
    logins = accounts(viewer=viewer).filter(Q(login__icontains=text) | Q(name__icontains=text)).order_by("login")
    cards = badges(viewer=viewer).filter(Q(card__istartswith=text) | Q(holder__icontains=text)).order_by("card")
    found: list[Account | Badge] = [*logins[:limit]]
    return [*found, *cards[:limit]][:limit]


def counts(*, viewer: User) -> dict[str, int]:
    """How many accounts, badges and badge events are in sight."""
    return {
        "accounts": accounts(viewer=viewer).aggregate(n=Count("pk"))["n"],
        "badges": badges(viewer=viewer).aggregate(n=Count("pk"))["n"],
        "access_events": _events(viewer),
    }


def _events(viewer: User) -> int:
    """How many badge events are in sight: a sum of the manifest for who sees all, else counted by door."""
    if "/" in paths(viewer, VIEW):
        return LakeFile.objects.filter(kind=rules.EVENTS).aggregate(n=Sum("rows"))["n"] or 0
    where, parameters = in_sight(viewer, VIEW)
    if not parameters:
        return 0
    rows = lake_files.lake().query(
        f"SELECT count(*) FROM events WHERE {where}",  # noqa: S608 - the condition holds placeholders only
        lake_files.visible(rules.EVENTS),
        parameters,
    )
    return int(rows[0][0]) if rows else 0

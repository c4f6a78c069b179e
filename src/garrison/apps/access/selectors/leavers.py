"""Leavers who still have access: the list, one of them with evidence, and what an auditor asks of the list."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from garrison.apps.access import rules
from garrison.apps.access.models import AccessException, Account, Badge
from garrison.apps.access.selectors.events import Movement, uses
from garrison.apps.access.selectors.registers import VIEW, accounts, badges, gone, open_accounts, open_badges
from garrison.apps.people.models import Person
from garrison.core.bulk import batches
from garrison.core.clock import local_day, zone
from garrison.core.commands import Missing
from garrison.core.models import AuditEntry, User
from garrison.core.scopes import narrow

KIND = "leaver"
VERSION = 1
"""The version of the query behind the list; it changes when what counts as a leaver with access changes."""


@dataclass(slots=True)
class Leaver:
    """A leaver with what is still open. ``left_end`` is when the last day worked was over; None when HR gave no day."""

    exception: AccessException
    left_end: datetime | None
    days_open: int | None
    badges: list[Badge] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    uses: list[Movement] = field(default_factory=list)

    @property
    def person(self) -> Person:
        """Who left."""
        return self.exception.person

    @property
    def asked(self) -> datetime | None:
        """When closing was asked, if it was for everything."""
        marks = [badge.closing_asked for badge in self.badges] + [account.closing_asked for account in self.accounts]
        return max((mark for mark in marks if mark), default=None) if marks and all(marks) else None

    @property
    def account_uses(self) -> list[Account]:
        """The accounts that were used after the last day worked."""
        end = self.left_end
        return [a for a in self.accounts if end is not None and a.last_used is not None and a.last_used >= end]

    @property
    def hidden_uses(self) -> int:
        """Uses that were counted but happened at doors outside the viewer's sight, or beyond what is listed."""
        return max(0, self.exception.uses - len(self.uses) - len(self.account_uses))


@dataclass(frozen=True, slots=True)
class TimeToClose:
    """How many hours access stayed open after the last day worked: the median of all closed ones, and by month."""

    median_hours: float
    closed: int
    months: list[tuple[date, float, int]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that the list is complete: what was read, how holders were matched, and whether a recount agrees."""

    version: int
    run: datetime | None
    people: int
    left: int
    badges: dict[str, int]
    accounts: dict[str, int]
    listed: int
    recounted: int

    @property
    def agrees(self) -> bool:
        """Whether counting anew from roster, badges and accounts gives as many leavers as are listed."""
        return self.listed == self.recounted

    @property
    def matched(self) -> list[tuple[str, int]]:
        """How many holders were matched by each means, most trusted first."""
        return [
            (by, self.badges.get(by, 0) + self.accounts.get(by, 0))
            for by in (rules.BY_NUMBER, rules.BY_EMAIL, rules.BY_NAME, rules.UNMATCHED)
        ]


def exceptions(*, viewer: User) -> QuerySet[AccessException]:
    """The access exceptions in sight, the most used first."""
    rows = AccessException.objects.select_related("person", "person__unit", "person__site", "unit")
    return narrow(rows, viewer, VIEW).order_by("-uses", "-last_use", "person__name", "pk")


def open_exceptions(*, viewer: User, but: AccessException | None = None) -> QuerySet[AccessException]:
    """The open ones among them, without ``but``."""
    rows = exceptions(viewer=viewer).filter(closed=None)
    return rows.exclude(pk=but.pk) if but is not None else rows


def exception_of(*, viewer: User, person: Person) -> AccessException | None:
    """A person's open exception, if any."""
    return open_exceptions(viewer=viewer).filter(person=person).first()


def open_uuids(*, viewer: User) -> list[UUID]:
    """The uuids of all open exceptions in sight."""
    return list(open_exceptions(viewer=viewer).values_list("uuid", flat=True))


def condition_of_use(used: bool) -> Q:
    """The exceptions whose badge or account was used since the last day worked, or not."""
    return Q(uses__gt=0) if used else Q(uses=0)


def open_count(*, viewer: User) -> int:
    """How many access exceptions are open."""
    return narrow(AccessException.objects.filter(closed=None), viewer, VIEW).count()


def leavers(*, viewer: User, as_of: datetime, limit: int | None = None, offset: int = 0) -> list[Leaver]:
    """Leavers who still hold a badge or an account, the most used first. Three statements."""
    rows = exceptions(viewer=viewer).filter(kind=KIND, closed=None)
    found = [_leaver(row, as_of) for row in (rows[offset : offset + limit] if limit is not None else rows)]
    _open(viewer, {leaver.person.pk: leaver for leaver in found}, as_of)
    return found


def leaver(*, viewer: User, person: UUID, as_of: datetime) -> Leaver:
    """One leaver with every use of a badge since the last day worked. Raises ``Missing`` outside the viewer's sight."""
    row = exceptions(viewer=viewer).filter(kind=KIND, closed=None, person__uuid=person).first()
    if row is None:
        raise Missing("nobody of that name has left and still has access")
    found = _leaver(row, as_of)
    _open(viewer, {found.person.pk: found}, as_of)
    if found.left_end is not None:
        cards = list(badges(viewer=viewer).filter(person=found.person).values_list("card", flat=True))
        found.uses = uses(viewer=viewer, cards=cards, since=found.left_end)
    return found


def _leaver(row: AccessException, as_of: datetime) -> Leaver:
    """An exception with the days it has been open."""
    left = row.person.left
    end = rules.end_of(left, zone()) if left is not None else None
    today = local_day(as_of)
    return Leaver(row, end, (today - left).days if left is not None else None)


def _open(viewer: User, people: dict[int, Leaver], as_of: datetime) -> None:
    """Add to each leaver what is still open."""
    today = local_day(as_of)
    for some in batches(people):
        for badge in badges(viewer=viewer).filter(
            Q(valid_until=None) | Q(valid_until__gte=today), status="active", person__in=some
        ):
            assert badge.person_id is not None
            people[badge.person_id].badges.append(badge)
        for account in accounts(viewer=viewer).filter(enabled=True, person__in=some):
            assert account.person_id is not None
            people[account.person_id].accounts.append(account)


def work_order(*, viewer: User, as_of: datetime) -> Iterator[tuple[str, ...]]:
    """What to close, one badge or account a line below a heading: for the badge office and who keeps the directory."""
    yield ("what", "number_or_login", "person", "employee_number", "left", "closing_asked", "uses_since_leaving")
    for found in leavers(viewer=viewer, as_of=as_of):
        person, left = found.person, found.person.left.isoformat() if found.person.left else ""
        for what, items in (("badge", found.badges), ("account", found.accounts)):
            for item in items:
                asked = item.closing_asked.isoformat(timespec="minutes") if item.closing_asked else ""
                yield (what, str(item), person.name, person.number, left, asked, str(found.exception.uses))


def time_to_close(*, viewer: User) -> TimeToClose | None:
    """How long access stayed open after the last day worked; None before any exception was closed."""
    rows = narrow(AccessException.objects.filter(kind=KIND, state="closed"), viewer, VIEW)
    hours: list[float] = []
    months: dict[date, list[float]] = defaultdict(list)
    values = rows.exclude(person__left=None).annotate(month=TruncMonth("closed", tzinfo=zone()))
    for left, closed, month in values.values_list("person__left", "closed", "month"):
        assert left is not None
        assert closed is not None
        gap = max(0.0, (closed - rules.end_of(left, zone())).total_seconds() / 3600)
        hours.append(gap)
        months[month.date()].append(gap)
    middle = rules.median(hours)
    if middle is None:
        return None
    by_month = [(month, rules.median(gaps) or 0.0, len(gaps)) for month, gaps in sorted(months.items())]
    return TimeToClose(middle, len(hours), by_month[-6:])


def proof(*, viewer: User, as_of: datetime) -> Proof:
    """The numbers of the auditor's box: what was read, how it was matched, and a recount. Seven statements."""
    today = local_day(as_of)
    people = narrow(Person.objects.all(), viewer, VIEW)
    run = AuditEntry.objects.filter(command="access.reconcile", outcome="done").order_by("-seq").first()
    left = gone(viewer=viewer, today=today)
    still = left.filter(
        Q(pk__in=open_badges(viewer=viewer, today=today).values("person"))
        | Q(pk__in=open_accounts(viewer=viewer).values("person"))
    )
    return Proof(
        version=VERSION,
        run=run.at if run else None,
        people=people.count(),
        left=left.count(),
        badges=_matched(badges(viewer=viewer)),
        accounts=_matched(accounts(viewer=viewer)),
        listed=narrow(AccessException.objects.filter(kind=KIND, closed=None), viewer, VIEW).count(),
        recounted=still.count(),
    )


def _matched(rows: QuerySet[Badge] | QuerySet[Account]) -> dict[str, int]:
    """How many rows were matched by each means."""
    grouped = rows.order_by().values_list("matched_by").annotate(n=Count("pk"))
    return dict(grouped)


def totals(*, viewer: User) -> dict[str, int]:
    """How many leavers, badges and accounts are open, how many of these were asked to be closed, and how many leavers
    used one.
    """
    rows = narrow(AccessException.objects.filter(kind=KIND, closed=None), viewer, VIEW)
    found = rows.aggregate(
        leavers=Count("pk"),
        asked=Sum(F("badges") + F("accounts"), filter=Q(state="closing")),
        used=Count("pk", filter=Q(uses__gt=0)),
        badges=Sum("badges"),
        accounts=Sum("accounts"),
    )
    return {name: value or 0 for name, value in found.items()}

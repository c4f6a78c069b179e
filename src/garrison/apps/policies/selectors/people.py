"""Who is bound by a policy, and who has acknowledged it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from garrison.apps.organization.models import Unit
from garrison.apps.people import selectors as people
from garrison.apps.people.models import Person
from garrison.apps.policies.models import Acknowledgement, Attempt, Invitation, Policy, Reminder, Version
from garrison.apps.policies.rules import Question, digest, parse_quiz
from garrison.apps.policies.selectors.register import in_force, policies
from garrison.core.clock import local_day
from garrison.core.commands import Missing
from garrison.core.models import User


@dataclass(frozen=True, slots=True)
class Population:
    """How a version's acknowledgement stands among the people in the viewer's sight, and whether the counts add up.

    ``bound`` are active and in scope now; ``left`` were in scope when it was published and have left since;
    ``on_leave`` are in scope but away; ``elsewhere`` acknowledged and are no longer in scope.
    """

    bound: int
    acknowledged: int
    left: int
    left_acknowledged: int
    on_leave: int
    elsewhere: int
    recorded: int

    @property
    def outstanding(self) -> int:
        """Who still has to."""
        return self.bound - self.acknowledged

    @property
    def share(self) -> float:
        """The acknowledged share of those in scope; 0 where nobody is."""
        return self.acknowledged / self.bound if self.bound else 0.0

    @property
    def complete(self) -> bool:
        """Whether every recorded acknowledgement is accounted for in one of the groups."""
        return self.recorded == self.acknowledged + self.left_acknowledged + self.elsewhere


@dataclass(frozen=True, slots=True)
class Task:
    """A version that somebody has to read, and when they acknowledged it, if they did."""

    version: Version
    acknowledged: datetime | None
    attempts: int
    days: int


def reaches(policy: Policy, units: Iterable[Unit], prefix: str = "") -> Q:
    """The condition that a person is one whom a policy binds, whatever their status; ``prefix`` leads to the person."""
    paths = [unit.path for unit in units] or ([policy.unit.path] if policy.unit else [])
    found = (
        reduce(or_, (Q(**{f"{prefix}unit__path__startswith": path}) for path in paths), Q())
        if paths
        else Q(**{f"{prefix}pk__isnull": False})
    )
    if policy.audience in ("employee", "contractor"):
        found &= Q(**{f"{prefix}kind": policy.audience})
    if policy.audience == "roles":
        words = [word for word in policy.audience_words if word]
        fits = [Q(**{f"{prefix}{field}__icontains": word}) for word in words for field in ("title", "department")]
        found &= reduce(or_, fits) if fits else Q(**{f"{prefix}pk__in": []})
    return found


def everybody(*, viewer: User, version: Version) -> QuerySet[Person]:
    """All who bear on a version's acknowledgement, with ``stands``: acknowledged, outstanding, leave, left, elsewhere.

    In scope now, gone since it was published, or having acknowledged it.
    """
    policy = version.policy
    own = Acknowledgement.objects.filter(version=version, person=OuterRef("pk"))
    reminders = Reminder.objects.filter(version=version, person=OuterRef("pk")).order_by().values("person")
    bound = reaches(policy, policy.units.all())
    since = local_day(version.published_at) if version.published_at else None
    gone = Q(status="left", left__gte=since) if since else Q(pk__in=[])
    rows = people.people(viewer=viewer).annotate(
        acknowledged_at=Subquery(own.values("at")[:1]),
        acknowledged_how=Coalesce(Subquery(own.values("how")[:1]), Value("")),
        acknowledged_by=Coalesce(Subquery(own.values("recorded_by")[:1]), Value("")),
        acknowledged_note=Coalesce(Subquery(own.values("note")[:1]), Value("")),
        acknowledged_hash=Coalesce(Subquery(own.values("sha256")[:1]), Value("")),
        acknowledged_score=Subquery(own.values("score")[:1], output_field=IntegerField()),
        reminded=Subquery(reminders.annotate(last=Max("at")).values("last")[:1]),
        reminders=Coalesce(Subquery(reminders.annotate(n=Count("pk")).values("n")[:1]), Value(0)),
        stands=Case(
            When(Q(status="left"), then=Value("left")),
            When(bound & Q(status="leave"), then=Value("leave")),
            When(~bound, then=Value("elsewhere")),
            When(Exists(own), then=Value("acknowledged")),
            default=Value("outstanding"),
            output_field=CharField(),
        ),
    )
    return rows.filter((bound & ~Q(status="left")) | (bound & gone) | Exists(own))


def outstanding(*, viewer: User, version: Version) -> QuerySet[Person]:
    """Who is bound by a version and has not acknowledged it."""
    return everybody(viewer=viewer, version=version).filter(Q(stands="outstanding"))


def population(*, viewer: User, version: Version) -> Population:
    """The counts of a version's acknowledgement. Two statements."""
    policy = version.policy
    done = Exists(Acknowledgement.objects.filter(version=version, person=OuterRef("pk")))
    bound = reaches(policy, policy.units.all())
    since = local_day(version.published_at) if version.published_at else None
    gone = Q(status="left") & (Q(left__gte=since) if since else Q(pk__in=[]))
    told = (
        people.people(viewer=viewer)
        .order_by()
        .annotate(done=done)
        .aggregate(
            bound=Count("pk", filter=bound & Q(status="active")),
            acknowledged=Count("pk", filter=bound & Q(status="active", done=True)),
            left=Count("pk", filter=(bound & gone) | Q(status="left", done=True)),
            left_acknowledged=Count("pk", filter=Q(status="left", done=True)),
            on_leave=Count("pk", filter=bound & Q(status="leave")),
            elsewhere=Count("pk", filter=Q(done=True) & ~Q(status="left") & ~(bound & Q(status="active"))),
            recorded=Count("pk", filter=Q(done=True)),
        )
    )
    return Population(**told)


def progress(*, viewer: User, rows: list[Policy]) -> dict[int, tuple[int, int]]:
    """(acknowledged, bound) of the version in force of each policy, by policy. Four statements, whatever the number."""
    current = {
        version.policy_id: version
        for version in Version.objects.filter(policy__in=policies(viewer=viewer), state="published")
        .filter(policy__in=[row.pk for row in rows if row.acknowledge])
        .only("pk", "policy_id")
    }
    if not current:
        return {}
    units: dict[int, list[Unit]] = {}
    through = Policy.units.through.objects.filter(policy__in=current).select_related("unit")
    for link in through:
        units.setdefault(link.policy_id, []).append(link.unit)
    wanted = {row.pk: reaches(row, units.get(row.pk, [])) for row in rows if row.pk in current}
    active = people.people(viewer=viewer).order_by().filter(status="active")
    counted = active.aggregate(**{f"n{pk}": Count("pk", filter=q) for pk, q in wanted.items()})
    done = Acknowledgement.objects.filter(version__in=current.values(), person__in=active.values("pk"))
    fits = {
        f"n{row.pk}": Count(
            "pk", filter=Q(version=current[row.pk]) & reaches(row, units.get(row.pk, []), prefix="person__")
        )
        for row in rows
        if row.pk in current
    }
    acknowledged = done.aggregate(**fits)
    return {pk: (acknowledged[f"n{pk}"], counted[f"n{pk}"]) for pk in wanted}


def person_of(*, viewer: User) -> Person | None:
    """The person on the roster who the viewer is: by e-mail address, when only one has it."""
    if not viewer.email:
        return None
    rows = Person.objects.filter(email__iexact=viewer.email.strip()).exclude(status="left").select_related("unit")[:2]
    found = list(rows)
    return found[0] if len(found) == 1 else None


def tasks(*, viewer: User, as_of: date) -> list[Task]:
    """What the viewer has to read, what is outstanding first. Their own affair, whatever their role sees elsewhere."""
    person = person_of(viewer=viewer)
    if person is None:
        return []
    return tasks_of(viewer=viewer, person=person, as_of=as_of)


def tasks_of(*, viewer: User, person: Person, as_of: date) -> list[Task]:
    """What somebody has to read: the versions in force that bind them."""
    found = []
    for version in binding(viewer=viewer, person=person):
        days = (as_of - local_day(version.published_at)).days if version.published_at else 0
        found.append(Task(version, version.done_at, version.tries, days))  # type: ignore[attr-defined]
    return sorted(found, key=lambda task: (task.acknowledged is not None, task.version.policy.code))


def binding(*, viewer: User, person: Person) -> list[Version]:
    """The versions in force that bind somebody, with when they acknowledged each. Two statements.

    Whoever is bound may read: it is judged by the person, not by what the viewer's role sees.
    """
    own = Acknowledgement.objects.filter(version=OuterRef("pk"), person=person)
    tries = Attempt.objects.filter(version=OuterRef("pk"), person=person).order_by().values("version")
    rows = (
        Version.objects.filter(state="published", policy__acknowledge=True)
        .select_related("policy__unit")
        .prefetch_related("policy__units")
        .annotate(
            done_at=Subquery(own.values("at")[:1]),
            tries=Coalesce(Subquery(tries.annotate(n=Count("pk")).values("n")[:1]), Value(0)),
        )
        .order_by("policy__code")
    )
    return [row for row in rows if _binds(row.policy, person)]


def _binds(policy: Policy, person: Person) -> bool:
    """The same condition as ``reaches``, for one person."""
    paths = [unit.path for unit in policy.units.all()] or ([policy.unit.path] if policy.unit else [])
    mine = person.unit.path if person.unit else ""
    if paths and not any(mine.startswith(path) for path in paths):
        return False
    if policy.audience in ("employee", "contractor"):
        return person.kind == policy.audience
    if policy.audience == "roles":
        said = f"{person.title}\n{person.department}".casefold()
        return any(word.casefold() in said for word in policy.audience_words if word)
    return True


def task(*, viewer: User, policy: UUID, as_of: date) -> tuple[Task, list[Question]]:
    """One policy that the viewer has to read, and its quiz. Raises ``Missing`` when it does not bind them."""
    found = next((row for row in tasks(viewer=viewer, as_of=as_of) if row.version.policy.uuid == policy), None)
    if found is None:
        raise Missing("no such policy to acknowledge")
    return found, parse_quiz(found.version.quiz)[0]


def invitation(*, viewer: User, token: str, at: datetime) -> Invitation | None:
    """The open invitation that a link stands for; None when it was used, is too old, or never was.

    The viewer is whoever holds the link; the link itself is the right to see this one text.
    """
    rows = Invitation.objects.filter(token=digest(token), used_at=None, until__gt=at, version__state="published")
    return rows.select_related("version__policy", "person").first()


def evidence(*, viewer: User, version: Version) -> QuerySet[Acknowledgement]:
    """Each acknowledgement of a version by people in the viewer's sight, oldest first."""
    rows = Acknowledgement.objects.filter(version=version, person__in=people.people(viewer=viewer).order_by())
    return rows.select_related("person__unit").order_by("at")


def mine_open(*, viewer: User) -> int:
    """How many policies the viewer still has to acknowledge."""
    person = person_of(viewer=viewer)
    if person is None:
        return 0
    return sum(row.done_at is None for row in binding(viewer=viewer, person=person))  # type: ignore[attr-defined]


def version_in_force(*, viewer: User, uuid: UUID) -> Version:
    """The wording in force of a policy in sight. Raises ``Missing`` where there is none."""
    found = in_force(viewer=viewer).filter(policy__uuid=uuid).select_related("policy__unit").first()
    if found is None:
        raise Missing("no such policy in force")
    return found


def sends_mail() -> bool:
    """Whether reminders go out by e-mail here."""
    return bool(settings.GARRISON_SENDS_MAIL)

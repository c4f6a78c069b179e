"""Cases in sight, who works on them, and what they touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from garrison.apps.incidents.models import Incident, Link, Member, Phase, Report
from garrison.core.commands import Missing
from garrison.core.models import Grant, User
from garrison.core.scopes import ROLES, holds, may, narrow, paths, within

VIEW = "incidents.view"
SEALED = "restricted_incidents.open"
"""What only a security head's role includes: to open a case that others see only as its members."""

RESPONDING = "incidents.record_entry"
"""Whoever may do this can be given a role in a case."""


def in_sight(*, viewer: User, field: str = "") -> Q:
    """The condition that a case (at ``field``, such as "incident__") is one that ``viewer`` may see.

    Its members see it; so do those who hold the permission in its unit where it is not restricted; and the security
    head of its unit always.
    """
    member = Member.objects.filter(incident=OuterRef(f"{field}pk"), user=viewer)
    plain = Q(**{f"{field}restricted": False}) & within(viewer, VIEW, field=f"{field}unit__path")
    return plain | _headed(viewer, field) | Q(Exists(member))


def _headed(viewer: User, field: str) -> Q:
    """The condition that ``viewer`` is security head of a case's unit."""
    found = Q(pk__in=[])
    for prefix in paths(viewer, SEALED):
        found |= Q() if prefix == "/" else Q(**{f"{field}unit__path__startswith": prefix})
        if prefix == "/":
            return Q(pk__isnull=False)
    return found


def incidents(*, viewer: User) -> QuerySet[Incident]:
    """The cases in sight with unit, site and commander, newest first."""
    commander = Member.objects.filter(incident=OuterRef("pk"), role="commander").values("name")[:1]
    rows = Incident.objects.filter(in_sight(viewer=viewer)).select_related("unit", "site")
    return rows.annotate(commander=Subquery(commander)).order_by("-opened_at", "-pk")


def incident(*, viewer: User, uuid: UUID) -> Incident:
    """One case. Raises ``Missing`` for whoever is outside of it."""
    found = incidents(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such incident")
    return found


def of_code(*, viewer: User, code: str) -> Incident | None:
    """The case of a code; None when unknown or out of sight."""
    return incidents(viewer=viewer).filter(code__iexact=code.strip()).first()


def inside(*, viewer: User, incident: Incident) -> bool:
    """Whether the viewer works on the case or heads security there, and so sees what is privileged."""
    if may(viewer, SEALED, incident.path):
        return True
    return Member.objects.filter(incident=incident, user=viewer).exists()


def roles_in(*, viewer: User, incident: Incident) -> list[str]:
    """The viewer's own roles in a case."""
    return list(Member.objects.filter(incident=incident, user=viewer).values_list("role", flat=True))


def may_work(*, viewer: User, incident: Incident) -> bool:
    """Whether the viewer may write in the case, apart from its being closed."""
    if not may(viewer, RESPONDING):
        return False
    return may(viewer, RESPONDING, incident.path) or bool(roles_in(viewer=viewer, incident=incident))


def members(*, viewer: User, incident: Incident) -> list[Member]:
    """Who works on a case, in order of role."""
    order = [role for role, _label in Member.ROLES]
    rows = Member.objects.filter(incident__in=incidents(viewer=viewer), incident=incident).select_related("user")
    return sorted(rows, key=lambda member: (order.index(member.role), member.since))


def phases(*, viewer: User, incident: Incident) -> list[Phase]:
    """The phases of a case, in the order in which they began."""
    return list(Phase.objects.filter(incident__in=incidents(viewer=viewer), incident=incident))


def links(*, viewer: User, incident: Incident) -> list[Link]:
    """What a case touches."""
    return list(Link.objects.filter(incident__in=incidents(viewer=viewer), incident=incident))


def link_address(link: Link) -> tuple[str, str]:
    """The name of the page that shows a linked thing and its icon; "" where there is no page of its own."""
    pages = {
        "person": ("people:detail", "user"),
        "asset": ("assets:detail", "server"),
        "door": ("assets:detail", "door"),
        "finding": ("vulnerabilities:finding", "bug"),
    }
    icons = {"badge": "id-badge-2", "account": "user-circle", "exception": "user-off", "indicator": "target"}
    return pages.get(link.kind, ("", icons.get(link.kind, "link")))


@dataclass(frozen=True, slots=True)
class Related:
    """Another case and what both touch."""

    incident: Incident
    shared: list[str]


def related(*, viewer: User, incident: Incident) -> list[Related]:
    """Other cases in sight that touch the same things, those with most in common first. Two statements."""
    own = list(Link.objects.filter(incident=incident).values_list("kind", "label"))
    if not own:
        return []
    kinds, labels = {kind for kind, _ in own}, {label for _, label in own}
    rows = Link.objects.filter(kind__in=kinds, label__in=labels, incident__in=incidents(viewer=viewer).order_by())
    shared: dict[int, list[str]] = {}
    for other, kind, label in rows.exclude(incident=incident).values_list("incident_id", "kind", "label"):
        if (kind, label) in own:
            shared.setdefault(other, []).append(label)
    found = incidents(viewer=viewer).filter(pk__in=shared)
    return sorted((Related(row, shared[row.pk]) for row in found), key=lambda one: -len(one.shared))


def of_target(*, viewer: User, target: UUID) -> list[Incident]:
    """The cases in sight that touch one thing, newest first."""
    linked = Link.objects.filter(incident=OuterRef("pk"), target=target)
    return list(incidents(viewer=viewer).filter(Exists(linked))[:20])


def of_exception(*, viewer: User, exception: UUID) -> Incident | None:
    """The case opened from an access exception, if any is in sight."""
    return incidents(viewer=viewer).filter(origin_kind="exception", origin=exception).first()


def responders(*, viewer: User, incident: Incident) -> list[User]:
    """The users who may be given a role in the case: active, and allowed to work on incidents of its unit."""
    roles = [role for role in ROLES if holds(role, RESPONDING)]
    incident = incidents(viewer=viewer).get(pk=incident.pk)
    grants = Grant.objects.filter(role__in=roles, user__is_active=True, user__is_system=False)
    found = {
        grant.user_id: grant.user for grant in grants.select_related("user") if incident.path.startswith(grant.path)
    }
    return sorted(found.values(), key=str)


def open_count(*, viewer: User) -> int:
    """How many cases in sight are open, exercises apart."""
    return Incident.objects.filter(in_sight(viewer=viewer), closed_at=None, exercise=False).count()


def counts(*, viewer: User) -> dict[str, int]:
    """How many cases are in sight, how many are open and how many of those are grave."""
    return Incident.objects.filter(in_sight(viewer=viewer)).aggregate(
        incidents=Count("pk", filter=Q(exercise=False)),
        open=Count("pk", filter=Q(exercise=False, closed_at=None)),
        grave=Count("pk", filter=Q(exercise=False, closed_at=None, severity__lte=2)),
        exercises=Count("pk", filter=Q(exercise=True)),
    )


def found(*, viewer: User, text: str, limit: int) -> list[Incident]:
    """Cases whose code or title has ``text`` in it."""
    return list(incidents(viewer=viewer).filter(Q(code__icontains=text) | Q(title__icontains=text))[:limit])


def reports(*, viewer: User) -> QuerySet[Report]:
    """Reports that came in; those that name no unit are for whoever answers for the whole organisation."""
    return narrow(Report.objects.select_related("by", "unit", "incident"), viewer, "incidents.open_from_report")


def report(*, viewer: User, uuid: UUID) -> Report:
    """One report. Raises ``Missing`` outside the viewer's sight."""
    found = reports(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such report")
    return found


def own_reports(*, viewer: User) -> list[Report]:
    """What the viewer reported, newest first."""
    return list(Report.objects.filter(by=viewer)[:20])


def linked_to(*, viewer: User, kind: str, label: str, since: datetime, until: datetime) -> list[int]:
    """The real cases that touch one thing and were detected in a span of time: what frequencies are counted from."""
    linked = Link.objects.filter(incident=OuterRef("pk"), kind=kind, label__iexact=label)
    rows = incidents(viewer=viewer).filter(Exists(linked), exercise=False)
    return list(rows.filter(detected_at__gt=since, detected_at__lte=until).values_list("pk", flat=True))


def named_targets(*, viewer: User, incident: Incident, kinds: Sequence[str]) -> list[Link]:
    """The linked things of some kinds that are records of ours."""
    rows = Link.objects.filter(incident__in=incidents(viewer=viewer), incident=incident, kind__in=kinds)
    return list(rows.filter(target__isnull=False))

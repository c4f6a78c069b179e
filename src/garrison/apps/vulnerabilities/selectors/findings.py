"""Findings: the list, one of them, and the tallies that lead the home page."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from garrison.apps.assets.models import Asset
from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.models import Finding
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow, paths, within

VIEW = "vulnerabilities.view"
BY_HAND = "Written down"
"""The tool of findings that a person wrote down."""

SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class Tally:
    """What the home page says of findings. Observations count nowhere."""

    open: int
    due_soon: int
    past_due: int
    exploited: int
    exploited_due: date | None
    exploited_worst: Finding | None
    accepted: int


def findings(*, viewer: User) -> QuerySet[Finding]:
    """The findings in sight, the most urgent first."""
    return narrow(Finding.objects.order_by("rank", "pk"), viewer, VIEW)


def listed(*, viewer: User) -> QuerySet[Finding]:
    """The same with what a row of the list shows, without the long texts."""
    rows = findings(viewer=viewer).select_related("asset", "asset__site", "source")
    return rows.defer("description", "advice", "cwes", "purl", "url", "cvss_vector")


def finding(*, viewer: User, uuid: UUID) -> Finding:
    """One finding. Raises ``Missing`` outside the viewer's sight."""
    rows = findings(viewer=viewer).select_related("asset", "asset__unit", "asset__site", "unit", "source")
    one = rows.filter(uuid=uuid).first()
    if one is None:
        raise Missing("no such finding")
    return one


def of_asset(*, viewer: User, asset: Asset, limit: int = 8) -> tuple[list[Finding], int]:
    """The most urgent open findings of an asset, and how many are open."""
    rows = findings(viewer=viewer).filter(asset=asset, live=True, rank__lt=rules.OBSERVED)
    return list(rows[:limit]), rows.count()


def of_cve(*, viewer: User, cve: str, limit: int = 12) -> tuple[list[Finding], int]:
    """The most urgent open findings of one CVE, and how many are open."""
    rows = findings(viewer=viewer).filter(cve=cve, live=True, rank__lt=rules.OBSERVED)
    return list(rows[:limit]), rows.count()


def condition_of_status(status: str) -> Q:
    """The rows of one status; "open" is all that still asks for something, planned or not, and no observation."""
    if status == "open":
        return Q(live=True, rank__lt=rules.OBSERVED)
    if status == "observation":
        return Q(live=True, rank__gte=rules.OBSERVED)
    return Q(status=status) & ~Q(live=False) if status == "planned" else Q(live=False, status=status)


def condition_of_deadline(value: str, today: date) -> Q:
    """The rows that are past due ("past") or due within so many days ("3", "14", "60"), or have no day ("none")."""
    if value == "past":
        return Q(live=True, due__lt=today)
    if value == "none":
        return Q(due=None)
    return Q(live=True, due__lte=today + timedelta(days=int(value)))


def condition_of_question(value: str) -> Q:
    """The rows of a question that is no single field: "exploited" is exploited elsewhere and not known to be inside."""
    if value == "exploited":
        return Q(in_kev=True) & (Q(exposed=True) | Q(exposed=None))
    return Q(physical=True)


def condition_of_owner(name: str) -> Q:
    """The rows that somebody is to fix, by name, or by a part of it; without an owner of its own the asset's is it."""
    return Q(owner__icontains=name) | Q(owner="", asset__in=Asset.objects.filter(owner__icontains=name))


def searched(rows: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """The rows that hold every word; FND-12 is that very finding."""
    for word in text.lower().split()[:8]:
        number = word.removeprefix("fnd-")
        if word != number and number.isdecimal() and len(number) < 18:
            rows = rows.filter(pk=int(number))
        else:
            rows = rows.filter(search__contains=word)
    return rows


def found(*, viewer: User, text: str, limit: int) -> list[Finding]:
    """Findings for the global search, open ones first."""
    rows = searched(findings(viewer=viewer), text).select_related("asset")
    hits = list(rows.filter(live=True)[:limit])
    return hits + (list(rows.filter(live=False)[: limit - len(hits)]) if len(hits) < limit else [])


def tally(*, viewer: User, as_of: date) -> Tally:
    """What needs action now: three statements, the last for the worst case. Due soon includes what is past due."""
    mine = Finding.objects.filter(within(viewer, VIEW))
    exploited = Q(in_kev=True) & (Q(exposed=True) | Q(exposed=None))
    sums = mine.filter(condition_of_status("open")).aggregate(
        open=Count("pk"),
        due_soon=Count("pk", filter=Q(due__lte=as_of + timedelta(days=SOON_DAYS))),
        past_due=Count("pk", filter=Q(due__lt=as_of)),
        exploited=Count("pk", filter=exploited),
        exploited_due=Min("due", filter=exploited),
    )
    worst = None
    if sums["exploited"]:
        rows = findings(viewer=viewer).filter(exploited, condition_of_status("open")).select_related("asset")
        worst = rows.order_by("due", "rank", "pk").first()
    accepted = mine.filter(condition_of_status("accepted")).count()
    return Tally(exploited_worst=worst, accepted=accepted, **sums)


def open_and_due(*, viewer: User, as_of: date) -> tuple[int, int]:
    """How many findings are open, and how many of them are past due or due within 14 days: one statement."""
    soon = Q(due__lte=as_of + timedelta(days=SOON_DAYS))
    rows = Finding.objects.filter(within(viewer, VIEW), condition_of_status("open"))
    sums = rows.aggregate(open=Count("pk"), due=Count("pk", filter=soon))
    return sums["open"], sums["due"]


def urgent_count(*, viewer: User) -> int:
    """How many open findings have to be fixed within 14 days of being seen, or sooner; needs no clock."""
    return Finding.objects.filter(within(viewer, VIEW), live=True, rank__lt=rules.rank(2, None) - rules.NO_DAY).count()


def counts(*, viewer: User) -> dict[str, int]:
    """How many findings are in sight, of whatever status."""
    if "/" in paths(viewer, VIEW):
        return {"findings": Finding.objects.count()}
    return {"findings": findings(viewer=viewer).order_by().count()}

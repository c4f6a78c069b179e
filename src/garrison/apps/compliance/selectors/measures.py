"""Evidence that the system makes itself: each measure is a query in words, its parameters, and what it counted.

A measure looks at the whole organisation (its viewer is the system, or somebody who sees everything), since an auditor
asks for the whole population. ``read`` is how many records the query looked through and ``recount`` how many there are
by an independent way: rows of the files they came from, or another path through the tables. The two must agree.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Sum

from garrison.apps.access import selectors as access
from garrison.apps.access.models import AccessException
from garrison.apps.access.rules import end_of
from garrison.apps.assets import selectors as assets
from garrison.apps.controls import selectors as controls
from garrison.apps.people import selectors as people
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.apps.vulnerabilities.models import OPEN
from garrison.core import audit
from garrison.core import selectors as core
from garrison.core.clock import local_day, zone
from garrison.core.models import AuditEntry, ChainHead, ImportedFile, User

LEFT_DAYS, CLOSE_HOURS, TEST_DAYS, FRESH_DAYS, LISTED = 365, 24, 90, 8, 200
VERSION = 1
"""The version of the queries; it changes when what one counts changes."""

FRESH = ("hr-roster", "directory-ldif", "directory", "badge-holders", "badge-events", "devices", "hosts-table")
"""Sources that must be told again within ``FRESH_DAYS`` days, if they were ever told."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a measure counted, in numbers and in words."""

    measure: str
    title: str
    query: str
    population: int
    population_words: str
    exceptions: int
    said: str
    read: int
    read_words: str
    recount: int
    recount_words: str
    parameters: dict[str, Any] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)


def measured(*, viewer: User, at: datetime) -> list[Found]:
    """Every measure, taken at ``at``. One that has nothing to count yet is left out."""
    taken = (measure(viewer, at) for measure in MEASURED)
    return [found for found in taken if found is not None]


def _told(kind: str) -> int:
    """How many records of a kind the newest file that told of them held, after those it refused."""
    file = ImportedFile.objects.filter(status="imported", counts__has_key=kind).order_by("-at", "-pk").first()
    return int(file.counts[kind]) if file else 0


def _leaver_revocation(viewer: User, at: datetime) -> Found | None:
    """How many of those who left kept a badge or an account for longer than a day."""
    today = local_day(at)
    since = today - timedelta(days=LEFT_DAYS)
    gone = access.gone(viewer=viewer, today=today).filter(left__gte=since, left__lt=today)
    everyone = people.people(viewer=viewer).count()
    if not everyone:
        return None
    late: list[str] = []
    rows = AccessException.objects.filter(kind="leaver", person__in=gone).select_related("person")
    hours: dict[int, float] = {}
    for row in rows:
        assert row.person.left is not None
        open_for = ((row.closed or at) - end_of(row.person.left, zone())).total_seconds() / 3600
        hours[row.person_id] = max(hours.get(row.person_id, 0.0), open_for)
        if open_for > CLOSE_HOURS:
            state = "still open" if row.closed is None else "closed late"
            late.append(f"{row.person.name}, left {row.person.left:%Y-%m-%d}: {open_for:.0f} h, {state}")
    exceptions = sum(open_for > CLOSE_HOURS for open_for in hours.values())
    left = gone.count()
    return Found(
        measure="leaver-revocation",
        title="Leavers' access ends within a day",
        query="Of everybody on the roster whose last day worked lies in the period: those for whom a badge or an "
        "account was still open more than 24 hours after the end of that day.",
        parameters={"left_from": since.isoformat(), "left_until": today.isoformat(), "hours": CLOSE_HOURS},
        population=left,
        population_words="people who left in the period",
        exceptions=exceptions,
        said=f"{exceptions} of {left} leavers kept access for more than {CLOSE_HOURS} hours",
        read=everyone,
        read_words="people in the register",
        recount=_told("people"),
        recount_words="rows of the newest roster file in the import ledger",
        listed=sorted(late)[:LISTED],
    )


def _open_leavers(viewer: User, at: datetime) -> Found | None:
    """Who has left and still holds something now."""
    proof = access.proof(viewer=viewer, as_of=at)
    if not proof.people:
        return None
    held = access.leavers(viewer=viewer, as_of=at, limit=LISTED)
    used = sum(leaver.exception.uses > 0 for leaver in held)
    return Found(
        measure="open-leavers",
        title="Leavers who still have access",
        query="Everybody whose employment ended and who holds a badge that opens doors or an account that is enabled, "
        "matched by employee number, then e-mail.",
        parameters={"as_of": at.isoformat()},
        population=proof.left,
        population_words="people on the roster who have left",
        exceptions=proof.listed,
        said=f"{proof.listed} of {proof.left} leavers still have access; {used} used it",
        read=proof.listed,
        read_words="leavers listed",
        recount=proof.recounted,
        recount_words="leavers counted anew from roster, badges and accounts",
        listed=[f"{one.person.name}: {one.exception.badges} badges, {one.exception.accounts} accounts" for one in held],
    )


def _findings_past_due(viewer: User, at: datetime) -> Found | None:
    """Open findings whose day has passed."""
    today = local_day(at)
    rows = vulnerabilities.findings(viewer=viewer).order_by()
    total = rows.count()
    if not total:
        return None
    live = rows.filter(live=1)
    late = live.filter(due__lt=today)
    seen, overdue = live.count(), late.count()
    by_state = dict(rows.values_list("status").annotate(n=Count("pk")))
    oldest = [f"{row.code} {row.title}, due {row.due}" for row in late.order_by("due", "pk")[:LISTED]]
    return Found(
        measure="findings-past-due",
        title="Findings repaired by their day",
        query="Every finding that is open or planned: those whose due day, set by policy or by a person, has passed.",
        parameters={"as_of": today.isoformat()},
        population=seen,
        population_words="open and planned findings",
        exceptions=overdue,
        said=f"{overdue} of {seen} open findings are past their day",
        read=seen,
        read_words="findings that the list counts as open",
        recount=sum(by_state.get(state, 0) for state in OPEN),
        recount_words=f"findings counted by state, of {total} of all states",
        listed=oldest,
    )


def _door_tests(viewer: User, at: datetime) -> Found | None:
    """Doors of critical rooms that were not tested in time or failed."""
    today = local_day(at)
    since = today - timedelta(days=TEST_DAYS)
    every = assets.assets(viewer=viewer).filter(kind="door")
    doors = list(assets.with_last_test(every.filter(critical=True)).order_by("code"))
    if not every.exists():
        return None
    tests: dict[int, tuple[Any, bool, str]] = {}
    for test in assets.tests(viewer=viewer).filter(asset__in=doors).order_by("on", "recorded_at"):
        tests[test.asset_id] = (test.on, test.passed, test.note)
    amiss = []
    for door in doors:
        on, passed, note = tests.get(door.pk, (None, False, ""))
        if on is None:
            amiss.append(f"{door.code} {door.name}: never tested")
        elif not passed:
            amiss.append(f"{door.code} {door.name}: failed on {on}" + (f" ({note})" if note else ""))
        elif on < since:
            amiss.append(f"{door.code} {door.name}: last tested on {on}")
    of_kind = every.count()
    return Found(
        measure="door-tests",
        title="Doors of critical rooms are tested and hold",
        query="Every door marked critical: those whose newest test failed, lies before the period, or is missing.",
        parameters={"tested_since": since.isoformat(), "days": TEST_DAYS},
        population=len(doors),
        population_words="doors of critical rooms",
        exceptions=len(amiss),
        said=f"{len(amiss)} of {len(doors)} doors of critical rooms failed or were not tested in time",
        read=of_kind,
        read_words="doors in the register",
        recount=every.values("code").distinct().count(),
        recount_words="different door codes in the register",
        listed=amiss[:LISTED],
    )


def _control_tests(viewer: User, at: datetime) -> Found | None:
    """Controls that were not tested within their own rhythm."""
    today = local_day(at)
    stands = controls.standings(viewer=viewer, as_of=today)
    if not stands:
        return None
    amiss = [
        f"{each.control.code} {each.control.name}: {each.standing.reason}"
        for each in stands
        if each.standing.on is None or each.standing.overdue_days or each.standing.failed
    ]
    return Found(
        measure="control-tests",
        title="Controls are tested in their rhythm",
        query="Every control: those never tested, past their own rhythm, or whose device failed its newest test.",
        parameters={"as_of": today.isoformat()},
        population=len(stands),
        population_words="controls",
        exceptions=len(amiss),
        said=f"{len(amiss)} of {len(stands)} controls are untested, overdue or failed",
        read=len(stands),
        read_words="controls in the register",
        recount=_told("controls"),
        recount_words="rows of the newest controls table in the import ledger",
        listed=amiss[:LISTED],
    )


def _import_freshness(viewer: User, at: datetime) -> Found | None:
    """Sources that have not told anything for too long."""
    rows = core.imported_files(viewer=viewer).filter(status__in=("imported", "unchanged"), format__in=FRESH)
    told = dict(rows.order_by().values_list("format").annotate(last=Max("at")))
    if not told:
        return None
    limit = at - timedelta(days=FRESH_DAYS)
    old = [f"{name}: last told {last:%Y-%m-%d %H:%M} UTC" for name, last in sorted(told.items()) if last < limit]
    files = rows.count()
    per_run = rows.order_by().values("run").annotate(n=Count("pk")).aggregate(all=Sum("n"))["all"]
    return Found(
        measure="import-freshness",
        title="What decisions rest on is fresh",
        query="Each source of people, badges, accounts, doors and hosts that was ever imported: those whose newest "
        "file is older than the limit.",
        parameters={"days": FRESH_DAYS, "sources": list(FRESH)},
        population=len(told),
        population_words="sources that were ever imported",
        exceptions=len(old),
        said=f"{len(old)} of {len(told)} sources are older than {FRESH_DAYS} days",
        read=files,
        read_words="files of these sources in the import ledger",
        recount=per_run or 0,
        recount_words="files counted run by run",
        listed=old,
    )


def _second_factor(viewer: User, at: datetime) -> Found | None:
    """Users who sign in to this system without a second factor."""
    active = list(User.objects.filter(is_active=True, is_system=False).order_by("username"))
    if not active:
        return None
    held = core.second_factors(users=active)
    bare = [user.username for user in active if user.pk not in held]
    return Found(
        measure="second-factor",
        title="Sign-in here takes a second factor",
        query="Everybody who may sign in to this system: those who have set up no second factor.",
        parameters={"as_of": at.isoformat()},
        population=len(active),
        population_words="people who may sign in",
        exceptions=len(bare),
        said=f"{len(bare)} of {len(active)} people sign in here without a second factor",
        read=len(active),
        read_words="active users",
        recount=User.objects.count() - User.objects.filter(Q(is_active=False) | Q(is_system=True)).count(),
        recount_words="all users less those who may not sign in",
        listed=bare[:LISTED],
    )


def _audit_chain(viewer: User, at: datetime) -> Found | None:
    """Whether the audit log was tampered with."""
    breaks = [f"entry {each.seq}: {each.reason}" for each in audit.verify()]
    entries = AuditEntry.objects.count()
    return Found(
        measure="audit-chain",
        title="The audit log is whole",
        query="Every entry of the audit log, from the first: those whose hash does not follow from their contents and "
        "the entry before.",
        parameters={"as_of": at.isoformat()},
        population=entries,
        population_words="audit entries",
        exceptions=min(entries, len(breaks)),
        said=f"{len(breaks)} of {entries} audit entries do not hold" if breaks else f"all {entries} audit entries hold",
        read=entries,
        read_words="entries read",
        recount=ChainHead.objects.get(pk=1).seq,
        recount_words="number of the chain's head",
        listed=breaks[:LISTED],
    )


MEASURED: tuple[Callable[[User, datetime], Found | None], ...] = (
    _leaver_revocation,
    _open_leavers,
    _findings_past_due,
    _door_tests,
    _control_tests,
    _import_freshness,
    _second_factor,
    _audit_chain,
)
"""The measures, in the order in which they are shown."""

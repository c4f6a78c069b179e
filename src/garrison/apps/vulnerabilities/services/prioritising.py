"""Commands that keep priorities true when catalogues, assets or the calendar move."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from garrison.apps.assets.models import PHYSICAL
from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import Known, Priority, Subject, Weakness
from garrison.apps.vulnerabilities.selectors import known_of
from garrison.core.bulk import batches
from garrison.core.clock import local_day, zone
from garrison.core.commands import changed, command
from garrison.core.models import User
from garrison.core.ui import figures
from garrison.core.writing import update_each

CHUNK = 2_000

COLUMNS = (
    "pk", "kind", "rule", "severity", "cves", "cvss", "cvss_vector", "first_seen", "due_set", "asset__exposed",
    "asset__critical", "asset__kind", "asset__unit_id", "unit_id", "physical",
    "level", "deadline", "reason", "due", "rank", "in_kev", "exposed", "epss",
)  # fmt: skip
WRITTEN = (
    "unit_id", "physical", "level", "deadline", "reason", "due", "due_set", "rank", "in_kev", "exposed", "epss",
)  # fmt: skip
SHOWN = 200
"""How many changed findings the audit entry names one by one."""


@command("vulnerabilities.prioritise")
def prioritise(*, actor: User, assets: Sequence[int] = ()) -> int:
    """Weigh open findings anew and write those whose priority or unit changed; gives how many.

    With ``assets`` (ids) only theirs. Reads and writes two thousand rows at a time.
    """
    moved = 0
    raised: list[dict[str, Any]] = []
    rows = Finding.objects.filter(status__in=("open", "planned", "accepted"))
    for some in batches(assets) if assets else [()]:
        for chunk in _chunks(rows.filter(asset__in=some) if some else rows):
            changes = list(_changes(chunk, raised))
            update_each(Finding, WRITTEN, changes)
            moved += len(changes)
    if moved:
        told = {"findings": moved, "level": raised[:SHOWN], "levels": len(raised)}
        changed(target=figures.counted(moved, "findings"), after=told)
    else:
        changed(target="findings", after={"findings": 0})
    return moved


@command("vulnerabilities.end_acceptances")
def end_acceptances(*, actor: User, at: datetime) -> int:
    """Reopen findings whose acceptance has run out; gives how many."""
    today = local_day(at)
    over = Finding.objects.filter(status="accepted", accepted_until__lt=today)
    codes = [f"FND-{pk}" for pk in over.order_by("pk").values_list("pk", flat=True)]
    if codes:
        over.update(status="open", decided=None, accepted_until=None, note="Its acceptance ran out.")
    changed(target=figures.counted(len(codes), "findings"), after=codes)
    return len(codes)


def _chunks(rows: QuerySet[Finding]) -> Iterator[list[tuple[Any, ...]]]:
    """The columns of all rows, by primary key: no cursor stays open while others are written."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").values_list(*COLUMNS)[:CHUNK]):
        last = chunk[-1][0]
        yield chunk


def _changes(chunk: list[tuple[Any, ...]], raised: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The new values of the rows whose priority, unit or exposure is not what is stored."""
    known = known_of({cve for row in chunk for cve in row[4]})
    here = zone()
    for row in chunk:
        (
            pk, kind, rule, severity, cves, cvss, vector, first_seen, due_set, exposed, critical, asset_kind, unit,
            was_unit, was_physical, level, deadline, reason, due, order, in_kev, was_exposed, epss,
        ) = row  # fmt: skip
        weakness = Weakness(kind, rule, severity, first_seen.astimezone(here).date(), tuple(cves), vector, cvss)
        found = rules.prioritise(
            weakness, Subject(exposed, critical, asset_kind), [known.get(cve) or Known(cve) for cve in cves]
        )
        day, still_set = rules.keep_due(found, was_level=level, was_due=due, due_set=due_set)
        now: tuple[Any, ...] = (
            unit,
            asset_kind in PHYSICAL,
            *_weighed(found),
            day,
            still_set,
            rules.rank(found.level, day),
        )
        now = (*now, found.in_kev, exposed, found.epss)
        if now != (
            was_unit, was_physical, level, deadline, reason, due, due_set, order, in_kev, was_exposed, epss,
        ):  # fmt: skip
            if found.level != level:
                raised.append({"finding": f"FND-{pk}", "from": deadline, "to": found.deadline, "reason": found.reason})
            yield (*now, pk)


def _weighed(found: Priority) -> tuple[int, str, str]:
    """Level, deadline and reason, as stored."""
    return found.level, found.deadline, found.reason

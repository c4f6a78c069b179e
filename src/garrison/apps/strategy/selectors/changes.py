"""What is different since an earlier day: the newest snapshot before today, else the loss computed before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.access.models import AccessException
from garrison.apps.budget import selectors as budget
from garrison.apps.budget.models import Plan
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.models import Snapshot
from garrison.apps.strategy.rules import Cause, Change, Changes, causes_of, flow, moved
from garrison.apps.strategy.selectors.facts import Facts, findings
from garrison.apps.strategy.selectors.links import VIEW, address
from garrison.apps.strategy.selectors.money import current_loss
from garrison.core.clock import local_day
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow, paths
from garrison.core.ui import figures

NAMED = 2
"""So many causes are named on the home page; the others stand on the page of the computation."""


@dataclass(frozen=True, slots=True)
class Before:
    """What today is compared with: a snapshot, or a computation of the loss alone; either may be missing."""

    day: date | None
    snapshot: Snapshot | None
    loss: LossResult | None


def snapshots(*, viewer: User) -> list[date]:
    """The days of which a snapshot exists, newest first."""
    if not paths(viewer, VIEW):
        return []
    return list(Snapshot.objects.order_by("-day").values_list("day", flat=True)[:90])


def before(*, viewer: User, at: datetime, now: LossResult | None, since: date | None = None) -> Before:
    """What to compare with: the newest snapshot of an earlier day (on or before ``since`` where given)."""
    today = local_day(at)
    rows = Snapshot.objects.filter(day__lt=today).order_by("-day")
    if since is not None:
        rows = rows.filter(day__lte=since)
    kept = rows.first() if paths(viewer, VIEW) else None
    if kept is not None:
        return Before(kept.day, kept, _loss_then(viewer, now, kept.day))
    if now is None:
        return Before(None, None, None)
    then = _loss_then(viewer, now, since) if since is not None else risk.earlier_loss(viewer=viewer, than=now)
    if then is not None and then.as_of < today and then.pk != now.pk:
        return Before(then.as_of, None, then)
    return Before(None, None, None)


def _loss_then(viewer: User, now: LossResult | None, day: date) -> LossResult | None:
    """The computation that held on ``day``."""
    return current_loss(viewer=viewer, on_or_before=day) if now is not None else None


def changes(*, viewer: User, at: datetime, now: LossResult | None, found: Facts, since: date | None = None) -> Changes:
    """What is different, in words; empty with a note when there is nothing to compare with."""
    then = before(viewer=viewer, at=at, now=now, since=since)
    if then.day is None:
        return Changes(None, (), _("Nothing to compare with yet: changes are shown from the second day on."))
    rows: list[Change] = []
    if now is not None and then.loss is not None:
        rows += _loss(viewer, now, then.loss)
    rows += _plan(viewer, then.day)
    note = ""
    if then.snapshot is not None:
        rows += _stocks(viewer, then.snapshot, found)
    else:
        rows += _first_counted(found)
    if not rows and not note:
        note = _("Nothing that is counted here has changed.")
    return Changes(then.day, tuple(rows), note)


def causes(*, viewer: User, now: LossResult, then: LossResult) -> list[Cause]:
    """Why the expected loss changed, largest cause first."""
    if now.pk == then.pk:
        return []
    try:
        return causes_of(risk.changes(viewer=viewer, now=now, before=then))
    except Missing:
        return []


def cause_words(cause: Cause, now: LossResult) -> str:
    """A cause in a few words: the control by name, else the scenario with its reason."""
    names = {c["code"]: c["name"] for row in now.scenarios for c in row["controls"]}
    if cause.code in names:
        return f"{cause.code} {names[cause.code]}"
    return f"{cause.code}: {cause.words}" if cause.code else cause.words


def _loss(viewer: User, now: LossResult, then: LossResult) -> list[Change]:
    """How the expected loss moved, with its largest causes."""
    delta = float(now.mean) - float(then.mean)
    if abs(delta) < 0.005 * max(float(now.mean), 1.0):
        return []
    found = causes(viewer=viewer, now=now, then=then)
    said = [f"{cause_words(c, now)} {figures.money(c.amount, now.currency, signed=True)}" for c in found[:NAMED]]
    rest = len(found) - NAMED
    if rest > 0:
        said.append(ngettext("%(n)s more cause", "%(n)s more causes", rest) % {"n": rest})
    return [
        Change(
            "loss",
            "arrow-up-right" if delta > 0 else "arrow-down-right",
            _("Expected loss"),
            "; ".join(said),
            figures.money(delta, now.currency, signed=True),
            _("to %(money)s") % {"money": figures.money(now.mean, now.currency)},
            address("risk:result", now.uuid),
            worse=delta > 0,
        )
    ]


def plan_then(*, viewer: User, day: date) -> tuple[Plan | None, Plan | None]:
    """The newest plan, and the one that held on an earlier ``day``."""
    latest = budget.latest_plan(viewer=viewer)
    if latest is None:
        return None, None
    return latest, budget.plans(viewer=viewer).filter(as_of__lte=day).exclude(pk=latest.pk).first()


def _plan(viewer: User, day: date) -> list[Change]:
    """What came into the plan and what left it."""
    latest, then = plan_then(viewer=viewer, day=day)
    if latest is None or then is None:
        return []
    came, went = moved(then.chosen, latest.chosen)
    if not came and not went:
        return []
    names = {row["code"]: row["name"] for row in (*latest.detail["chosen"], *latest.detail["out"])}
    parts = [_("%(what)s now in") % {"what": _named(code, names)} for code in came]
    parts += [_("%(what)s out") % {"what": _named(code, names)} for code in went]
    return [
        Change(
            "plan",
            "layout-kanban",
            _("The plan moved"),
            "; ".join(parts),
            _("leaves %(money)s") % {"money": figures.money(latest.residual, latest.currency)},
            budget.standing_in_short(latest),
            address("budget:plan"),
        )
    ]


def _named(code: str, names: dict[str, str]) -> str:
    """An initiative by short name and code."""
    return f"{short(names.get(code, ''))} ({code})" if names.get(code) else code


def short(name: str, longest: int = 52) -> str:
    """A long name up to its first colon, comma or bracket, cut where it is still too long."""
    head = name
    for mark in (":", " (", ","):
        head = head.partition(mark)[0] if len(head.partition(mark)[0]) >= 8 else head
    return head if len(head) <= longest else head[: longest - 2].rsplit(" ", 1)[0] + " …"


def _stocks(viewer: User, snapshot: Snapshot, found: Facts) -> list[Change]:
    """How findings and leavers moved since a snapshot."""
    kept: dict[str, Any] = snapshot.figures
    rows = []
    if found.findings is not None and "findings" in kept:
        was = _in_sight(kept["findings"]["open_by_unit"], viewer)
        came = findings(viewer=viewer).filter(pk__gt=kept["findings"]["newest"]).count()
        moves = flow(was, came, found.findings["open"])
        if moves.came or moves.went:
            said = _("%(new)s new, %(closed)s closed or accepted, %(open)s open") % {
                "new": figures.number(moves.came),
                "closed": figures.number(moves.went),
                "open": figures.number(moves.now),
            }
            rows.append(
                Change(
                    "findings",
                    "bug",
                    _("Findings"),
                    said,
                    _signed(moves.net),
                    "",
                    address("vulnerabilities:findings", status="open"),
                    worse=moves.net > 0,
                )
            )
    if found.leavers is not None:
        seen = narrow(AccessException.objects.filter(kind="leaver"), viewer, "access.view")
        fresh = seen.filter(found__gt=snapshot.at, closed=None).count()
        ended = seen.filter(found__lte=snapshot.at, closed__gt=snapshot.at).count()
        if fresh or ended:
            said = _("%(closed)s closed, %(new)s new") % {"closed": figures.number(ended), "new": figures.number(fresh)}
            rows.append(
                Change(
                    "leavers",
                    "user-off",
                    _("Leavers with access"),
                    said,
                    _signed(fresh - ended),
                    "",
                    address("access:leavers"),
                    worse=fresh > ended,
                )
            )
    return rows


def _first_counted(found: Facts) -> list[Change]:
    """Facts that were not counted on the earlier day: how they stand now."""
    said = _("First counted today; compared from the next day on")
    rows = []
    if found.findings is not None:
        now = figures.number(found.findings["open"])
        url = address("vulnerabilities:findings", status="open")
        rows.append(Change("findings", "bug", _("Findings"), said, now, _("open"), url))
    if found.leavers is not None:
        now = figures.number(found.leavers["count"])
        rows.append(Change("leavers", "user-off", _("Leavers with access"), said, now, "", address("access:leavers")))
    if found.devices is not None:
        now = figures.number(found.devices["count"])
        url = address("vulnerabilities:findings", status="open", which="physical")
        rows.append(Change("devices", "door-off", _("Doors and devices to repair"), said, now, "", url))
    return rows


def _in_sight(by_unit: dict[str, int], viewer: User) -> int:
    """The part of a count by unit path that the viewer sees; "" is what belongs to no unit."""
    held = paths(viewer, "vulnerabilities.view")
    if "/" in held:
        return sum(by_unit.values())
    return sum(n for path, n in by_unit.items() if path and any(path.startswith(prefix) for prefix in held))


def _signed(count: int) -> str:
    """A difference with its sign."""
    return f"+{figures.number(count)}" if count > 0 else figures.number(count)

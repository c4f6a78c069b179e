"""The brief: what needs action now, what to do first, what it may cost, what changed. In this order."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.assets.models import Asset
from garrison.apps.organization import selectors as organization
from garrison.apps.people.models import Person
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.rules import Brief, first_three
from garrison.apps.strategy.selectors import actions, changes, facts, money
from garrison.apps.strategy.selectors.clocks import clocks_tally
from garrison.apps.strategy.selectors.sources import counted, sources
from garrison.core.clock import local_day
from garrison.core.commands import Forbidden
from garrison.core.models import User
from garrison.core.scopes import may, narrow
from garrison.core.ui import figures
from garrison.core.ui.charts import LossCurves

VIEW = "strategy.view"


@dataclass(frozen=True, slots=True)
class Home:
    """The brief with the curves of its card and the days that it may be compared with."""

    brief: Brief
    curves: LossCurves | None
    table: list[money.CurveRow]
    days: list[date]


def brief(*, viewer: User, as_of: date | None = None, at: datetime, since: date | None = None) -> Brief:
    """The brief as ``viewer`` may see it at ``at``. ``as_of`` limits the money to computations up to that day;
    ``since`` picks the day to compare with. Raises ``Forbidden`` for who may see nothing at all.
    """
    return _brief(viewer, as_of or local_day(at), at, since)[0]


def home(*, viewer: User, at: datetime, since: date | None = None) -> Home:
    """The home page: the brief, its curve and the table behind it."""
    made, loss = _brief(viewer, local_day(at), at, since)
    shown = loss if made.cost is not None else None
    return Home(
        made,
        money.curves(shown) if shown else None,
        money.curve_table(shown) if shown else [],
        [day for day in changes.snapshots(viewer=viewer) if day < local_day(at)],
    )


def _brief(viewer: User, as_of: date, at: datetime, since: date | None) -> tuple[Brief, LossResult | None]:
    """The brief and the computation behind its money."""
    if not may(viewer, VIEW):
        raise Forbidden("you have no role yet; ask the security head for one")
    found = facts.facts(viewer=viewer, at=at)
    loss = money.current_loss(viewer=viewer, on_or_before=as_of)
    cost = money.cost(viewer=viewer, result=loss)
    possible = actions.candidates(viewer=viewer, at=at, found=found, loss=loss)
    first = first_three(possible)
    read = sources(viewer=viewer)
    tallies = (*facts.tallies(found, at), *clocks_tally(viewer=viewer, at=at))
    top = organization.root(viewer=viewer)
    empty = all(tally.count is None for tally in tallies) and cost is None and top is None
    return (
        Brief(
            at=at,
            as_of=as_of,
            organisation=top.name if top else "",
            scope=scope(viewer=viewer),
            sources=read,
            counted=counted(read, at),
            tallies=tallies,
            actions=tuple(first),
            more=waiting(found) if first else 0,
            cost=cost,
            facts_only=money.why_no_money(viewer=viewer, result=loss) if cost is None else "",
            changes=changes.changes(viewer=viewer, at=at, now=loss, found=found, since=since),
            empty=empty,
            missing=missing(found),
        ),
        loss,
    )


def waiting(found: facts.Facts) -> int:
    """How many findings, doors and devices also wait."""
    return sum(part["count"] if "count" in part else part["past"] for part in (found.findings, found.devices) if part)


def missing(found: facts.Facts) -> tuple[str, ...]:
    """The files that would say what is not known yet."""
    said = []
    if found.leavers is None:
        said += [_("HR roster"), _("badge list"), _("badge log"), _("directory export")]
    if found.findings is None:
        said += [_("scanner report"), _("host list"), _("catalogue of known exploited vulnerabilities")]
    if found.devices is None:
        said += [_("door and camera list")]
    return tuple(said)


def scope(*, viewer: User) -> str:
    """What the viewer looks at, in one line: name and counts."""
    top = organization.root(viewer=viewer)
    if top is None:
        return ""
    assets: dict[str, Any] = {
        kind: narrow(Asset.objects.filter(kind=kind), viewer, "assets.view").count() for kind in ("door", "host")
    }
    sites = organization.sites(viewer=viewer).count()
    people = narrow(Person.objects.exclude(status="left"), viewer, "people.view").count()
    parts = [
        (sites, ngettext("%(n)s site", "%(n)s sites", sites)),
        (people, ngettext("%(n)s person", "%(n)s people", people)),
        (assets["door"], ngettext("%(n)s door", "%(n)s doors", assets["door"])),
        (assets["host"], ngettext("%(n)s host", "%(n)s hosts", assets["host"])),
    ]
    said = ", ".join(words % {"n": figures.number(count)} for count, words in parts if count)
    return f"{top.name}: {said}." if said else top.name

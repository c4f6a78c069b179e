"""Reads of the budget app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.budget.models import Initiative, Plan
from garrison.apps.budget.rules import CannotPlan, Option, fingerprint, make_plan
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, narrow, paths
from garrison.core.ui import figures

VIEW = "budget.view"
EXACT = 0.0005
"""A proven gap under this share reads as none."""
WORTH_SAYING = 0.5
"""Less than this in a year is nothing."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An initiative's row on the plan board: what the plan says of it (``told``), and the record itself if in sight."""

    told: Mapping[str, Any]
    initiative: Initiative | None
    forced: str
    came_in: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The plan page. Without a ``plan`` the three names say what is still missing for one."""

    plan: Plan | None
    earlier: Plan | None
    inside: Sequence[Placed]
    outside: Sequence[Placed]
    went_out: Sequence[str]
    impossible: str
    may_change: bool
    missing: Sequence[str]
    sees_whole: bool
    top: Unit | None


@dataclass(frozen=True, slots=True)
class Bearing:
    """What an initiative takes off a scenario: the share, today's expected loss of it, and the scenario if in sight."""

    code: str
    share: float
    name: str
    uuid: UUID | None
    loss: float | None

    @property
    def avoided(self) -> float | None:
        """What it would take off today's loss if nothing else were done."""
        return None if self.loss is None else self.loss * self.share


def initiatives(*, viewer: User) -> QuerySet[Initiative]:
    """The initiatives in sight, by code."""
    rows = Initiative.objects.select_related("unit", "source").prefetch_related("effects").order_by("code")
    return narrow(rows, viewer, VIEW)


def initiative(*, viewer: User, uuid: UUID) -> Initiative:
    """One initiative. Raises ``Missing`` outside the viewer's sight."""
    found = initiatives(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such initiative")
    return found


def found(*, viewer: User, text: str, limit: int) -> list[Initiative]:
    """Initiatives whose code or name has ``text`` in it."""
    return list(initiatives(viewer=viewer).filter(Q(code__icontains=text) | Q(name__icontains=text))[:limit])


def options(*, viewer: User, currency: str) -> list[Option]:
    """The initiatives in sight as the plan takes them; amounts in another currency than the budget's are left out."""
    rows = initiatives(viewer=viewer)
    if currency:
        rows = rows.filter(currency=currency)
    return [
        Option(
            row.code,
            row.name,
            float(row.cost),
            {effect.scenario_code: effect.share for effect in row.effects.all()},
            tuple(row.requires),
            tuple(row.excludes),
            row.team,
            row.team_days,
            row.must,
        )
        for row in rows
    ]


def plans(*, viewer: User) -> QuerySet[Plan]:
    """Plans of the whole organisation, newest first; only for those who see the whole of it."""
    if "/" not in paths(viewer, VIEW):
        return Plan.objects.none()
    return Plan.objects.order_by("-as_of", "-at", "-pk")


def plan(*, viewer: User, uuid: UUID) -> Plan:
    """One plan. Raises ``Missing`` outside the viewer's sight."""
    found = plans(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such plan")
    return found


def latest_plan(*, viewer: User) -> Plan | None:
    """The newest plan, if there is any."""
    return plans(viewer=viewer).first()


def earlier_plan(*, viewer: User, than: Plan) -> Plan | None:
    """The newest plan as of an earlier day."""
    return plans(viewer=viewer).filter(as_of__lt=than.as_of).first()


def before_plan(*, viewer: User, than: Plan) -> Plan | None:
    """The plan right before: the same day's, or an earlier day's."""
    same_day = Q(as_of=than.as_of) & (Q(at__lt=than.at) | Q(at=than.at, pk__lt=than.pk))
    return plans(viewer=viewer).filter(Q(as_of__lt=than.as_of) | same_day).first()


def board(*, viewer: User) -> Board:
    """The newest plan with what is in it and out of it, or what is missing for one."""
    newest = latest_plan(viewer=viewer)
    sees_whole = "/" in paths(viewer, VIEW)
    top = organization.root(viewer=viewer) if sees_whole else None
    result = risk.latest_loss(viewer=viewer) if top else None
    records = {row.code: row for row in initiatives(viewer=viewer)}
    missing = []
    if not records:
        missing.append("initiatives")
    if result is None or not result.scenarios:
        missing.append("scenarios")
    if top is None or top.budget is None:
        missing.append("budget")
    if newest is None:
        impossible = _impossible(viewer, top, result, {}) if top and result and not missing else ""
        return Board(None, None, (), (), (), impossible, may_change(viewer=viewer), missing, sees_whole, top)
    earlier = earlier_plan(viewer=viewer, than=newest)
    known = set(earlier.chosen) if earlier else set(newest.chosen)
    impossible = _impossible(viewer, top, result, newest.forced, newest) if top and result else ""
    return Board(
        newest,
        earlier,
        [_placed(row, records, newest, known) for row in newest.detail["chosen"]],
        [_placed(row, records, newest, known) for row in newest.detail["out"]],
        sorted(known - set(newest.chosen)),
        impossible,
        may_change(viewer=viewer),
        (),
        sees_whole,
        top,
    )


def may_change(*, viewer: User) -> bool:
    """Whether the viewer may change the plan's conditions."""
    return may(viewer, "budget.force", "/")


def bearings(*, viewer: User, initiative: Initiative) -> list[Bearing]:
    """What an initiative takes off which scenarios, the largest amount first."""
    scenarios = {row.code: row for row in risk.scenarios(viewer=viewer)}
    means = risk.expected_losses(viewer=viewer)
    rows = [
        Bearing(
            effect.scenario_code,
            effect.share,
            scenarios[effect.scenario_code].name if effect.scenario_code in scenarios else "",
            scenarios[effect.scenario_code].uuid if effect.scenario_code in scenarios else None,
            means.get(effect.scenario_code),
        )
        for effect in initiative.effects.all()
    ]
    return sorted(rows, key=lambda row: -(row.avoided or 0.0))


def dangling(*, viewer: User, initiative: Initiative) -> dict[str, list[str]]:
    """The codes that an initiative names and that nobody has told of, by field; being out of sight is no lack."""
    named = [*initiative.requires, *initiative.excludes]
    known = set(Initiative.objects.filter(code__in=named).values_list("code", flat=True))
    found = {name: [c for c in getattr(initiative, name) if c not in known] for name in ("requires", "excludes")}
    return {name: codes for name, codes in found.items() if codes}


def helping(*, viewer: User, code: str) -> list[tuple[Initiative, float, bool | None]]:
    """The initiatives in sight that take something off a scenario: the share, and whether the plan holds each."""
    newest = latest_plan(viewer=viewer)
    found = []
    for row in initiatives(viewer=viewer).filter(effects__scenario_code=code):
        share = next(effect.share for effect in row.effects.all() if effect.scenario_code == code)
        found.append((row, share, None if newest is None else row.code in newest.chosen))
    return sorted(found, key=lambda each: -each[1])


def told(*, viewer: User, initiative: Initiative) -> tuple[Plan | None, Placed | None]:
    """The newest plan, and what it says of an initiative."""
    newest = latest_plan(viewer=viewer)
    if newest is None:
        return None, None
    for row in (*newest.detail["chosen"], *newest.detail["out"]):
        if row["code"] == initiative.code:
            return newest, Placed(row, initiative, newest.forced.get(initiative.code, ""), False)
    return newest, None


def compared(*, viewer: User) -> tuple[Plan | None, Plan | None, dict[str, Initiative]]:
    """The newest plan, the one to compare it with, and the initiatives by code."""
    newest = latest_plan(viewer=viewer)
    before = None
    if newest is not None:
        before = earlier_plan(viewer=viewer, than=newest) or before_plan(viewer=viewer, than=newest)
    return newest, before, {row.code: row for row in initiatives(viewer=viewer)}


def counts(*, viewer: User) -> dict[str, int]:
    """How many of each record type are in sight."""
    return {"initiatives": initiatives(viewer=viewer).count()}


def standing_in_short(plan: Plan) -> str:
    """How good a plan is in a few words, for the side of a row; `standing` says it whole."""
    if not plan.conditions:
        return standing(plan)
    count = len(plan.conditions)
    return ngettext("under %(n)s condition", "under %(n)s conditions", count) % {"n": figures.number(count)}


def standing(plan: Plan) -> str:
    """How good a plan is, in words that hold: of all choices, or only of those that people's conditions leave."""
    exact = plan.gap < EXACT
    far = _("gap %(gap)s") % {"gap": figures.percent(plan.gap, 1)}
    count = len(plan.conditions)
    if not count:
        return _("proven best") if exact else far
    under = ngettext("%(n)s condition set by a person", "%(n)s conditions set by a person", count) % {
        "n": figures.number(count)
    }
    said = _("best under %(under)s") % {"under": under}
    if not exact:
        said = _("%(far)s to the best under %(under)s") % {"far": far, "under": under}
    if plan.price < WORTH_SAYING:
        rest = ngettext("as good as the best without it", "as good as the best without them", count)
        return f"{said}; {rest}" if exact else said
    more = ngettext(
        "%(money)s a year more than the best without it", "%(money)s a year more than the best without them", count
    ) % {"money": figures.money(plan.price, plan.currency)}
    return f"{said}; {more}"


def _placed(row: Mapping[str, Any], records: Mapping[str, Initiative], newest: Plan, known: set[str]) -> Placed:
    """One row of the board."""
    code = row["code"]
    came_in = code in newest.chosen and code not in known
    return Placed(row, records.get(code), newest.forced.get(code, ""), came_in)


def _impossible(
    viewer: User, top: Unit, result: LossResult, forced: Mapping[str, str], newest: Plan | None = None
) -> str:
    """Why the newest loss has no plan; "" when it has one or could have one."""
    choices = options(viewer=viewer, currency=top.currency)
    if newest is not None and newest.inputs == fingerprint(str(result.uuid), str(top.budget), forced, choices):
        return ""
    losses = {row["code"]: row["mean"] for row in result.scenarios}
    try:
        make_plan(choices, losses, float(top.budget or 0), forced, brief=True)
    except CannotPlan as error:
        return str(error)
    return ""

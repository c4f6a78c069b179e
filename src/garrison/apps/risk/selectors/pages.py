"""What the risk pages, and the blocks on other apps' pages, show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from garrison.apps.controls import selectors as controls
from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.apps.risk.models import LossResult, Safeguard, Scenario
from garrison.apps.risk.rules import (
    PRIOR,
    Bearing,
    Explored,
    Step,
    changed_estimate,
    changed_losses,
    expected,
    explore,
    why_unusable,
)
from garrison.apps.risk.selectors.approvals import Approvals, approvals, approves_as, names_of
from garrison.apps.risk.selectors.register import VIEW, Current, current, scenarios
from garrison.apps.risk.selectors.results import before_loss, latest_loss, loss_result, loss_results, newest_rows
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, paths


@dataclass(frozen=True, slots=True)
class Driver:
    """One scenario's part of the loss; ``uuid`` is None where the scenario itself is out of sight."""

    code: str
    name: str
    owner: str
    uuid: UUID | None
    mean: float
    tail_share: float | None
    change: float | None
    prior: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario that counts nowhere yet, what it would add (None while it cannot be computed), and as whom the
    viewer may approve it ("" for not at all).
    """

    scenario: Scenario
    mean: float | None
    approves_as: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The risk page: the newest computation of one scope, its drivers, the drafts, and what the scope could be."""

    result: LossResult | None
    earlier: LossResult | None
    units: Sequence[Unit]
    sees_whole: bool
    drivers: Sequence[Driver]
    drafts: Sequence[Draft]
    judged: Sequence[date]
    approvals: Approvals


@dataclass(frozen=True, slots=True)
class Explained:
    """One computation in full, the scenarios and controls that can be opened, and what changed since ``before``."""

    result: LossResult
    before: LossResult | None
    others: Sequence[LossResult]
    changes: Mapping[str, Sequence[Step]]
    scenarios: Mapping[str, UUID]
    controls: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A scenario on the bench: as it stands, under other numbers, and why it changed. ``reason`` says why it cannot be
    computed.
    """

    current: Current
    stored: Explored | None
    explored: Explored | None
    reason: str
    result: LossResult | None
    before: LossResult | None
    steps: Sequence[Step]
    controls: Mapping[str, UUID]
    may_draft: bool
    approves_as: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Borne:
    """A control on a scenario: what the scenario costs a year now, and with the control working fully or not at all."""

    control: Control
    scenario: Scenario
    coverage: float
    effectiveness: float
    now: float | None
    working: float | None
    failing: float | None

    @property
    def saved(self) -> float | None:
        """What would be saved a year if it worked fully."""
        return None if self.now is None or self.working is None else self.now - self.working

    @property
    def lost(self) -> float | None:
        """What more would be lost a year if it failed altogether."""
        return None if self.now is None or self.failing is None else self.failing - self.now


@dataclass(frozen=True, slots=True)
class Unprotected:
    """A scenario whose controls (by code) do not hold: what it costs a year now, and what it would cost then."""

    scenario: Scenario
    weakened: tuple[str, ...]
    now: float
    failing: float

    @property
    def lost(self) -> float:
        """What it would cost more."""
        return self.failing - self.now


def portfolio(*, viewer: User, as_of: date, unit_code: str = "") -> Portfolio:
    """The newest computed loss of the whole, or of the unit asked for or else the first that the viewer may see.

    Raises ``Missing`` for a unit without one in sight. Whoever sees no computation at all still sees their scenarios.
    """
    sees_whole = "/" in paths(viewer, VIEW)
    computed = loss_results(viewer=viewer).filter(unit__isnull=False).order_by().values("unit")
    choices = list(Unit.objects.filter(pk__in=computed).order_by("path"))
    unit = next((choice for choice in choices if choice.code == unit_code), None)
    if unit_code and unit is None:
        raise Missing("no loss was computed for that unit")
    if unit is None and not sees_whole and choices:
        unit = choices[0]
    result = latest_loss(viewer=viewer, unit=unit) if unit is not None or sees_whole else None
    earlier = before_loss(viewer=viewer, than=result) if result else None
    rows = current(viewer=viewer, as_of=as_of, drafts=True)
    if unit is not None:
        rows = [row for row in rows if row.scenario.unit is not None and row.scenario.unit.path.startswith(unit.path)]
    approved = [row for row in rows if row.scenario.status == "approved"]
    names = names_of(viewer=viewer)
    drafts = [
        Draft(row.scenario, _expected(row), approves_as(viewer=viewer, scenario=row.scenario, names=names))
        for row in rows
        if row.scenario.status == "draft"
    ]
    judged = sorted(row.scenario.approved_on for row in approved if row.scenario.approved_on)
    drivers = _drivers(result, earlier, rows) if result else _alone(approved)
    behind = approvals(viewer=viewer, rows=[{"code": driver.code} for driver in drivers])
    return Portfolio(result, earlier, choices, sees_whole, drivers, drafts, judged, behind)


def explained(*, viewer: User, uuid: UUID, before: UUID | None = None) -> Explained:
    """One computation and what changed since another. Raises ``Missing`` when either is out of sight."""
    result = loss_result(viewer=viewer, uuid=uuid)
    same = loss_results(viewer=viewer).filter(unit=result.unit)
    other = same.filter(uuid=before).first() if before else before_loss(viewer=viewer, than=result)
    if before and other is None:
        raise Missing("no such computation")
    codes = {row["code"] for each in (result, other) if each for row in each.scenarios}
    known = {control["code"] for row in result.scenarios for control in row["controls"]}
    return Explained(
        result,
        other,
        list(same.exclude(pk=result.pk).defer("portfolio", "scenarios")[:20]),
        changed_losses(result.scenarios, other.scenarios) if other else {},
        dict(scenarios(viewer=viewer).filter(code__in=codes).values_list("code", "uuid")),
        _openable(viewer, known),
    )


def what_if(
    *, viewer: User, uuid: UUID, as_of: date, values: Mapping[str, float] | None = None, reason: str = ""
) -> Workshop:
    """One scenario alone under other numbers (``rate``, ``low``, ``mode``, ``high``); nothing is written.

    ``reason`` says why the numbers asked for were not understood. Raises ``Missing`` outside the viewer's sight.
    """
    rows = current(viewer=viewer, as_of=as_of, drafts=True, uuid=uuid)
    if not rows:
        raise Missing("no such scenario")
    row = rows[0]
    estimate = row.estimate
    stored_reason = why_unusable(estimate)
    wanted = changed_estimate(estimate, values) if values else estimate
    reason = reason or why_unusable(wanted)
    result, told = newest_rows(viewer=viewer).get(row.scenario.code, (None, None))
    before = before_loss(viewer=viewer, than=result) if result else None
    steps: Sequence[Step] = ()
    if result and before and told:
        steps = changed_losses(result.scenarios, before.scenarios).get(row.scenario.code, ())
    return Workshop(
        row,
        None if stored_reason else explore(estimate),
        None if reason else explore(wanted),
        reason,
        result,
        before,
        steps,
        _openable(viewer, {bearing.code for bearing in row.bearings}),
        may(viewer, "risk.draft_scenario", _path(row.scenario)),
        approves_as(viewer=viewer, scenario=row.scenario),
        may(viewer, "risk.withdraw", _path(row.scenario)),
    )


def of_controls(*, viewer: User, controls: Iterable[Control], as_of: date) -> list[Borne]:
    """What controls bear on, with the money that hangs on each: scenarios in sight only, the largest stake first."""
    known = {control.pk: control for control in controls}
    safeguards = Safeguard.objects.filter(control__in=known).order_by("scenario_code")
    found = list(safeguards) if known else []
    rows = {row.scenario.code: row for row in current(viewer=viewer, as_of=as_of, drafts=True)} if found else {}
    borne = []
    for safeguard in found:
        row = rows.get(safeguard.scenario_code)
        if row is None:
            continue
        control = known[safeguard.control_id]
        stands = next(bearing for bearing in row.bearings if bearing.code == control.code)
        now, working, failing = (_expected(row, control.code, share) for share in (None, 1.0, 0.0))
        borne.append(Borne(control, row.scenario, safeguard.coverage, stands.effectiveness, now, working, failing))
    return sorted(borne, key=lambda one: -((one.saved or 0.0) + (one.lost or 0.0)))


def unprotected(*, viewer: User, controls: Iterable[Control], as_of: date) -> list[Unprotected]:
    """The approved scenarios in sight that controls bear on, with what each costs when none of those holds.

    They fail together: what two of them save together is more than the sum of what each saves alone.
    """
    codes = {control.code: control for control in controls}
    found = []
    for row in current(viewer=viewer, as_of=as_of) if codes else ():
        weakened = tuple(bearing.code for bearing in row.bearings if bearing.code in codes)
        now = _expected(row) if weakened else None
        if now is None:
            continue
        left = Current(
            row.scenario,
            tuple(
                Bearing(b.code, b.name, b.effect, b.coverage, 0.0 if b.code in codes else b.effectiveness, b.reason)
                for b in row.bearings
            ),
        )
        found.append(Unprotected(row.scenario, weakened, now, expected(left.estimate)))
    return sorted(found, key=lambda one: -one.lost)


def coverage(*, viewer: User, controls: Iterable[Control]) -> dict[int, list[tuple[str, float]]]:
    """The scenarios that each control (by primary key) bears on, as its own table named them: (code, coverage)."""
    known = {control.pk for control in controls}
    found: dict[int, list[tuple[str, float]]] = {}
    if may(viewer, VIEW):
        for safeguard in Safeguard.objects.filter(control__in=known).order_by("scenario_code"):
            found.setdefault(safeguard.control_id, []).append((safeguard.scenario_code, safeguard.coverage))
    return found


def borne_in_vain(*, viewer: User, control: Control) -> list[str]:
    """The codes that a control is said to bear on and that no scenario has; being out of sight is no lack."""
    named = Safeguard.objects.filter(control=control).order_by("scenario_code").values_list("scenario_code", flat=True)
    known = set(Scenario.objects.filter(code__in=named).values_list("code", flat=True))
    return [code for code in named if code not in known]


def _drivers(result: LossResult, earlier: LossResult | None, rows: list[Current]) -> list[Driver]:
    """The scenarios of a computation, the most expensive first, with their changes."""
    moved = changed_losses(result.scenarios, earlier.scenarios) if earlier else {}
    known = {row.scenario.code: row.scenario.uuid for row in rows}
    drivers = [
        Driver(
            row["code"],
            row["name"],
            row["owner"],
            known.get(row["code"]),
            row["mean"],
            row["tail_share"],
            sum(step.amount for step in moved[row["code"]]) if row["code"] in moved else None,
            row.get("basis") == PRIOR,
        )
        for row in result.scenarios
    ]
    return sorted(drivers, key=lambda driver: -driver.mean)


def _alone(rows: list[Current]) -> list[Driver]:
    """The approved scenarios in sight, each for itself, for those who see no computation."""
    drivers = [
        Driver(
            row.scenario.code,
            row.scenario.name,
            row.scenario.owner,
            row.scenario.uuid,
            mean,
            None,
            None,
            row.scenario.basis == PRIOR,
        )
        for row in rows
        if (mean := _expected(row)) is not None
    ]
    return sorted(drivers, key=lambda driver: -driver.mean)


def _expected(row: Current, control: str = "", effectiveness: float | None = None) -> float | None:
    """A scenario's expected loss, with one control working so well; None while that cannot be computed."""
    estimate = row.estimate
    if why_unusable(estimate):
        return None
    if effectiveness is not None:
        estimate = _moved(row, control, effectiveness)
    return expected(estimate)


def _moved(row: Current, control: str, effectiveness: float) -> Any:
    """The estimate with one control working so well."""
    bearings = tuple(
        Bearing(b.code, b.name, b.effect, b.coverage, effectiveness) if b.code == control else b for b in row.bearings
    )
    return Current(row.scenario, bearings).estimate


def _openable(viewer: User, codes: set[str]) -> dict[str, UUID]:
    """The controls of these codes that the viewer may open."""
    return dict(controls.controls(viewer=viewer).filter(code__in=codes).values_list("code", "uuid"))


def _path(scenario: Scenario) -> str:
    """The unit path of a scenario; the whole organisation's when it belongs to none."""
    return scenario.unit.path if scenario.unit else "/"

"""Commands of the risk app."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from garrison.apps.assets import selectors as assets
from garrison.apps.controls.models import Control
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.apps.organization.rules import slug
from garrison.apps.risk import selectors
from garrison.apps.risk.models import LossResult, Safeguard, Scenario
from garrison.apps.risk.rules import Updated, approver, assess, same_person, why_unusable
from garrison.core import journal
from garrison.core.bulk import batches, keys_to_ids, reconcile
from garrison.core.clock import local_day
from garrison.core.commands import Forbidden, Missing, Refused, changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import Undo, User
from garrison.core.scopes import may, paths
from garrison.core.undoing import held, offer_undo
from garrison.formats.facts import ControlFact, ScenarioFact

METHOD = "compound Poisson by FFT, version 2"
LOOK_BACK_DAYS = 7
WAITS = "until a table tells of it"
JUDGED = ("rate", "rate_low", "rate_high", "distribution", "low", "mode", "high", "currency")
"""What an approval is about: another estimate needs another one."""
COMPARED = (
    "name", "unit_id", "owner", "currency", "rate", "rate_low", "rate_high", "distribution", "low", "mode", "high",
    "basis", "status", "approved_by", "approved_on", "estimator", "calibrated", "about",
)  # fmt: skip
ESTIMATED = ("rate", "rate_low", "rate_high", "low", "mode", "high")
DECIDED = (*ESTIMATED, "status", "basis", "approved_by", "approved_on", "estimator", "calibrated")


@dataclass(frozen=True, slots=True)
class Decided:
    """A scenario about which somebody decided, and how to take that back."""

    scenario: Scenario
    undo: Undo


@command("risk.import_scenarios")
def import_scenarios(*, actor: User, batch: Batch) -> None:
    """Store scenarios from a table: without an approver as drafts, without a currency in the top unit's."""
    stored = 0
    top = organization.root(viewer=actor)
    main = (top.currency if top else "") or "USD"
    for chunk in batches(batch):
        facts = [staged.fact for staged in chunk if isinstance(staged.fact, ScenarioFact)]
        units = organization.unit_ids(viewer=actor, codes={fact.unit for fact in facts})
        lost = assets.unheard_of(viewer=actor, names={fact.asset for fact in facts})
        kept, rows = [], []
        for staged, fact in zip(chunk, facts, strict=True):
            if fact.unit and slug(fact.unit) not in units:
                batch.refuse(staged, "unit_code", f"there is no unit {fact.unit}; import the business units first")
                continue
            kept.append(staged)
            row = _row(fact, units) | {"source_id": staged.file.pk, "source_row": fact.row}
            row["currency"] = row["currency"] or main
            if row["currency"] != main:
                said = f"{fact.code} is in {row['currency']}, the organisation counts in {main}: no loss holds it"
                batch.note(staged.file, said, row=fact.row, name="currency")
            if fact.asset in lost:
                said = f"{fact.code} is about {fact.asset}, which is no asset here {WAITS}"
                batch.note(staged.file, said, row=fact.row, name="asset")
            rows.append(row)
        _keep_approvals(rows)
        verdicts, _ = reconcile(Scenario, rows, compare=COMPARED)
        batch.settle(kept, verdicts)
        stored += sum(verdict != "unchanged" for verdict in verdicts)
    changed(target="scenarios", after={"stored": stored})


def _keep_approvals(rows: list[dict[str, Any]]) -> None:
    """Where a table names no approver and its estimate is what somebody approved here, the approval stands."""
    approved = {
        scenario.code: scenario
        for scenario in Scenario.objects.filter(code__in=[row["code"] for row in rows], status="approved")
    }
    for row in rows:
        known = approved.get(row["code"])
        if known is not None and row["status"] == "draft" and all(getattr(known, n) == row[n] for n in JUDGED):
            row.update({name: getattr(known, name) for name in ("status", "approved_by", "approved_on", "basis")})


@command("risk.import_safeguards")
def import_safeguards(*, actor: User, batch: Batch) -> None:
    """Store how much of each scenario each control of a controls table covers.

    What a table no longer says is removed once all of it was read: two of its rows may speak of one control.
    """
    stored = 0
    told: dict[int, Staged] = {}
    named: set[tuple[int, str]] = set()
    known = set(selectors.scenarios(viewer=actor).values_list("code", flat=True))
    for chunk in batches(batch):
        facts = [staged.fact for staged in chunk if isinstance(staged.fact, ControlFact)]
        ids = keys_to_ids(Control, {fact.code for fact in facts})
        told.update({ids[fact.code]: staged for staged, fact in zip(chunk, facts, strict=True) if fact.code in ids})
        rows, owners = [], []
        for staged, fact in zip(chunk, facts, strict=True):
            if lost := [code for code in fact.bears_on if code not in known]:
                said = f"{fact.code} bears on {', '.join(lost)}, which is no scenario here: it counts nothing {WAITS}"
                batch.note(staged.file, said, row=fact.row, name="bears_on")
            for scenario, coverage in fact.bears_on.items():
                if fact.code in ids:
                    owners.append(staged)
                    named.add((ids[fact.code], scenario))
                    rows.append(
                        {
                            "key": f"{fact.code}|{scenario}",
                            "control_id": ids[fact.code],
                            "scenario_code": scenario,
                            "coverage": coverage,
                            "source_id": staged.file.pk,
                            "source_row": fact.row,
                        }
                    )
        verdicts, _ = reconcile(Safeguard, rows, compare=("coverage",))
        for staged, verdict in zip(owners, verdicts, strict=True):
            if verdict != "unchanged":
                batch.amend(staged)
        stored += sum(verdict != "unchanged" for verdict in verdicts)
    for some in batches(told):
        found = Safeguard.objects.filter(control__in=some)
        gone = [kept for kept in found if (kept.control_id, kept.scenario_code) not in named]
        for safeguard in gone:
            batch.amend(told[safeguard.control_id])
        journal.removed(gone, {pk: (told[pk].file.pk, told[pk].fact.row) for pk in some}, "control_id")
        Safeguard.objects.filter(pk__in=[safeguard.pk for safeguard in gone]).delete()
        stored += len(gone)
    changed(target="safeguards", after={"stored": stored})


@command("risk.approve")
def approve(*, actor: User, uuid: UUID, at: datetime) -> Decided:
    """Approve a draft as its owner, or for its owner: from now on it counts in the loss, the plan and the board report.

    What the estimate rests on stays what it was. Raises ``Forbidden`` for who is neither.
    """
    scenario = _held(actor, uuid)
    if scenario.status == "approved":
        raise Refused(f"{scenario.code} is approved already")
    role = selectors.approves_as(viewer=actor, scenario=scenario)
    if not role:
        said = "it names no owner, so only the security head may approve it"
        if scenario.owner:
            said = f"only its owner, {scenario.owner}, or the security head for them may approve it"
        raise Forbidden(f"{scenario.code} stays a draft: {said}")
    _check(scenario)
    before = _told(scenario)
    scenario.status = "approved"
    scenario.approved_by = approver(scenario.owner, str(actor), role)[:200]
    scenario.approved_on = local_day(at)
    return _decided(actor, scenario, before, at, f"{scenario.code} approved")


@command("risk.withdraw")
def withdraw(*, actor: User, uuid: UUID, at: datetime) -> Decided:
    """Make an approved scenario a draft again; it no longer counts."""
    scenario = _held(actor, uuid)
    if scenario.status == "draft":
        raise Refused(f"{scenario.code} is a draft already")
    before = _told(scenario)
    scenario.status, scenario.approved_by, scenario.approved_on = "draft", "", None
    return _decided(actor, scenario, before, at, f"{scenario.code} is a draft again")


@command("risk.draft_scenario")
def draft_scenario(*, actor: User, uuid: UUID, at: datetime, estimate: dict[str, Any]) -> Decided:
    """Change a scenario's estimate (``rate``, ``rate_low``, ``rate_high``, ``low``, ``mode``, ``high``). It becomes a
    draft judged by ``actor`` until its owner approves it again. Raises ``Refused`` where no number differs.
    """
    scenario = _held(actor, uuid)
    before = _told(scenario)
    for name in ESTIMATED:
        if name in estimate:
            value = estimate[name]
            setattr(scenario, name, Decimal(repr(value)) if isinstance(value, float) and "rate" not in name else value)
    if all(getattr(scenario, name) == _plain(before, name) for name in ESTIMATED):
        raise Refused(f"no number of {scenario.code} differs from the stored one")
    _check(scenario)
    scenario.status, scenario.basis, scenario.approved_by, scenario.approved_on = "draft", "own", "", None
    if not same_person(scenario.estimator, str(actor)):
        scenario.estimator, scenario.calibrated = str(actor)[:300], False
    return _decided(actor, scenario, before, at, f"New estimate of {scenario.code} saved as a draft")


@command("risk.restore")
def restore(*, actor: User, uuid: str, before: dict[str, Any]) -> Scenario:
    """Put a scenario's estimate and approval back to what they were."""
    scenario = _held(actor, UUID(uuid))
    now = _told(scenario)
    for name in DECIDED:
        if name in before:
            setattr(scenario, name, _plain(before, name))
    scenario.save(update_fields=[*DECIDED])
    changed(target=scenario.code, path=_path(scenario), before=now, after=_told(scenario))
    return scenario


@command("risk.take_lesson")
def take_lesson(
    *, actor: User, code: str, events: int, years: float, because: str, approver: User, at: datetime
) -> tuple[Scenario, Updated]:
    """Let counted incidents move how often a scenario happens; whoever adopts the lesson approves the new rate.

    The judged rate is the prior; see ``rules.frequency``. Gives the scenario and the rate before and after.
    """
    scenario = selectors.scenarios(viewer=actor).filter(code__iexact=code).first()
    if scenario is None:
        raise Refused(f"there is no scenario {code}")
    if not may(approver, "risk.approve", _path(scenario)):
        raise Refused(f"{approver} may not approve {scenario.code}; ask {scenario.owner or 'its owner'} to adopt it")
    updated = selectors.updated_rate(viewer=actor, scenario=scenario, events=events, years=years, as_of=local_day(at))
    before = _told(scenario)
    scenario.rate, scenario.rate_low, scenario.rate_high = (
        round(value, 6) for value in (updated.rate, updated.low, updated.high)
    )
    _check(scenario)
    scenario.basis, scenario.status = "own", "approved"
    scenario.approved_by, scenario.approved_on = str(approver)[:200], local_day(at)
    scenario.save(update_fields=[*DECIDED])
    changed(
        target=scenario.code,
        path=_path(scenario),
        before=before,
        after=_told(scenario) | {"events": events, "years": years, "because": because},
    )
    return scenario, updated


@command("risk.compute")
def compute(*, actor: User, as_of: date, at: datetime, because: str = "") -> list[LossResult]:
    """Compute the yearly loss of the organisation and of each unit right below its top, where inputs changed.

    The first time of all it also computes the state of a week before, from the dated tests, so that there is
    something to compare with. Gives the new results; none when nothing changed.
    """
    if "/" not in paths(actor, "risk.compute"):
        raise Forbidden("a loss is computed from every unit's scenarios; your role covers only a part of them")
    made = []
    first = not LossResult.objects.exists()
    days = [as_of, as_of - timedelta(days=LOOK_BACK_DAYS)] if first else [as_of]
    units = list(Unit.objects.filter(parent__isnull=False, parent__parent=None))
    for day in days:
        why = because if day == as_of else "state of that day, from the dated tests"
        current = selectors.current(viewer=actor, as_of=day)
        for unit in [None, *units]:
            made += _compute_one(actor, unit, current, day, at, why)
    changed(
        target=as_of,
        after=[
            {"as_of": r.as_of, "unit": r.unit.code if r.unit else "", "mean": r.mean, "inputs": r.inputs} for r in made
        ],
    )
    return made


def _compute_one(
    actor: User,
    unit: Unit | None,
    everything: list[selectors.Current],
    day: date,
    at: datetime,
    because: str,
) -> list[LossResult]:
    """Compute one unit's loss unless the newest result has the same inputs, or there never was anything to lose.

    Amounts of several currencies are not added up: the organisation's own counts where there is any in it, else the
    most frequent one.
    """
    current = [row for row in everything if unit is None or _path(row.scenario).startswith(unit.path)]
    newest = LossResult.objects.filter(unit=unit).order_by("-as_of", "-at", "-pk").first()
    if not current and newest is None:
        return []
    currencies = sorted({row.scenario.currency for row in current})
    if len(currencies) > 1:
        top = organization.root(viewer=actor)
        main = max(currencies, key=lambda c: (top is not None and c == top.currency, _times(current, c)))
        current = [row for row in current if row.scenario.currency == main]
        currencies = [main]
    estimates = [estimate for row in current if not why_unusable(estimate := row.estimate)]
    appetite = selectors.appetite(viewer=actor) if unit is None else []
    body = json.dumps([METHOD, appetite, currencies, [repr(estimate) for estimate in estimates]])
    inputs = hashlib.sha256(body.encode()).hexdigest()
    if newest is not None and newest.inputs == inputs:
        return []
    assessed = assess(estimates, appetite=appetite)
    return [
        LossResult.objects.create(
            unit=unit,
            at=at,
            as_of=day,
            currency=currencies[0] if currencies else (unit.currency if unit else "") or "USD",
            inputs=inputs,
            mean=Decimal(repr(assessed.mean)).quantize(Decimal("0.01")),
            portfolio=assessed.portfolio | {"method": METHOD},
            scenarios=assessed.scenarios,
            because=because[:400],
        )
    ]


def _times(rows: list[selectors.Current], currency: str) -> int:
    """How many scenarios count in a currency."""
    return sum(row.scenario.currency == currency for row in rows)


def _held(actor: User, uuid: UUID) -> Scenario:
    """The scenario to decide on. Raises ``Missing`` outside the actor's sight."""
    found = held(selectors.scenarios(viewer=actor).filter(uuid=uuid)).first()
    if found is None:
        raise Missing("no such scenario")
    return found


def _decided(actor: User, scenario: Scenario, before: dict[str, Any], at: datetime, label: str) -> Decided:
    """Save what was decided about a scenario, tell the audit log, and keep how to take it back."""
    scenario.save(update_fields=[*DECIDED])
    changed(target=scenario.code, path=_path(scenario), before=before, after=_told(scenario))
    undo = offer_undo(
        actor=actor,
        at=at,
        label=label,
        command_name="risk.restore",
        arguments={"uuid": str(scenario.uuid), "before": before},
    )
    return Decided(scenario, undo)


def _told(scenario: Scenario) -> dict[str, Any]:
    """A scenario's estimate and approval in JSON's own types."""
    told = {name: getattr(scenario, name) for name in DECIDED}
    for name in ("low", "mode", "high", "approved_on"):
        told[name] = None if told[name] is None else str(told[name])
    return told


def _plain(told: dict[str, Any], name: str) -> Any:
    """One of the values that ``_told`` gave, as the scenario holds it."""
    value = told[name]
    if name in ("low", "mode", "high") and value is not None:
        return Decimal(value)
    return date.fromisoformat(value) if name == "approved_on" and value is not None else value


def _check(scenario: Scenario) -> None:
    """Refuse an estimate that the loss engine could not take."""
    if reason := why_unusable(selectors.Current(scenario, ()).estimate):
        raise Refused(f"that estimate cannot be: {reason}")


def _row(fact: ScenarioFact, units: dict[str, int]) -> dict[str, Any]:
    """A fact as a row of scenarios."""
    return {
        "key": fact.code,
        "code": fact.code,
        "name": fact.name,
        "unit_id": units.get(slug(fact.unit)),
        "owner": fact.owner,
        "currency": fact.currency,
        "rate": fact.rate,
        "rate_low": fact.rate_low,
        "rate_high": fact.rate_high,
        "distribution": fact.distribution,
        "low": fact.low,
        "mode": fact.mode,
        "high": fact.high,
        "basis": fact.basis,
        "status": "approved" if fact.approved_by else "draft",
        "approved_by": fact.approved_by,
        "approved_on": fact.approved_on,
        "estimator": fact.estimator,
        "calibrated": fact.calibrated,
        "about": fact.asset,
    }


def _path(scenario: Scenario) -> str:
    """The unit path of a scenario, for the audit log."""
    return scenario.unit.path if scenario.unit else "/"

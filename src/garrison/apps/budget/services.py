"""Commands of the budget app."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from garrison.apps.budget import selectors
from garrison.apps.budget.models import Effect, Initiative, Plan
from garrison.apps.budget.rules import CannotPlan, Option, fingerprint, make_plan
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.apps.organization.rules import slug
from garrison.apps.organization.services import set_budget as spend
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult
from garrison.apps.risk.rules import estimates_of, exceedance, mean_band
from garrison.core import journal
from garrison.core.bulk import batches, reconcile
from garrison.core.commands import Forbidden, Refused, changed, command, system_actor
from garrison.core.imports import Batch, Staged
from garrison.core.models import Undo, User
from garrison.core.scopes import paths
from garrison.core.undoing import held, offer_undo
from garrison.formats.facts import InitiativeFact

COMPARED = (
    "name",
    "cost",
    "currency",
    "unit_id",
    "owner",
    "requires",
    "excludes",
    "days",
    "team",
    "team_days",
    "must",
    "must_reason",
)
MOST_MONEY = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Replanned:
    """The plan after somebody changed a condition, and how to take that back; None when nothing changed."""

    plan: Plan
    undo: Undo | None


@command("budget.import_initiatives")
def import_initiatives(*, actor: User, batch: Batch) -> None:
    """Store initiatives and what each takes off which scenario; without a currency, in the top unit's.

    What a table no longer says is removed once all of it was read: two of its rows may speak of one initiative.
    """
    told: list[Staged] = []
    verdicts: list[str] = []
    place_of: dict[int, int] = {}
    named: set[str] = set()
    top = organization.root(viewer=actor)
    main = (top.currency if top else "") or "USD"
    known = {staged.fact.code for staged in batch if isinstance(staged.fact, InitiativeFact)}
    known |= set(selectors.initiatives(viewer=actor).values_list("code", flat=True))
    scenarios = set(risk.scenarios(viewer=actor).values_list("code", flat=True))
    for chunk in batches(batch):
        facts = [staged.fact for staged in chunk if isinstance(staged.fact, InitiativeFact)]
        units = organization.unit_ids(viewer=actor, codes={fact.unit for fact in facts})
        kept, rows = [], []
        for staged, fact in zip(chunk, facts, strict=True):
            if fact.unit and slug(fact.unit) not in units:
                batch.refuse(staged, "unit_code", f"there is no unit {fact.unit}; import the business units first")
                continue
            kept.append(fact)
            told.append(staged)
            row = _row(fact, units) | {"source_id": staged.file.pk, "source_row": fact.row}
            row["currency"] = row["currency"] or main
            if row["currency"] != main:
                said = f"{fact.code} is in {row['currency']}, the organisation counts in {main}: no plan can choose it"
                batch.note(staged.file, said, row=fact.row, name="currency")
            rows.append(row)
            for name, reason in _dangling(fact, known, scenarios):
                batch.note(staged.file, reason, row=fact.row, name=name)
        found, ids = reconcile(Initiative, rows, compare=COMPARED)
        effects, owners = [], []
        for place, fact in enumerate(kept, len(verdicts)):
            place_of[ids[fact.code]] = place
            for scenario, share in fact.effectiveness.items():
                owners.append(place)
                effects.append(
                    {
                        "key": f"{fact.code}|{scenario}",
                        "initiative_id": ids[fact.code],
                        "scenario_code": scenario,
                        "share": share,
                        "source_id": told[place].file.pk,
                        "source_row": fact.row,
                    }
                )
        verdicts += found
        named.update(str(effect["key"]) for effect in effects)
        moved, _ = reconcile(Effect, effects, compare=("share",))
        _amend(verdicts, (place for place, verdict in zip(owners, moved, strict=True) if verdict != "unchanged"))
    for some in batches(place_of):
        gone = [effect for effect in Effect.objects.filter(initiative__in=some) if effect.key not in named]
        said_by = {pk: (told[place_of[pk]].file.pk, told[place_of[pk]].fact.row) for pk in some}
        journal.removed(gone, said_by, "initiative_id")
        Effect.objects.filter(pk__in=[effect.pk for effect in gone]).delete()
        _amend(verdicts, (place_of[effect.initiative_id] for effect in gone))
    batch.settle(told, verdicts)
    stored = sum(verdict != "unchanged" for verdict in verdicts)
    changed(target="initiatives", after={"stored": stored})


def _amend(verdicts: list[str], places: Iterable[int]) -> None:
    """Say of rows found unchanged that something which hangs on them did change."""
    for place in places:
        if verdicts[place] == "unchanged":
            verdicts[place] = "updated"


@command("budget.replan")
def replan(*, actor: User, at: datetime, because: str = "", forced: Mapping[str, str] | None = None) -> list[Plan]:
    """Find the best plan for the newest loss result, unless it has one under the same conditions.

    The first time also for the earlier result, so that there is something to compare with. ``forced`` maps codes to
    "in" or "out"; None keeps the conditions of the newest plan. Without a budget, a loss or initiatives there is
    nothing to plan. Conditions that cannot be met are refused when somebody asks for them now; otherwise the earlier
    plan stays, and its page says why.
    """
    _whole(actor, "budget.replan")
    top = organization.root(viewer=actor)
    if top is None or top.budget is None or not (options := selectors.options(viewer=actor, currency=top.currency)):
        return []
    newest = selectors.latest_plan(viewer=actor)
    conditions = dict(forced if forced is not None else (newest.forced if newest else {}))
    result = risk.latest_loss(viewer=actor)
    if result is None:
        return []
    if newest is not None and newest.inputs == fingerprint(str(result.uuid), str(top.budget), conditions, options):
        return []
    made = []
    try:
        if newest is None and (before := risk.earlier_loss(viewer=actor, than=result)) is not None:
            made.append(_plan_one(top, before, options, conditions, at, "state of that day", brief=True))
        made.append(_plan_one(top, result, options, conditions, at, because))
    except CannotPlan as error:
        if forced is not None:
            raise Refused(f"no plan fits: {error}") from error
        changed(target="plan", after={"impossible": str(error)})
        return made
    changed(
        target="plan",
        before={"chosen": newest.chosen, "residual": newest.residual} if newest else None,
        after=[
            {"as_of": p.as_of, "chosen": p.chosen, "cost": p.cost, "residual": p.residual, "gap": p.gap} for p in made
        ],
    )
    return made


@command("budget.force")
def force(*, actor: User, uuid: UUID, place: str, at: datetime) -> Replanned:
    """Put an initiative into the plan ("in"), leave it out ("out"), or let the numbers decide ("auto")."""
    _top(actor, "budget.force")
    initiative = selectors.initiative(viewer=actor, uuid=uuid)
    newest = selectors.latest_plan(viewer=actor)
    if newest is None:
        raise Refused("there is no plan yet; import initiatives, scenarios and business units with a budget")
    if place not in ("in", "out", "auto"):
        raise Refused("an initiative is in, out, or left to the numbers")
    before = dict(newest.forced)
    after = {key: value for key, value in before.items() if key != initiative.code}
    if place != "auto":
        after[initiative.code] = place
    words = {"in": "put in", "out": "left out", "auto": "left to the numbers"}[place]
    return _under(actor, newest, after, at, f"{initiative.code} {words}")


@command("budget.clear_conditions")
def clear_conditions(*, actor: User, at: datetime) -> Replanned:
    """Let the numbers decide about every initiative: the best plan for this budget."""
    _top(actor, "budget.clear_conditions")
    newest = selectors.latest_plan(viewer=actor)
    if newest is None:
        raise Refused("there is no plan yet; import initiatives, scenarios and business units with a budget")
    return _under(actor, newest, {}, at, "Conditions cleared")


@command("budget.restore_conditions")
def restore_conditions(*, actor: User, forced: dict[str, str]) -> None:
    """Put the plan's conditions back to what they were."""
    _top(actor, "budget.restore_conditions")
    newest = selectors.latest_plan(viewer=actor)
    if newest is None:
        raise Refused("there is no plan any more")
    replan(actor=system_actor(), at=newest.at, because="conditions were put back", forced=forced)
    changed(target="plan", before=newest.forced, after=forced)


@command("budget.set_budget")
def set_budget(*, actor: User, amount: Decimal, at: datetime) -> Undo:
    """Change the organisation's yearly budget, and plan anew."""
    top = _top(actor, "budget.set_budget")
    if not amount.is_finite() or not 0 <= amount < MOST_MONEY:
        raise Refused("a budget is an amount of money, not negative")
    before = top.budget
    spend(actor=actor, code=top.code, amount=amount.quantize(Decimal("0.01")))
    replan(actor=system_actor(), at=at, because=f"the budget changed from {before} to {amount}")
    changed(target=top.code, path=top.path, before={"budget": before}, after={"budget": amount})
    return offer_undo(
        actor=actor,
        at=at,
        label="Budget changed",
        command_name="budget.restore_budget",
        arguments={"amount": None if before is None else str(before)},
    )


@command("budget.restore_budget")
def restore_budget(*, actor: User, amount: str | None) -> None:
    """Put the yearly budget back to what it was; the plan follows."""
    top = _top(actor, "budget.restore_budget")
    before = top.budget
    spend(actor=actor, code=top.code, amount=None if amount is None else Decimal(amount))
    changed(target=top.code, path=top.path, before={"budget": before}, after={"budget": amount})


def _under(actor: User, newest: Plan, forced: dict[str, str], at: datetime, words: str) -> Replanned:
    """Plan under other conditions, and keep how to take that back."""
    before = dict(newest.forced)
    if forced == before:
        return Replanned(newest, None)
    made = replan(actor=system_actor(), at=at, because=words, forced=forced)
    undo = offer_undo(
        actor=actor,
        at=at,
        label=words,
        command_name="budget.restore_conditions",
        arguments={"forced": before},
    )
    changed(target=words, before=before, after=forced)
    return Replanned(made[-1] if made else newest, undo)


def _whole(actor: User, permission: str) -> None:
    """Refuse whoever answers for a part only: the plan is made for the whole organisation."""
    if "/" not in paths(actor, permission):
        raise Forbidden("the plan is the whole organisation's; your role covers only a part of it")


def _top(actor: User, permission: str) -> Unit:
    """The organisation's top unit, held: whoever decides about budget or plan decides alone."""
    _whole(actor, permission)
    top = organization.root(viewer=system_actor())
    if top is None:
        raise Refused("there is no organisation yet; import the business units first")
    return held(organization.units(viewer=system_actor()).filter(pk=top.pk)).get()


def _plan_one(
    top: Unit,
    result: LossResult,
    options: list[Option],
    forced: dict[str, str],
    at: datetime,
    because: str,
    *,
    brief: bool = False,
) -> Plan:
    """Plan against one loss result. Raises CannotPlan."""
    losses = {row["code"]: row["mean"] for row in result.scenarios}
    assert top.budget is not None
    planned = make_plan(options, losses, float(top.budget), forced, brief=brief)
    estimates = estimates_of(result.scenarios)
    detail = planned.detail | {
        "left": planned.left,
        "curve": _curve(result, planned.left),
        "band": mean_band(estimates, planned.left),
    }
    return Plan.objects.create(
        at=at,
        as_of=result.as_of,
        currency=result.currency,
        budget=top.budget,
        cost=_money(planned.cost),
        inputs=fingerprint(str(result.uuid), str(top.budget), forced, options),
        chosen=list(planned.chosen),
        baseline=result.mean,
        residual=_money(planned.residual),
        bound=_money(planned.bound),
        greedy=_money(planned.greedy),
        gap=planned.gap,
        detail=detail,
        forced=forced,
        because=because[:400],
    )


def _curve(result: LossResult, left: dict[str, float]) -> list[list[float]]:
    """The loss curve that the plan leaves, at the amounts of today's curve."""
    amounts = [point[0] for point in result.portfolio["curve"]]
    if not amounts:
        return []
    chances = exceedance(estimates_of(result.scenarios), amounts, left)
    return [[amount, chance] for amount, chance in zip(amounts, chances, strict=True)]


def _dangling(fact: InitiativeFact, known: set[str], scenarios: set[str]) -> Iterator[tuple[str, str]]:
    """The fields of an initiative that name what nobody has told of yet, each with what that means."""
    waits = "until a table tells of it"
    for name, means in (("requires", "cannot be chosen"), ("excludes", "excludes nothing by it")):
        if lost := [code for code in getattr(fact, name) if code not in known]:
            yield name, f"{fact.code} names {', '.join(lost)}, which is no initiative here: it {means} {waits}"
    if lost := [code for code in fact.effectiveness if code not in scenarios]:
        yield (
            "effectiveness",
            f"{fact.code} names {', '.join(lost)}, which is no scenario here: it counts nothing {waits}",
        )


def _row(fact: InitiativeFact, units: dict[str, int]) -> dict[str, Any]:
    """A fact as a row of initiatives."""
    return {
        "key": fact.code,
        "code": fact.code,
        "name": fact.name,
        "cost": fact.cost.quantize(Decimal("0.01")),
        "currency": fact.currency,
        "unit_id": units.get(slug(fact.unit)),
        "owner": fact.owner,
        "requires": list(fact.requires),
        "excludes": list(fact.excludes),
        "days": fact.days,
        "team": fact.team,
        "team_days": fact.team_days,
        "must": fact.must,
        "must_reason": fact.must_reason,
    }


def _money(amount: float) -> Decimal:
    """An amount with cents."""
    return Decimal(repr(amount)).quantize(Decimal("0.01"))

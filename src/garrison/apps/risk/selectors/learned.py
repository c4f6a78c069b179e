"""What incidents taught about frequencies: counts, updated rates, and what lessons changed in money."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from garrison.apps.incidents import selectors as incidents
from garrison.apps.incidents.models import Incident, Lesson
from garrison.apps.risk.models import Scenario
from garrison.apps.risk.rules import Updated, update
from garrison.apps.risk.selectors.register import current, scenarios
from garrison.apps.risk.selectors.results import expected_losses, latest_loss, loss_results
from garrison.core.clock import local_day
from garrison.core.commands import Refused
from garrison.core.models import User

LOOK_BACK_YEARS = 3
DAYS_A_YEAR = 365.25
LEAST_CHANGE = 0.5
"""A change of less than half a unit of money is none."""


def counted(*, viewer: User, lesson: Lesson, as_of: datetime) -> tuple[int, float]:
    """How many incidents in how many years a lesson counts: as it says, else those linked to the scenario here."""
    if "count" in lesson.change:
        return int(lesson.change["count"]), int(lesson.change["months"]) / 12
    since = as_of - timedelta(days=LOOK_BACK_YEARS * DAYS_A_YEAR)
    linked = incidents.linked_to(viewer=viewer, kind="scenario", label=lesson.target, since=since, until=as_of)
    return len({*linked, lesson.incident_id}), float(LOOK_BACK_YEARS)


def updated_rate(*, viewer: User, scenario: Scenario, events: int, years: float, as_of: date) -> Updated:
    """A scenario's rate after counted incidents, its judged rate being the prior. Raises Refused for a rate of 0."""
    if scenario.rate <= 0:
        raise Refused(f"{scenario.code} is judged to happen never; give it a rate first")
    found = current(viewer=viewer, as_of=as_of, drafts=True, uuid=scenario.uuid)
    through = found[0].factors.rate if found else 1.0
    return update(scenario.rate, scenario.rate_low, scenario.rate_high, events=events, years=years, let_through=through)


def moved_since(*, viewer: User, at: datetime) -> dict[str, tuple[float, float]]:
    """Which scenarios' expected losses differ between the computation made at ``at`` and the one before it."""
    newest = latest_loss(viewer=viewer)
    if newest is None or newest.at < at:
        return {}
    earlier = loss_results(viewer=viewer).filter(unit=None, at__lt=at).first()
    if earlier is None:
        return {}
    before = {row["code"]: row["mean"] for row in earlier.scenarios}
    return {
        row["code"]: (before[row["code"]], row["mean"])
        for row in newest.scenarios
        if row["code"] in before and abs(before[row["code"]] - row["mean"]) > LEAST_CHANGE
    }


@dataclass(frozen=True, slots=True)
class LearnedChange:
    """What a lesson changed, or would change: a scenario's money a year before and after, and its count in words."""

    lesson: Lesson
    adopted: bool
    code: str
    scenario: Scenario | None
    before: float | None
    after: float | None
    events: int = 0
    months: int = 0
    prior: str = ""


def changes_of(*, viewer: User, incident: Incident, as_of: datetime) -> list[LearnedChange]:
    """What the lessons of a case changed in money, and what those that wait would."""
    rows: list[LearnedChange] = []
    lessons = [
        one for one in incidents.lessons(viewer=viewer, incident=incident) if one.kind in ("scenario", "control")
    ]
    if not lessons:
        return []
    known = {row.code: row for row in scenarios(viewer=viewer)}
    losses = expected_losses(viewer=viewer)
    for lesson in lessons:
        told: dict[str, Any] = lesson.after or {}
        if lesson.adopted_at is not None:
            olds: dict[str, float] = (lesson.before or {}).get("losses", {})
            for code, after in told.get("losses", {}).items():
                if code in known:
                    rows.append(LearnedChange(
                        lesson, True, code, known[code], olds[code], after,
                        told.get("events", 0) if code == lesson.target else 0, told.get("months", 0),
                    ))  # fmt: skip
        elif lesson.kind == "scenario" and (row := known.get(lesson.target)) is not None:
            events, years = counted(viewer=viewer, lesson=lesson, as_of=as_of)
            mean = losses.get(row.code)
            updated = updated_rate(viewer=viewer, scenario=row, events=events, years=years, as_of=local_day(as_of))
            after = None if mean is None else mean * updated.rate / row.rate
            words = f"Gamma({updated.prior.shape:.2g}, {updated.prior.years:.2g})"
            rows.append(LearnedChange(lesson, False, row.code, row, mean, after, events, round(years * 12), words))
        else:
            rows.append(LearnedChange(lesson, False, lesson.target, None, None, None))
    return rows

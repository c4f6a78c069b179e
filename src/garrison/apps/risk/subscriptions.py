"""What the risk app does when something below it, or of its own, changes."""

from datetime import datetime
from typing import Any

from garrison.apps.incidents import services as incidents
from garrison.apps.incidents.models import Lesson
from garrison.apps.risk import selectors, services
from garrison.core.clock import local_day
from garrison.core.commands import on
from garrison.core.models import User


@on("imports.finish")
def after_import(*, actor: User, at: datetime, moved: bool, **_: Any) -> None:
    """Compute anew when an import changed something."""
    if moved:
        _anew(actor, at, "new data")


@on("assets.record_test")
def after_device_test(*, actor: User, at: datetime, **_: Any) -> None:
    """Compute anew when a door or device was tested."""
    _anew(actor, at, "a door or device was tested")


@on("controls.record_test")
def after_control_test(*, actor: User, at: datetime, **_: Any) -> None:
    """Compute anew when a control was tested."""
    _anew(actor, at, "a control was tested")


@on("risk.approve")
def after_approval(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when a scenario counts from now on."""
    _anew(actor, at, f"{result.scenario.code} was approved")


@on("risk.withdraw")
def after_withdrawal(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when a scenario no longer counts."""
    _anew(actor, at, f"{result.scenario.code} is a draft again")


@on("risk.draft_scenario")
def after_draft(*, actor: User, at: datetime, result: services.Decided, **_: Any) -> None:
    """Compute anew when an estimate changed and so waits for approval."""
    _anew(actor, at, f"the estimate of {result.scenario.code} changed")


@on("incidents.adopt_lesson")
def after_lesson(*, actor: User, at: datetime, result: Lesson, **_: Any) -> None:
    """Let a lesson about a scenario move its rate, and tell the case what any lesson changed in money."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if result.kind == "scenario":
        assert result.adopted_by is not None
        events, years = selectors.counted(viewer=actor, lesson=result, as_of=at)
        scenario, updated = services.take_lesson(
            actor=actor,
            code=result.target,
            events=events,
            years=years,
            because=f"{result.incident.code}: {result.text}",
            approver=result.adopted_by,
            at=at,
        )
        _anew(actor, at, f"{result.incident.code}: {scenario.code} counts {events} in {round(years * 12)} months")
        before["rate"], after["rate"] = updated.prior.mean, updated.rate
        after |= {"events": events, "months": round(years * 12)}
    if moved := selectors.moved_since(viewer=actor, at=at):
        before["losses"] = {code: losses[0] for code, losses in moved.items()}
        after["losses"] = {code: losses[1] for code, losses in moved.items()}
    if before:
        incidents.note_effect(actor=actor, uuid=result.uuid, before=before, after=after, at=at)


@on("core.undo")
def after_undo(*, actor: User, at: datetime, result: str, **_: Any) -> None:
    """Compute anew when something was taken back: a test, an approval, an estimate. Where nothing moved, nothing is."""
    _anew(actor, at, f"taken back: {result}")


def _anew(actor: User, at: datetime, because: str) -> None:
    """Compute the losses of the day."""
    services.compute(actor=actor, as_of=local_day(at), at=at, because=because)


@on("core.begin_day")
def when_a_day_begins(*, actor: User, at: datetime, **_: Any) -> None:
    """A control's test may have fallen overdue since yesterday, which lowers what it counts for."""
    _anew(actor, at, "a day passed")

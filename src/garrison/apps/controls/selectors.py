"""Reads of the controls app."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from garrison.apps.assets.models import Asset
from garrison.apps.controls.models import Control, ControlTest, Implementation
from garrison.apps.controls.rules import Standing
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, narrow

VIEW = "controls.view"


@dataclass(frozen=True, slots=True)
class Standings:
    """A control and how it stands on a day."""

    control: Control
    standing: Standing


def controls(*, viewer: User) -> QuerySet[Control]:
    """The controls in sight, by code."""
    return narrow(Control.objects.select_related("unit", "device").order_by("code"), viewer, VIEW)


def control(*, viewer: User, uuid: UUID) -> Control:
    """One control. Raises ``Missing`` outside the viewer's sight."""
    found = controls(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such control")
    return found


def tests(*, viewer: User, control: Control) -> QuerySet[ControlTest]:
    """A control's tests, newest first."""
    return (
        ControlTest.objects.filter(control__in=controls(viewer=viewer), control=control)
        .select_related("device_test__asset", "source")
        .order_by("-on", "-recorded_at")
    )


def standings(*, viewer: User, as_of: date, uuid: UUID | None = None) -> list[Standings]:
    """Each control in sight with its effectiveness on ``as_of``. Two statements, whatever the number."""
    rows = tested(viewer=viewer)
    if uuid is not None:
        rows = rows.filter(uuid=uuid)
    return [Standings(row, row.standing(as_of)) for row in rows]


def tested(*, viewer: User) -> QuerySet[Control]:
    """The controls in sight with their tests loaded."""
    return controls(viewer=viewer).prefetch_related(
        Prefetch("tests", ControlTest.objects.select_related("device_test"))
    )


def of_device(*, viewer: User, device: Asset) -> list[Control]:
    """The controls in sight that rest on a door or device, with their tests."""
    return list(tested(viewer=viewer).filter(device=device))


def whole(*, viewer: User, uuid: UUID) -> Control:
    """One control with its tests and places loaded. Raises ``Missing`` outside the viewer's sight."""
    places = Implementation.objects.select_related("unit", "site", "inherited_from")
    row = tested(viewer=viewer).prefetch_related(Prefetch("places", places)).filter(uuid=uuid).first()
    if row is None:
        raise Missing("no such control")
    return row


def may_say(*, viewer: User, control: Control) -> bool:
    """Whether the viewer may say how far this control is in place."""
    return may(viewer, "controls.say_in_place", control.unit.path if control.unit else "/")


def found(*, viewer: User, text: str, limit: int) -> list[Control]:
    """Controls whose code or name has ``text`` in it."""
    return list(controls(viewer=viewer).filter(Q(code__icontains=text) | Q(name__icontains=text))[:limit])


def overdue(*, viewer: User, as_of: date) -> int:
    """How many controls in sight were never tested, or not within their own rhythm."""
    return sum(
        row.standing.on is None or row.standing.overdue_days > 0 for row in standings(viewer=viewer, as_of=as_of)
    )


def may_test(*, viewer: User, control: Control) -> bool:
    """Whether the viewer may record a test of this control."""
    return may(viewer, "controls.record_test", control.unit.path if control.unit else "/")


def counts(*, viewer: User) -> dict[str, int]:
    """How many of each record type are in sight."""
    return {"controls": controls(viewer=viewer).count()}

"""Exceptions in sight, the money at risk of each, and who may decide."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from garrison.apps.controls.models import Control
from garrison.apps.organization import selectors as organization
from garrison.apps.policies.models import AuthorityLimit, Enforcement, PolicyException
from garrison.apps.policies.rules import DEFAULT_LIMITS, authority, why_not_decide
from garrison.apps.policies.selectors.register import VIEW
from garrison.core.commands import Missing, system_actor
from garrison.core.models import User
from garrison.core.registries import panels
from garrison.core.scopes import holds, may, narrow


def exceptions(*, viewer: User) -> QuerySet[PolicyException]:
    """The exceptions in the viewer's units, the earliest end first."""
    rows = PolicyException.objects.select_related(
        "policy__unit", "control", "unit", "compensating", "requested_by", "decided_by"
    )
    return narrow(rows.order_by("until", "code"), viewer, VIEW)


def exception(*, viewer: User, uuid: UUID) -> PolicyException:
    """One exception. Raises ``Missing`` outside the viewer's sight."""
    found = exceptions(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such exception")
    return found


def weakened(*, viewer: User, rows: PolicyException) -> list[Control]:
    """The controls that an exception weakens: the one it names, else all that enforce its policy."""
    if rows.control is not None:
        return [rows.control]
    links = Enforcement.objects.filter(policy=rows.policy, control__isnull=False).select_related("control")
    return [link.control for link in links if link.control is not None]


def money_at_risk(*, viewer: User, rows: PolicyException, at: datetime) -> tuple[Decimal | None, str]:
    """What a year may cost more while the weakened controls do not hold, as a higher app computes it; and its currency.

    It is the whole amount, wherever its scenarios stand: an authority limit must not depend on who looks.
    """
    for _template, told in panels("policies.exception", viewer=system_actor(), subject=rows, as_of=at):
        amount = told.get("at_risk")
        if amount is not None:
            return Decimal(str(round(float(amount), 2))), str(told["currency"])
    return None, "USD"


def limits(*, viewer: User) -> dict[str, Decimal | None]:
    """The authority limit of each role: what somebody set, else ours. The same for everybody who may look."""
    if not may(viewer, VIEW):
        return {}
    found = dict(DEFAULT_LIMITS)
    found.update(AuthorityLimit.objects.values_list("role", "amount"))
    return found


def limit_of(*, viewer: User, path: str, at: datetime) -> Decimal | None:
    """The most money that the viewer may accept in a unit; None is no limit, zero none at all."""
    known: Mapping[str, Decimal | None] = limits(viewer=viewer)
    if viewer.is_system:
        return None
    grants = viewer.grants.filter(Q(until=None) | Q(until__gt=at)).values_list("role", "path")
    deciding = [role for role, held in grants if path.startswith(held) and holds(role, "policies.decide_exception")]
    return authority(known, deciding)


def why_not(*, viewer: User, exception: PolicyException, at: datetime) -> str:
    """Why the viewer may not approve an exception; "" when they may."""
    if not may(viewer, "policies.decide_exception", exception.path):
        return "you may not decide exceptions here"
    limit = limit_of(viewer=viewer, path=exception.path, at=at)
    return why_not_decide(exception.money, limit, own=exception.requested_by_id == viewer.pk)


def measured(control: Control | None, as_of: date) -> float | None:
    """How well a control works on a day by its tests; None where there is no control."""
    return control.standing(as_of).effectiveness if control is not None else None


def of_policy(*, viewer: User, policy: int) -> list[PolicyException]:
    """A policy's exceptions in sight, those in force first."""
    order = {"approved": 0, "requested": 1}
    found = exceptions(viewer=viewer).filter(policy=policy)
    return sorted(found, key=lambda one: (order.get(one.state, 2), one.until))


def ending(*, viewer: User, until: date) -> int:
    """How many exceptions in force in sight end until a day."""
    return exceptions(viewer=viewer).filter(state="approved", until__lte=until).count()


def currency(*, viewer: User) -> str:
    """The currency in which limits are written: the organisation's."""
    top = organization.root(viewer=viewer)
    return (top.currency if top else "") or "USD"

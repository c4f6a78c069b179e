"""Computed losses, and why they changed."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from garrison.apps.organization.models import Unit
from garrison.apps.risk.models import LossResult
from garrison.apps.risk.rules import Step, changed_losses
from garrison.apps.risk.selectors.register import VIEW
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow, paths


def loss_results(*, viewer: User) -> QuerySet[LossResult]:
    """Computed losses in sight, newest first: of the viewer's units, and of the whole for those who see it."""
    rows = LossResult.objects.select_related("unit").order_by("-as_of", "-at", "-pk")
    if "/" in paths(viewer, VIEW):
        return rows
    return narrow(rows.filter(unit__isnull=False), viewer, VIEW)


def latest_loss(*, viewer: User, unit: Unit | None = None, on_or_before: date | None = None) -> LossResult | None:
    """The newest computed loss of ``unit`` (None is the whole organisation) that the viewer may see."""
    rows = loss_results(viewer=viewer).filter(unit=unit)
    if on_or_before is not None:
        rows = rows.filter(as_of__lte=on_or_before)
    return rows.first()


def loss_result(*, viewer: User, uuid: UUID) -> LossResult:
    """One computed loss. Raises ``Missing`` outside the viewer's sight."""
    found = loss_results(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such computation")
    return found


def earlier_loss(*, viewer: User, than: LossResult) -> LossResult | None:
    """The newest computed loss of the same unit as of an earlier day."""
    return loss_results(viewer=viewer).filter(unit=than.unit, as_of__lt=than.as_of).first()


def changes(*, viewer: User, now: LossResult, before: LossResult) -> dict[str, list[Step]]:
    """Why each scenario's expected loss changed between two computations, by scenario code; unchanged ones left out."""
    seen = loss_results(viewer=viewer)
    if seen.filter(pk__in=[now.pk, before.pk]).count() != 2:
        raise Missing("no such computation")
    return changed_losses(now.scenarios, before.scenarios)


def before_loss(*, viewer: User, than: LossResult) -> LossResult | None:
    """The computation to compare one with: of an earlier day, or else the one right before on the same day."""
    same_day = Q(as_of=than.as_of) & (Q(at__lt=than.at) | Q(at=than.at, pk__lt=than.pk))
    return (
        earlier_loss(viewer=viewer, than=than) or loss_results(viewer=viewer).filter(same_day, unit=than.unit).first()
    )


def newest_rows(*, viewer: User) -> dict[str, tuple[LossResult, dict[str, Any]]]:
    """Each scenario's newest computed figures, with their computation: the whole's where in sight, else its unit's."""
    if (whole := latest_loss(viewer=viewer)) is not None:
        return {row["code"]: (whole, row) for row in whole.scenarios}
    newest: dict[int | None, LossResult] = {}
    for result in loss_results(viewer=viewer).filter(unit__isnull=False)[:200]:
        newest.setdefault(result.unit_id, result)
    return {row["code"]: (result, row) for result in newest.values() for row in result.scenarios}


def expected_losses(*, viewer: User) -> dict[str, float]:
    """Each scenario's expected yearly loss as computed last, by code."""
    return {code: row["mean"] for code, (_, row) in newest_rows(viewer=viewer).items()}

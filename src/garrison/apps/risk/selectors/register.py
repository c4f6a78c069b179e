"""The register of scenarios, and the controls that bear on them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from garrison.apps.controls.models import ControlTest
from garrison.apps.controls.rules import Standing
from garrison.apps.organization import selectors as organization
from garrison.apps.risk.models import Safeguard, Scenario
from garrison.apps.risk.rules import Bearing, Estimate, Factors, factors
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow

VIEW = "risk.view"


@dataclass(frozen=True, slots=True)
class Current:
    """A scenario with the controls that bear on it on a day."""

    scenario: Scenario
    bearings: tuple[Bearing, ...]

    @property
    def factors(self) -> Factors:
        """What the controls leave of it."""
        return factors(self.bearings)

    @property
    def estimate(self) -> Estimate:
        """The scenario as the rules take it."""
        row = self.scenario
        low, mode, high = (None if v is None else float(v) for v in (row.low, row.mode, row.high))
        return Estimate(
            row.code,
            row.name,
            row.owner,
            row.rate,
            row.rate_low,
            row.rate_high,
            row.distribution,
            low,
            mode,
            high,
            row.estimator,
            row.calibrated,
            self.bearings,
            row.basis,
        )


def scenarios(*, viewer: User) -> QuerySet[Scenario]:
    """The scenarios in sight, by code."""
    return narrow(Scenario.objects.select_related("unit", "source").order_by("code"), viewer, VIEW)


def scenario(*, viewer: User, uuid: UUID) -> Scenario:
    """One scenario. Raises ``Missing`` outside the viewer's sight."""
    found = scenarios(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such scenario")
    return found


def found(*, viewer: User, text: str, limit: int) -> list[Scenario]:
    """Scenarios whose code or name has ``text`` in it."""
    return list(scenarios(viewer=viewer).filter(Q(code__icontains=text) | Q(name__icontains=text))[:limit])


def current(*, viewer: User, as_of: date, drafts: bool = False, uuid: UUID | None = None) -> list[Current]:
    """The approved scenarios (drafts too where wanted, or only one) with the controls that bear on them.

    A control counts wherever it stands: what lowers a scenario is not hidden by the viewer's scope of controls, or
    two viewers would see two amounts for one scenario. Three statements, whatever the number.
    """
    rows = scenarios(viewer=viewer)
    if uuid is not None:
        rows = rows.filter(uuid=uuid)
    if not drafts:
        rows = rows.filter(status="approved")
    tests = Prefetch("control__tests", ControlTest.objects.select_related("device_test"))
    bearings: dict[str, list[Bearing]] = {}
    standing: dict[int, Standing] = {}
    for safeguard in Safeguard.objects.select_related("control").prefetch_related(tests).order_by("control__code"):
        control = safeguard.control
        if control.pk not in standing:
            standing[control.pk] = control.standing(as_of)
        stands = standing[control.pk]
        bearings.setdefault(safeguard.scenario_code, []).append(
            Bearing(control.code, control.name, control.effect, safeguard.coverage, stands.effectiveness, stands.reason)
        )
    return [Current(row, tuple(bearings.get(row.code, ()))) for row in rows]


def appetite(*, viewer: User) -> list[tuple[float, float]]:
    """The organisation's agreed appetite: (loss, yearly probability), smallest loss first."""
    top = organization.root(viewer=viewer)
    if top is None:
        return []
    return [(float(p.loss), p.probability) for p in organization.appetite(viewer=viewer, unit=top)]


def counts(*, viewer: User) -> dict[str, int]:
    """How many of each record type are in sight."""
    return {"scenarios": scenarios(viewer=viewer).count()}

"""A tiny organisation: a leaver who used a badge, an exploited host, a door that failed, and money."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

DAY = timedelta(days=1)


@pytest.fixture
def units(db: None) -> dict[str, Any]:
    """A group with two hospitals; the first holds everything that goes wrong."""
    from garrison.apps.organization.models import Unit

    top = Unit.objects.create(
        key="g", code="G", name="Little Group", path="/G/", currency="USD", budget=Decimal(100_000)
    )
    rows = {"G": top}
    for code in ("A", "B"):
        rows[code] = Unit.objects.create(
            key=code.lower(), code=code, name=f"Hospital {code}", parent=top, path=f"/G/{code}/"
        )
    return rows


@pytest.fixture
def scene(units: dict[str, Any], now: datetime) -> SimpleNamespace:
    """One of each thing that needs action, all in hospital A."""
    from garrison.apps.access.models import AccessException, Badge
    from garrison.apps.assets.models import Asset, DeviceTest
    from garrison.apps.controls.models import Control, ControlTest
    from garrison.apps.people.models import Person
    from garrison.apps.vulnerabilities.models import Finding

    unit, today = units["A"], now.date()
    person = Person.objects.create(
        key="1", number="1", name="Vera Gone", unit=unit, status="left", left=today - 9 * DAY, hired=date(2020, 1, 1)
    )
    Badge.objects.create(key="77", card="77", person=person, unit=unit)
    leaver = AccessException.objects.create(
        kind="leaver", person=person, unit=unit, found=now - DAY, badges=1, accounts=2, uses=3, last_use=now - 2 * DAY,
        last_use_note="Badge 77 let in at D-1",
    )  # fmt: skip
    door = Asset.objects.create(key="door:d-1", kind="door", code="D-1", name="Drug store", unit=unit, critical=True)
    host = Asset.objects.create(key="host:h-1", kind="host", code="h-1", name="h-1", unit=unit, exposed=True)
    failed = DeviceTest.objects.create(
        asset=door, on=today - DAY, passed=False, note="Latch loose", recorded_by="x", recorded_at=now - DAY
    )
    control = Control.objects.create(
        key="C-1", code="C-1", name="Door control", unit=unit, owner="Bo Keys", device=door
    )
    ControlTest.objects.create(
        control=control, on=today - 20 * DAY, effectiveness=0.8, recorded_by="x", recorded_at=now - 20 * DAY
    )
    ControlTest.objects.create(
        control=control, on=failed.on, effectiveness=0.48, recorded_by="x", recorded_at=now - DAY, device_test=failed,
        note="D-1 failed",
    )  # fmt: skip
    seen = {"first_seen": now - 3 * DAY, "last_seen": now, "severity": "high", "unit": unit}
    patch = Finding.objects.create(
        key="f1", asset=host, tool="scan", kind="vulnerability", rule="CVE-2026-1", cve="CVE-2026-1", title="Hole in h",
        level=5, deadline="3 days + triage", reason="Exploited elsewhere", due=today + DAY, in_kev=True, exposed=True,
        rank=1, owner="Net Team", **seen,
    )  # fmt: skip
    Finding.objects.create(
        key="f2", asset=door, tool="Device list", kind="door", rule="device-test-failed", title="Door failed its test",
        description="Latch loose", level=3, deadline="14 days", due=today - DAY, physical=True, rank=2, **seen,
    )  # fmt: skip
    return SimpleNamespace(
        units=units, person=person, leaver=leaver, door=door, host=host, control=control, patch=patch
    )


@pytest.fixture
def risk(scene: SimpleNamespace) -> Callable[..., Any]:
    """Approve one scenario in hospital A on which the failed door bears, and compute."""
    from garrison.apps.organization.models import AppetitePoint
    from garrison.apps.risk import services
    from garrison.apps.risk.models import LossResult, Safeguard, Scenario
    from garrison.core import selectors

    def make(
        at: datetime, *, agreed: float | None = 0.05, status: str = "approved", days_ago: int = 0
    ) -> LossResult | None:
        Scenario.objects.get_or_create(
            code="R-1",
            defaults={
                "key": "R-1", "name": "Drugs taken", "unit": scene.units["A"], "owner": "Ida Pill", "currency": "USD",
                "rate": 2.0, "rate_low": 1.0, "rate_high": 4.0, "distribution": "lognormal", "low": Decimal(20_000),
                "high": Decimal(400_000), "status": status, "estimator": "Ida Pill", "calibrated": True,
                "approved_by": "Ida Pill" if status == "approved" else "",
                "approved_on": date(2026, 3, 1) if status == "approved" else None,
            },
        )  # fmt: skip
        Scenario.objects.get_or_create(
            code="R-2",
            defaults={
                "key": "R-2", "name": "Ward draft", "unit": scene.units["A"], "owner": "Ida Pill", "currency": "USD",
                "rate": 0.1, "distribution": "lognormal", "low": Decimal(1000), "high": Decimal(9000),
                "basis": "sector prior",
            },
        )  # fmt: skip
        Safeguard.objects.get_or_create(
            key="C-1|R-1", defaults={"control": scene.control, "scenario_code": "R-1", "coverage": 0.7}
        )
        if agreed is not None:
            AppetitePoint.objects.get_or_create(unit=scene.units["G"], loss=Decimal(200_000), probability=agreed)
        services.compute(actor=selectors.system_actor(), as_of=at.date() - days_ago * DAY, at=at, because="test")
        return LossResult.objects.filter(unit=None).order_by("-as_of", "-pk").first()

    return make


@pytest.fixture
def initiative(units: dict[str, Any]) -> Any:
    """Something to buy that takes half of R-1 away."""
    from garrison.apps.budget.models import Effect, Initiative

    row = Initiative.objects.create(
        key="I-1", code="I-1", name="New latch: and a camera", cost=Decimal(20_000), currency="USD", unit=units["A"]
    )
    Effect.objects.create(key="I-1|R-1", initiative=row, scenario_code="R-1", share=0.9)
    return row

"""A tiny organisation with money: two hospitals, a door, controls, scenarios and initiatives."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from garrison.formats.facts import ControlFact, DeviceFact, Fact, InitiativeFact, ScenarioFact, UnitFact
from tests.kit.telling import tell

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
DAY = timedelta(days=1)

UNITS = (
    UnitFact(
        code="ORG",
        name="Group",
        currency="USD",
        budget=Decimal(100_000),
        appetite=((Decimal(100_000), 0.05), (Decimal(1_000_000), 0.01)),
    ),
    UnitFact(code="A", name="Hospital A", parent="ORG"),
    UnitFact(code="A-1", name="Ward", parent="A"),
    UnitFact(code="B", name="Hospital B", parent="ORG"),
)


def door(passed: bool | None = True, days_ago: int = 60, note: str = "") -> DeviceFact:
    """The pharmacy's door, with its latest test."""
    return DeviceFact(
        code="D-1",
        name="Pharmacy door",
        kind="door",
        unit="A",
        critical=True,
        tested=TODAY - days_ago * DAY if passed is not None else None,
        test_passed=passed,
        test_note=note,
    )


def control(code: str = "C-1", **other: object) -> ControlFact:
    """A control that was measured at 80 % forty days ago."""
    said: dict[str, object] = {
        "name": f"Control {code}",
        "unit": "A",
        "owner": "Bo Keys",
        "effectiveness": 0.8,
        "tested": TODAY - 40 * DAY,
        "bears_on": {"R-1": 0.5},
    }
    return ControlFact(code=code, **(said | other))  # type: ignore[arg-type]


def scenario(code: str, unit: str, *, approved: bool = True, **other: object) -> ScenarioFact:
    """A scenario: twice a year, lognormal from 20 to 400 thousand."""
    said: dict[str, object] = {
        "name": f"Scenario {code}",
        "unit": unit,
        "owner": "Ida Pill",
        "rate": 2.0,
        "rate_low": 1.0,
        "rate_high": 4.0,
        "low": Decimal(20_000),
        "high": Decimal(400_000),
        "estimator": "Ida Pill",
        "calibrated": True,
        "approved_by": "Ida Pill" if approved else "",
        "approved_on": date(2026, 3, 1) if approved else None,
    }
    return ScenarioFact(code=code, **(said | other))  # type: ignore[arg-type]


CONTROLS = (
    control("C-1", device="D-1"),
    control("C-2", effect="responding", bears_on={"R-1": 0.25, "R-2": 0.5}),
)
SCENARIOS = (
    scenario("R-1", "A"),
    scenario("R-2", "B", estimator="Al Best", calibrated=False, rate=0.5, rate_low=None, rate_high=None),
    scenario("R-3", "A-1", approved=False, basis="sector prior", rate=0.1, rate_low=None, rate_high=None),
)
INITIATIVES = (
    InitiativeFact(
        code="I-1",
        name="New latch",
        cost=Decimal(40_000),
        unit="A",
        effectiveness={"R-1": 0.5},
        days=30,
        team="Facilities",
        team_days=12,
    ),
    InitiativeFact(
        code="I-2",
        name="Two people",
        cost=Decimal(70_000),
        unit="A",
        effectiveness={"R-1": 0.6},
        team="Facilities",
        team_days=8,
    ),
    InitiativeFact(code="I-3", name="Guard", cost=Decimal(50_000), unit="B", effectiveness={"R-2": 0.4}, team="Guards"),
    InitiativeFact(
        code="I-4",
        name="Poster",
        cost=Decimal(1_000),
        effectiveness={"R-2": 0.01},
        must=True,
        must_reason="the law says so",
    ),
    InitiativeFact(code="I-5", name="Palace", cost=Decimal(900_000), effectiveness={"R-1": 0.9}, owner="Bo Keys"),
)


def everything(*more: Fact, at: datetime = NOW) -> None:
    """Import all of it, as one file."""
    tell(*UNITS, door(), *CONTROLS, *SCENARIOS, *INITIATIVES, *more, at=at)

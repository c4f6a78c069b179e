"""Facts of what was decided and judged: controls, risk scenarios, initiatives."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from garrison.formats.facts.base import Fact


class ControlFact(Fact, frozen=True, kw_only=True):
    """A safeguard. ``effect`` is preventing (lowers frequency) or responding (lowers severity).

    ``bears_on`` maps scenario codes to coverage 0..1. ``effectiveness`` 0..1 is the result of the latest test, on
    ``tested``; it decays once ``test_every_days`` have passed. ``device`` names the door or device whose tests
    count as this control's tests.
    """

    COUNT: ClassVar[str] = "controls"
    code: str
    name: str
    effect: str = "preventing"
    unit: str = ""
    owner: str = ""
    bears_on: dict[str, float] = {}
    effectiveness: float | None = None
    tested: date | None = None
    test_every_days: int = 90
    device: str = ""


class ScenarioFact(Fact, frozen=True, kw_only=True):
    """A risk scenario before controls: how often, and what one loss costs.

    ``distribution`` is lognormal (low, high: the 90 % interval), pert (low, mode, high), gamma (shape in low, rate
    in high), exponential (rate in low) or fixed (low). ``rate_low`` and ``rate_high`` are the estimators' 90 %
    interval of the rate. ``basis`` is own or sector prior; ``approved_by`` is empty for a draft.
    """

    COUNT: ClassVar[str] = "scenarios"
    code: str
    name: str
    unit: str = ""
    owner: str = ""
    currency: str = ""
    rate: float
    rate_low: float | None = None
    rate_high: float | None = None
    distribution: str = "lognormal"
    low: Decimal | None = None
    mode: Decimal | None = None
    high: Decimal | None = None
    basis: str = "own"
    approved_by: str = ""
    approved_on: date | None = None
    estimator: str = ""
    calibrated: bool = False
    asset: str = ""


class InitiativeFact(Fact, frozen=True, kw_only=True):
    """Something that money could buy. ``effectiveness`` maps scenario codes to the share of loss taken away."""

    COUNT: ClassVar[str] = "initiatives"
    code: str
    name: str
    cost: Decimal
    currency: str = ""
    unit: str = ""
    owner: str = ""
    effectiveness: dict[str, float] = {}
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    days: int | None = None
    team: str = ""
    team_days: float | None = None
    must: bool = False
    must_reason: str = ""

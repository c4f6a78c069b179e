"""The figures of the risk pages as words and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.risk.models import LossResult
from garrison.apps.risk.rules import LEVERS, PRIOR, Explored, Step, Swing
from garrison.apps.risk.selectors import Driver, Explained, Portfolio, Workshop
from garrison.apps.risk.views.derivation import derived, made_of
from garrison.core.ui import charts, figures
from garrison.core.ui.charts.loss import value_at
from garrison.core.ui.charts.svg import log_ticks

WORTH_SAYING, WORTH_RED = 0.01, 0.10
"""A change of a scenario's loss is told from one percent on; from ten percent on a rise is marked."""

SAVED = ("rate", "rate_low", "rate_high", "low", "mode", "high")
"""What a draft keeps."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A key figure: its name, the amount, and the interval that the estimators hold possible."""

    label: str
    figure: str
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of the table behind the curve."""

    amount: float
    today: float | None
    low: float | None
    high: float | None
    agreed: float | None
    plan: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The card of the yearly loss."""

    facts: Sequence[Fact]
    curves: charts.LossCurves
    above: str
    estimates: str
    computation: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A driver with its change in words; ``marked`` when it rose by much."""

    driver: Driver
    change: str
    marked: bool
    largest: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One scenario's change: the steps and their sum."""

    code: str
    name: str
    uuid: UUID | None
    before: float
    now: float
    steps: Sequence[tuple[Step, UUID | None]] = field(default_factory=tuple)

    @property
    def total(self) -> float:
        """The whole change."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Lever:
    """One slider: its field, its name, its value in words, its range, and where the judgement comes from."""

    field: str
    label: str
    said: str
    value: str
    least: str
    most: str
    note: str


def uuid_or_none(text: str) -> UUID | None:
    """A uuid, or None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def picture(shown: Portfolio, extras: Sequence[Mapping[str, Any]]) -> Picture:
    """The card of the yearly loss; ``extras`` are what higher apps add, such as the curve that a plan leaves."""
    result = shown.result
    assert result is not None
    whole, currency = result.portfolio, result.currency
    plan = next((extra for extra in extras if extra.get("curve")), {})
    curves = charts.LossCurves(
        today=[(a, (low + high) / 2) for a, low, high in whole["curve"]],
        plan=[(a, p) for a, p in plan.get("curve", ())],
        band=[(a, low, high) for a, low, high in whole["band"]],
        appetite=[(point["loss"], point["agreed"]) for point in whole["appetite"]],
        currency=currency,
        plan_label=str(plan.get("label", "")),
    )
    breach = charts.breach_range(curves)
    above = ""
    if breach:
        ends = {"low": figures.money(breach[0], currency), "high": figures.money(breach[1], currency)}
        above = _("Above appetite from %(low)s to %(high)s") % ends
    return Picture(_facts(result), curves, above, _sure(shown, result), _exact(result), _table(curves))


def _facts(result: LossResult) -> list[Fact]:
    """The mean, a bad year and a very bad one."""
    whole, currency = result.portfolio, result.currency
    low, high = whole["mean_band"]
    facts = [
        Fact(_("Expected loss in a year"), figures.money(result.mean, currency), figures.estimate(low, high, currency))
    ]
    for chance, label in (("0.95", _("A bad year, 1 in 20")), ("0.99", _("A very bad year, 1 in 100"))):
        lower, upper = whole["quantiles"][chance]
        band = whole["quantile_bands"].get(chance, [None, None])
        note = (
            figures.estimate(band[0], band[1], currency)
            if band[0] and band[1]
            else _("estimate reaches beyond the curve")
        )
        middle = lower if upper is None else (lower + upper) / 2
        facts.append(Fact(label, figures.money(middle, currency), note if middle else ""))
    return facts


def _sure(shown: Portfolio, result: LossResult) -> str:
    """Whose judgement the band is, whether they are calibrated, and when their owners approved it."""
    people: dict[str, bool] = {}
    if not result.scenarios:
        return _("No scenario is approved, so nothing is estimated yet.")
    for row in (row for row in result.scenarios if row.get("basis") != PRIOR):
        name = row["estimator"] or _("somebody not named")
        people[name] = people.get(name, True) and row["calibrated"]
    calibrated = [name for name, yes in people.items() if yes]
    others = [name for name, yes in people.items() if not yes]
    count = ngettext("%(n)s person judged the frequencies.", "%(n)s people judged the frequencies.", len(people))
    said = [_("The shaded band: 90 % of what the estimators hold possible.")]
    if people:
        said.append(count % {"n": len(people)})
    if priors := len(result.scenarios) - sum(row.get("basis") != PRIOR for row in result.scenarios):
        rests = ngettext(
            "%(n)s scenario rests on a sector prior, not yours.",
            "%(n)s scenarios rest on sector priors, not yours.",
            priors,
        )
        said.append(rests % {"n": priors})
    if calibrated:
        said.append(_("Calibrated: %(names)s.") % {"names": figures.listed(calibrated)})
    if others:
        said.append(_("Not calibrated: %(names)s.") % {"names": figures.listed(others)})
    if shown.judged:
        ends = {"first": figures.day(shown.judged[0]), "last": figures.day(shown.judged[-1])}
        alone = shown.approvals.by_owners == shown.approvals.count
        dated = _("Approved by their owners %(first)s to %(last)s.") if alone else _("Approved %(first)s to %(last)s.")
        said.append(dated % ends)
    return " ".join(said)


def _exact(result: LossResult) -> str:
    """The computation's own bounds, its grid and when it ran."""
    whole, currency = result.portfolio, result.currency
    said = [
        _("The expected loss is a closed form: %(mean)s.") % {"mean": figures.full_money(round(result.mean), currency)}
    ]
    lower, upper = whole["quantiles"]["0.95"]
    if lower and upper:
        ends = [figures.money(end, currency, digits=4) for end in (lower, upper)]
        said.append(_("The 1-in-20 year lies between %(low)s and %(high)s.") % {"low": ends[0], "high": ends[1]})
    grid = {
        "steps": figures.number(whole["buckets"]),
        "step": figures.money(whole["step"], currency),
        "at": figures.moment(result.at),
    }
    said.append(_("Grid of %(steps)s steps of %(step)s, run %(at)s.") % grid)
    return " ".join(said)


def _table(curves: charts.LossCurves) -> list[Line]:
    """The curve at round amounts and at the agreed ones."""
    if not curves.today:
        return []
    ticks = log_ticks(curves.today[0][0], curves.today[-1][0])
    agreed = dict(curves.appetite)
    low, high = [(a, lo) for a, lo, _hi in curves.band], [(a, hi) for a, _lo, hi in curves.band]
    return [
        Line(a, value_at(curves.today, a), value_at(low, a), value_at(high, a), agreed.get(a), value_at(curves.plan, a))
        for a in sorted({*ticks, *agreed})
    ]


def drivers(shown: Portfolio) -> list[DriverRow]:
    """The drivers with their changes in words."""
    currency = shown.result.currency if shown.result else "USD"
    since = figures.day(shown.earlier.as_of) if shown.earlier else ""
    rises = [driver.change or 0.0 for driver in shown.drivers]
    rows = []
    for driver in shown.drivers:
        change = driver.change or 0.0
        told = abs(change) >= max(WORTH_SAYING * driver.mean, 1.0)
        words = _("%(money)s since %(day)s") % {"money": figures.money(change, currency, signed=True), "day": since}
        marked = told and change >= WORTH_RED * driver.mean
        rows.append(DriverRow(driver, words if told else "", marked, marked and change == max(rises)))
    return rows


def most_moved(shown: Portfolio) -> Driver | None:
    """The driver for the bench: the one whose loss rose most, else the most expensive one that can be opened."""
    known = [driver for driver in shown.drivers if driver.uuid is not None]
    return max(known, key=lambda driver: (max(driver.change or 0.0, 0.0), driver.mean), default=None)


def explanation(shown: Explained) -> dict[str, Any]:
    """How each scenario's number was made, and what changed."""
    now = {row["code"]: row for row in shown.result.scenarios}
    before = {row["code"]: row for row in shown.before.scenarios} if shown.before else {}
    changes = [
        Change(
            code,
            (now.get(code) or before[code])["name"],
            shown.scenarios.get(code),
            before[code]["mean"] if code in before else 0.0,
            now[code]["mean"] if code in now else 0.0,
            [(step, shown.controls.get(step.code)) for step in steps],
        )
        for code, steps in shown.changes.items()
    ]
    changes.sort(key=lambda change: -abs(change.total))
    return {
        "made": made_of(shown),
        "changes": changes,
        "difference": float(shown.result.mean - shown.before.mean) if shown.before else None,
        "bounds": _bounds(shown.result),
    }


def _bounds(result: LossResult) -> list[tuple[str, str]]:
    """What the computation certainly holds: quantiles in four digits, chances in percent."""
    whole, currency = result.portfolio, result.currency
    said = []
    for chance, (low, high) in whole["quantiles"].items():
        name = _("1 year in %(n)s") % {"n": round(1 / (1 - float(chance)))}
        ends = [figures.money(end, currency, digits=4) for end in (low, high)]
        said.append((name, f"{ends[0]} – {ends[1]}" if high is not None else _("%(low)s or more") % {"low": ends[0]}))
    for point in whole["appetite"]:
        name = _("Chance of %(loss)s or more") % {"loss": figures.money(point["loss"], currency, trim=True)}
        said.append((name, f"{figures.percent(point['lower'], 2)} – {figures.percent(point['upper'], 2)}"))
    return said


def bench(shown: Workshop, asked: Mapping[str, float]) -> dict[str, Any]:
    """The workshop's sliders and pictures."""
    scenario = shown.current.scenario
    currency = scenario.currency
    base = shown.stored.estimate if shown.stored else shown.current.estimate
    now = shown.explored.estimate if shown.explored else base
    names = {bearing.code: bearing.name for bearing in shown.current.bearings}
    explored = shown.explored
    change = sum(step.amount for step in shown.steps)
    return {
        "levers": [_lever(name, base, now, currency) for name in ("rate", *LEVERS[scenario.distribution])],
        "estimate": now,
        "derived": derived(explored, currency) if explored else "",
        "moved": explored is not None and now != base,
        "saved": [(name, repr(value)) for name in SAVED if (value := getattr(now, name)) is not None],
        "explored": explored,
        "swings": [charts.Swing(_swing(s, names, currency), s.lower, s.upper) for s in explored.swings]
        if explored
        else (),
        "alone": charts.LossCurves(today=explored.curve, currency=currency) if explored else None,
        "unit": _tornado_unit(explored),
        "controls": [(bearing, shown.controls.get(bearing.code)) for bearing in shown.current.bearings],
        "steps": [(step, shown.controls.get(step.code)) for step in shown.steps],
        "change": change if abs(change) >= 1 else 0.0,
        "asked": asked,
    }


def _tornado_unit(explored: Explored | None) -> float:
    """What the tornado's numbers are counted in: thousands once there are any."""
    return 1000.0 if explored and any(max(-s.lower, s.upper) >= 1000 for s in explored.swings) else 1.0


def _lever(name: str, base: Any, now: Any, currency: str) -> Lever:
    """One slider over a range wide enough to disagree in."""
    value, stored = getattr(now, name) or 0.0, getattr(base, name) or 0.0
    top = max(2 * (base.rate_high or stored), 2 * stored) if name == "rate" else 3 * stored
    top = max(top, value, 0.1)
    plain = name == "rate" or base.distribution == "gamma"
    said = f"{value:.3g}" if plain else figures.money(value, currency, digits=3, trim=True)
    return Lever(
        name, _name(name, base.distribution), said, repr(value), repr(top / 1000), repr(top), _note(name, base)
    )


def _name(name: str, distribution: str) -> str:
    """What an input is called."""
    if name == "rate":
        return _("Times a year, before controls")
    if distribution == "gamma":
        return _("Shape of the loss") if name == "low" else _("Rate of the loss")
    if distribution == "exponential":
        return _("Rate of the loss")
    if distribution == "fixed":
        return _("Loss when it happens")
    return {
        "low": _("Loss when it happens, low"),
        "mode": _("Loss when it happens, most likely"),
        "high": _("Loss when it happens, high"),
    }[name]


def _note(name: str, base: Any) -> str:
    """Where a value comes from, or what it means."""
    if name == "rate":
        if base.rate_low is None or base.rate_high is None:
            return _("No interval was judged.")
        return _("Judged %(low)s to %(high)s.") % {"low": f"{base.rate_low:.3g}", "high": f"{base.rate_high:.3g}"}
    if base.distribution == "lognormal":
        return _("19 of 20 cases cost more.") if name == "low" else _("19 of 20 cases cost less.")
    return ""


def _swing(swing: Swing, names: Mapping[str, str], currency: str) -> str:
    """One bar of the tornado in words."""
    if swing.kind == "control":
        return f"{swing.code} {names[swing.code]}"
    low, high = swing.values
    if swing.kind == "rate":
        return _("Frequency, %(low)s to %(high)s a year") % {"low": f"{low:.2g}", "high": f"{high:.2g}"}
    ends = {"low": figures.money(low, currency), "high": figures.money(high, currency)}
    name = {"low": _("low end"), "mode": _("most likely"), "high": _("high end")}[swing.kind]
    return _("Loss, %(name)s, %(low)s to %(high)s") % {"name": name, **ends}

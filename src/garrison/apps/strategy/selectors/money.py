"""What a year may cost, for the whole organisation or for the viewer's own unit, and its curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.budget.models import Plan
from garrison.apps.organization.models import Unit
from garrison.apps.risk import selectors as risk
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.rules import Cost, Figure, Limit
from garrison.apps.strategy.selectors.links import address
from garrison.core.models import User
from garrison.core.scopes import paths
from garrison.core.ui import figures
from garrison.core.ui.charts import LossCurves, breach_range

BAD_YEAR = "0.95"


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One row of the table behind the curve."""

    loss: str
    chance: str
    band: str
    agreed: str


def sees_all(viewer: User) -> bool:
    """Whether the viewer sees the money of the whole organisation."""
    return "/" in paths(viewer, risk.VIEW)


def own_unit(viewer: User) -> Unit | None:
    """The widest unit in the viewer's sight for which a loss was computed."""
    rows = risk.loss_results(viewer=viewer).exclude(unit=None).order_by("unit__path")
    first = rows.first()
    return first.unit if first else None


def current_loss(*, viewer: User, on_or_before: date | None = None) -> LossResult | None:
    """The newest computation that the viewer may see: the whole, else the viewer's unit."""
    if sees_all(viewer):
        return risk.latest_loss(viewer=viewer, on_or_before=on_or_before)
    unit = own_unit(viewer)
    return risk.latest_loss(viewer=viewer, unit=unit, on_or_before=on_or_before) if unit else None


def middle(pair: Sequence[float | None]) -> float | None:
    """The middle of a computation's bounds; the known end of a half-open pair."""
    known = [value for value in pair if value is not None]
    return sum(known) / len(known) if known else None


def limits(result: LossResult, plan: Plan | None = None) -> list[Limit]:
    """Agreed points with today's chance and the plan's."""
    planned = {point[0]: point[1] for point in plan.detail.get("curve", [])} if plan else {}
    return [
        Limit(point["loss"], point["agreed"], (point["lower"] + point["upper"]) / 2, planned.get(point["loss"]))
        for point in result.portfolio.get("appetite", [])
    ]


def curves(result: LossResult, plan: Plan | None = None, *, plan_label: str = "") -> LossCurves:
    """The loss curve as the chart takes it."""
    portfolio = result.portfolio
    return LossCurves(
        today=[(loss, (low + high) / 2) for loss, low, high in portfolio["curve"]],
        plan=[(loss, chance) for loss, chance in plan.detail.get("curve", [])] if plan else (),
        band=[(loss, low, high) for loss, low, high in portfolio["band"]],
        appetite=[(point["loss"], point["agreed"]) for point in portfolio.get("appetite", [])],
        currency=result.currency,
        plan_label=plan_label,
    )


def curve_table(result: LossResult) -> list[CurveRow]:
    """The curve as a table: round amounts and agreed points."""
    portfolio = result.portfolio
    agreed = {point["loss"]: point["agreed"] for point in portfolio.get("appetite", [])}
    bands = {loss: (low, high) for loss, low, high in portfolio["band"]}
    every = portfolio["curve"]
    step = max(1, len(every) // 14)
    rows = []
    for place, (loss, low, high) in enumerate(every):
        if (place % step == 0 or loss in agreed) and (low + high) / 2 >= 0.001:
            band = bands.get(loss)
            rows.append(
                CurveRow(
                    figures.money(loss, result.currency, trim=True),
                    figures.chance((low + high) / 2),
                    _("%(low)s to %(high)s") % {"low": figures.chance(band[0]), "high": figures.chance(band[1])}
                    if band
                    else "–",
                    figures.chance(agreed[loss]) if loss in agreed else "",
                )
            )
    return rows


def above_words(result: LossResult) -> str:
    """Where today lies above appetite, in words; "" where it does not."""
    reach = breach_range(curves(result))
    if reach:
        return _("Above appetite from %(range)s") % {"range": figures.interval(*reach, result.currency)}
    missed = [limit for limit in limits(result) if limit.above]
    if missed:
        return _("Above appetite at %(loss)s") % {"loss": figures.money(missed[0].loss, result.currency, trim=True)}
    return ""


def cost(*, viewer: User, result: LossResult | None) -> Cost | None:
    """What a year may cost; None without a computation or without an approved scenario."""
    if result is None or not result.scenarios:
        return None
    counted = len(result.scenarios)
    drafts = risk.scenarios(viewer=viewer).filter(status="draft")
    waiting = drafts.count()
    priors = drafts.filter(basis="sector prior").count()
    return Cost(
        unit=result.unit.name if result.unit else "",
        currency=result.currency,
        computation=str(result.uuid),
        as_of=result.as_of,
        computed=result.at,
        figures=tuple(_figures(result)),
        above=above_words(result),
        approved=counted,
        drafts=waiting,
        left_out=left_out(risk.approvals(viewer=viewer, rows=result.scenarios), waiting, priors),
        url=address("risk:portfolio"),
    )


def left_out(approved: risk.Approvals, drafts: int, priors: int) -> str:
    """What the amount holds and what it does not."""
    said = approved.words
    if not drafts:
        return f"{said}."
    if priors == drafts:
        rest = ngettext(
            "%(n)s draft rests on a sector prior, not yours, and is left out.",
            "%(n)s drafts rest on a sector prior, not yours, and are left out.",
            drafts,
        )
    else:
        rest = ngettext("%(n)s draft is left out.", "%(n)s drafts are left out.", drafts)
    return f"{said}; {rest % {'n': figures.number(drafts)}}"


def _figures(result: LossResult) -> list[Figure]:
    """The three headline numbers."""
    portfolio, currency = result.portfolio, result.currency
    here = address("risk:result", result.uuid)
    low, high = portfolio["mean_band"]
    bad = middle(portfolio["quantiles"].get(BAD_YEAR, []))
    bad_low, bad_high = portfolio["quantile_bands"].get(BAD_YEAR, (None, None))
    rows = [
        Figure(
            "mean",
            _("Expected loss in a year"),
            figures.money(result.mean, currency),
            figures.estimate(low, high, currency),
            here,
            float(result.mean),
            low,
            high,
        ),
        Figure(
            "bad_year",
            _("A bad year, 1 in 20"),
            figures.money(bad, currency),
            spread((bad_low, bad_high), currency),
            here,
            bad,
            bad_low,
            bad_high,
        ),
    ]
    points = portfolio.get("appetite", [])
    if points:
        first = points[0]
        chance = (first["lower"] + first["upper"]) / 2
        band = first["band"] or (None, None)
        rows.append(
            Figure(
                "first_appetite",
                _("Chance of %(loss)s or more") % {"loss": figures.money(first["loss"], currency, trim=True)},
                figures.chance(chance),
                _("appetite %(agreed)s") % {"agreed": agreed(first["agreed"])},
                here,
                chance,
                *band,
            )
        )
    else:
        worst = middle(portfolio["quantiles"].get("0.99", []))
        ends = portfolio["quantile_bands"].get("0.99", (None, None))
        rows.append(
            Figure(
                "very_bad_year",
                _("A very bad year, 1 in 100"),
                figures.money(worst, currency),
                spread(ends, currency) or _("no appetite agreed"),
                here,
                worst,
                *ends,
            )
        )
    return rows


def spread(ends: Sequence[float | None], currency: str) -> str:
    """An estimate's range in words; "" where an end is open."""
    low, high = ends
    return figures.estimate(low, high, currency) if low is not None and high is not None else ""


def agreed(share: float) -> str:
    """An agreed chance beside one that names its base: 15."""
    return figures.number(round(share * 100)) if share >= 0.01 else figures.chance(share)


def why_no_money(*, viewer: User, result: LossResult | None) -> str:
    """Why no money is shown."""
    if result is not None and result.scenarios:
        return ""
    if not sees_all(viewer) and result is None:
        return _("No loss is computed for your unit alone, so this page keeps to facts.")
    rows = risk.scenarios(viewer=viewer)
    drafts = rows.filter(status="draft").count()
    if drafts:
        return ngettext(
            "%(n)s scenario waits for its owner's approval. Until then this page keeps to facts.",
            "%(n)s scenarios wait for their owners' approval. Until then this page keeps to facts.",
            drafts,
        ) % {"n": figures.number(drafts)}
    return _("No risk scenario yet. Import the risk register with its controls to see what a year may cost.")


def figures_of(result: LossResult) -> dict[str, Any]:
    """What a snapshot keeps of a computation."""
    portfolio = result.portfolio
    return {
        "uuid": str(result.uuid),
        "as_of": result.as_of.isoformat(),
        "currency": result.currency,
        "mean": float(result.mean),
        "mean_band": portfolio["mean_band"],
        "quantiles": {key: middle(pair) for key, pair in portfolio["quantiles"].items()},
        "appetite": [
            {"loss": p["loss"], "agreed": p["agreed"], "chance": (p["lower"] + p["upper"]) / 2}
            for p in portfolio.get("appetite", [])
        ],
    }

"""The efficient frontier: the lowest expected loss that each budget can reach, as steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from garrison.core.ui import figures
from garrison.core.ui.charts.loss import axis_money
from garrison.core.ui.charts.svg import Canvas, Point, linear_ticks

LEFT, RIGHT, TOP, BOTTOM = 56.0, 20.0, 24.0, 44.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A plan on the picture: what it costs, the loss it leaves, and its name. `chosen` is the one under discussion."""

    cost: float
    loss: float
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Frontier:
    """Points (budget, lowest expected loss) with budgets ascending; each holds until the next."""

    points: Sequence[Point]
    marks: Sequence[Mark] = ()
    currency: str = "USD"
    budget_label: str = ""


def describe(data: Frontier) -> str:
    """The chart in sentences."""
    if not data.points:
        return _("No plan has been computed yet.")
    points = sorted(data.points)

    def money(value: float) -> str:
        return figures.money(value, data.currency)

    said = [
        _("Expected yearly loss falls from %(first)s with %(low)s to %(last)s at %(high)s.")
        % {
            "first": money(points[0][1]),
            "low": figures.cost(points[0][0], data.currency),
            "last": money(points[-1][1]),
            "high": figures.cost(points[-1][0], data.currency),
        }
    ]
    said += [
        _("%(label)s: %(loss)s for %(cost)s.")
        % {"label": m.label, "loss": money(m.loss), "cost": figures.cost(m.cost, data.currency)}
        for m in data.marks
    ]
    return " ".join(said)


def _steps(points: Sequence[Point]) -> list[Point]:
    """The corners of the staircase."""
    corners = [points[0]]
    for before, after in pairwise(points):
        corners += [(after[0], before[1]), after]
    return corners


def efficient_frontier(
    data: Frontier, *, width: float = 740, height: float = 300, printed: bool = False, font: str = "Inter"
) -> SafeString:
    """The chart. With a single budget it is one point; with none it says so."""
    canvas = Canvas(width, height, printed=printed, font=font)
    title = _("Efficient frontier: lowest expected loss for each budget")
    points = sorted((float(x), float(y)) for x, y in data.points if math.isfinite(x) and math.isfinite(y))
    right, bottom = width - RIGHT, height - BOTTOM
    if not points:
        canvas.line(LEFT, bottom, right, bottom, "line-strong")
        canvas.text(width / 2, height / 2, _("No plan has been computed yet."), anchor="middle")
        return canvas.done(title, describe(data))
    losses = [y for _x, y in points] + [mark.loss for mark in data.marks]
    costs = [x for x, _y in points] + [mark.cost for mark in data.marks]
    x1 = max(costs) or 1.0
    low, high = min(losses), max(losses)
    pad = (high - low) * 0.15 or abs(high) * 0.2 or 1.0
    y0, y1 = max(0.0, low - pad), high + pad * 0.35

    def place(point: Point) -> Point:
        return LEFT + (right - LEFT) * point[0] / x1, TOP + (bottom - TOP) * (y1 - point[1]) / (y1 - y0)

    ticks = linear_ticks(y0, y1)
    millions = any(tick >= 1e6 for tick in ticks)
    for tick in ticks:
        _x, y = place((0, tick))
        canvas.line(LEFT, y, right, y, "grid")
        label = (
            figures.money(tick, data.currency)
            if millions and tick >= 1e6
            else axis_money(tick, data.currency, in_millions=millions)
        )
        canvas.text(LEFT - 8, y + 4, label, anchor="end")
    for tick in linear_ticks(0, x1, 5 if width > 480 else 3):
        x, _y = place((tick, y0))
        anchor = "end" if x > right - 20 else "middle"
        canvas.text(min(x, right), bottom + 18, figures.money(tick, data.currency, trim=True), anchor=anchor)
    canvas.line(LEFT, bottom, right, bottom, "line-strong")
    canvas.text((LEFT + right) / 2, height - 6, data.budget_label or _("Budget"), anchor="middle")
    canvas.text(LEFT, 11, _("Expected loss in a year"))
    corners = [place(corner) for corner in _steps(points)]
    c = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    canvas.path(c, stroke="accent", width=2)
    for mark in sorted(data.marks, key=lambda m: m.chosen):
        _mark(canvas, mark, place((mark.cost, mark.loss)), bottom)
    return canvas.done(title, describe(data), classes="grows")


def _mark(canvas: Canvas, mark: Mark, at: Point, bottom: float) -> None:
    """One plan: a dot with a drop line when it is the chosen one, else a hollow square."""
    x, y = at
    if mark.chosen:
        canvas.line(x, y, x, bottom, "accent", dash="3 3")
        canvas.circle(x, y, 5, "accent", stroke="surface", width=2)
    else:
        canvas.rect(x - 4, y - 4, 8, 8, "surface", stroke="text", stroke_width=1.5)
    words_y = y - 10 if mark.chosen else y - 4
    canvas.beside(x, max(12.0, words_y), mark.label, gap=14, role="ac" if mark.chosen else "tx", limits=(LEFT, 4))

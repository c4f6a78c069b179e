"""The loss exceedance curve: how likely a year's loss is to reach each amount, log-log, against appetite."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from garrison.core.ui import figures
from garrison.core.ui.charts.svg import BAND_OPACITY, Canvas, Point, log_ticks, polyline, text_width, thinned, unique

RAREST, SMALLEST = 1e-12, 0.01
LEFT, RIGHT, TOP, BOTTOM = 58.0, 18.0, 14.0, 44.0
YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class LossCurves:
    """What the chart shows. A point is (loss, probability that a year's loss is at least that), losses ascending.

    `band` holds (loss, lowest probability, highest probability) of the estimators' range; `appetite` the agreed points.
    """

    today: Sequence[Point]
    plan: Sequence[Point] = ()
    band: Sequence[tuple[float, float, float]] = ()
    appetite: Sequence[Point] = ()
    currency: str = "USD"
    plan_label: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plot's window: loss from x0 to x1, probability from y0 (bottom) to y1 (top), and its place on the canvas."""

    x0: float
    x1: float
    y0: float
    y1: float
    width: float
    height: float

    def x(self, loss: float) -> float:
        """The abscissa of a loss."""
        inner = self.width - LEFT - RIGHT
        return LEFT + inner * math.log(max(loss, self.x0 * 1e-6) / self.x0) / math.log(self.x1 / self.x0)

    def y(self, chance: float) -> float:
        """The ordinate of a probability."""
        inner = self.height - TOP - BOTTOM
        return TOP + inner * math.log(self.y1 / max(chance, self.y0 * 1e-6)) / math.log(self.y1 / self.y0)

    def at(self, point: Point) -> Point:
        """A point of the plot on the canvas."""
        return self.x(point[0]), self.y(point[1])


def _clean(points: Sequence[Point]) -> list[Point]:
    """Points that a logarithm can take, by loss ascending; what is rarer than RAREST counts as never."""
    kept = [
        (float(x), min(1.0, float(p)))
        for x, p in points
        if math.isfinite(x) and math.isfinite(p) and x >= SMALLEST and p >= RAREST
    ]
    return sorted(kept)


def value_at(points: Sequence[Point], loss: float) -> float | None:
    """The probability at `loss`, by log-log interpolation; None outside the points."""
    if not points or not points[0][0] <= loss <= points[-1][0]:
        return None
    for (xa, pa), (xb, pb) in pairwise(points):
        if xa <= loss <= xb:
            if xa == xb or pa <= 0 or pb <= 0:
                return pb
            share = math.log(loss / xa) / math.log(xb / xa)
            return math.exp(math.log(pa) + share * math.log(pb / pa))
    return points[-1][1]


def _window(today: list[Point], plan: list[Point], appetite: list[Point], width: float, height: float) -> _Frame:
    """Choose the window: from where a loss is likely to where it is rarer than the rarest line worth drawing."""
    every = today + plan + appetite
    peak = max(p for _x, p in every)
    y1 = min(1.0, peak * 1.1)
    floor = min([peak / 30, *(p / 2.5 for _x, p in appetite)])
    years = next((n for n in YEARS if 1 / n <= floor), YEARS[-1])
    y0 = 1 / max(years, 200 if peak > 0.05 else years)
    y0 = min(y0, y1 / 10)
    shown = [x for x, p in every if p >= y0]
    last = max(shown, default=every[-1][0])
    body = [x for x, p in today if p <= 0.8 * peak] or [every[0][0]]
    start = min([body[0], *(x / 2.5 for x, _p in appetite)])
    x0 = max(start, last / 2_000)
    x0 = max((tick for tick in log_ticks(x0 / 12, x0 * 1.001)), default=x0)
    x1 = max(last * 1.3, x0 * 10)
    return _Frame(x0, x1, y0, y1, width, height)


def _breach(today: list[Point], appetite: list[Point]) -> list[tuple[float, float, float]]:
    """(loss, appetite, today) along the stretch where today lies above appetite."""
    if len(appetite) < 2 or len(today) < 2:
        return []
    low, high = max(today[0][0], appetite[0][0]), min(today[-1][0], appetite[-1][0])
    if not low < high:
        return []
    found = []
    for index in range(121):
        loss = low * (high / low) ** (index / 120)
        now, limit = value_at(today, loss), value_at(appetite, loss)
        if now is not None and limit is not None and now > limit:
            found.append((loss, limit, now))
    return found


def breach_range(curves: LossCurves) -> tuple[float, float] | None:
    """The losses between which today lies above appetite; None when it never does."""
    breach = _breach(_clean(curves.today), _clean(curves.appetite))
    return (breach[0][0], breach[-1][0]) if breach else None


def _axes(canvas: Canvas, frame: _Frame, currency: str) -> None:
    """Grid, ticks and names of the axes."""
    right, bottom = frame.width - RIGHT, frame.height - BOTTOM
    for years in YEARS:
        if frame.y0 * 0.999 <= 1 / years <= frame.y1 * 1.001:
            y = frame.y(1 / years)
            canvas.line(LEFT, y, right, y, "grid")
            canvas.text(LEFT - 8, y + 4, _("1 in %(years)s") % {"years": figures.number(years)}, anchor="end")
    ticks = log_ticks(frame.x0, frame.x1)
    in_millions = any(tick >= 1e6 for tick in ticks)
    free = 0.0
    for tick in ticks:
        x, words = frame.x(tick), axis_money(tick, currency, in_millions=in_millions)
        canvas.line(x, bottom, x, bottom + 4, "line-strong")
        if x - text_width(words) / 2 < free:
            continue  # a number that would touch the one before it is left out; its tick stays
        x = min(x, frame.width - text_width(words) / 2)
        canvas.text(x, bottom + 18, words, anchor="middle")
        free = x + text_width(words) / 2 + 6
    canvas.line(LEFT, bottom, right, bottom, "line-strong")
    name = _("Loss in one year reaches at least (%(currency)s, log scale)") % {"currency": currency_name(currency)}
    if text_width(name) > right - LEFT + RIGHT:
        name = _("Loss in one year reaches at least")
    canvas.text((LEFT + right) / 2, frame.height - 6, name, anchor="middle")


def axis_money(value: float, currency: str, *, in_millions: bool = False) -> str:
    """An axis label: $0.5M beside $1M, else $500k."""
    if in_millions and 100_000 <= value < 1_000_000:
        return figures.money(value * 10, currency, trim=True).replace(
            figures.number(round(value / 100_000)), figures.number(value / 1_000_000, 1), 1
        )
    return figures.money(value, currency, trim=True)


def currency_name(code: str) -> str:
    """The currency in words where we have them, else its code."""
    names = {"USD": _("US dollars"), "EUR": _("euros"), "GBP": _("pounds")}
    return names.get(code, code)


def _curves(
    canvas: Canvas, frame: _Frame, curves: LossCurves, today: list[Point], plan: list[Point], name: str
) -> None:
    """Band, hatch and the two curves, clipped to the plot."""
    clip = canvas.clip(f"{name}k", LEFT, TOP, frame.width - LEFT - RIGHT, frame.height - TOP - BOTTOM)
    canvas.raw(f"<g {clip}>")
    band = sorted((x, lo, hi) for x, lo, hi in curves.band if x > 0 and hi > 0)
    if len(band) > 1:
        upper = thinned([frame.at((x, min(1.0, hi))) for x, _lo, hi in band])
        lower = thinned([frame.at((x, max(lo, frame.y0 / 50))) for x, lo, _hi in band])
        opacity = BAND_OPACITY if canvas.printed else "var(--band-o)"
        canvas.path(polyline(upper + lower[::-1]) + "Z", fill="band", opacity=opacity)
    breach = _breach(today, _clean(curves.appetite))
    if len(breach) > 1:
        edge = [frame.at((x, limit)) for x, limit, _now in breach] + [
            frame.at((x, now)) for x, _l, now in reversed(breach)
        ]
        canvas.path(polyline(edge) + "Z", fill=canvas.hatch(f"{name}h"))
    if len(plan) > 1:
        canvas.path(polyline(thinned([frame.at(p) for p in plan])), stroke="ok", width=1.75, dash="6 4")
    if len(today) > 1:
        canvas.path(polyline(thinned([frame.at(p) for p in today])), stroke="accent", width=2.25)
    canvas.raw("</g>")
    if len(today) == 1:
        canvas.circle(*frame.at(today[0]), 4, "accent")


def _appetite(canvas: Canvas, frame: _Frame, appetite: list[Point]) -> None:
    """The agreed points as diamonds on a dotted line, with its name."""
    places = [frame.at(point) for point in appetite]
    if len(places) > 1:
        canvas.path(polyline(places), stroke="text", width=1.75, dash="1.5 3.5", cap="round")
    for x, y in places:
        canvas.diamond(x, y)
    x, y = places[-1]
    words = _("Appetite")
    if x + 11 + text_width(words) < frame.width - 2:
        canvas.text(x + 11, y - 4, words, role="tx")
    else:
        canvas.text(frame.width - 2, y - 12, words, role="tx", anchor="end")


def _names(
    canvas: Canvas,
    frame: _Frame,
    curves: LossCurves,
    today: list[Point],
    plan: list[Point],
    callout: Point | None,
    taken: Point | None = None,
) -> None:
    """The direct labels of the two curves, kept clear of the call-out; ``taken`` is where its words begin."""
    span = math.log(frame.x1 / frame.x0)
    spot = frame.x0 * math.exp(0.115 * span)
    p = value_at(today, spot)
    if p is not None and frame.y0 < p:
        x, y = frame.at((spot, p))
        if callout is None or abs(x - callout[0]) > 70 or abs(y - callout[1]) > 24:
            canvas.text(x + 4, max(TOP + 10, y - 7), _("Today"), role="ac")
    words = curves.plan_label or _("With the plan")
    for share in (0.18, 0.3, 0.45, 0.6):
        spot = frame.x0 * math.exp(share * span)
        p = value_at(plan, spot)
        if p is not None and p > frame.y0 * 1.3:
            x, y = frame.at((spot, p))
            anchor = "end" if x - text_width(words) > LEFT else ""
            ends = x - 2 if anchor else LEFT + 6 + text_width(words)
            if taken is not None and ends + 14 > taken[0] and abs(y + 17 - taken[1]) < 16:
                continue
            canvas.text(x - 2 if anchor else LEFT + 6, y + 17, words, role="okt", anchor=anchor)
            return


def _above(frame: _Frame, today: list[Point], x: float, y: float, words: str) -> float:
    """How high the call-out's words stand: beside their point, or over the curve where there is no room beside it."""
    wide = 1.08 * text_width(words)
    if x + 10 + wide < frame.width - 4:
        return y - 8
    start = x - 10 - wide if x - 10 - wide > LEFT else frame.width - 4 - wide
    loss = frame.x0 * math.exp((start - LEFT) / (frame.width - LEFT - RIGHT) * math.log(frame.x1 / frame.x0))
    chance = value_at(today, loss)
    return min(y - 8, frame.at((loss, chance))[1] - 8) if chance else y - 8


def _callout(curves: LossCurves, today: list[Point], appetite: list[Point]) -> tuple[float, float, str] | None:
    """The agreed point that is missed by the largest factor: loss, today's probability, and the sentence."""
    missed = []
    for loss, limit in appetite:
        now = value_at(today, loss)
        if now is not None and now > limit:
            missed.append((now / limit, loss, now, limit))
    if not missed:
        return None
    _ratio, loss, now, limit = max(missed)
    base = figures.chance(now)
    agreed = figures.number(round(limit * 100)) if limit >= 0.01 and now >= 0.01 else figures.chance(limit)
    words = _("%(chance)s at %(loss)s; appetite %(agreed)s") % {
        "chance": base,
        "loss": figures.money(loss, curves.currency, trim=True),
        "agreed": agreed,
    }
    return loss, now, words


def describe(curves: LossCurves) -> str:
    """The chart in sentences, for those who do not see it."""
    today, plan = _clean(curves.today), _clean(curves.plan)
    if not today:
        return _("No loss is expected, so there is no curve.")
    said = []
    for loss, limit in _clean(curves.appetite):
        now, then = value_at(today, loss), value_at(plan, loss)
        if now is None:
            continue
        said.append(
            _("Today the chance that a year's loss reaches %(loss)s is %(chance)s; appetite is %(agreed)s.")
            % {
                "loss": figures.money(loss, curves.currency, trim=True),
                "chance": figures.chance(now),
                "agreed": figures.chance(limit),
            }
        )
        if then is not None:
            said.append(_("With the plan it is %(chance)s.") % {"chance": figures.chance(then)})
    if not said:
        marks = thinned(today, 3)
        said = [
            _("The chance that a year's loss reaches %(loss)s is %(chance)s.")
            % {"loss": figures.money(x, curves.currency), "chance": figures.chance(p)}
            for x, p in marks
        ]
    return " ".join([_("Loss exceedance curve."), *said])


def loss_exceedance(
    curves: LossCurves, *, width: float = 748, height: float = 408, printed: bool = False, font: str = "Inter"
) -> SafeString:
    """The chart. Without any loss it says so instead of drawing axes for nothing."""
    canvas = Canvas(width, height, printed=printed, font=font)
    title = _("Yearly loss: how likely it is to reach each amount")
    today, plan, appetite = _clean(curves.today), _clean(curves.plan), _clean(curves.appetite)
    if not today and not plan:
        canvas.line(LEFT, height - BOTTOM, width - RIGHT, height - BOTTOM, "line-strong")
        canvas.text(
            width / 2,
            height / 2,
            _("No loss is expected: no scenario has a frequency and a loss yet."),
            anchor="middle",
        )
        return canvas.done(title, describe(curves), classes="grows")
    frame = _window(today, plan, appetite, width, height)
    name = unique(today[:3], plan[:3], appetite, width, height, printed)
    _axes(canvas, frame, curves.currency)
    _curves(canvas, frame, curves, today, plan, name)
    if appetite:
        _appetite(canvas, frame, appetite)
    called = _callout(curves, today, appetite)
    place = frame.at(called[:2]) if called else None
    words_at = None
    if called and place:
        x, y = place
        canvas.circle(x, y, 4, "accent", stroke="surface", width=2)
        level = max(TOP + 8, _above(frame, today, x, y, called[2]))
        words_at = canvas.beside(x, level, called[2], role="cr", limits=(LEFT, 4)), level
    if today:
        _names(canvas, frame, curves, today, plan, place, words_at)
    return canvas.done(title, describe(curves), classes="grows")

"""Charts made of bars: a budget in blocks, columns over time, a tornado, small horizontal bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.core.ui import figures
from garrison.core.ui.charts.svg import Canvas, text_width

NARROW = 420
"""Below this width a tornado's names stand above their bars."""


@dataclass(frozen=True, slots=True)
class Block:
    """One initiative's share of the budget."""

    label: str
    amount: float


def budget_bar(
    blocks: Sequence[Block], budget: float, *, currency: str = "USD", width: float = 360, printed: bool = False
) -> SafeString:
    """The budget as one bar, a block for each initiative, what is left empty; over the budget, a mark at its end."""
    canvas = Canvas(width, 16, printed=printed)
    kept = [block for block in blocks if block.amount > 0]
    spent = sum(block.amount for block in kept)
    whole = max(budget, spent, 0.0) or 1.0
    canvas.rect(0.5, 0.5, width - 1, 15, "sunken", stroke="line-strong", radius=3)
    x = 1.0
    for index, block in enumerate(kept):
        step = (width - 2) * block.amount / whole
        tip = f"{block.label}: {figures.cost(block.amount, currency)}"
        canvas.rect(
            x, 1, max(step - 2, min(step, 1)), 14, "accent", opacity="0.95" if index % 2 == 0 else "0.7", tip=tip
        )
        x += step
    if spent > budget > 0:
        end = 1 + (width - 2) * budget / whole
        canvas.line(end, 0, end, 16, "crit", width=2)
    words = ngettext(
        "%(spent)s of %(budget)s in %(count)s initiative; %(left)s left.",
        "%(spent)s of %(budget)s in %(count)s initiatives; %(left)s left.",
        len(kept),
    )
    said = words % {
        "spent": figures.cost(spent, currency),
        "budget": figures.cost(budget, currency),
        "count": len(kept),
        "left": figures.cost(max(0.0, budget - spent), currency),
    }
    listed = "; ".join(f"{block.label} {figures.cost(block.amount, currency)}" for block in kept)
    return canvas.done(_("Budget"), f"{said} {listed}".strip(), classes="small-ok")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name under the axis, its height, and the value in words. `value` None leaves a gap."""

    label: str
    value: float | None
    words: str = ""


def columns(
    data: Sequence[Column], *, title: str, goal: float | None = None, goal_label: str = "",
    width: float = 252, height: float = 90, printed: bool = False,
) -> SafeString:  # fmt: skip
    """Columns over time, the last one in accent, with a dotted goal. First and last are named under the axis."""
    canvas = Canvas(width, height, printed=printed)
    base, top = height - 22, 6.0
    values = [column.value for column in data if column.value is not None]
    peak = max([*values, goal or 0.0, 0.0]) or 1.0
    goal_room = text_width(goal_label) + 6 if goal is not None and goal_label else 0
    room = width - goal_room
    step = room / max(1, len(data))
    thick = min(28.0, max(1.0, step * 0.66))
    for index, column in enumerate(data):
        if column.value is None:
            continue
        tall = (base - top) * max(0.0, column.value) / peak
        newest = index == len(data) - 1
        canvas.rect(
            index * step, base - tall, thick, max(tall, 1.0), "accent" if newest else "line-strong", radius=2,
            opacity="" if newest else "0.55", tip=f"{column.label}: {column.words or figures.number(column.value)}",
        )  # fmt: skip
    if goal is not None:
        y = base - (base - top) * max(0.0, goal) / peak
        canvas.line(0, y, width, y, "text", dash="1.5 3.5")
        if goal_label:
            canvas.text(width, y - 4 if y > 16 else y + 14, goal_label, anchor="end")
    if data:
        canvas.text(0, height - 4, data[0].label)
        if len(data) > 1:
            canvas.text((len(data) - 1) * step + thick, height - 4, data[-1].label, anchor="end")
    else:
        canvas.text(0, base - 8, _("Nothing counted yet"))
    said = ", ".join(
        f"{column.label} {_('not known') if column.value is None else column.words or figures.number(column.value)}"
        for column in data
    )
    return canvas.done(title, f"{said or _('Nothing counted yet')}. {goal_label}".strip(), classes="small-ok")


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one input moves the result: `low` below zero lowers it, `high` above zero raises it."""

    label: str
    low: float
    high: float


def tornado(
    swings: Sequence[Swing],
    *,
    title: str,
    centre: str = "",
    unit: float = 1.0,
    width: float = 500,
    printed: bool = False,
) -> SafeString:
    """Bars to the left lower the result, to the right raise it; widest first. `unit` divides the labels."""
    rows = sorted(swings, key=lambda swing: swing.high - swing.low, reverse=True)
    above = width < NARROW  # names stand above their bars where there is no room beside them
    tall = 42 if above else 26
    height = tall * len(rows) + 34 if rows else 60
    canvas = Canvas(width, height, printed=printed)
    if not rows:
        canvas.text(0, 24, _("No input moves the result."))
        return canvas.done(title, _("No input moves the result."))
    label_room = 0.0 if above else min(width * 0.46, max(text_width(row.label) for row in rows) + 8)
    left = max(0.0, *(-row.low for row in rows))
    right = max(0.0, *(row.high for row in rows))
    inner = max(40.0, width - label_room - 84)
    scale = inner / ((left + right) or 1.0)
    zero = label_room + 42 + left * scale
    said = []
    for index, row in enumerate(rows):
        y = 11 + tall * index
        low, high = min(0.0, row.low), max(0.0, row.high)
        canvas.text(0, y + (2 if above else 10), _fitted(row.label, width if above else label_room), role="tp")
        y += 10 if above else 0
        if low:
            canvas.rect(zero + low * scale, y, -low * scale, 14, "accent", opacity="0.45", tip=row.label)
            canvas.text(zero + low * scale - 4, y + 11, _signed(low / unit), anchor="end")
        if high:
            canvas.rect(zero, y, high * scale, 14, "accent", tip=row.label)
            canvas.text(zero + high * scale + 4, y + 11, _signed(high / unit))
        said.append(f"{row.label}: {_signed(low / unit)} … {_signed(high / unit)}")
    for index in range(len(rows) if above else 0):
        canvas.line(zero, 18 + tall * index, zero, 38 + tall * index, "text")
    if not above:
        canvas.line(zero, 4, zero, height - 24, "text")
    canvas.text(zero, height - 8, centre, anchor="middle")
    return canvas.done(title, "; ".join(said))


def _fitted(words: str, room: float) -> str:
    """The words, cut with an ellipsis where they would run into the bars."""
    if text_width(words) <= room:
        return words
    return words[: max(1, int(len(words) * room / text_width(words)) - 1)].rstrip() + "…"


def _signed(value: float) -> str:
    """A number with its sign, to two digits."""
    rounded = figures.rounded(value, 2)
    whole = int(rounded) if rounded == int(rounded) else rounded
    return figures.number(whole) if whole <= 0 else f"+{figures.number(whole)}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: name, value, and the value in words at its end. `kind` "crit" or "ok" colours it."""

    label: str
    value: float
    words: str
    kind: str = ""


def horizontal(
    bars: Sequence[Bar], *, title: str, whole: float | None = None, width: float = 360, printed: bool = False
) -> SafeString:
    """Small horizontal bars, one under another; `whole` is what a full bar means, else the largest value."""
    height = max(24, 36 * len(bars))
    canvas = Canvas(width, height, printed=printed)
    top = whole or max([bar.value for bar in bars], default=0.0) or 1.0
    for index, bar in enumerate(bars):
        y = 36 * index
        canvas.text(0, y + 13, _fitted(bar.label, width - text_width(bar.words) - 12), role="tp")
        canvas.text(width, y + 13, bar.words, anchor="end", role="tp")
        canvas.rect(0.5, y + 20.5, width - 1, 5, "sunken", stroke="line", radius=2.5)
        share = min(1.0, max(0.0, bar.value / top))
        if share:
            canvas.rect(0, y + 20, max(2.0, width * share), 6, bar.kind or "accent", radius=2.5)
    if not bars:
        canvas.text(0, 14, _("Nothing to show yet"))
    said = "; ".join(f"{bar.label}: {bar.words}" for bar in bars) or _("Nothing to show yet")
    return canvas.done(title, said, classes="small-ok")

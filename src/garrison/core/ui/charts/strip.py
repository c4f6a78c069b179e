"""The strip of one leaver's days: Left, In HR, Found, Now, and each use since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from garrison.core.ui import figures
from garrison.core.ui.charts.svg import Canvas, text_width

PAD = 16.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A named moment on the strip."""

    at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Use:
    """A use on the strip: a red dot, with a few words under it."""

    at: datetime
    label: str = ""


def strip(
    stops: Sequence[Stop], uses: Sequence[Use] = (), *, title: str, width: float = 612, printed: bool = False
) -> SafeString:
    """A dashed line from first to last stop, red when anything was used. A label without room is told, not drawn."""
    height = 84.0
    canvas = Canvas(width, height, printed=printed)
    points = sorted(stops, key=lambda stop: stop.at)
    marks = sorted(uses, key=lambda use: use.at)
    every = [stop.at for stop in points] + [use.at for use in marks]
    if not every:
        return canvas.done(title, _("Nothing is known yet."))
    first, last = min(every), max(every)
    span = (last - first).total_seconds() or 1.0
    inner = width - 2 * PAD - 14

    def x(at: datetime) -> float:
        return PAD + inner * (at - first).total_seconds() / span

    colour = "crit" if marks else "line-strong"
    canvas.line(PAD, 46, x(last), 46, colour, width=3, dash="9 4")
    _stops(canvas, points, x, width)
    for use in marks:
        canvas.circle(x(use.at), 46, 6, "crit", stroke="surface", width=2)
    taken = _ends(canvas, first, last, x, width)
    for use in marks:
        if not use.label:
            continue
        wide, middle = text_width(use.label), x(use.at)
        for anchor, left in (("", middle - 6), ("end", middle + 6 - wide), ("middle", middle - wide / 2)):
            if left > 0 and left + wide < width and all(left + wide + 8 < a or left > b + 8 for a, b in taken):
                spot = {"": middle - 6, "end": middle + 6, "middle": middle}[anchor]
                canvas.text(spot, 72, use.label, role="cr", anchor=anchor)
                taken.append((left, left + wide))
                break
    said = [f"{stop.label} {figures.moment(stop.at)}" for stop in points]
    said += [f"{use.label or _('used')} {figures.moment(use.at)}" for use in marks]
    return canvas.done(title, "; ".join(said), classes="grows")


def _stops(canvas: Canvas, points: Sequence[Stop], x, width: float) -> None:  # type: ignore[no-untyped-def]
    """Ticks with their names above the line; a name that would touch the one before it moves up a line."""
    ends = [-100.0, -100.0]
    for stop in points:
        at, wide = x(stop.at), text_width(stop.label)
        canvas.line(at, 38, at, 54, "text", width=1.5)
        for row, anchor, left in (
            *((0, *spot) for spot in (("middle", at - wide / 2), ("start", at - 2), ("end", at - wide))),
            *((1, *spot) for spot in (("middle", at - wide / 2), ("start", at), ("end", at - wide))),
        ):
            if left > ends[row] + 6 and left >= 0 and left + wide <= width:
                canvas.text(
                    {"middle": at, "start": left, "end": at}[anchor],
                    30 - 14 * row,
                    stop.label,
                    role="tx",
                    anchor=anchor,
                )
                ends[row] = left + wide
                break


def _ends(canvas: Canvas, first: datetime, last: datetime, x, width: float) -> list[tuple[float, float]]:  # type: ignore[no-untyped-def]
    """The dates at both ends, and the room they take."""
    start, end = (formats.date_format(figures.local(moment), "j M") for moment in (first, last))
    canvas.text(PAD, 72, start)
    taken = [(PAD, PAD + text_width(start))]
    if start != end:
        wide = text_width(end)
        right = min(width - 2, x(last) + wide / 2)
        canvas.text(right, 72, end, anchor="end")
        taken.append((right - wide, right))
    return taken

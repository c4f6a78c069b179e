"""The pen of all charts: SVG elements with escaped text, in screen colours (CSS variables) or print colours (hex)."""

import math
from collections.abc import Sequence
from html import escape
from zlib import crc32

from django.utils.safestring import SafeString, mark_safe

PRINT = {
    "accent": "#1d56c4",
    "band": "#1d56c4",
    "crit": "#b3261e",
    "warn": "#8a4b00",
    "ok": "#176639",
    "text": "#161a21",
    "muted": "#545c69",
    "grid": "#e8eaee",
    "line": "#e2e5ea",
    "line-strong": "#8b94a3",
    "surface": "#ffffff",
    "sunken": "#f0f2f5",
}
ROLES = {
    "": ("muted", 400),
    "tx": ("text", 540),
    "tp": ("text", 400),
    "cr": ("crit", 560),
    "ac": ("accent", 560),
    "okt": ("ok", 560),
}
BAND_OPACITY = "0.13"

Point = tuple[float, float]


def coordinate(value: float) -> str:
    """A coordinate with one decimal, never in exponents."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if math.isfinite(value) else "0"


class Canvas:
    """Collects the elements of one chart and closes them into an `<svg>` with title and description."""

    def __init__(self, width: float, height: float, *, printed: bool = False, font: str = "Inter") -> None:
        self.width, self.height, self.printed, self.font = width, height, printed, font
        self.parts: list[str] = []
        self.definitions: list[str] = []

    def colour(self, token: str) -> str:
        """A colour token as this canvas writes it; "none" stays."""
        if token in ("none", "currentColor") or token.startswith("url("):
            return token
        return PRINT[token] if self.printed else f"var(--{token})"

    def _paint(self, fill: str, stroke: str, stroke_width: float, dash: str, opacity: str, cap: str) -> str:
        """The presentation attributes of a shape."""
        said = f' fill="{self.colour(fill)}"' if fill else ""
        if stroke:
            said += f' stroke="{self.colour(stroke)}"' + (
                f' stroke-width="{stroke_width:g}"' if stroke_width != 1 else ""
            )
        if dash:
            said += f' stroke-dasharray="{dash}"'
        if cap:
            said += f' stroke-linecap="{cap}"'
        return said + (f' opacity="{opacity}"' if opacity else "")

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        stroke: str,
        *,
        width: float = 1,
        dash: str = "",
        cap: str = "",
    ) -> None:
        """A straight line."""
        c = coordinate
        paint = self._paint("", stroke, width, dash, "", cap)
        self.parts.append(f'<line x1="{c(x1)}" y1="{c(y1)}" x2="{c(x2)}" y2="{c(y2)}"{paint}/>')

    def path(
        self,
        d: str,
        *,
        fill: str = "none",
        stroke: str = "",
        width: float = 1,
        dash: str = "",
        opacity: str = "",
        cap: str = "",
    ) -> None:
        """A path from ready path data."""
        self.parts.append(f'<path d="{d}"{self._paint(fill, stroke, width, dash, opacity, cap)}/>')

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *,
        stroke: str = "", radius: float = 0, opacity: str = "", stroke_width: float = 1, tip: str = "",
    ) -> None:  # fmt: skip
        """A rectangle; `tip` is the tooltip that a pointer shows."""
        c = coordinate
        rx = f' rx="{c(radius)}"' if radius else ""
        inner = f"><title>{escape(tip)}</title></rect>" if tip else "/>"
        paint = self._paint(fill, stroke, stroke_width, "", opacity, "")
        self.parts.append(
            f'<rect x="{c(x)}" y="{c(y)}" width="{c(max(0, width))}" height="{c(max(0, height))}"{rx}{paint}{inner}'
        )

    def circle(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "", width: float = 1) -> None:
        """A circle."""
        c = coordinate
        self.parts.append(
            f'<circle cx="{c(x)}" cy="{c(y)}" r="{c(radius)}"{self._paint(fill, stroke, width, "", "", "")}/>'
        )

    def diamond(self, x: float, y: float, radius: float = 5) -> None:
        """An agreed point: a hollow diamond."""
        r, c = radius, coordinate
        self.path(f"M{c(x - r)} {c(y)}l{r} -{r}l{r} {r}l-{r} {r}z", fill="surface", stroke="text", width=1.75)

    def text(self, x: float, y: float, words: str, *, role: str = "", anchor: str = "") -> None:
        """A line of text; `role` is a key of ROLES, `anchor` "middle" or "end"."""
        c = coordinate
        said = f' text-anchor="{anchor}"' if anchor else ""
        if self.printed:
            token, weight = ROLES[role]
            said += f' fill="{PRINT[token]}" font-weight="{weight if weight != 540 else 560}"'
        elif role:
            said += f' class="{role}"'
        self.parts.append(f'<text x="{c(x)}" y="{c(y)}"{said}>{escape(words)}</text>')

    def beside(
        self, x: float, y: float, words: str, *, gap: float = 10, role: str = "", limits: tuple[float, float] = (0, 4)
    ) -> float:
        """A label to the right of a point, to the left where the right has no room, else as near as it fits.

        ``limits`` are what stays free at the canvas's left and right edge. Gives where the words begin.
        """
        wide = 1.08 * text_width(words)  # labels are set bolder than what the guess is for
        if x + gap + wide < self.width - limits[1]:
            self.text(x + gap, y, words, role=role)
            return x + gap
        end = x - gap if x - gap - wide > limits[0] else self.width - limits[1]
        self.text(end, y, words, role=role, anchor="end")
        return end - wide

    def raw(self, markup: str) -> None:
        """Markup of our own making: group tags and clip paths."""
        self.parts.append(markup)

    def hatch(self, name: str) -> str:
        """Define the red hatch of a breach and give the paint that uses it."""
        colour = self.colour("crit")
        self.definitions.append(
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<line x1="0" y1="0" x2="0" y2="6" stroke="{colour}" stroke-width="2" opacity=".55"/></pattern>'
        )
        return f"url(#{name})"

    def clip(self, name: str, x: float, y: float, width: float, height: float) -> str:
        """Define a clipping rectangle and give the attribute that uses it."""
        c = coordinate
        self.definitions.append(
            f'<clipPath id="{name}"><rect x="{c(x)}" y="{c(y)}" width="{c(width)}" height="{c(height)}"/></clipPath>'
        )
        return f'clip-path="url(#{name})"'

    def done(self, title: str, description: str, *, classes: str = "") -> SafeString:
        """The finished chart. Screen charts name themselves to screen readers; print charts carry their font."""
        body = "".join(self.parts)
        name = f"g{crc32((title + description + body).encode()):08x}"
        wide, tall = coordinate(self.width), coordinate(self.height)
        size = f'viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}"'
        defs = f"<defs>{''.join(self.definitions)}</defs>" if self.definitions else ""
        head = f'<title id="{name}t">{escape(title)}</title><desc id="{name}d">{escape(description)}</desc>'
        if self.printed:
            font = f'font-family="{escape(self.font)}" font-size="12" fill="{PRINT["muted"]}"'
            start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>'
        else:
            css = f' class="{classes}"' if classes else ""
            start = f'<svg {size}{css} role="img" aria-labelledby="{name}t {name}d">'
        return mark_safe(f"{start}{head}{defs}{body}</svg>")  # noqa: S308 every text above is escaped, every number formatted


def unique(*contents: object) -> str:
    """A short name for definitions, the same for the same contents, so that two charts on a page do not share one."""
    return f"c{crc32(repr(contents).encode()):08x}"


def polyline(points: Sequence[Point]) -> str:
    """Path data through `points`."""
    c = coordinate
    return "M" + "L".join(f"{c(x)} {c(y)}" for x, y in points) if points else ""


def nice_step(span: float, parts: int = 5) -> float:
    """A step of 1, 2, 2.5, 3 or 5 times a power of ten that cuts `span` into at most about `parts` pieces."""
    if not span > 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, parts)
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1, 2, 2.5, 3, 5, 10) if m * power >= raw * 0.999), 10 * power)


def linear_ticks(low: float, high: float, parts: int = 5) -> list[float]:
    """Round values from `low` to `high`."""
    step = nice_step(high - low, parts)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)][:50]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between `low` and `high`; powers of ten only over more than four decades."""
    if not (0 < low < high):
        return []
    multiples = (1, 2, 5) if math.log10(high / low) <= 4 else (1,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [m * 10.0**power for power in powers for m in multiples]
    return [tick for tick in ticks if low * 0.9999 <= tick <= high * 1.0001]


def thinned(points: Sequence[Point], most: int = 240) -> list[Point]:
    """At most about `most` of the points, first and last always."""
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(index * step)] for index in range(most)]


def text_width(words: str, size: float = 12) -> float:
    """A generous guess of a line's width in Inter."""
    return sum(0.29 if letter in " .,;:'!ilj|1()" else 0.88 if letter in "mwMW@%" else 0.57 for letter in words) * size

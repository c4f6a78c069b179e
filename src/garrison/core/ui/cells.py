"""Small pieces of HTML that lists and templates share: what a cell of a row may hold. All text is escaped.

They are functions rather than templates because a page of a hundred rows draws a thousand of them.
"""

from datetime import date, datetime
from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from garrison.core.ui import figures

KINDS = {
    "": "",
    "crit": "alert-triangle",
    "warn": "alert-triangle",
    "ok": "circle-check",
    "acc": "info-circle",
    "mute": "lock",
}
_BARS = ((0, 9, 3), (4, 6, 6), (8, 3, 9), (12, 0, 12))
_TOP = (
    '<svg width="15" height="12" viewBox="0 0 15 12" aria-hidden="true"><rect width="15" height="12" rx="3" '
    'fill="currentColor"/><path class="ink" d="M7.5 2.6v4.2M7.5 8.6v1" stroke-width="1.6" '
    'stroke-linecap="round"/></svg>'
)


@lru_cache(maxsize=1)
def _sprite() -> str:
    """The address of the icon sprite; asked once, since a manifest look-up for each icon adds up."""
    return static("web/dist/icons.svg")


@lru_cache(maxsize=1024)
def icon(name: str, kind: str = "", label: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers unless it has a label; words always stand beside it."""
    if not name:
        return mark_safe("")
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="ti{}" {}><use href="{}#{}"/></svg>', f" {kind}" if kind else "", says, _sprite(), name
    )


def two(fact: object, context: object = "", *, url: str = "", kind: str = "", plain: bool = False) -> SafeString:
    """The usual cell: a fact (a link when `url` is given) and below it one line of context, coloured by `kind`."""
    weight = " plain" if plain else ""
    first = (
        format_html('<a class="t1{}" href="{}">{}</a>', weight, url, fact)
        if url
        else format_html('<span class="t1{}">{}</span>', weight, fact)
    )
    if context == "" or context is None:
        return first
    return format_html('{}<span class="t2{}">{}</span>', first, f" {kind}" if kind else "", context)


def text(value: object, *, muted: bool = False) -> SafeString:
    """One plain line; a dash for nothing."""
    if value is None or value == "":
        return format_html('<span class="muted">{}</span>', "–")
    return format_html('<span class="muted">{}</span>', value) if muted else format_html("{}", value)


def state(words: object, kind: str = "", symbol: str = "") -> SafeString:
    """A state badge: mark, two or three words, tint. Kinds: crit, warn, ok, acc, mute or none. At most one a row."""
    mark = icon(symbol or KINDS.get(kind, ""))
    return format_html('<span class="st{}">{}{}</span>', f" {kind}" if kind else "", mark, words)


@lru_cache(maxsize=8)
def _bars(level: int) -> SafeString:
    """The four bars of a priority, filled up to `level`; the filled mark for level 5."""
    if level >= 5:
        return mark_safe(_TOP)  # noqa: S308 a constant of ours
    rects = "".join(
        f'<rect{"" if index < level else " class=off"} x="{x}" y="{y}" '
        f'width="3" height="{h}" rx="1" fill="currentColor"/>'
        for index, (x, y, h) in enumerate(_BARS)
    )
    return mark_safe(f'<svg width="15" height="12" viewBox="0 0 15 12" aria-hidden="true">{rects}</svg>')  # noqa: S308 numbers only


def priority(level: int, words: object, reason: object = "") -> SafeString:
    """Bars by level 1 to 5, the deadline class in words, and below it the reason."""
    level = min(5, max(1, level))
    head = format_html('<span class="pr p{}">{}{}</span>', level, _bars(level), words)
    return format_html('{}<span class="t2">{}</span>', head, reason) if reason else head


def due(value: date | datetime | None, at: date | datetime, *, done: bool = False) -> SafeString:
    """A due date and how it stands, coloured only when it needs action."""
    if value is None:
        return format_html('<span class="muted">{}</span>', _("no date"))
    stands = figures.due(value, at, done=done)
    date_text = figures.day(value, at=at)
    if done:
        return format_html('<span class="num">{}</span>', date_text)
    return format_html(
        '<span class="num">{}</span><span class="t2{}">{}</span>',
        date_text,
        f" {stands.kind}" if stands.kind else "",
        stands.words,
    )


def when(value: date | datetime | None, at: date | datetime | None = None) -> SafeString:
    """A date, or a date and time, with how long ago below it when `at` is given."""
    if value is None:
        return format_html('<span class="muted">{}</span>', _("never"))
    said = figures.moment(value, at=at) if isinstance(value, datetime) else figures.day(value, at=at)
    if at is None:
        return format_html('<span class="num">{}</span>', said)
    return format_html('<span class="num">{}</span><span class="t2">{}</span>', said, figures.ago(value, at))


def money(
    value: figures.Number | None,
    low: figures.Number | None = None,
    high: figures.Number | None = None,
    *,
    currency: str = "USD",
    url: str = "",
    period: str = "",
    counted: bool = False,
    signed: bool = False,
) -> SafeString:
    """Money, its period, and its estimate's interval below. With `url` the number opens its derivation."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    amount = (
        figures.full_money(value, currency, signed=signed) if counted else figures.money(value, currency, signed=signed)
    )
    if period:
        amount = f"{amount} {period}"
    head = (
        format_html('<a class="num" href="{}">{}</a>', url, amount)
        if url
        else format_html('<span class="num">{}</span>', amount)
    )
    if low is None or high is None:
        return format_html('<span class="mon">{}</span>', head)
    return format_html(
        '<span class="mon">{}<span class="iv">{}</span></span>', head, figures.estimate(low, high, currency)
    )


def evidence(words: object, url: str = "", symbol: str = "file-search") -> SafeString:
    """Where a claim comes from: source and row, as a link when it can be opened."""
    if not url:
        return format_html('<span class="ev muted">{}{}</span>', icon(symbol), words)
    return format_html('<a class="ev" href="{}">{}{}</a>', url, icon(symbol), words)


def link(words: object, url: str) -> SafeString:
    """A number or a code that opens: dotted underline."""
    return format_html('<a class="num" href="{}">{}</a>', url, words)


def share(value: float, total: float, words: object, *, label: str = "") -> SafeString:
    """A figure over a thin bar of its share of `total`."""
    return format_html(
        '<span class="num">{}</span><progress class="acc" value="{}" max="{}" aria-label="{}"></progress>',
        words,
        f"{max(0.0, value):.6g}",
        f"{total if total > 0 else 1:.6g}",
        label or figures.percent(value / total if total > 0 else 0),
    )


def avatar(name: str, *, large: bool = False) -> SafeString:
    """A person's initials in a circle; decoration beside the name."""
    return format_html('<span class="av{}" aria-hidden="true">{}</span>', " l" if large else "", figures.initials(name))

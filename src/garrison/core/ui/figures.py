"""Numbers, money and dates as a reader wants them: two significant digits for judged money, a date in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone  # noqa: TID251 local time and formats, never the clock
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Number = int | float | Decimal

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "AUD": "A$", "CAD": "C$", "NZD": "NZ$"}
UNITS = ((1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k"))
ONE = 1e-6
"""Two ends of a range that differ by a smaller share than this are one number."""

MINUS = "−"
LARGEST = 1e300


def number(value: Number | None, decimals: int | None = None) -> str:
    """A number with thousands separated as the reader's locale has it: 2,418."""
    if value is None:
        return "–"
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    if decimals is None and isinstance(value, float) and value == int(value):
        value = int(value)
    amount = Decimal(abs(value)) if isinstance(value, int) else max(value, -value)
    text = formats.number_format(amount, decimals, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if value < 0 else text


def counted(amount: int, plural: str) -> str:
    """A number of English things by their plural: 2 open services, 1 open service, 1 host down, 1 access exception."""
    words = plural.split(" ")
    if amount == 1 and words[0] == "people":
        words[0] = "person"
    elif amount == 1:
        place = next((i for i, word in enumerate(words) if word.endswith("s") and not word.endswith("ss")), None)
        if place is not None:
            word = words[place]
            words[place] = f"{word[:-3]}y" if word.endswith("ies") else word[: -2 if word.endswith("sses") else -1]
    return f"{amount:,} {' '.join(words)}"


def rounded(value: float, digits: int) -> float:
    """`value` with `digits` significant digits."""
    if not value or not math.isfinite(value):
        return 0.0
    if abs(value) > LARGEST:
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _unit(value: float) -> tuple[int, str]:
    """The largest unit that `value`, rounded to three digits, fills."""
    return next(((size, name) for size, name in UNITS if rounded(value, 3) >= size), (1, ""))


def _scaled(value: float, size: int, digits: int, *, trim: bool) -> str:
    """`value` in units of `size`, at least `digits` significant digits."""
    part = rounded(value, digits) / size
    if part == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(part)))
    text = formats.number_format(Decimal(repr(round(part, 9))), places, use_l10n=True, force_grouping=True)
    point = formats.get_format("DECIMAL_SEPARATOR", use_l10n=True)
    return text.rstrip("0").rstrip(point) if trim and point in text else text


def _currency(text: str, currency: str, sign: str) -> str:
    """The amount with its currency: a symbol where one is known, else the code."""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{currency}\u00a0{text}"


def money(
    value: Number | None, currency: str = "USD", *, digits: int = 2, trim: bool = False, signed: bool = False
) -> str:
    """Judged money in two significant digits: $1.5M, $590k, $84k. `trim` drops a trailing zero (an agreed $2M)."""
    if value is None or not math.isfinite(float(value)):
        return "–"
    amount = abs(float(value))
    sign = MINUS if value < 0 else ("+" if signed and value > 0 else "")
    size, name = _unit(rounded(amount, digits))
    if size == 1:
        return _currency(
            number(round(rounded(amount, digits))), currency, sign if round(rounded(amount, digits)) else ""
        )
    return _currency(_scaled(amount, size, digits, trim=trim) + name, currency, sign)


def full_money(value: Number | None, currency: str = "USD", *, signed: bool = False) -> str:
    """Counted money, to the unit: $590,000."""
    if value is None:
        return "–"
    sign = MINUS if value < 0 else ("+" if signed and value > 0 else "")
    whole = Decimal(value) if not isinstance(value, float) else Decimal(repr(value))
    places = 0 if whole == whole.to_integral_value() else 2
    return _currency(formats.number_format(abs(whole), places, use_l10n=True, force_grouping=True), currency, sign)


def cost(value: Number | None, currency: str = "USD") -> str:
    """A cost or a budget, which are facts and never rounded: $595k, $1.25M, $1,234,567."""
    if value is None or not math.isfinite(float(value)):
        return "–"
    amount = float(value)
    for digits in (2, 3, 4):
        if abs(amount) >= UNITS[-1][0] and rounded(amount, digits) == amount:
            return money(amount, currency, digits=digits, trim=True)
    return full_money(value, currency)


def interval(low: Number, high: Number, currency: str = "USD") -> str:
    """An estimate's range in one unit: $0.9M to $2.6M; where both ends are one, nobody gave a range and it says so."""
    top = max(abs(float(low)), abs(float(high)))
    if top and abs(float(high) - float(low)) <= ONE * top:
        return _("no range given")
    size, name = _unit(rounded(top, 2))
    if size == 1 or abs(float(low)) < size / 10:
        return _("%(low)s to %(high)s") % {"low": money(low, currency), "high": money(high, currency)}
    ends = [
        _currency(
            _scaled(abs(float(end)), size, 2, trim=abs(float(end)) < size) + name, currency, MINUS if end < 0 else ""
        )
        for end in (low, high)
    ]
    return _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}


def estimate(low: Number, high: Number, currency: str = "USD") -> str:
    """The interval with its word: estimate $0.9M to $2.6M."""
    said = interval(low, high, currency)
    return said if said == _("no range given") else _("estimate %(range)s") % {"range": said}


def chance(share: Number | None) -> str:
    """A probability as a count a person can picture: 19 in 100, 2.1 in 100, 4 in 1,000, 1 in a million."""
    if share is None or not math.isfinite(float(share)):
        return "–"
    part = min(1.0, max(0.0, float(share)))
    if part == 0:
        return _("none")
    if part < 0.000_001:
        return _("less than 1 in a million")
    base = next(base for base in (100, 1_000, 10_000, 100_000, 1_000_000) if part * base >= 1 or base == 1_000_000)
    count = part * base
    text = (
        number(round(count)) if count >= 10 else number(round(count, 1), None if round(count, 1) == round(count) else 1)
    )
    return _("%(count)s in %(base)s") % {"count": text, "base": number(base)}


def percent(share: Number | None, decimals: int = 0) -> str:
    """A share of a named base: 36 %. Under one percent it says so."""
    if share is None or not math.isfinite(float(share)):
        return "–"
    part = float(share) * 100
    if decimals == 0 and 0 < part < 1:
        return "<\u202f1\u00a0%"
    return f"{number(round(part, decimals), decimals)}\u00a0%"


def day(value: date | datetime | None, *, year: bool | None = None, at: date | datetime | None = None) -> str:
    """A date as people say it: Wed 11 Mar; with the year when it is not the year of `at`."""
    if value is None:
        return "–"
    there = local(value)
    with_year = year if year is not None else (at is not None and local(at).year != there.year)
    return formats.date_format(there, "D j M Y" if with_year else "D j M")


def moment(value: datetime | None, *, at: date | datetime | None = None) -> str:
    """A date with its time: Wed 11 Mar, 16:00."""
    if value is None:
        return "–"
    return f"{day(value, at=at)}, {formats.date_format(local(value), 'H:i')}"


def local(value: date | datetime) -> date | datetime:
    """A moment in the reader's time zone; a date as it is."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _date(value: date | datetime) -> date:
    """The local day of a moment."""
    there = local(value)
    return there.date() if isinstance(there, datetime) else there


@dataclass(frozen=True, slots=True)
class Due:
    """How a due date stands: the words, and the class that colours them ("crit", "warn" or "")."""

    words: str
    kind: str

    def __str__(self) -> str:
        return self.words


def due(value: date | datetime | None, at: date | datetime, *, done: bool = False) -> Due:
    """Time to a due date in words: due today 16:00, 1 day left, 3 days past due."""
    if value is None:
        return Due(_("no date"), "")
    days = (_date(value) - _date(at)).days
    if done:
        return Due(day(value, at=at), "")
    if days < 0:
        return Due(ngettext("%(days)s day past due", "%(days)s days past due", -days) % {"days": number(-days)}, "crit")
    if days == 0:
        past = isinstance(value, datetime) and isinstance(at, datetime) and value < at
        clock = f" {formats.date_format(local(value), 'H:i')}" if isinstance(value, datetime) else ""
        return Due((_("was due today") if past else _("due today")) + clock, "crit")
    words = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": number(days)}
    return Due(words, "crit" if days == 1 else "warn" if days == 2 else "")


def ago(value: date | datetime | None, at: date | datetime) -> str:
    """How long ago, in the largest unit that fits: 22 min ago, 3 h ago, 5 days ago."""
    if value is None:
        return _("never")
    if isinstance(value, datetime) and isinstance(at, datetime) and 0 <= (at - value).total_seconds() < 86_400:
        minutes = int((at - value).total_seconds() // 60)
        if minutes < 1:
            return _("just now")
        return _("%(n)s min ago") % {"n": minutes} if minutes < 60 else _("%(n)s h ago") % {"n": minutes // 60}
    days = (_date(at) - _date(value)).days
    if days < 0:
        return day(value, at=at)
    return _("today") if days == 0 else ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": number(days)}


def duration(seconds: Number | None) -> str:
    """A length of time in two units: 8 h 18 min, 1 d 21 h, 44 days, 12 s."""
    if seconds is None:
        return "–"
    whole = round(float(seconds))
    if whole < 60:
        return _("%(n)s s") % {"n": max(0, whole)}
    minutes, hours = whole // 60 % 60, whole // 3600 % 24
    days = whole // 86_400
    if days > 2:
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}
    if days:
        return f"{_('%(n)s d') % {'n': days}} {_('%(n)s h') % {'n': hours}}" if hours else _("%(n)s d") % {"n": days}
    if hours:
        return (
            f"{_('%(n)s h') % {'n': hours}} {_('%(n)s min') % {'n': minutes}}"
            if minutes
            else _("%(n)s h") % {"n": hours}
        )
    return _("%(n)s min") % {"n": minutes}


def initials(name: str) -> str:
    """Two letters for an avatar: the first of the first and of the last word."""
    words = [word for word in name.replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "?"


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}

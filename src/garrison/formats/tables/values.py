"""What a cell of text may mean: numbers, shares, money, dates, times, answers, lists and maps; else why it may not."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

NUMBER = re.compile(
    r"(?=[+-]?\.?\d)[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ \u00a0\u202f']\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?"
)
MONEY_MARKS = re.compile(r"^[$€£¥]\s*|\s*[$€£¥]$|^[A-Z]{3}\s+|\s+[A-Z]{3}$")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?(?:\s*([AaPp])\.?[Mm]\.?)?")
LARGEST = Decimal(10) ** 15
YES = frozenset(("yes", "y", "true", "1", "x", "on"))
NO = frozenset(("no", "n", "false", "0", "off"))


class Bad(Exception):
    """A cell that cannot be taken; ``field`` is set where the fault lies in another column than the one being read."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def number(text: str) -> Decimal:
    """A plain number such as 1200000, 1,200,000 or 1.5e6; a decimal comma is refused, as it would be a guess."""
    found = NUMBER.fullmatch(text)
    if found is None:
        if re.fullmatch(r"[+-]?[\d.]*,\d+", text):
            raise Bad(f"{_shown(text)} may use a comma as the decimal mark. Write 1234.56.")
        raise Bad(f"{_shown(text)} is not a number. Write it like 1234.56 or 1,234.56.")
    value = Decimal(re.sub(r"[, \u00a0\u202f']", "", text))
    if abs(value) >= LARGEST:
        raise Bad(f"{_shown(text)} is too large. Numbers are below 10^15.")
    return value


def money(text: str) -> Decimal:
    """A sum of at least 0, with or without a currency sign."""
    value = number(MONEY_MARKS.sub("", text, count=1))
    if value < 0:
        raise Bad(f"{_shown(text)} is negative. Write a sum of 0 or more.")
    return value


def measure(text: str) -> float:
    """A number of at least 0, such as a rate or a duration."""
    value = number(text)
    if value < 0:
        raise Bad(f"{_shown(text)} is negative. Write a number of 0 or more.")
    return float(value)


def whole(text: str) -> int:
    """A whole number of at least 0."""
    value = number(text)
    if value < 0 or value != value.to_integral_value():
        raise Bad(f"{_shown(text)} is not a whole number of 0 or more.")
    return int(value)


def days(text: str) -> int:
    """A whole number of days of at least 1."""
    value = whole(text)
    if not 1 <= value <= 36_500:
        raise Bad(f"{_shown(text)} is not a number of days from 1 to 36,500.")
    return value


def share(text: str) -> float:
    """A share from 0 to 1; ``40 %`` is 0.4, a bare 40 is refused."""
    value = number(text[:-1].rstrip()) / 100 if text.endswith("%") else number(text)
    if not 0 <= value <= 1:
        raise Bad(f"{_shown(text)} is not from 0 to 1. Write 40 % as 0.4 or as 40 %.")
    return float(value)


def currency(text: str) -> str:
    """An ISO 4217 code, by its shape."""
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise Bad(f"{_shown(text)} is not a currency code. Write three letters such as USD.")
    return text.upper()


def yes_no(text: str) -> bool:
    """An answer: yes, y, true, 1, x, on or no, n, false, 0, off."""
    answer = text.casefold()
    if answer in YES or answer in NO:
        return answer in YES
    raise Bad(f"{_shown(text)} is neither yes nor no.")


def words(**meanings: str) -> Callable[[str], str]:
    """A parser of one of a few words: ``words(active="active enabled", lost="lost stolen")``.

    Words are compared as header names are, so a meaning's words are written without spaces.
    """
    known = {word: meaning for meaning, several in meanings.items() for word in (meaning, *several.split())}

    def parse(text: str) -> str:
        meaning = known.get(re.sub(r"[\s_\-/]+", "", text).casefold())
        if meaning is None:
            raise Bad(f"{_shown(text)} is not known here. Write one of: {', '.join(meanings)}.")
        return meaning

    return parse


def items(text: str) -> tuple[str, ...]:
    """A list separated by semicolons, in its order, without blanks and repetitions."""
    return tuple(dict.fromkeys(filter(None, (item.strip() for item in text.split(";")))))


def shares(text: str) -> dict[str, float]:
    """A map such as ``R-01:0.4; R-03:80 %``."""
    found: dict[str, float] = {}
    for item in items(text):
        code, colon, value = item.rpartition(":")
        if not colon or not code.strip() or not value.strip():
            raise Bad(f"{_shown(item)} is not a pair. Write a map like R-01:0.4; R-03:0.8.")
        if code.strip() in found:
            raise Bad(f"{_shown(code.strip())} appears twice in the map.")
        found[code.strip()] = share(value.strip())
    return found


def day(text: str) -> date:
    """A date: ISO, with or without a time of day; also 31.12.2026 and those slashed dates that have one reading."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        found = _other_day(text.partition(" ")[0])
    return _plausible(found, text)


def moment(text: str) -> datetime:
    """A time, aware if the text names its zone (then in UTC), else naive. Slashed dates with AM or PM are US ones."""
    if len(text) >= 16 and text[4] == "-":
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is not None:
            if found.tzinfo is not None and found.tzinfo is not UTC:
                found = _in_utc(found, text)
            if 1970 <= found.year < 2200:
                return found
    return _other_moment(text)


def us_moment(text: str) -> datetime:
    """A time as `moment` reads it, with slashed dates taken as month/day/year throughout."""
    slashed = SLASHED.match(text)
    if slashed is None:
        return moment(text)
    month, number_of_day, year = slashed.groups()
    return _with_clock(_date(year, month, number_of_day, text), text[slashed.end() :].strip(), text)


def _in_utc(found: datetime, text: str) -> datetime:
    try:
        return found.astimezone(UTC)
    except OverflowError as problem:
        raise Bad(f"{_shown(text)} is not a time. Write it like 2026-11-20T08:01:11Z.") from problem


def _other_moment(text: str) -> datetime:
    for shape in (SLASHED, DOTTED):
        found = shape.match(text)
        if found is not None:
            clock = text[found.end() :].strip()
            if shape is SLASHED and clock[-1:] in "mM.":
                return us_moment(text)
            return _with_clock(_plausible(_other_day(found.group()), text), clock, text)
    raise Bad(f"{_shown(text)} is not a time. Write it like 2026-11-20T08:01:11Z.")


def _with_clock(on: date, clock: str, text: str) -> datetime:
    found = CLOCK.fullmatch(clock)
    try:
        if found is None:
            raise ValueError
        hour, minute, second, fraction, half = found.groups()
        hours = int(hour)
        # 08:01 PM is evening; 20:01 PM, which one vendor writes, says nothing new.
        if half and hours <= 12:
            hours = hours % 12 + (12 if half in "pP" else 0)
        return datetime(  # noqa: DTZ001 - the zone is the caller's to say
            on.year, on.month, on.day, hours, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0"))
        )
    except ValueError:
        raise Bad(f"{_shown(text)} is not a time. Write it like 2026-11-20T08:01:11Z.") from None


def _other_day(text: str) -> date:
    dotted, slashed = DOTTED.fullmatch(text), SLASHED.fullmatch(text)
    if dotted is not None:
        first, second, year = dotted.groups()
        return _date(year, second, first, text)
    if slashed is not None:
        first, second, year = slashed.groups()
        if int(first) <= 12 and int(second) <= 12 and first != second:
            raise Bad(f"{_shown(text)} may be two different days. Write dates like 2026-11-20.")
        return _date(year, second, first, text) if int(first) > 12 else _date(year, first, second, text)
    turned = re.fullmatch(r"(\d{4})/(\d{1,2})/(\d{1,2})", text)
    if turned is not None:
        return _date(turned[1], turned[2], turned[3], text)
    raise Bad(f"{_shown(text)} is not a date. Write it like 2026-11-20.")


def _date(year: str, month: str, number_of_day: str, text: str) -> date:
    try:
        return date(int(year), int(month), int(number_of_day))
    except ValueError:
        raise Bad(f"{_shown(text)} is not a date. Write it like 2026-11-20.") from None


def _plausible(found: date, text: str) -> date:
    if not 1900 <= found.year < 2200:
        raise Bad(f"{_shown(text)} lies before 1900 or after 2199. Write the date like 2026-11-20.")
    return found


def ordered(values: Mapping[str, object], first: str, second: str, *, strictly: bool = False) -> None:
    """Raise `Bad` unless ``first`` lies before ``second`` (or both on one spot) where both are given."""
    low, high = values.get(first), values.get(second)
    if low is not None and high is not None and (low > high or (strictly and low == high)):  # type: ignore[operator]
        raise Bad(f"{_shown(str(high))} must {'be above' if strictly else 'not be below'} {first} {low}.", second)


def _shown(text: str) -> str:
    """A cell as quoted in a reason: short and without control characters."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text[:60])
    return f"“{clean}{'…' if len(text) > 60 else ''}”"

"""What a cell may mean, and why it may not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.formats.tables import values
from garrison.formats.tables.values import Bad


@pytest.mark.parametrize(
    ("parse", "text", "wanted"),
    [
        (values.number, "1200000", Decimal(1200000)),
        (values.number, "1,200,000", Decimal(1200000)),
        (values.number, "1 200 000.50", Decimal("1200000.50")),
        (values.number, "1'200", Decimal(1200)),
        (values.number, "-.5", Decimal("-0.5")),
        (values.number, "1.5e6", Decimal("1.5e6")),
        (values.money, "$1,200,000", Decimal(1200000)),
        (values.money, "1200 EUR", Decimal(1200)),
        (values.money, "USD 5", Decimal(5)),
        (values.money, "12 €", Decimal(12)),
        (values.measure, "0.25", 0.25),
        (values.whole, "40", 40),
        (values.days, "90", 90),
        (values.share, "40 %", 0.4),
        (values.share, "40%", 0.4),
        (values.share, "1", 1.0),
        (values.currency, "usd", "USD"),
        (values.yes_no, "Yes", True),
        (values.yes_no, "off", False),
        (values.items, "a; b;;a", ("a", "b")),
        (values.shares, "R-01:0.4; R:2: 80 %", {"R-01": 0.4, "R:2": 0.8}),
        (values.day, "2026-11-20", date(2026, 11, 20)),
        (values.day, "2026-11-20T08:01:11Z", date(2026, 11, 20)),
        (values.day, "2026-11-20 08:01", date(2026, 11, 20)),
        (values.day, "20.11.2026", date(2026, 11, 20)),
        (values.day, "20/11/2026", date(2026, 11, 20)),
        (values.day, "11/20/2026 8:00", date(2026, 11, 20)),
        (values.day, "5/5/2026", date(2026, 5, 5)),
        (values.day, "2026/1/2", date(2026, 1, 2)),
        (values.moment, "2026-11-20T08:01:11Z", datetime(2026, 11, 20, 8, 1, 11, tzinfo=UTC)),
        (values.moment, "2026-11-20T08:01:11+02:00", datetime(2026, 11, 20, 6, 1, 11, tzinfo=UTC)),
        (values.moment, "2026-11-20 08:01:11", datetime(2026, 11, 20, 8, 1, 11)),
        (values.moment, "20.11.2026 08:01", datetime(2026, 11, 20, 8, 1)),
        (values.moment, "20/11/2026 08:01:11.25", datetime(2026, 11, 20, 8, 1, 11, 250000)),
        (values.moment, "1/2/2026 8:01 PM", datetime(2026, 1, 2, 20, 1)),
        (values.us_moment, "1/2/2026 12:01 a.m.", datetime(2026, 1, 2, 0, 1)),
        (values.us_moment, "1/2/2026 20:01:00 PM", datetime(2026, 1, 2, 20, 1)),
        (values.us_moment, "2026-01-02 20:01", datetime(2026, 1, 2, 20, 1)),
    ],
)
def test_taken(parse: Callable[[str], object], text: str, wanted: object) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("parse", "text", "reason"),
    [
        (values.number, "1.234,56", "comma as the decimal mark"),
        (values.number, "1,5", "comma as the decimal mark"),
        (values.number, "12k", "not a number"),
        (values.number, "nan", "not a number"),
        (values.number, "e5", "not a number"),
        (values.number, "12,34,567", "not a number"),
        (values.number, "1e300", "too large"),
        (values.money, "-1", "negative"),
        (values.measure, "-1", "negative"),
        (values.whole, "1.5", "not a whole number"),
        (values.whole, "-1", "not a whole number"),
        (values.days, "0", "days from 1"),
        (values.share, "40", "not from 0 to 1"),
        (values.share, "-1 %", "not from 0 to 1"),
        (values.currency, "dollars", "three letters"),
        (values.yes_no, "perhaps", "neither yes nor no"),
        (values.shares, "R-01", "not a pair"),
        (values.shares, ":0.4", "not a pair"),
        (values.shares, "R-01:0.4;R-01:0.5", "twice"),
        (values.words(on="lit"), "dim", "one of: on"),
        (values.day, "1/2/2026", "two different days"),
        (values.day, "31.02.2026", "not a date"),
        (values.day, "2026-02-31", "not a date"),
        (values.day, "soon", "not a date"),
        (values.day, "0001-01-01", "before 1900"),
        (values.moment, "2026-11-20", "not a time"),
        (values.moment, "2026-11-20 25:00:00", "not a time"),
        (values.moment, "1066-11-20 08:00:00", "not a time"),
        (values.moment, "0001-01-01T00:00:00+05:00", "not a time"),
        (values.moment, "20.11.2026 25:00", "not a time"),
        (values.moment, "20.11.2026 noon", "not a time"),
        (values.us_moment, "20/11/2026 08:00", "not a date"),
        (values.day, "x" * 100 + "\x07", "…"),
    ],
)
def test_refused(parse: Callable[[str], object], text: str, reason: str) -> None:
    with pytest.raises(Bad) as caught:
        parse(text)
    assert reason in caught.value.reason


def test_order() -> None:
    values.ordered({"a": 1, "b": 1}, "a", "b")
    values.ordered({"a": 1}, "a", "b")
    with pytest.raises(Bad, match="must be above a 1"):
        values.ordered({"a": 1, "b": 1}, "a", "b", strictly=True)
    with pytest.raises(Bad, match="must not be below"):
        values.ordered({"a": 2, "b": 1}, "a", "b")


PARSERS = (
    *(values.number, values.money, values.measure, values.whole, values.days, values.share, values.currency),
    *(values.yes_no, values.items, values.shares, values.day, values.moment, values.us_moment, values.words(a="b c")),
)


@settings(deadline=None)
@given(st.text() | st.text(alphabet="0123456789.,:/-+eE %$TZ ampAMPM"), st.sampled_from(PARSERS))
def test_any_text_is_taken_or_bad(text: str, parse: Callable[[str], object]) -> None:
    with suppress(Bad):
        parse(text)

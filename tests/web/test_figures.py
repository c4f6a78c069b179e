from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from garrison.core.ui import figures

AT = datetime(2026, 3, 10, 8, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1_453_000, "$1.5M"), (590_000, "$590k"), (84_321, "$84k"), (14_200_000, "$14M"), (2_000_000, "$2.0M"),
        (999_999, "$1.0M"), (2_700, "$2.7k"), (840, "$840"), (20, "$20"), (0, "$0"), (-30_000, "−$30k"),
        (1.2e9, "$1.2bn"),
        (0.4, "$0"), (-0.4, "$0"), (Decimal("590000"), "$590k"), (None, "–"), (float("inf"), "–"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_judged_money_has_two_significant_digits(value, said):
    assert figures.money(value) == said


def test_money_in_other_currencies_and_with_signs():
    assert figures.money(1_000_000, "CHF") == "CHF\u00a01.0M"
    assert figures.money(31_000, signed=True) == "+$31k"
    assert figures.money(2_000_000, trim=True) == "$2M"
    assert figures.full_money(Decimal("590000")) == "$590,000"
    assert figures.full_money(Decimal("12.50"), "EUR") == "€12.50"
    assert figures.full_money(-3, signed=True) == "−$3"
    assert figures.full_money(None) == "–"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (900_000, 2_600_000, "$0.9M to $2.6M"), (550_000, 1_600_000, "$0.55M to $1.6M"),
        (14_000, 58_000, "$14k to $58k"),
        (3_800_000, 11_000_000, "$3.8M to $11M"), (1_000, 5_000_000, "$1.0k to $5.0M"), (0, 40, "$0 to $40"),
        (0, 0, "$0 to $0"),
    ],
)  # fmt: skip
def test_an_interval_is_told_in_one_unit(low, high, said):
    assert figures.interval(low, high) == said
    assert figures.estimate(low, high) == f"estimate {said}"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.19, "19 in 100"), (0.021, "2.1 in 100"), (0.004, "4 in 1,000"), (1, "100 in 100"), (0, "none"),
        (7, "100 in 100"),
        (1e-9, "less than 1 in a million"), (None, "–"), (2e-6, "2 in 1,000,000"), (0.01, "1 in 100"),
    ],
)  # fmt: skip
def test_a_chance_is_a_count(share, said):
    assert figures.chance(share) == said


def test_percent_and_number():
    assert figures.percent(0.363) == "36\u00a0%"
    assert figures.percent(0.004) == "<\u202f1\u00a0%"
    assert figures.percent(None) == "–"
    assert figures.number(2418) == "2,418"
    assert figures.number(-2418.0) == "−2,418"
    assert figures.number(float("nan")) == "–"
    with translation.override("de"):
        assert figures.number(2418) == "2.418"


@pytest.mark.parametrize(
    ("days", "said", "kind"),
    [
        (0, "due today", "crit"), (1, "1 day left", "crit"), (2, "2 days left", "warn"), (6, "6 days left", ""),
        (-1, "1 day past due", "crit"), (-1200, "1,200 days past due", "crit"),
    ],
)  # fmt: skip
def test_due_in_words(days, said, kind):
    stands = figures.due(AT.date() + timedelta(days=days), AT)
    assert (stands.words, stands.kind) == (said, kind)
    assert str(stands) == said


def test_due_at_a_time_and_without_a_date():
    assert figures.due(AT.replace(hour=16, minute=0), AT).words == "due today 16:00"
    assert figures.due(AT.replace(hour=6, minute=0), AT).words == "was due today 06:00"
    assert figures.due(None, AT).words == "no date"
    assert figures.due(AT.date(), AT, done=True).kind == ""


def test_dates_say_the_year_only_when_it_differs():
    assert figures.day(date(2026, 3, 11), at=AT) == "Wed 11 Mar"
    assert figures.day(date(2025, 3, 11), at=AT) == "Tue 11 Mar 2025"
    assert figures.day(None) == "–"
    assert figures.moment(AT) == "Tue 10 Mar, 08:42"
    assert figures.moment(None) == "–"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=20), "just now"), (timedelta(minutes=22), "22 min ago"), (timedelta(hours=3), "3 h ago"),
        (timedelta(days=5), "5 days ago"), (timedelta(days=-3), "Fri 13 Mar"),
    ],
)  # fmt: skip
def test_ago(before, said):
    assert figures.ago(AT - before, AT) == said


def test_ago_of_days():
    assert figures.ago(None, AT) == "never"
    assert figures.ago(AT.date(), AT) == "today"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (12, "12 s"), (-3, "0 s"), (29_880, "8 h 18 min"), (162_000, "1 d 21 h"), (44 * 86_400, "44 days"),
        (3_600, "1 h"),
        (172_800, "2 d"), (120, "2 min"), (None, "–"),
    ],
)  # fmt: skip
def test_duration(seconds, said):
    assert figures.duration(seconds) == said


def test_initials_and_lists():
    assert figures.initials("Odile Fenwright") == "OF"
    assert figures.initials("d.vesk") == "DV"
    assert figures.initials("  ") == "?"
    assert figures.listed([]) == ""
    assert figures.listed(["a", "b", "c"]) == "a, b and c"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_has_a_text(value):
    for say in (figures.money, figures.chance, figures.percent, figures.number):
        assert say(value)


@pytest.mark.parametrize(
    ("amount", "plural", "said"),
    [
        (1, "files", "1 file"), (2, "files", "2 files"), (0, "files", "0 files"), (1_200, "hosts", "1,200 hosts"),
        (1, "vulnerabilities", "1 vulnerability"), (1, "open services", "1 open service"), (1, "people", "1 person"),
        (1, "hosts down", "1 host down"), (1, "access exceptions", "1 access exception"), (2, "people", "2 people"),
        (1, "addresses", "1 address"), (1, "software", "1 software"),
    ],
)  # fmt: skip
def test_one_thing_is_not_many(amount, plural, said):
    assert figures.counted(amount, plural) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (595_000, "$595k"),
        (Decimal("600000.00"), "$600k"),
        (1_234_567, "$1,234,567"),
        (1_250_000.0, "$1.25M"),
        (2_000_000, "$2M"),
        (12.5, "$12.50"),
        (999, "$999"),
        (0, "$0"),
        (None, "–"),
    ],
)
def test_a_cost_is_a_fact_and_never_rounded(value, said):
    assert figures.cost(value) == said

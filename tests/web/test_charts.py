import math
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.core.ui import charts
from garrison.core.ui.charts.loss import describe, value_at
from garrison.core.ui.charts.svg import linear_ticks, log_ticks, nice_step, text_width, thinned
from garrison.web.samples import frontier, loss_curves

EVIL = "<script>alert(1)</script>\"'&"
T0 = datetime(2026, 2, 27, 17, tzinfo=UTC)


def parsed(svg):
    """Well-formed, named, without style or script, every number finite."""
    root = ElementTree.fromstring(str(svg))
    assert root.find("{*}title") is not None or root.find("title") is not None
    assert root.find("{*}desc") is not None or root.find("desc") is not None
    assert "style=" not in svg
    assert "<script" not in svg
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>.*?</\1>", "", svg)
    assert not re.search(r'="-?\d*\.?\d+e[+-]?\d', svg)
    return root


ONE_OF_EACH = [
    lambda printed: charts.loss_exceedance(loss_curves(), printed=printed),
    lambda printed: charts.efficient_frontier(frontier(), printed=printed),
    lambda printed: charts.budget_bar([charts.Block(EVIL, 10), charts.Block("b", 5)], 12, printed=printed),
    lambda printed: charts.columns(
        [charts.Column(EVIL, 3), charts.Column("b", None)], title=EVIL, goal=2, goal_label=EVIL, printed=printed
    ),
    lambda printed: charts.tornado([charts.Swing(EVIL, -3, 4)], title=EVIL, centre=EVIL, printed=printed),
    lambda printed: charts.horizontal([charts.Bar(EVIL, 3, EVIL)], title=EVIL, printed=printed),
    lambda printed: charts.strip([charts.Stop(T0, EVIL)], [charts.Use(T0, EVIL)], title=EVIL, printed=printed),
]


@pytest.mark.parametrize("draw", ONE_OF_EACH)
@pytest.mark.parametrize("printed", [False, True])
def test_charts_are_sound_and_escape_their_text(draw, printed):
    svg = draw(printed)
    parsed(svg)
    assert ("var(--" in svg) is not printed
    assert ("xmlns=" in svg) is printed


NOTHING = [
    lambda: charts.loss_exceedance(charts.LossCurves(today=[])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[(0, 0.5), (1e6, 0)])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[(1e6, 0.1)])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[(1e6, 0.1)], appetite=[(1e6, 0.05)])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[], plan=[(1e3, 0.2), (1e4, 0.1)])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[(1, 1), (1e15, 1e-12)], appetite=[(1e3, 1e-9)])),
    lambda: charts.loss_exceedance(charts.LossCurves(today=[(float("nan"), 0.5), (5, float("inf"))])),
    lambda: charts.efficient_frontier(charts.Frontier([])),
    lambda: charts.efficient_frontier(charts.Frontier([(0, 0)])),
    lambda: charts.efficient_frontier(charts.Frontier([(0, 5), (0, 5)], [charts.Mark(0, 5, "x", chosen=True)])),
    lambda: charts.budget_bar([], 0),
    lambda: charts.budget_bar([charts.Block("a", 0)], 10),
    lambda: charts.columns([], title="t"),
    lambda: charts.columns([charts.Column("a", 0)], title="t", goal=0),
    lambda: charts.tornado([], title="t"),
    lambda: charts.tornado([charts.Swing("a", 0, 0)], title="t"),
    lambda: charts.horizontal([], title="t"),
    lambda: charts.horizontal([charts.Bar("a", 0, "none")], title="t", whole=0),
    lambda: charts.strip([], title="t"),
    lambda: charts.strip([charts.Stop(T0, "Left")], title="t"),
]


@pytest.mark.parametrize("draw", NOTHING)
def test_degenerate_input_still_draws(draw):
    parsed(draw())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e14), st.floats(0, 1)), max_size=12),
    st.lists(st.tuples(st.floats(0, 1e14), st.floats(0, 1)), max_size=3),
)
def test_any_curve_draws(points, appetite):
    parsed(charts.loss_exceedance(charts.LossCurves(today=points, plan=points[:3], appetite=appetite)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e12), st.floats(0, 1e12)), max_size=12))
def test_any_frontier_draws(points):
    parsed(charts.efficient_frontier(charts.Frontier(points)))


def test_the_loss_curve_says_what_it_shows():
    svg = charts.loss_exceedance(loss_curves())
    for words in ("1 in 20", "$2M", "Today", "Appetite", "With plan 2026", "19 in 100 at $2M; appetite 15"):
        assert words in svg
    assert "stroke-dasharray" in svg
    assert "<pattern" in svg
    assert "appetite is 15 in 100" in describe(loss_curves())
    low, high = charts.breach_range(loss_curves())
    assert low == pytest.approx(2e6)
    assert 4e6 < high < 1e7


def test_without_a_breach_there_is_no_hatch_and_no_callout():
    curves = charts.LossCurves(today=[(1e5, 0.2), (1e6, 0.02)], appetite=[(1e5, 0.9), (1e6, 0.5)])
    svg = charts.loss_exceedance(curves)
    assert "<pattern" not in svg
    assert 'class="cr"' not in svg
    assert charts.breach_range(curves) is None


def test_interpolation_is_straight_on_log_log():
    points = [(10.0, 0.1), (1000.0, 0.001)]
    assert value_at(points, 100) == pytest.approx(0.01)
    assert value_at(points, 5) is None
    assert value_at([], 5) is None


def test_ticks_are_round_at_any_size():
    assert nice_step(10, 5) == 2
    assert nice_step(0) == 1
    assert linear_ticks(0, 1_500_000, 5) == [0, 300_000, 600_000, 900_000, 1_200_000, 1_500_000]
    assert log_ticks(1, 100) == [1, 2, 5, 10, 20, 50, 100]
    assert log_ticks(0, 5) == []
    assert all(math.log10(t) == int(math.log10(t)) for t in log_ticks(1, 1e9))
    assert len(thinned([(i, i) for i in range(10_000)], 50)) == 50


def test_two_equal_charts_have_equal_names_and_others_not():
    one, two = charts.loss_exceedance(loss_curves()), charts.loss_exceedance(loss_curves(), width=600)
    assert charts.loss_exceedance(loss_curves()) == one
    assert set(re.findall(r'id="(\w+)"', one)).isdisjoint(re.findall(r'id="(\w+)"', two))


def test_the_strip_tells_every_use_even_without_room():
    uses = [charts.Use(T0 + timedelta(hours=i), f"use number {i}") for i in range(30)]
    svg = charts.strip([charts.Stop(T0, "Left"), charts.Stop(T0 + timedelta(hours=30), "Now")], uses, title="t")
    assert "use number 29" in ElementTree.fromstring(svg).find("desc").text


def test_over_budget_is_marked():
    assert "var(--crit)" in charts.budget_bar([charts.Block("a", 20)], 10)
    assert "var(--crit)" not in charts.budget_bar([charts.Block("a", 9)], 10)


def test_on_a_phone_a_chart_is_drawn_anew_with_every_word_inside():
    curves = charts.LossCurves(
        today=[(2e5, 0.9), (2e6, 0.19), (2e7, 0.004)], plan=[(2e5, 0.7), (2e6, 0.11), (2e7, 0.002)],
        appetite=[(2e6, 0.15), (1e7, 0.03)], plan_label="With plan 2026",
    )  # fmt: skip
    frontier = charts.Frontier([(0, 1.4e6), (6e5, 9e5)], [charts.Mark(6e5, 9e5, "Plan 2026: $900k at $600k", True)])
    swings = [charts.Swing("C-16 Daily count of Schedule II stock", -12e3, 26e3)]
    for drawn in (
        charts.both(charts.loss_exceedance, height=300)(curves),
        charts.both(charts.efficient_frontier, height=260)(frontier),
        charts.both(charts.tornado)(swings, title="What moves it", unit=1000),
    ):
        page, phone = drawn.split('<div class="on-phone">')
        assert 'viewBox="0 0 326 ' in phone
        assert 'viewBox="0 0 326 ' not in page
        boxes = []
        for x, y, anchor, words in re.findall(
            r'<text x="([-.0-9]+)" y="([-.0-9]+)"(?: text-anchor="(\w+)")?[^>]*>([^<]+)', phone
        ):
            wide = text_width(words)
            left = float(x) - {"end": wide, "middle": wide / 2}.get(anchor, 0)
            assert left >= -2, words
            assert left + wide <= 330, words
            boxes.append((left, left + wide, float(y), words))
        for left, right, y, words in boxes:
            near = [w for a, b, v, w in boxes if w != words and abs(v - y) < 9 and a < right - 4 and b > left + 4]
            assert not near, (words, near)


def test_a_phones_labels_stay_inside_and_off_the_curve() -> None:
    frontier = charts.Frontier(
        [(0, 1.45e6), (5.9e5, 8.9e5), (1.5e6, 6e5)], [charts.Mark(5.9e5, 8.9e5, "Plan 2026: $890k at $590k", True)]
    )
    drawn = charts.efficient_frontier(frontier, width=326, height=260)
    assert re.search(r'<text x="322" [^>]*text-anchor="end"[^>]*>Plan 2026', drawn)
    today = [(1e5 * 1.1**n, 0.9 * 0.93**n) for n in range(50)]
    curves = charts.LossCurves(today=today, appetite=[(2e6, 0.05), (1e7, 0.03)])
    drawn = charts.loss_exceedance(curves, width=326, height=300)
    point = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
    words = re.search(r'<text x="[\d.]+" y="([\d.]+)"[^>]*>[^<]*appetite 5<', drawn)
    assert point
    assert words
    assert float(words[1]) < float(point[2]) - 20

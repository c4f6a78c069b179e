from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from garrison.core.models import Job
from garrison.core.ui import cells, progress

AT = datetime(2026, 3, 10, 8, 42, tzinfo=UTC)
EVIL = "<b>&"


@pytest.mark.parametrize(
    "drawn",
    [
        cells.two(EVIL, EVIL, url=EVIL, kind="crit"),
        cells.two(EVIL),
        cells.text(EVIL),
        cells.text(EVIL, muted=True),
        cells.state(EVIL, "crit"),
        cells.priority(9, EVIL, EVIL),
        cells.evidence(EVIL, EVIL),
        cells.evidence(EVIL),
        cells.link(EVIL, EVIL),
        cells.avatar(EVIL),
        cells.share(1, 0, EVIL),
        cells.money(5, url=EVIL),
        cells.icon("bug", "", EVIL),
    ],
)
def test_cells_escape(drawn):
    assert "<b>" not in drawn
    assert "style=" not in drawn


def test_cells_say_what_is_missing():
    assert "–" in cells.text(None)
    assert "no date" in cells.due(None, AT)
    assert "never" in cells.when(None)
    assert "–" in cells.money(None)
    assert cells.icon("") == ""


def test_due_and_when_cells():
    assert 'class="t2 crit"' in cells.due(date(2026, 3, 11), AT)
    assert "t2" not in cells.due(date(2026, 3, 11), AT, done=True)
    assert "1 day ago" in cells.when(date(2026, 3, 9), AT)
    assert "Tue 10 Mar, 08:42" in cells.when(AT)


def test_money_cells():
    assert "estimate $0.9M to $2.6M" in cells.money(1_453_000, 900_000, 2_600_000, period="a year")
    assert "$1,453,000" in cells.money(1_453_000, counted=True)


def test_priority_fills_its_bars():
    assert cells.priority(2, "60 days").count("class=off") == 2
    assert "class=off" not in cells.priority(4, "3 days")
    assert cells.priority(0, "x").count("class=off") == 3


@pytest.mark.parametrize(
    ("state", "done", "total", "left"),
    [
        ("waiting", 0, 0, "waiting for a worker"), ("running", 50, 100, "about 1 min left"),
        ("running", 0, 100, "started"),
        ("running", 5, 0, "started"), ("done", 100, 100, "done in 30 s"), ("failed", 3, 100, "failed after 30 s"),
        ("cancelled", 3, 100, "cancelled after 30 s"),
    ],
)  # fmt: skip
def test_progress_tells_counts_and_time_left(state, done, total, left):
    started = None if state == "waiting" else AT.replace(minute=41)
    job = Job(
        label="Import", state=state, done=done, total=total, started=started, finished=AT.replace(minute=41, second=30)
    )
    stands = progress.standing(job, at=AT)
    assert stands.left == left
    assert stands.ended is (state in ("done", "failed", "cancelled"))
    assert ("of" in stands.counts) is bool(total)


def render(source, **context):
    request = RequestFactory().get("/x?tab=a&q=1")
    return Template("{% load garrison %}" + source).render(Context({"request": request, "at": AT, **context}))


def test_tags_and_filters():
    assert render("{{ v|money }} {{ v|full_money }} {{ v|signed_money }}", v=1_453_000) == "$1.5M $1,453,000 +$1.5M"
    assert render("{{ v|number }} {{ p|chance }} {{ s|duration }}", v=2418, p=0.19, s=60) == "2,418 19 in 100 1 min"
    assert render("{% due d at as stands %}{{ stands.words }}", d=date(2026, 3, 11)) == "1 day left"
    assert render("{% interval 900000 2600000 %}") == "$0.9M to $2.6M"
    assert render('{% query tab="b" q=None %}') == "tab=b"
    assert render("{{ d|day_or_moment }}", d=AT) == "Tue 10 Mar, 08:42"
    assert render('{{ "a, b"|split|listed }}') == "a and b"
    assert 'href="' in render('{% icon "bug" %}')
    assert "&lt;" in render("{% state words %}", words="<")

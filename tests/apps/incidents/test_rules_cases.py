"""Rules of cases: severity, gates, four factors, timeline days, facts in words, playbooks as data, mails, cards."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from garrison.apps.incidents import rules
from garrison.apps.incidents.rules.mail import UnreadableMail, read_mail
from garrison.apps.incidents.rules.playbooks import read
from garrison.engines.clocks import InvalidFact

EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("told", "people", "level"),
    [
        ({}, 0, 4),
        ({"critical": True}, 0, 3),
        ({"used": True}, 0, 3),
        ({"critical": True, "used": True}, 0, 2),
        ({"drugs": True}, 0, 2),
        ({"records": True}, 499, 2),
        ({"records": True}, 500, 1),
        ({"stopped": True}, 0, 2),
        ({"stopped": True, "ongoing": True}, 0, 1),
        ({"life": True, "drugs": True}, 0, 1),
        ({"ongoing": True}, 0, 3),
    ],
)
def test_severity_by_the_rule(told: dict[str, bool], people: int, level: int) -> None:
    judged = rules.severity(told, people)
    assert judged.level == level
    assert judged.reason


def test_only_closing_blocks() -> None:
    worst = rules.Work(open_containing=2, open_tasks=3, open_clocks=1, facts_missing=1, lessons_without_owner=1)
    for phase in ("triaged", "containing", "recovering", "reviewed"):
        assert rules.gate(phase, worst).blocks == ()
    closing = rules.gate("closed", worst)
    assert len(closing.blocks) == 4
    assert len(closing.advice) == 2
    assert rules.gate("recovering", worst).advice[-1].startswith("2 ")
    done = rules.Work(commander=True, causes=1, held_review=True)
    assert rules.gate("closed", done) == rules.Gate()


@pytest.mark.parametrize(
    ("levels", "low"),
    [
        (["low"] * 4, True),
        (["low", "low", "low", "medium"], True),
        (["low", "low", "medium", "medium"], False),
        (["low", "low", "low", "high"], False),
        (["low", "low", "low", ""], False),
        (["medium"] * 4, False),
    ],
)
def test_the_four_factors(levels: list[str], low: bool) -> None:
    answers = {name: {"level": level} for name, level in zip(rules.FACTORS, levels, strict=True)}
    verdict, against = rules.weigh(answers)
    assert verdict is low
    assert bool(against) is not low


@dataclass
class Happened:
    at: datetime
    at_latest: datetime | None = None


def test_days_name_their_zone_and_the_change_of_clocks() -> None:
    told = [
        Happened(datetime(2026, 3, 8, 2, 37, 22, tzinfo=UTC)),
        Happened(datetime(2026, 3, 8, 8, 10, tzinfo=UTC)),
        Happened(datetime(2026, 3, 9, 10, 12, tzinfo=UTC), datetime(2026, 3, 9, 10, 21, tzinfo=UTC)),
        Happened(datetime(2026, 3, 9, 10, 12, tzinfo=UTC), datetime(2026, 3, 10, 10, 21, tzinfo=UTC)),
    ]
    days = rules.days(told, EASTERN)
    assert [(day.zone, day.offset, day.changes) for day in days] == [
        ("EST", "UTC−5", False),
        ("EDT", "UTC−4", True),
        ("EDT", "UTC−4", False),
    ]
    assert [placed.words for day in days for placed in day.placed] == [
        "21:37:22",
        "04:10",
        "06:12 – 06:21",
        "06:12 – Tue 06:21",
    ]


@pytest.mark.parametrize(
    ("zone", "words"), [("UTC", "UTC"), ("Asia/Kolkata", "UTC+5:30"), ("America/St_Johns", "UTC−3:30")]
)
def test_offsets_in_words(zone: str, words: str) -> None:
    assert rules.offset_words(datetime(2026, 1, 5, tzinfo=ZoneInfo(zone))) == words


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("480", 480, 480), ("1,200", 1200, 1200), ("40 to 60", 40, 60), ("40-60", 40, 60), ("500 or more", 500, None)],
)
def test_counts_in_words(text: str, low: int, high: int | None) -> None:
    assert rules.count_value(text) == {"low": low, "high": high}


@pytest.mark.parametrize("text", ["", "many", "60 to 40", "-3", "1.5", "²", "9" * 12])
def test_counts_that_are_none(text: str) -> None:
    with pytest.raises(InvalidFact):
        rules.count_value(text)


def test_residents_by_state() -> None:
    told = rules.residents_value("NY 480, california 12 to 40\nNJ: 3")
    assert told == {"NY": {"low": 480, "high": 480}, "CA": {"low": 12, "high": 40}, "NJ": {"low": 3, "high": 3}}
    assert rules.told_words(told) == "CA 12 – 40, NJ 3, NY 480"
    for wrong in ("480", "NY", "NY 1\nny 2", " "):
        with pytest.raises(InvalidFact):
            rules.residents_value(wrong)


def test_every_fact_has_words() -> None:
    words = rules.catalogue()
    assert rules.known_facts() <= words.keys()
    assert rules.label("residents.NY") == "Of them, by state (NY)"
    assert str(rules.catalogue(["own_cyber_insurer_told_at"])["own_cyber_insurer_told_at"].label) == "Cyber insurer"


def test_twelve_playbooks_that_can_be_followed() -> None:
    books = rules.playbooks()
    assert len(books) == 12
    for book in books.values():
        assert rules.due_steps(book, {})
        everything = {question.name: True for question in book.questions}
        assert len(rules.due_steps(book, everything)) >= len(rules.due_steps(book, {}))
        for question in book.questions:
            branch = {
                step.code for value in (True, False) for step in rules.due_steps(book, {question.name: value})
            } - {step.code for step in rules.due_steps(book, {})}
            assert branch or any(question.name == name for step in book.steps for name, _ in step.when)
    assert {category for book in books.values() for category in book.categories} <= rules.CATEGORIES.keys()
    assert rules.suggested("badge-misuse")[0].code == "leaver-badge"


PLAYBOOK = """
code = "x"
title = "X"
version = "1"
says = "y"
categories = ["other"]
[[steps]]
code = "a"
title = "A"
phase = "containing"
"""


@pytest.mark.parametrize(
    "text",
    [
        "code = ",
        'code = "x"',
        PLAYBOOK.replace("containing", "dancing"),
        PLAYBOOK.replace("other", "nothing"),
        PLAYBOOK + "when = { nobody_asks = true }\n",
        PLAYBOOK + PLAYBOOK[PLAYBOOK.index("[[steps]]") :],
        PLAYBOOK + "unknown = 1\n",
    ],
)
def test_playbooks_that_contradict_themselves(text: str) -> None:
    assert read(PLAYBOOK).steps[0].within == 24
    with pytest.raises(rules.InvalidPlaybook):
        read(text)


def test_mails_are_read_and_others_refused() -> None:
    html = (
        b"From: a@b.c\r\nSubject: =?utf-8?q?T=C3=BCr?=\r\nContent-Type: text/html\r\n\r\n<p>Door</p><script>x</script>"
    )
    mail = read_mail(html)
    assert (mail.subject, mail.text, mail.sent) == ("Tür", "Door", None)
    for raw in (b"", b"just words", b"\x00\xff\xfe"):
        with pytest.raises(UnreadableMail):
            read_mail(raw)
    odd = b"From: a@b.c\r\nContent-Type: text/plain; charset=nonsense\r\n\r\ncaf\xc3\xa9"
    assert read_mail(odd).text.startswith("caf")


@pytest.mark.parametrize(
    ("left", "latest", "words"),
    [
        (timedelta(hours=8, minutes=18), None, "8 h 18 min"),
        (timedelta(days=1, hours=21), None, "1 d 21 h"),
        (timedelta(days=44), None, "44 days"),
        (timedelta(days=57), timedelta(days=59), "57 to 59 days"),
        (timedelta(hours=-2), None, "2 h 0 min late"),
    ],
)
def test_time_left_in_words(left: timedelta, latest: timedelta | None, words: str) -> None:
    assert rules.left_words(left, latest) == words


def test_a_moment_that_ends_before_it_begins() -> None:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    with pytest.raises(InvalidFact):
        rules.moment_value(at, at - timedelta(seconds=1))


@pytest.mark.parametrize("template", ["holding", "staff", "individuals", "authority", "executives"])
def test_drafts_name_what_is_missing(template: str) -> None:
    told: dict[str, Any] = {
        "code": "INC-2026-001", "title": "Door forced", "organisation": "Larkmere", "site": "General",
        "detected": datetime(2026, 3, 9, tzinfo=UTC), "to": "", "phases": [], "zone": EASTERN,
    }  # fmt: skip
    words = rules.draft_words(template, facts={}, **told)
    assert words is not None
    assert "%(" not in words.text
    assert words.outside is (template not in ("staff", "executives"))
    assert rules.draft_words("nothing", facts={}, **told) is None
    counted = rules.draft_words("authority", facts={"individuals": {"low": 612, "high": 612}}, **told)
    assert counted is not None
    assert "612" in counted.text


def test_the_hour_alone() -> None:
    assert rules.to_the_hour(datetime(2026, 3, 9, 8, 59, 59, 5, tzinfo=UTC)) == datetime(2026, 3, 9, 8, tzinfo=UTC)

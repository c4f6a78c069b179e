"""Decisions about policies: every step of both lives, quorum, review clock, diffs, quiz, text, templates, voiding."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.apps.policies import rules
from garrison.apps.policies.rules.differences import paragraphs
from garrison.apps.policies.rules.lifecycle import VERBS
from garrison.apps.policies.selectors import templates

DAY = date(2026, 3, 9)

ALLOWED = {
    ("edit", "draft"): "draft",
    ("edit", "review"): "draft",
    ("edit", "approved"): "draft",
    ("submit", "draft"): "review",
    ("approve", "review"): "approved",
    ("refuse", "review"): "draft",
    ("publish", "approved"): "published",
    ("supersede", "published"): "superseded",
    ("retire", "published"): "retired",
    ("retire", "draft"): "retired",
}
"""The state diagram, written a second time by hand."""

EXCEPTIONS = {
    ("approve", "requested"): "approved",
    ("refuse", "requested"): "refused",
    ("withdraw", "requested"): "ended",
    ("end", "approved"): "ended",
    ("expire", "approved"): "expired",
    ("void", "approved"): "voided",
}


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, rules.STATES)))
def test_every_pair_of_step_and_state(verb: str, state: str) -> None:
    assert rules.after(verb, state) == ALLOWED.get((verb, state), "")
    assert bool(rules.why_not(verb, state)) is ((verb, state) not in ALLOWED)


def test_every_pair_of_an_exception() -> None:
    verbs = {move.verb for move in rules.EXCEPTION_MOVES}
    for verb, state in product(verbs, rules.EXCEPTION_STATES):
        assert rules.exception_after(verb, state) == EXCEPTIONS.get((verb, state), "")


def test_nothing_comes_back_from_the_end() -> None:
    assert not [move for move in rules.MOVES if move.source in ("superseded", "retired")]
    assert not [m for m in rules.EXCEPTION_MOVES if m.source not in ("requested", "approved")]


@given(st.lists(st.sampled_from(["", "approve", "refuse"]), min_size=1, max_size=6), st.integers(1, 6))
def test_quorum_by_brute_force(said: list[str], quorum: int) -> None:
    if quorum > len(said):
        quorum = len(said)
    free = said.count("")
    reachable = said.count("approve") + free >= quorum
    expected = "approve" if said.count("approve") >= quorum else "" if reachable else "refuse"
    assert rules.tally(said, quorum) == expected


def test_who_may_be_named() -> None:
    assert rules.why_not_named(0, 1, author_named=False)
    assert rules.why_not_named(2, 3, author_named=False)
    assert rules.why_not_named(2, 0, author_named=False)
    assert "wrote" in rules.why_not_named(2, 1, author_named=True)
    assert rules.why_not_named(2, 2, author_named=False) == ""


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 9), 24, date(2028, 3, 9)),
    ],
)
def test_months_end_where_the_month_does(start, months, end) -> None:
    assert rules.add_months(start, months) == end


def test_how_a_review_stands() -> None:
    said = [
        rules.review_standing(due, DAY) for due in (None, date(2026, 3, 8), DAY, date(2026, 4, 8), date(2026, 4, 9))
    ]
    assert said == ["none", "overdue", "due", "due", "ok"]


def joined(changes: list[rules.Change], kept: str) -> list[str]:
    whole = ("".join(p.text for p in change.pieces if p.kind in ("same", kept)) for change in changes)
    return [text for text in whole if text]


LINES = st.lists(st.text("ab c.-#", min_size=1, max_size=14), max_size=8).map("\n\n".join)


@given(LINES, LINES)
@settings(max_examples=150)
def test_a_diff_holds_both_texts_whole(old: str, new: str) -> None:
    changes = rules.compare(old, new)
    assert joined(changes, "removed") == paragraphs(old)
    assert joined(changes, "added") == paragraphs(new)


def test_words_are_compared_within_a_paragraph() -> None:
    old = "# Rules\n\nDoors close at 20:00 every day.\n\n- keys are counted\n- badges are worn"
    new = "# Rules\n\nDoors close at 21:00 every day.\n\n- keys are counted\n- nobody props a door\n- badges are worn"
    changes = rules.compare(old, new)
    assert [change.kind for change in changes] == ["same", "changed", "same", "added", "same"]
    assert [(p.kind, p.text) for p in changes[1].pieces][1:3] == [("removed", "20:00"), ("added", "21:00")]
    assert {change.kind for change in rules.compare(old, old)} == {"same"}
    assert [c.kind for c in rules.compare("alpha beta gamma", "one two three")] == ["removed", "added"]


def test_very_long_paragraphs_are_not_compared_word_by_word() -> None:
    assert [c.kind for c in rules.compare("a " * 5000, "a " * 5001)] == ["removed", "added"]


def test_a_quiz_is_read_written_and_scored() -> None:
    text = "? Who is told?\n- nobody\n* security\n\n? When?\n* at once\n- later"
    questions, wrong = rules.parse_quiz(text)
    assert not wrong
    assert [q.right for q in questions] == [1, 0]
    assert rules.parse_quiz(rules.write_quiz(questions))[0] == questions
    assert [rules.score(questions, said) for said in ({}, {0: 1}, {0: 1, 1: 0}, {0: 0, 1: 9})] == [0, 50, 100, 0]
    assert rules.score([], {}) == 100


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "- a",
        "? q\n- a\n- b",
        "? q\n* a\n* b",
        "? q\n* a",
        "?\n* a",
        "? q\n" + "- a\n" * 9,
        "? q\n* a\n- b\n" * 21,
    ],
)
def test_a_quiz_that_cannot_be_asked_says_why(text: str) -> None:
    questions, wrong = rules.parse_quiz(text)
    assert questions == []
    assert wrong


HOSTILE = """# <img src=x onerror=alert(1)>

<script>alert(1)</script> <a href="javascript:alert(1)">x</a>
[y](javascript:alert(1)) [z](JaVaScRiPt:alert(1)) [d](data:text/html,<script>alert(1)</script>) ![p](http://evil/p.png)
<style>body{display:none}</style> <iframe src="//evil"></iframe> [ok](https://example.org "t\\" onmouseover=alert(1)")
"""


class Tags(HTMLParser):
    """Collects the elements and addresses of a page, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs


def elements(text: str) -> Tags:
    found = Tags()
    found.feed(rules.render(text))
    return found


def test_markdown_brings_words_and_nothing_else() -> None:
    found = elements(HOSTILE)
    assert set(found.seen) <= {"h2", "p", "a"}
    assert {name for name, _ in found.attributes} <= {"href", "rel", "title"}
    addresses = [value for name, value in found.attributes if name == "href"]
    assert set(addresses) == {"https://example.org", "http://evil/p.png"}, "a picture is only a link"


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_text_renders_and_comes_apart(text: str) -> None:
    kept = rules.normal(text)
    assert rules.normal(kept) == kept
    assert not {"script", "style", "img", "iframe", "h1", "form", "input"} & set(elements(kept).seen)
    rules.blocks(kept)


def test_a_text_comes_apart_for_paper() -> None:
    text = (
        "# A\n\nOne **two** `x` [l](https://a.b) [j](javascript:1)\n\n3. c\n   more\n\n   again\n   - in\n4. d\n\n> q"
        "\n\n---\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | *2* |\n"
    )
    parts = rules.blocks(text)
    kinds = [(b.kind, b.level, b.number) for b in parts]
    assert kinds == [
        ("heading", 1, None), ("paragraph", 0, None), ("item", 0, 3), ("more", 0, None), ("item", 1, None),
        ("item", 0, 4), ("quote", 0, None), ("rule", 0, None), ("code", 0, None), ("table", 0, None),
    ]  # fmt: skip
    runs = parts[1].runs
    assert [(r.text, r.strong, r.code, r.url) for r in runs][:4] == [
        ("One ", False, False, ""), ("two", True, False, ""), (" ", False, False, ""), ("x", False, True, ""),
    ]  # fmt: skip
    assert {r.url for r in runs} == {"", "https://a.b"}
    assert parts[-1].rows[1][1][0].slanted


def test_the_hash_is_of_the_text_as_it_is_kept() -> None:
    assert rules.normal("a\r\nb \x00\n\n") == "a\nb\n"
    assert rules.normal("  \n ") == ""
    assert rules.digest("a\n") == "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"


def test_our_templates_are_whole() -> None:
    found = templates()
    assert len(found) >= 25
    for code, template in found.items():
        assert 300 <= rules.count_words(template.body) <= 900, code
        heads = [b.runs[0].text for b in rules.blocks(template.body) if b.kind == "heading" and b.level == 1]
        assert heads[:2] == ["Purpose", "Scope"], code
        assert any("review" in head.casefold() for head in heads), code
        assert "{{ effective_date }}" in template.body, code
        filled = rules.fill(template.body, dict.fromkeys(rules.PLACES, "X"))
        assert not filled.unknown
        assert not rules.unfilled(filled.text), code


def test_places_are_filled_and_the_unknown_are_seen() -> None:
    filled = rules.fill(
        "Call {{ security_phone }}, {{organisation}} of {{ organisation }}.", {"organisation": "A *b* <i>"}
    )
    assert filled.unknown == ("security_phone",)
    assert filled.text == r"Call **[fill in: Telephone of the security desk]**, A \*b\* \<i\> of A \*b\* \<i\>."
    assert rules.unfilled(filled.text) == ["Telephone of the security desk"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no facts", "between two lines"),
        ('+++\ncode="a"\ntitle="t"\nkind="poem"\nreview_months=1\nabout=""\n+++\nx', "no kind"),
        ('+++\ncode="a"\ntitle="t"\nkind="policy"\nreview_months=1\nabout=""\n+++\n{{ moon }}', "no place"),
        ('+++\ncode="a"\ntitle="t"\nkind="policy"\nreview_months=1\nabout=""\nquiz="x"\n+++\ny', "line 1"),
    ],
)
def test_a_wrong_template_says_why(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rules.read_template(text)


def test_how_long_an_exception_runs() -> None:
    assert rules.why_not_until(DAY, DAY)
    assert rules.why_not_until(date(2027, 3, 10), DAY)
    assert rules.why_not_until(date(2027, 3, 9), DAY) == ""


def test_authority() -> None:
    limits = rules.DEFAULT_LIMITS
    assert rules.authority(limits, ["reader"]) == 0
    assert rules.authority(limits, ["manager", "executive", "x"]) == 1_000_000
    assert rules.authority(limits, ["manager", "security head"]) is None
    assert rules.why_not_decide(Decimal(1), None, own=True)
    assert rules.why_not_decide(None, None, own=False) == ""
    assert rules.why_not_decide(None, Decimal(10), own=False)
    assert rules.why_not_decide(Decimal(10), Decimal(10), own=False) == ""
    assert "above" in rules.why_not_decide(Decimal(11), Decimal(10), own=False)
    assert "no authority" in rules.why_not_decide(Decimal(0), Decimal(0), own=False)


@pytest.mark.parametrize(
    ("until", "assumed", "measured", "verb"),
    [
        (DAY, None, None, ""),
        (date(2026, 3, 8), None, None, "expire"),
        (date(2026, 3, 8), 0.8, 0.1, "expire"),
        (DAY, 0.8, 0.8, ""),
        (DAY, 0.8, 0.79, "void"),
        (DAY, 0.8, None, "void"),
        (DAY, 0.0, 0.0, ""),
    ],
)
def test_when_an_exception_ends(until, assumed, measured, verb) -> None:
    assert rules.why_void(until, DAY, assumed=assumed, measured=measured)[0] == verb

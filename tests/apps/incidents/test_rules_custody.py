"""Who may do what with evidence."""

from dataclasses import replace

import pytest

from garrison.apps.incidents.rules.custody import Standing, may_answer, may_offer, may_release, verdict

HELD = Standing("E-01", gone=False, holder="ann", offered_to="", on_hold=False)
OFFERED = replace(HELD, offered_to="ben")
GONE = replace(HELD, gone=True)


def test_only_who_holds_it_hands_it_over() -> None:
    assert may_offer(HELD, giver="ann", receiver="ben") == ""
    assert "only the person who holds" in may_offer(HELD, giver="ben", receiver="cat")
    assert "already" in may_offer(HELD, giver="ann", receiver="ann")
    assert "not answered" in may_offer(OFFERED, giver="ann", receiver="cat")
    assert "left" in may_offer(GONE, giver="ann", receiver="ben")


def test_nobody_signs_for_somebody_else() -> None:
    assert may_answer(OFFERED, receiver="ben") == ""
    assert "only the person" in may_answer(OFFERED, receiver="ann")
    assert "not offered" in may_answer(HELD, receiver="ben")


@pytest.mark.parametrize("how", ["return", "destroy"])
def test_a_hold_keeps_it(how) -> None:
    assert "legal hold" in may_release(replace(HELD, on_hold=True), how=how)
    assert may_release(HELD, how=how) == ""


def test_other_ways_out() -> None:
    assert may_release(replace(HELD, on_hold=True), how="copy") == ""
    assert "leaves as" in may_release(HELD, how="mail")
    assert "handed over" in may_release(OFFERED, how="original")
    assert "already" in may_release(GONE, how="copy")


def test_verdicts() -> None:
    assert (verdict(None, "a"), verdict("a", "a"), verdict("b", "a")) == ("missing", "match", "differs")

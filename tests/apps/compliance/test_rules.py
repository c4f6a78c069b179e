"""Coverage judged against brute force, samples against enumeration, versions and keeping against hand-worked cases."""

from datetime import date
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.compliance.rules import coverage, sampling, versions
from garrison.apps.compliance.rules.coverage import (
    AIM,
    GAP,
    GONE,
    MET,
    OUT,
    PART,
    WEAKLY,
    Question,
    Said,
    Works,
    counted,
    mean_health,
    reaching,
    tally,
    verdict,
    verdicts,
)  # fmt: skip
from garrison.apps.compliance.rules.deciding import keep_until

WORKS = {"good": Works(0.8, "tested"), "poor": Works(0.3, "overdue")}


def plainly(said: list[tuple[str, str]], contradicted: bool) -> str:
    """What the word must be for a required requirement, written down once more and as plainly as possible."""
    full = [control for control, strength in said if strength == "full"]
    part = [control for control, strength in said if strength == "partial"]
    if full:
        healthy = "good" in full
        return MET if healthy and not contradicted else WEAKLY
    return PART if part else GAP


@pytest.mark.parametrize("contradicted", [False, True])
def test_every_pair_of_words_is_judged_as_by_brute_force(contradicted: bool) -> None:
    choices = (None, "full", "partial", "supporting")
    for good, poor in product(choices, choices):
        told = [(name, how) for name, how in (("good", good), ("poor", poor)) if how]
        found = verdict(Question("r", contradicted=contradicted), [Said(*each) for each in told], WORKS)
        assert found.word == plainly(told, contradicted), told
        assert (found.health is None) == (found.word == GAP)
        assert bool(found.gaps) == (found.word != MET)


def test_one_source_counts_for_a_pair_and_all_are_told() -> None:
    said = [Said("good", "full", "shipped"), Said("good", "partial", "own"), Said("good", "full", "own")]
    assert counted(said) == [Said("good", "partial", "own")], "the nearest source, and of two of its words the careful"
    found = verdict(Question("r"), said, WORKS)
    assert (found.word, found.carriers[0].sources) == (PART, 3)


def test_addressable_ones_need_a_decision() -> None:
    def word(decision: str, *said: Said) -> str:
        return verdict(Question("r", obligation="addressable", decision=decision), said, WORKS).word

    assert word("", Said("good", "full")) == PART
    assert "decision" in verdict(Question("r", obligation="addressable"), [], WORKS).gaps
    assert word("implement", Said("good", "full")) == MET
    assert word("implement") == GAP
    assert word("alternative", Said("good", "partial")) == MET, "the agreed alternative carries as a whole"
    assert word("alternative") == GAP
    assert word("neither") == MET


def test_places_and_strangers() -> None:
    found = verdict(Question("r"), [Said("good", "full", only_in="Ward")], WORKS)
    assert (found.word, found.gaps) == (PART, ("places",))
    assert verdict(Question("r"), [Said("out of sight", "full")], WORKS).word == GAP
    assert verdict(Question("r", withdrawn=True), [], WORKS).word == GONE
    assert verdict(Question("r", applies=False), [Said("good", "full")], WORKS).word == OUT
    assert [reaching("/G/", "/G/A/"), reaching("/G/A/", "/G/"), reaching("/G/A/", "/G/B/"), reaching("/G/A/", "")] == [
        "", "below", None, "",
    ]  # fmt: skip


def test_a_standard_stands_as_what_lies_below() -> None:
    asked = [Question("s", obligation="none"), Question("a", "s"), Question("b", "s"), Question("x", "s", "none")]
    for first, second, word in (("full", "full", MET), ("full", None, PART), (None, None, GAP)):
        said = {"a": [Said("good", first)] if first else [], "b": [Said("good", second)] if second else []}
        found = verdicts(asked, said, WORKS)
        assert (found["s"].word, found["s"].below) == (word, 2)
        assert tally(asked, found).asked == 2, "what only gathers is not counted twice"
        assert found["x"].word == AIM
    weak = verdicts(asked, {"a": [Said("good", "full")], "b": [Said("poor", "full")]}, WORKS)
    assert (weak["s"].word, weak["s"].health) == (WEAKLY, 0.3)
    assert mean_health(weak.values()) == pytest.approx(0.55)
    assert mean_health([]) is None


def test_a_circle_of_parents_ends() -> None:
    asked = [Question("a", "b", "none"), Question("b", "a", "none"), Question("c", "c")]
    assert verdicts(asked, {}, {})["c"].word == GAP


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["required", "addressable", "none"]))))
def test_a_tally_counts_every_requirement_once(told: list[tuple[str, str]]) -> None:
    asked = [Question(f"{name}{n}", obligation=what) for n, (name, what) in enumerate(told)]
    found = verdicts(asked, {}, {})
    counts = tally(asked, found)
    assert sum(counts.counts.values()) == len(asked)
    assert counts.asked == counts.met + counts.missing + counts.of(PART) + counts.of(WEAKLY)
    assert counts.touched == counts.asked - counts.missing


def test_a_sample_is_drawn_again_by_its_seed_and_by_hand() -> None:
    keys = [f"k{n}" for n in range(30)]
    first = sampling.draw(keys, size=5, seed=7)
    assert first == sampling.draw(reversed(keys), size=5, seed=7)
    assert first.keys != sampling.draw(keys, size=5, seed=8).keys
    import hashlib

    by_hand = sorted(keys, key=lambda key: hashlib.sha256(f"7:{key}".encode()).hexdigest())[:5]
    assert list(first.keys) == by_hand
    assert set(sampling.draw(keys, size=30, seed=1).keys) == set(keys)
    for wrong in ({"keys": keys, "size": 31}, {"keys": keys, "size": 0}, {"keys": ["a", "a"], "size": 1}):
        with pytest.raises(ValueError, match=r"drawn|twice"):
            sampling.draw(**wrong, seed=1)  # type: ignore[arg-type]


def test_each_member_is_drawn_about_as_often() -> None:
    hits = dict.fromkeys("abcde", 0)
    for seed in range(2_000):
        for key in sampling.draw("abcde", size=2, seed=seed).keys:
            hits[key] += 1
    assert all(700 < hit < 900 for hit in hits.values()), hits


def test_how_many_may_fail_at_most_by_counting_every_sample() -> None:
    for counted_, size in ((8, 3), (10, 5), (6, 6)):
        for failed in range(size + 1):
            most = sampling.most_failing(counted=counted_, size=size, failed=failed)
            possible = []
            for bad in range(failed, counted_ - (size - failed) + 1):
                seen = sum(
                    sum(member < bad for member in drawn) <= failed for drawn in combinations(range(counted_), size)
                )
                if seen / comb(counted_, size) > 1 - sampling.CONFIDENCE:
                    possible.append(bad)
            assert most == max(possible), (counted_, size, failed)
    assert sampling.most_failing(counted=9, size=0, failed=0) == 9
    with pytest.raises(ValueError, match="within"):
        sampling.most_failing(counted=3, size=4, failed=0)
    assert (sampling.suggested(7), sampling.suggested(900)) == (7, 25)


def test_versions_side_by_side() -> None:
    entry = versions.Entry
    before = [
        entry("1", "Doors", "latch"),
        entry("2", "Keys", "count"),
        entry("3", "Guards"),
        entry("4", "Gone"),
        entry("5", "Twin"),
        entry("6", "Twin"),
    ]
    after = [
        entry("1", "DOORS", " latch"), entry("2", "Keys", "count daily"), entry("7", "Guards"), entry("8", "New"),
        entry("9", "Twin"), entry("10", "Twin"),
    ]  # fmt: skip
    told = {(c.kind, c.before, c.after) for c in versions.compared(before, after)}
    assert told == {
        ("same", "1", "1"), ("changed", "2", "2"), ("moved", "3", "7"), ("added", "", "8"), ("removed", "4", ""),
        ("added", "", "9"), ("added", "", "10"), ("removed", "5", ""), ("removed", "6", ""),
    }, "two alike could have gone either way, so neither is said to have moved"  # fmt: skip
    gone = versions.compared(
        [entry("1", "A"), entry("2", "B", withdrawn=True)],
        [entry("1", "A", withdrawn=True, replaced_by=("2",)), entry("2", "C")],
    )
    assert [(c.kind, c.differs) for c in gone] == [
        ("withdrawn", "now 2"),
        ("changed", "was titled B; is in force again"),
    ]
    assert [c.carries for c in versions.compared(before, after)].count(True) == 2


def test_how_long_a_decision_is_kept() -> None:
    assert keep_until(date(2026, 3, 9), None, 6) == date(2032, 3, 9)
    assert keep_until(date(2026, 3, 9), date(2028, 2, 29), 6) == date(2034, 2, 28)
    assert keep_until(date(2026, 3, 9), None, 0) is None


def test_words_of_strength_are_the_rules() -> None:
    assert coverage.STRENGTHS == ("full", "partial", "supporting")

"""Priority, identity and what may change what, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.apps.vulnerabilities import rules
from garrison.apps.vulnerabilities.rules import Known, Priority, Subject, Weakness

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)

# CISA BOD 26-04 as the reference values give it: (in KEV, exposed) -> (automatable, total) = nn, ny, yn, yy.
BOD = {
    (False, False): ("On upgrade", "On upgrade", "60 days", "60 days"),
    (False, True): ("60 days", "14 days", "14 days", "3 days"),
    (True, False): ("14 days", "14 days", "14 days", "3 days + triage"),
    (True, True): ("14 days", "3 days + triage", "3 days", "3 days + triage"),
}


@pytest.mark.parametrize("in_kev", [False, True])
@pytest.mark.parametrize("exposed", [False, True])
@pytest.mark.parametrize("automatable", [False, True])
@pytest.mark.parametrize("total", [False, True])
def test_the_sixteen_rows(in_kev: bool, exposed: bool, automatable: bool, total: bool) -> None:
    known = Known("CVE-1", DAY if in_kev else None, None, automatable, total)
    weakness = Weakness("vulnerability", "r", "high", DAY, ("CVE-1",))
    found = rules.prioritise(weakness, Subject(exposed), [known])
    assert found.deadline == BOD[in_kev, exposed][2 * automatable + total]
    assert found.in_kev == in_kev


def test_unknown_exposure_counts_as_exposed_and_says_so() -> None:
    known = [Known("CVE-1", None, None, True, True)]
    found = rules.prioritise(Weakness("vulnerability", "r", "high", DAY, ("CVE-1",)), Subject(None), known)
    assert found.deadline == "3 days"
    assert "exposure unknown, taken as open" in found.reason


@pytest.mark.parametrize(
    ("vector", "score", "expected"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, (True, True)),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8, (False, True)),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, (False, False)),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, (True, True)),
        ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N", 8.0, (False, False)),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, (True, True)),
        ("AV:N/AC:L/Au:S/C:P/I:C/A:C", 8.0, (False, False)),
        ("", 9.8, (None, None)),
        ("", 7.5, (None, False)),
        ("", None, (None, None)),
        ("nonsense", None, (None, None)),
    ],
)
def test_a_cvss_vector_stands_in_for_answers_that_nobody_gave(
    vector: str, score: float | None, expected: object
) -> None:
    assert rules.from_vector(vector, score) == expected


def test_the_catalogue_s_answer_beats_the_score_and_the_reason_says_what_was_judged() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    weakness = Weakness("vulnerability", "r", "high", DAY, ("CVE-1",), vector, 9.8)
    judged = rules.prioritise(weakness, Subject(False), [Known("CVE-1")])
    told = rules.prioritise(weakness, Subject(False), [Known("CVE-1", None, None, False, False)])
    assert (judged.deadline, told.deadline) == ("60 days", "On upgrade")
    assert judged.reason.endswith("(judged by its CVSS)")
    assert "judged" not in told.reason


def test_of_several_cves_the_most_urgent_decides_and_kev_counts_from_its_listing() -> None:
    listed = DAY + timedelta(days=5)
    known = [Known("CVE-1", None, 0.4, False, False), Known("CVE-2", listed, 0.9, True, True)]
    found = rules.prioritise(Weakness("vulnerability", "r", "low", DAY, ("CVE-1", "CVE-2")), Subject(True), known)
    assert (found.decided_by, found.level, found.due, found.epss) == ("CVE-2", 5, listed + timedelta(days=3), 0.9)


def test_an_observation_asks_for_nothing_unless_it_is_exploited() -> None:
    for weakness in (Weakness("observation", "r", "high", DAY), Weakness("code", "r", "none", DAY)):
        found = rules.prioritise(weakness, Subject(True), [])
        assert (found.level, found.due) == (0, None)
    info = Weakness("vulnerability", "r", "none", DAY, ("CVE-1",))
    assert rules.prioritise(info, Subject(True), [Known("CVE-1")]).level == 0
    assert rules.prioritise(info, Subject(True), [Known("CVE-1", DAY)]).level > 0


def test_doors_count_as_within_reach_and_unknown_severity_as_medium() -> None:
    door = Weakness("door", rules.TEST_FAILED, "high", DAY)
    critical = rules.prioritise(door, Subject(None, True, "door"), [])
    assert (critical.deadline, critical.reason) == ("3 days", "Door of a critical room failed its latest test")
    assert rules.prioritise(door, Subject(None, False, "camera"), []).deadline == "14 days"
    unknown = rules.prioritise(Weakness("code", "r", "unknown", DAY), Subject(False), [])
    assert (unknown.deadline, unknown.due) == ("On upgrade", None)
    assert unknown.reason.startswith("Severity not told, taken as medium, not reachable")


@given(st.integers(0, 5), st.one_of(st.none(), st.dates()), st.integers(0, 5), st.one_of(st.none(), st.dates()))
def test_rank_orders_by_level_then_by_day(level: int, due: date | None, other: int, other_due: date | None) -> None:
    first, second = (-level, due or date.max, due is None), (-other, other_due or date.max, other_due is None)
    assert (rules.rank(level, due) < rules.rank(other, other_due)) == (first < second)


def test_a_day_that_a_person_set_holds_until_it_becomes_more_urgent() -> None:
    mine = DAY + timedelta(days=90)
    same = Priority(3, "14 days", "", DAY)
    assert rules.keep_due(same, was_level=3, was_due=mine, due_set=True) == (mine, True)
    assert rules.keep_due(same, was_level=2, was_due=mine, due_set=True) == (DAY, False)
    assert rules.keep_due(same, was_level=3, was_due=mine, due_set=False) == (DAY, False)


@pytest.mark.parametrize(
    ("stored", "decided", "told", "days", "expected"),
    [
        ("open", False, "fixed", 1, "closed"),
        ("open", False, "not_affected", 0, "not affected"),
        ("closed", False, "", 1, "open"),
        ("closed", False, "", -1, "closed"),
        ("accepted", True, "", 9, "accepted"),
        ("planned", True, "fixed", 9, "planned"),
        ("closed", True, "", 9, "open"),
        ("closed", True, "", 1, "closed"),
        ("open", True, "fixed", 9, "closed"),
        ("open", True, "fixed", 1, "open"),
    ],
)
def test_what_a_report_may_change(stored: str, decided: bool, told: str, days: int, expected: str) -> None:
    seen, when = NOW + timedelta(days=days), NOW + timedelta(days=4) if decided else None
    assert rules.next_status(stored=stored, decided=when, told=told, seen=seen, last_seen=NOW) == expected


def test_identity_leaves_out_capitals_and_version_and_counts_repeats() -> None:
    key = rules.finding_key("asset", "CVE-1", "lib", "/x", "vulnerability")
    assert key == rules.finding_key("asset", "cve-1", "LIB", "/x", "vulnerability", nth=1)
    assert len({key, rules.finding_key("asset", "CVE-1", "lib", "/x", "vulnerability", nth=2)}) == 2
    assert rules.search_words("Web-01 web-01", "CVE-1") == "web-01 cve-1"
    assert rules.cves_in_order(("CVE-2", "CVE-1", "CVE-2"), "CVE-1") == ("CVE-1", "CVE-2")


@pytest.mark.parametrize(
    ("stored", "told", "field"),
    [
        ({"due": date(2026, 3, 1)}, {"due": None}, "due"),
        ({}, {"status": "not affected"}, "status"),
        ({}, {"note": "Why not"}, "note"),
        ({}, {"status": "planned", "accepted_until": date(2026, 5, 1)}, "accepted_until"),
        ({}, {"status": "accepted", "note": "For now"}, "accepted_until"),
        ({"status": "planned", "note": "By June"}, {"note": ""}, "note"),
    ],
)
def test_half_a_decision_in_a_list_is_refused(stored, told, field) -> None:
    open_one = {"owner": "", "due": None, "status": "open", "accepted_until": None, "note": ""}
    change, wrong = rules.edits(open_one | stored, open_one | stored | told, rules.EDITED)
    assert change == ()
    assert wrong is not None
    assert wrong[0] == field


def test_a_whole_decision_in_a_list_is_a_change() -> None:
    open_one = {"owner": "", "due": None, "status": "open", "accepted_until": None, "note": ""}
    until = date(2026, 5, 1)
    told = open_one | {"status": "accepted", "note": "For now", "accepted_until": until}
    assert rules.edits(open_one, told, rules.EDITED) == (
        (("status", "accepted"), ("note", "For now"), ("accepted_until", until)), None,
    )  # fmt: skip


TELLS = (None, False, True)


@pytest.mark.parametrize("in_kev", [False, True])
@pytest.mark.parametrize("exposed", TELLS)
@pytest.mark.parametrize("automatable", TELLS)
@pytest.mark.parametrize("total", TELLS)
def test_a_row_of_a_list_has_room_for_every_reason(
    in_kev: bool, exposed: bool | None, automatable: bool | None, total: bool | None
) -> None:
    known = Known("CVE-1", DAY if in_kev else None, None, automatable, total, "AV:N/AC:L/C:N", 5.0)
    weakness = Weakness("vulnerability", "r", "high", DAY, ("CVE-1",))
    short = rules.short_reason(rules.prioritise(weakness, Subject(exposed), [known]).reason, "2 Mar")
    assert len(short) <= 72, short
    assert short.startswith("In KEV since 2 Mar · " if in_kev else "Not known exploited · ")
    assert {None: "exposure unknown", False: "inside", True: "internet"}[exposed] in short
    assert ("by CVSS" in short) == (None in (automatable, total))


def test_short_reasons_of_what_has_no_cve() -> None:
    cases = {
        "Critical severity, reachable from outside, critical asset": "Critical severity · exposed · critical asset",
        "Severity not told, taken as medium, not reachable from outside":
            "Severity not told · taken as medium · inside",
        "Door of a critical room failed its latest test": "Door of a critical room failed its latest test",
        "Exploited elsewhere, open to the internet, whole system at stake": "Exploited · internet · total",
    }  # fmt: skip
    assert {reason: rules.short_reason(reason) for reason in cases} == cases

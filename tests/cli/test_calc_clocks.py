"""Notification clocks through their command line: hand-worked dates, missing facts, and refusals that say where."""

import json
from pathlib import Path

import pytest
from tests.kit import clocks_table
from typer.testing import CliRunner

from garrison.apps.incidents.rules import law_rules
from garrison.cli import calc

runner = CliRunner()


def run(document, *options):
    content = document if isinstance(document, str | bytes) else json.dumps(document)
    return runner.invoke(calc.app, ["clocks", "-", *options], input=content)


def clocks(facts, laws, zone="America/New_York", **more):
    result = run({"time_zone": zone, "laws": laws, "facts": facts, **more}, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def due(facts, rule, law, zone="America/New_York", **more):
    found = [clock for clock in clocks(facts, [law], zone, **more) if clock["rule"] == rule]
    assert len(found) == 1, found
    return found[0]["due_at"]


HAND_WORKED = [
    # 5 January + 26 days is 31 January, + 28 is 28 February, + 6 is 6 March; a leap day brings it to 5 March.
    ("hipaa", "hipaa-individuals", {"discovered_at": "2026-01-05T09:00:00-05:00"}, "2026-03-06T23:59:59-05:00"),
    ("hipaa", "hipaa-individuals", {"discovered_at": "2028-01-05"}, "2028-03-05T23:59:59-05:00"),
    # Knowable by reasonable diligence a week before it was known; an agent knew before that.
    (
        "hipaa",
        "hipaa-individuals",
        {"discovered_at": "2026-01-12", "knowable_at": "2026-01-08", "agent_discovered_at": "2026-01-05"},
        "2026-03-06T23:59:59-05:00",
    ),
    # Early on New Year's Day in London is still the old year in New York.
    (
        "hipaa",
        "hipaa-secretary-year",
        {"discovered_at": "2027-01-01T04:30:00+00:00", "individuals": 499},
        "2027-03-01T23:59:59-05:00",
    ),
    ("hipaa", "hipaa-secretary-year", {"discovered_at": "2027-06-01", "individuals": 1}, "2028-02-29T23:59:59-05:00"),
    ("hipaa", "hipaa-secretary-500", {"discovered_at": "2026-01-05", "individuals": 500}, "2026-03-06T23:59:59-05:00"),
    # An oral statement holds for 30 days; a written one for the time that it names.
    (
        "hipaa",
        "hipaa-individuals",
        {"discovered_at": "2026-01-05", "law_enforcement_oral_at": "2026-03-01"},
        "2026-03-31T23:59:59-04:00",
    ),
    (
        "hipaa",
        "hipaa-individuals",
        {"discovered_at": "2026-01-05", "law_enforcement_delay_until": "2026-05-15"},
        "2026-05-15T23:59:59-04:00",
    ),
    # A delay that ends before the clock does changes nothing.
    (
        "hipaa",
        "hipaa-individuals",
        {"discovered_at": "2026-01-05", "law_enforcement_oral_at": "2026-01-10"},
        "2026-03-06T23:59:59-05:00",
    ),
    (
        "hipaa",
        "hipaa-business-associate",
        {"discovered_at": "2026-01-05", "role": "business_associate"},
        "2026-03-06T23:59:59-05:00",
    ),
    # Friday, then Martin Luther King's day: Tuesday to Friday count.
    ("sec", "sec-8k", {"materiality_determined_at": "2026-01-16T15:00"}, "2026-01-23T17:30:00-05:00"),
    # Saturday the 4th of July (kept on Friday): Monday counts first.
    ("sec", "sec-8k", {"materiality_determined_at": "2026-07-04T15:00"}, "2026-07-09T17:30:00-04:00"),
    # Thanksgiving between, and Christmas between.
    ("sec", "sec-8k", {"materiality_determined_at": "2026-11-25T09:00"}, "2026-12-02T17:30:00-05:00"),
    ("sec", "sec-8k", {"materiality_determined_at": "2026-12-23T09:00"}, "2026-12-30T17:30:00-05:00"),
    ("nydfs", "nydfs-notice", {"determined_at": "2026-02-27T10:00"}, "2026-03-02T10:00:00-05:00"),
    ("nydfs", "nydfs-certification", {"determined_at": "2026-02-27T10:00"}, "2027-04-15T23:59:59-04:00"),
    # The clocks go forward on 8 March: 24 hours after 20:00 is 21:00.
    ("nydfs", "nydfs-extortion", {"extortion_paid_at": "2026-03-07T20:00"}, "2026-03-08T21:00:00-04:00"),
    ("nydfs", "nydfs-extortion-reasons", {"extortion_paid_at": "2026-03-07T20:00"}, "2026-04-06T23:59:59-04:00"),
    (
        "california",
        "california-residents",
        {"discovered_at": "2026-01-05", "residents": {"California": 1}},
        "2026-02-04T23:59:59-05:00",
    ),
    (
        "california",
        "california-attorney-general",
        {"individuals_notified_at": "2026-02-20", "residents": {"CA": 501}},
        "2026-03-07T23:59:59-05:00",
    ),
    # Fifteen open days after 20 November: neither Thanksgiving nor, in California, the day after it counts.
    (
        "california",
        "california-health-facility",
        {"detected_at": "2026-11-20", "california_health_facility": True, "residents": {"CA": 1}},
        "2026-12-15T23:59:59-05:00",
    ),
    (
        "new_york",
        "new-york-residents",
        {"discovered_at": "2026-01-31", "residents": {"NY": 5}},
        "2026-03-02T23:59:59-05:00",
    ),
    (
        "new_york",
        "new-york-hipaa-copy",
        {"secretary_notified_at": "2026-05-21", "covered_entity": True, "residents": {"NY": 5}},
        "2026-05-29T23:59:59-04:00",
    ),
    # A theft found on a Friday is told by Monday's end, and the form follows 45 days on.
    ("dea", "dea-theft", {"controlled_loss_discovered_at": "2026-03-06T08:40"}, "2026-03-09T23:59:59-04:00"),
    ("dea", "dea-form-106", {"controlled_loss_discovered_at": "2026-03-09T08:40"}, "2026-04-23T23:59:59-04:00"),
    (
        "new_york",
        "new-york-hospital",
        {"determined_at": "2026-10-31T12:00", "new_york_hospital": True},
        "2026-11-03T11:00:00-05:00",
    ),
]


@pytest.mark.parametrize(("law", "rule", "facts", "expected"), HAND_WORKED)
def test_hand_worked_dates_in_the_united_states(law, rule, facts, expected):
    assert due(facts, rule, law) == expected


EUROPEAN = [
    # 72 elapsed hours over each change of clocks.
    ("gdpr", "gdpr-authority", {"aware_at": "2026-03-27T12:00"}, "2026-03-30T13:00:00+02:00"),
    ("gdpr", "gdpr-authority", {"aware_at": "2026-10-23T12:00"}, "2026-10-26T11:00:00+01:00"),
    ("nis2", "nis2-early-warning", {"aware_at": "2026-12-31T18:00"}, "2027-01-01T18:00:00+01:00"),
    ("nis2", "nis2-notification", {"aware_at": "2028-02-28T18:00"}, "2028-03-02T18:00:00+01:00"),
    (
        "nis2",
        "nis2-notification-trust",
        {"aware_at": "2026-05-01T08:00", "trust_service_provider": True},
        "2026-05-02T08:00:00+02:00",
    ),
    # A month from the 31st ends with a shorter month's last day.
    ("nis2", "nis2-final", {"incident_notified_at": "2026-01-31T10:00"}, "2026-02-28T23:59:59+01:00"),
    (
        "nis2",
        "nis2-progress",
        {"incident_notified_at": "2026-01-31T10:00", "ongoing": True},
        "2026-02-28T23:59:59+01:00",
    ),
    # 4 hours from classification; capped by 24 from awareness; 4 hours again when classified after those 24.
    (
        "dora",
        "dora-initial",
        {"aware_at": "2026-03-02T08:00", "classified_major_at": "2026-03-02T10:00"},
        "2026-03-02T14:00:00+01:00",
    ),
    (
        "dora",
        "dora-initial",
        {"aware_at": "2026-03-02T08:00", "classified_major_at": "2026-03-03T06:00"},
        "2026-03-03T08:00:00+01:00",
    ),
    (
        "dora",
        "dora-initial",
        {"aware_at": "2026-03-02T08:00", "classified_major_at": "2026-03-03T09:00"},
        "2026-03-03T13:00:00+01:00",
    ),
    # Friday night: noon on Monday; not for a credit institution. Easter Monday is a holiday in Germany.
    (
        "dora",
        "dora-initial",
        {"aware_at": "2026-03-06T20:00", "classified_major_at": "2026-03-06T22:00"},
        "2026-03-09T12:00:00+01:00",
    ),
    (
        "dora",
        "dora-initial",
        {"aware_at": "2026-03-06T20:00", "classified_major_at": "2026-03-06T22:00", "entity": "credit_institution"},
        "2026-03-07T02:00:00+01:00",
    ),
    (
        "dora",
        "dora-intermediate",
        {"initial_notified_at": "2026-04-03T09:00", "member_state": "DE"},
        "2026-04-07T12:00:00+02:00",
    ),
    # A month after 31 January is Saturday 28 February; the final report moves for everybody.
    (
        "dora",
        "dora-final",
        {"intermediate_reported_at": "2026-01-31T09:00", "entity": "credit_institution"},
        "2026-03-02T12:00:00+01:00",
    ),
    (
        "dora",
        "dora-final",
        {"intermediate_reported_at": "2026-01-20T09:00", "intermediate_updated_at": "2026-02-03T09:00"},
        "2026-03-03T23:59:59+01:00",
    ),
]


@pytest.mark.parametrize(("law", "rule", "facts", "expected"), EUROPEAN)
def test_hand_worked_dates_in_europe(law, rule, facts, expected):
    assert due(facts, rule, law, "Europe/Berlin") == expected


def test_every_clock_has_what_a_reader_needs():
    facts = {"discovered_at": "2026-01-05", "aware_at": "2026-01-05", "individuals": 520, "residents": {"CA": 501}}
    for clock in clocks(facts, ["hipaa", "gdpr", "nis2", "us_states"]):
        assert list(clock)[:7] == ["law", "article", "recipient", "starts_at", "due_at", "basis", "as_read_on"]
        assert clock["basis"]
        assert clock["due_at"] or clock["needs"] or clock["rule"] in ("gdpr-persons", "new-york-credit-agencies")


def test_a_clock_that_lacks_a_fact_says_which():
    found = {clock["rule"]: clock for clock in clocks({}, ["hipaa", "gdpr", "sec", "nis2", "dora", "nydfs"])}
    assert found["gdpr-authority"]["needs"] == ["aware_at"]
    assert found["hipaa-secretary-500"]["needs"] == ["individuals", "discovered_at"]
    assert found["sec-8k"]["needs"] == ["materiality_determined_at"]
    assert found["dora-initial"]["needs"] == ["classified_major_at"]
    assert found["nydfs-extortion"]["needs"] == ["extortion_paid_at"]
    assert all(clock["due_at"] is None for clock in found.values())
    assert all("Needs" in clock["basis"] for clock in found.values())


def test_media_are_told_by_state_and_states_without_a_rule_are_named():
    facts = {"discovered_at": "2026-01-05", "residents": {"CA": 501, "NY": 500, "TX": 12}}
    found = clocks(facts, ["hipaa", "us_states"])
    assert [c["state"] for c in found if c["rule"] == "hipaa-media"] == ["CA"]
    assert [c["state"] for c in found if c["rule"] == "california-attorney-general"] == ["CA"]
    assert [c["state"] for c in found if c["status"] == "not covered"] == ["TX"]
    assert found[0]["article"].startswith("Civil Code 1798.82"), "the earliest clock leads"


def test_residents_bound_the_individuals_from_below():
    found = {c["rule"] for c in clocks({"discovered_at": "2026-01-05", "residents": {"CA": 300, "NY": 250}}, ["hipaa"])}
    assert "hipaa-secretary-500" in found
    assert "hipaa-secretary-year" not in found


def test_a_range_of_individuals_over_the_threshold_asks_for_the_count():
    facts = {"discovered_at": "2026-01-05", "individuals": {"low": 400, "high": 700}}
    found = {c["rule"]: c["needs"] for c in clocks(facts, ["hipaa"])}
    assert found["hipaa-secretary-500"] == found["hipaa-secretary-year"] == ["individuals"]


def test_an_uncertain_start_runs_from_its_earliest_moment():
    [clock] = [
        c
        for c in clocks(
            {"aware_at": {"earliest": "2026-05-01T08:00+00:00", "latest": "2026-05-01T20:00+00:00"}}, ["gdpr"], "UTC"
        )
        if c["rule"] == "gdpr-authority"
    ]
    assert clock["starts_at"] == "2026-05-01T08:00:00+00:00"
    assert clock["due_at"] == "2026-05-04T08:00:00+00:00"
    assert clock["due_at_if_latest"] == "2026-05-04T20:00:00+00:00"


def test_a_met_clock_says_whether_in_time():
    facts = {"aware_at": "2026-05-01T08:00", "authority_notified_at": "2026-05-04T09:00"}
    [clock] = [c for c in clocks(facts, ["gdpr"], "UTC") if c["rule"] == "gdpr-authority"]
    assert clock["met_at"] == "2026-05-04T09:00:00+00:00"
    assert clock["in_time"] is False


def test_no_clock_where_the_facts_rule_it_out():
    assert "hipaa-individuals" not in {
        c["rule"] for c in clocks({"discovered_at": "2026-01-05", "low_probability_of_compromise": True}, ["hipaa"])
    }
    assert clocks({"materiality_determined_at": "2026-01-05", "physical_only": True}, ["sec"]) == []
    assert "gdpr-authority" not in {
        c["rule"] for c in clocks({"aware_at": "2026-01-05", "risk_to_persons": "unlikely"}, ["gdpr"])
    }


def test_california_has_no_thirty_days_before_2026():
    facts = {"discovered_at": "2025-12-31", "residents": {"CA": 5}}
    assert "california-residents" not in {c["rule"] for c in clocks(facts, ["california"])}


def test_proposed_rules_run_only_as_what_if():
    facts = {"aware_at": "2026-05-01T08:00"}
    assert clocks(facts, ["circia"], "UTC") == []
    [clock] = clocks(facts, ["circia"], "UTC", what_if=True)
    assert clock["status"] == "proposed"
    assert "binds nobody" in clock["basis"]
    assert clock["due_at"] == "2026-05-04T08:00:00+00:00"


def test_rules_of_ones_own():
    rule = {
        "law": "own",
        "article": "Cyber policy, clause 7",
        "recipient": "the insurer",
        "starts": "aware_at",
        "business_days": 2,
    }
    [clock] = clocks({"aware_at": "2026-05-01T08:00"}, ["circia"], "UTC", own_rules=[rule], holidays=["2026-05-04"])
    assert clock["due_at"] == "2026-05-06T23:59:59+00:00"
    assert clock["as_read_on"] is None


def test_the_table_names_each_clock():
    result = run({"time_zone": "UTC", "laws": ["gdpr"], "facts": {"aware_at": "2026-05-01T08:00"}})
    assert result.exit_code == 0
    assert "GDPR 33(1)" in result.stdout
    assert "2026-05-04T08:00:00+00:00" in result.stdout


GOOD = {"time_zone": "UTC", "laws": ["gdpr"], "facts": {}}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone is 'Mars/Olympus'"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"laws": ["moon"]}, "laws[0] is 'moon'"),
        ({"facts": {"aware_at": "yesterday"}}, "facts.aware_at is 'yesterday'"),
        ({"facts": {"aware_at": "2026-02-30"}}, "facts.aware_at"),
        ({"facts": {"aware_at": "9999-12-31T23:00"}}, "facts.aware_at"),
        ({"facts": {"aware_at": {"earliest": "2026-05-02", "latest": "2026-05-01"}}}, "ends before it begins"),
        ({"facts": {"individuals": -1}}, "facts.individuals is -1"),
        ({"facts": {"individuals": 1.5}}, "facts.individuals is 1.5"),
        ({"facts": {"individuals": 5, "residents": {"CA": 6}}}, "facts.residents add up to more"),
        ({"facts": {"residents": {"CA": 6, "California": 6}}}, "told twice"),
        ({"facts": {"member_state": "Narnia"}, "laws": ["dora"]}, "member_state"),
        ({"own_rules": [{}]}, "own_rules[0].article"),
        ({"own_rules": [{"article": "a", "recipient": "b", "starts": "aware_at"}]}, "needs one length"),
        ({"own_rules": [{"article": "a", "recipient": "b", "starts": "aware_at", "hours": -3}]}, "whole number"),
        ({"own_rules": [{"article": "a", "recipient": "b", "starts": "aware_at", "hours": 3, "x": 1}]}, "own_rules[0]"),
        ({"own_rules": ["text"]}, "own_rules[0] is not an object"),
        ({"holidays": ["Christmas"]}, "holidays[0]"),
        ({"facts": []}, "facts is a list"),
        ({"surprise": 1}, "unknown field 'surprise'"),
    ],
)
def test_bad_input_is_refused_with_its_place(change, place):
    result = run(GOOD | change, "--json")
    assert result.exit_code == 2, result.output
    assert place in result.output
    assert "Traceback" not in result.output


def test_a_fact_that_no_rule_reads_is_named_and_changes_nothing():
    result = run(GOOD | {"facts": {"awareat": "2026-05-01", "aware_at": "2026-05-01T08:00"}}, "--json")
    assert result.exit_code == 0
    assert "facts.awareat is a fact that no rule reads" in result.stderr
    assert "2026-05-04T08:00:00+00:00" in result.stdout


def test_the_page_of_the_rules_is_made_from_them():
    page = Path(__file__).parents[2] / "docs" / "reference" / "clocks.md"
    assert page.read_text(encoding="utf-8") == clocks_table.page(), "run make clocks-table"


def test_every_rule_that_a_fact_stops_is_met_by_it():
    for rule in law_rules(proposed=True):
        assert rule.stops or rule.status == "proposed", rule.code
        assert rule.stops not in rule.starts, rule.code
        assert rule.source, rule.code

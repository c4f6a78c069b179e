"""Deadlines: CISA's table row by row, ours by its order, and the reasons in words."""

import itertools
from collections import Counter

import pytest

from garrison.engines.priority import DEADLINES, SEVERITIES, deadline, other_deadline, other_reason, reason

ROWS = {
    (False, False): ("On upgrade", "On upgrade", "60 days", "60 days"),
    (False, True): ("60 days", "14 days", "14 days", "3 days"),
    (True, False): ("14 days", "14 days", "14 days", "3 days + triage"),
    (True, True): ("14 days", "3 days + triage", "3 days", "3 days + triage"),
}


@pytest.mark.parametrize(("in_kev", "exposed"), list(ROWS))
def test_v2_bod_26_04(in_kev, exposed):
    """Reference value V2 (CISA BOD 26-04), row by row."""
    for i, (automatable, total) in enumerate(itertools.product((False, True), repeat=2)):
        assert deadline(in_kev, exposed, automatable, total).label == ROWS[in_kev, exposed][i]


def test_v2_counts():
    """Reference value V2: upgrade 2, 60 days 3, 14 days 6, 3 days 2, 3 days and triage 3."""
    counts = Counter(deadline(*row).label for row in itertools.product((False, True), repeat=4))
    assert counts == {"On upgrade": 2, "60 days": 3, "14 days": 6, "3 days": 2, "3 days + triage": 3}


def test_what_is_not_known_counts_as_yes():
    for in_kev, automatable, total in itertools.product((False, True), repeat=3):
        assert deadline(in_kev, None, automatable, total) == deadline(in_kev, True, automatable, total)
    assert deadline(False, None, None, None) == deadline(False, True, True, True)
    assert "exposure unknown, taken as open" in reason(False, None, None, None)


def test_classes_rise():
    assert [d.level for d in DEADLINES] == [1, 2, 3, 4, 5]
    assert [d.days for d in DEADLINES] == [None, 60, 14, 3, 3]
    assert [d.triage for d in DEADLINES] == [False] * 4 + [True]


def test_our_table_never_relaxes_when_things_get_worse():
    for severity, critical in itertools.product(SEVERITIES, (False, True)):
        inside, outside, unknown = (
            other_deadline(severity, exposed=e, critical_asset=critical).level for e in (False, True, None)
        )
        assert inside <= outside == unknown
    for exposed in (False, True):
        for severity in SEVERITIES:
            usual, vital = (other_deadline(severity, exposed=exposed, critical_asset=c).level for c in (False, True))
            assert usual <= vital
        levels = [other_deadline(s, exposed=exposed, critical_asset=False).level for s in SEVERITIES]
        assert levels == sorted(levels)
    assert not any(
        other_deadline(s, exposed=e, critical_asset=c).triage
        for s, e, c in itertools.product(SEVERITIES, (False, True), (False, True))
    )


def test_reasons():
    assert reason(True, True, False, True) == "Exploited elsewhere, open to the internet, whole system at stake"
    assert reason(False, False, True, False) == (
        "Not known to be exploited, not open to the internet, attack can be automated, part of the system at stake"
    )
    assert other_reason("high", exposed=True, critical_asset=True) == (
        "High severity, reachable from outside, critical asset"
    )
    assert other_reason("low", exposed=None, critical_asset=False) == "Low severity, exposure unknown, taken as open"

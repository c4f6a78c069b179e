"""Findings of reports: the same finding is the same row, and what people decided stays."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from garrison.apps.vulnerabilities import selectors, services
from garrison.apps.vulnerabilities.models import Finding
from garrison.core.commands import Missing
from garrison.core.models import AuditEntry
from garrison.formats.facts import FindingFact, HostFact, UnitFact, VulnerabilityFact
from tests.kit.telling import tell, tell_files

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
SCAN = NOW - timedelta(days=2)
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)
HOSTS = (HostFact(ident="web-01", unit="A", exposed=True), HostFact(ident="db-01", unit="B", exposed=False))


def fact(
    row: int = 1, subject: str = "web-01", rule: str = "CVE-2026-1", seen: datetime | None = SCAN, **more: object
) -> FindingFact:
    base = {
        "tool": "nessus",
        "kind": "vulnerability",
        "title": f"Flaw {rule}",
        "severity": "high",
        "subject_kind": "host",
    }
    cves = (rule,) if rule.startswith("CVE-") else ()
    return FindingFact(**base | {"row": row, "rule": rule, "subject": subject, "seen": seen, "cves": cves} | more)


def test_a_finding_seen_again_is_the_same_row() -> None:
    tell(*UNITS, *HOSTS, at=NOW)
    facts = [fact(1), fact(2, "db-01"), fact(3, rule="CVE-2026-2", component="lib", version="1.0")]
    assert tell(*facts, at=NOW) == {"stored": 3}
    before = list(Finding.objects.order_by("pk").values())
    assert tell(*facts, at=NOW + timedelta(hours=1), name="other.xml") == {"unchanged": 3}
    assert list(Finding.objects.order_by("pk").values()) == before
    later = [fact(1, seen=NOW), fact(3, rule="CVE-2026-2", component="lib", version="1.1", seen=NOW)]
    assert tell(*later, at=NOW) == {"updated": 2}
    again = Finding.objects.get(rule="CVE-2026-1", asset__code="web-01")
    assert (again.first_seen, again.last_seen, again.uuid) == (SCAN, NOW, before[0]["uuid"])
    assert Finding.objects.get(rule="CVE-2026-2").version == "1.1"
    assert Finding.objects.count() == 3


def test_one_weakness_in_two_reports_is_one_finding_and_two_in_one_report_are_two() -> None:
    tell(*UNITS, *HOSTS, at=NOW)
    told = tell_files({"a": [fact(1), fact(2)], "b": [fact(1)]}, at=NOW)
    assert told == {"a": {"stored": 1, "unchanged": 1}, "b": {"stored": 1}}
    assert Finding.objects.count() == 2
    tell(fact(1), fact(2), at=NOW)
    assert Finding.objects.count() == 2


def test_an_older_report_adds_only_that_it_was_there_before() -> None:
    tell(*UNITS, *HOSTS, at=NOW)
    tell(fact(title="New words", severity="low"), at=NOW)
    assert tell(fact(title="Old words", severity="critical", seen=SCAN - timedelta(days=30)), at=NOW) == {"updated": 1}
    found = Finding.objects.get()
    assert (found.title, found.severity, found.first_seen) == ("New words", "low", SCAN - timedelta(days=30))
    assert tell(fact(title="Old words", seen=SCAN - timedelta(days=9)), at=NOW) == {"unchanged": 1}


def test_a_report_without_times_moves_none() -> None:
    tell(*UNITS, *HOSTS, fact(seen=None), at=NOW)
    found = Finding.objects.get()
    assert tell(fact(seen=None), at=NOW + timedelta(days=5)) == {"unchanged": 1}
    assert tell(fact(seen=None, title="Other words"), at=NOW + timedelta(days=5)) == {"updated": 1}
    assert Finding.objects.get().last_seen == found.last_seen == NOW


def test_a_report_s_own_judgement_is_kept_and_may_change() -> None:
    told = {
        "not_affected": "not affected",
        "false_positive": "not affected",
        "fixed": "closed",
        "suppressed": "accepted",
        "in_triage": "open",
    }
    tell(*UNITS, *HOSTS, *[fact(n, rule=f"CVE-1-{n}", status=status) for n, status in enumerate(told)], at=NOW)
    assert list(Finding.objects.order_by("rule").values_list("status", flat=True)) == list(told.values())
    tell(fact(rule="CVE-1-2", seen=NOW), at=NOW)
    assert Finding.objects.get(rule="CVE-1-2").status == "open"


def test_what_a_person_decided_stays_when_the_scanner_speaks_again(chief) -> None:
    tell(*UNITS, *HOSTS, *[fact(n, rule=f"CVE-1-{n}") for n in range(4)], at=NOW)
    ids = list(Finding.objects.order_by("rule").values_list("uuid", flat=True))
    services.accept(
        actor=chief, findings=ids[:1], reason="Isolated network", until=NOW.date() + timedelta(days=30), at=NOW
    )
    services.plan(actor=chief, findings=ids[1:2], note="Patch night", at=NOW)
    services.assign(actor=chief, findings=ids, owner="Sunniva Aldane", at=NOW)
    services.set_due(actor=chief, findings=ids[2:3], due=NOW.date() + timedelta(days=40), at=NOW)
    services.close(actor=chief, findings=ids[3:], reason="Patched by hand", at=NOW)
    tell(*[fact(n, rule=f"CVE-1-{n}", severity="critical", seen=NOW - timedelta(hours=1)) for n in range(4)], at=NOW)
    rows = list(Finding.objects.order_by("rule"))
    assert [row.status for row in rows] == ["accepted", "planned", "open", "closed"]
    assert [row.note for row in rows] == ["Isolated network", "Patch night", "", "Patched by hand"]
    assert {(row.owner, row.severity) for row in rows} == {("Sunniva Aldane", "critical")}
    assert (rows[2].due, rows[2].due_set) == (NOW.date() + timedelta(days=40), True)
    tell(fact(rule="CVE-1-3", seen=NOW + timedelta(days=1)), at=NOW + timedelta(days=2))
    assert Finding.objects.get(rule="CVE-1-3").status == "open", "it was seen after it had been closed"


def test_a_listing_in_kev_moves_level_reason_and_day(system) -> None:
    tell(*UNITS, *HOSTS, fact(), fact(2, "db-01"), at=NOW)
    assert {f.in_kev for f in Finding.objects.all()} == {False}
    listed = (NOW - timedelta(days=1)).date()
    at = NOW + timedelta(hours=1)
    tell(VulnerabilityFact(source="kev", cve="CVE-2026-1", kev_added=listed), at=at)
    tell(VulnerabilityFact(source="vulnrichment", cve="CVE-2026-1", automatable=True, total_impact=True), at=at)
    found = Finding.objects.get(asset__code="web-01")
    assert (found.deadline, found.level, found.in_kev, found.due) == (
        "3 days + triage",
        5,
        True,
        listed + timedelta(days=3),
    )
    assert found.reason == "Exploited elsewhere, open to the internet, attack can be automated, whole system at stake"
    assert Finding.objects.order_by("rank").first() == found
    entry = AuditEntry.objects.filter(command="vulnerabilities.prioritise").exclude(after__findings=0).last()
    assert entry.after["level"][0]["finding"].startswith("FND-")
    assert services.prioritise(actor=system) == 0


def test_the_sixteen_rows_of_bod_26_04_through_an_import() -> None:
    from tests.apps.vulnerabilities.test_rules import BOD

    tell(*UNITS, *HOSTS, at=NOW)
    facts, known, expected = [], [], {}
    for number in range(16):
        in_kev, exposed, automatable, total = (bool(number & bit) for bit in (8, 4, 2, 1))
        cve = f"CVE-2026-1{number:02}"
        known.append(VulnerabilityFact(source="vulnrichment", cve=cve, automatable=automatable, total_impact=total))
        if in_kev:
            known.append(VulnerabilityFact(source="kev", cve=cve, kev_added=SCAN.date()))
        facts.append(fact(number, "web-01" if exposed else "db-01", cve))
        expected[cve] = BOD[in_kev, exposed][2 * automatable + total]
    tell(*facts[:8], at=NOW)
    tell(*known, at=NOW)
    tell(*facts[8:], at=NOW)
    assert dict(Finding.objects.values_list("cve", "deadline")) == expected
    days = {"On upgrade": None, "60 days": 60, "14 days": 14, "3 days": 3, "3 days + triage": 3}
    for found in Finding.objects.all():
        wait = days[found.deadline]
        assert found.due == (None if wait is None else SCAN.date() + timedelta(days=wait))


def test_exposure_told_later_moves_it_too(chief) -> None:
    from garrison.apps.assets import services as assets
    from garrison.apps.assets.models import Asset

    known = VulnerabilityFact(source="vulnrichment", cve="CVE-2026-1", automatable=True, total_impact=True)
    tell(*UNITS, known, HostFact(ident="app-01", unit="A"), fact(subject="app-01"), at=NOW)
    found = Finding.objects.get()
    assert (found.deadline, found.exposed) == ("3 days", None)
    assert "exposure unknown" in found.reason
    undo = assets.set_exposed(actor=chief, uuids=[Asset.objects.get().uuid], exposed=False, at=NOW)
    assert (Finding.objects.get().deadline, Finding.objects.get().exposed) == ("60 days", False)
    from garrison.core import services as core

    core.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert Finding.objects.get().deadline == "3 days"


def test_a_unit_that_arrives_later_takes_its_findings(make_user) -> None:
    tell(HostFact(ident="web-01", unit="A"), fact(), at=NOW)
    ours = make_user("ours", "reader", "/ORG/A/")
    assert selectors.findings(viewer=ours).count() == 0
    tell(*UNITS, at=NOW)
    assert selectors.findings(viewer=ours).count() == 1


def test_another_unit_sees_nothing(make_user) -> None:
    tell(*UNITS, *HOSTS, fact(), at=NOW)
    ours, theirs = make_user("ours", "reader", "/ORG/A/"), make_user("theirs", "reader", "/ORG/B/")
    uuid = Finding.objects.get().uuid
    assert selectors.finding(viewer=ours, uuid=uuid).asset.code == "web-01"
    with pytest.raises(Missing):
        selectors.finding(viewer=theirs, uuid=uuid)
    day = NOW.date()
    assert [selectors.tally(viewer=v, as_of=day).open for v in (ours, theirs, make_user("none", ""))] == [1, 0, 0]
    assert [selectors.counts(viewer=v) for v in (ours, theirs)] == [{"findings": 1}, {"findings": 0}]
    assert [len(selectors.found(viewer=v, text="web-01", limit=5)) for v in (ours, theirs)] == [1, 0]


def test_tallies_are_what_a_brute_force_count_says(system) -> None:
    dice = random.Random(3)
    tell(*UNITS, *HOSTS, HostFact(ident="app-01"), at=NOW)
    cves = [f"CVE-2026-{n}" for n in range(60)]
    tell(
        *[
            VulnerabilityFact(
                source="vulnrichment", cve=c, automatable=dice.random() < 0.5, total_impact=dice.random() < 0.5
            )
            for c in cves
        ],
        at=NOW,
    )
    tell(
        *[
            VulnerabilityFact(source="kev", cve=c, kev_added=NOW.date() - timedelta(days=dice.randrange(90)))
            for c in cves[:15]
        ],
        at=NOW,
    )
    facts = [
        fact(n, dice.choice(["web-01", "db-01", "app-01"]), dice.choice(cves), NOW - timedelta(days=dice.randrange(80)),
             location=str(n), severity=dice.choice(["none", "low", "high"]), status=dice.choice(["", "", "fixed"]))
        for n in range(400)
    ]  # fmt: skip
    tell(*facts, at=NOW)
    rows, today = list(Finding.objects.all()), NOW.date()
    live = [row for row in rows if row.status in ("open", "planned") and row.level > 0]
    tally = selectors.tally(viewer=system, as_of=today)
    exploited = [row for row in live if row.in_kev and row.exposed is not False]
    assert tally.open == len(live)
    assert tally.past_due == sum(1 for row in live if row.due and row.due < today)
    assert tally.due_soon == sum(1 for row in live if row.due and row.due <= today + timedelta(days=14))
    assert (tally.exploited, tally.exploited_due) == (len(exploited), min(row.due for row in exploited))
    assert tally.exploited_worst.due == tally.exploited_due
    ordered = sorted(rows, key=lambda row: (-row.level, row.due is None, row.due or today, row.pk))
    assert [row.pk for row in Finding.objects.order_by("rank", "pk")] == [row.pk for row in ordered]
    for status in ("open", "planned", "accepted", "closed", "not affected", "observation"):
        expected = {
            "open": len(live),
            "observation": sum(1 for row in rows if row.status in ("open", "planned") and row.level == 0),
        }.get(status, sum(1 for row in rows if row.status == status))
        assert Finding.objects.filter(selectors.condition_of_status(status)).count() == expected


def test_statements_grow_by_the_thousand_rows() -> None:
    tell(*UNITS, *HOSTS, at=NOW)

    def statements(size: int, seen: datetime) -> int:
        facts = [fact(n, rule=f"CVE-{size}-{n}", seen=seen) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            tell(*facts, at=NOW)
        return len(queries)

    few, many = statements(1_000, SCAN), statements(4_000, SCAN)
    assert many - few <= 3 * 8
    assert statements(4_000, NOW) <= many

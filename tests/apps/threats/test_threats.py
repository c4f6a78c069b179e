"""What catalogues say: each is heard on its own matters, none blanks another, the order of files does not matter."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from tests.kit.batches import store

from garrison.apps.threats import selectors, services
from garrison.apps.threats.models import ThreatLink, ThreatObject, Vulnerability
from garrison.core.commands import Missing
from garrison.formats.facts import ThreatFact, ThreatLinkFact, VulnerabilityFact

CVE = "CVE-2026-99812"
KEV = VulnerabilityFact(
    source="kev", cve=CVE, title="Farrier Gateway bypass", vendor="Farrier", product="Gateway", action="Update",
    kev_added=date(2026, 3, 1), kev_due=date(2026, 3, 22), ransomware=False, cwes=("CWE-287",),
)  # fmt: skip
EPSS = VulnerabilityFact(source="epss", cve=CVE, epss=0.91, percentile=0.99, scored_on=date(2026, 3, 9))
SSVC = VulnerabilityFact(
    source="vulnrichment", cve=CVE, title="Authentication bypass", vendor="farrier inc", product="gw",
    kev_added=date(2026, 3, 2), exploitation="active", automatable=True, total_impact=False, cvss=9.8,
    cvss_vector="CVSS:3.1/AV:N", cwes=("CWE-288",),
)  # fmt: skip
SAID = (
    "title", "kev_name", "vendor", "product", "action", "kev_added", "kev_due", "ransomware", "epss", "percentile",
    "scored_on", "exploitation", "automatable", "total_impact", "cvss", "cvss_vector", "cwes",
)  # fmt: skip


def said():
    return Vulnerability.objects.values(*SAID).get()


@pytest.mark.parametrize("order", list(permutations((KEV, EPSS, SSVC))))
def test_every_order_of_files_ends_the_same(system, order):
    for fact in order:
        store(services.import_vulnerabilities, system, fact)
    assert said() == {
        "title": "Authentication bypass", "kev_name": "Farrier Gateway bypass", "vendor": "Farrier",
        "product": "Gateway", "action": "Update", "kev_added": date(2026, 3, 1), "kev_due": date(2026, 3, 22),
        "ransomware": False, "epss": 0.91, "percentile": 0.99, "scored_on": date(2026, 3, 9),
        "exploitation": "active", "automatable": True, "total_impact": False, "cvss": 9.8,
        "cvss_vector": "CVSS:3.1/AV:N", "cwes": ["CWE-288"],
    }  # fmt: skip
    before = said()
    for fact in (KEV, EPSS, SSVC):
        assert store(services.import_vulnerabilities, system, fact).verdicts == {"unchanged": 1}
    assert said() == before


def test_silence_blanks_nothing(system):
    store(services.import_vulnerabilities, system, KEV)
    told = store(services.import_vulnerabilities, system, VulnerabilityFact(source="kev", cve=CVE.lower(), vendor="F"))
    assert told.verdicts == {"updated": 1}
    assert (said()["vendor"], said()["product"], said()["kev_added"]) == ("F", "Gateway", date(2026, 3, 1))


def test_an_older_score_changes_nothing(system):
    store(services.import_vulnerabilities, system, EPSS)
    old = VulnerabilityFact(source="epss", cve=CVE, epss=0.1, percentile=0.2, scored_on=date(2026, 3, 1))
    fresh = VulnerabilityFact(source="epss", cve="CVE-2026-0002", epss=0.2, percentile=0.3, scored_on=date(2026, 3, 1))
    assert store(services.import_vulnerabilities, system, old, fresh).verdicts == {"unchanged": 1, "stored": 1}
    assert Vulnerability.objects.get(cve=CVE).epss == 0.91


def test_scores_take_statements_by_the_thousand(system, django_assert_max_num_queries):
    facts = [
        VulnerabilityFact(
            source="epss", cve=f"CVE-2025-{n:05}", epss=n / 10000, percentile=0.5, scored_on=date(2026, 3, 9)
        )
        for n in range(10_000)
    ]
    with django_assert_max_num_queries(45):
        assert store(services.import_vulnerabilities, system, *facts).verdicts == {"stored": 10_000}
    with django_assert_max_num_queries(35):
        assert store(services.import_vulnerabilities, system, *facts).verdicts == {"unchanged": 10_000}


GROUP = ThreatFact(stix_id="intrusion-set--1", kind="group", code="G1", name="Grey Heron", aliases=("Heron",))
TECHNIQUE = ThreatFact(
    stix_id="attack-pattern--1", kind="technique", code="T1078", name="Valid accounts", tactics=("initial-access",),
    modified=datetime(2026, 1, 2, tzinfo=UTC),
)  # fmt: skip
TACTIC = ThreatFact(
    stix_id="x-mitre-tactic--1", kind="tactic", code="TA1", name="Initial access", tactics=("initial-access",)
)
USES = ThreatLinkFact(stix_id="relationship--1", source=GROUP.stix_id, kind="uses", target=TECHNIQUE.stix_id)


def test_threats_and_their_links_are_stored_once(system):
    for expected in ({"stored": 3}, {"unchanged": 3}):
        assert store(services.import_threats, system, GROUP, TECHNIQUE, TACTIC).verdicts == expected
    for expected in ({"stored": 1}, {"unchanged": 1}):
        assert store(services.import_links, system, USES).verdicts == expected
    link = ThreatLink.objects.get()
    assert (link.subject.code, link.kind, link.object.code) == ("G1", "uses", "T1078")


def test_an_older_version_of_a_technique_changes_nothing(system):
    store(services.import_threats, system, TECHNIQUE)
    old = ThreatFact(
        stix_id=TECHNIQUE.stix_id,
        kind="technique",
        code="T1078",
        name="Old name",
        modified=datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert store(services.import_threats, system, old).verdicts == {"unchanged": 1}
    assert ThreatObject.objects.get().name == "Valid accounts"


def test_a_loose_link_is_noted_once_for_its_file(system):
    store(services.import_threats, system, GROUP)
    told = store(
        services.import_links,
        system,
        USES,
        ThreatLinkFact(stix_id="relationship--2", source="a--1", kind="uses", target="b--1"),
    )
    assert told.verdicts == {}
    assert len(told.notes) == 1
    assert "2 relationships left out" in told.notes[0]


def test_reads(system, make_user):
    store(services.import_vulnerabilities, system, KEV)
    store(services.import_threats, system, GROUP, TECHNIQUE, TACTIC)
    store(services.import_links, system, USES)
    reader = make_user("rae", "reader", "/X/")
    nobody = make_user("nia", "")
    group = ThreatObject.objects.get(code="G1")
    assert selectors.counts(viewer=reader)["exploited"] == 1
    assert {k: v for k, v in selectors.counts(viewer=reader).items() if v} == {
        "vulnerabilities": 1,
        "exploited": 1,
        "tactics": 1,
        "techniques": 1,
        "groups": 1,
    }
    assert sum(selectors.counts(viewer=nobody).values()) == 0
    assert selectors.vulnerability(viewer=reader, cve=CVE.lower()).kev_name == "Farrier Gateway bypass"
    assert [link.object.code for link in selectors.links(viewer=reader, threat=group)] == ["T1078"]
    assert not selectors.links(viewer=nobody, threat=group).exists()
    assert selectors.tactics(viewer=reader) == [("initial-access", "Initial access")]
    assert selectors.found(viewer=reader, text="cve-2026", limit=5) == [Vulnerability.objects.get()]
    assert selectors.found(viewer=reader, text="heron", limit=5) == [group]
    assert selectors.threat(viewer=reader, uuid=group.uuid) == group
    with pytest.raises(Missing):
        selectors.threat(viewer=nobody, uuid=group.uuid)
    with pytest.raises(Missing):
        selectors.vulnerability(viewer=reader, cve="CVE-1999-0001")

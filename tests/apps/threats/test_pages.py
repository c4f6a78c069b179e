"""Pages of threats: lists, one of each, search, and their statements."""

from datetime import date

import pytest
from django.urls import reverse
from tests.kit.batches import store

from garrison.apps.threats import rules, services
from garrison.apps.threats.models import ThreatObject
from garrison.formats.facts import ThreatFact, ThreatLinkFact, VulnerabilityFact

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

pytestmark = pytest.mark.django_db(databases="__all__")

STATEMENTS = 18
"""A page's ceiling, the frame with its counts included; it does not grow with rows."""


@pytest.fixture
def known(system):
    rows = [
        VulnerabilityFact(
            source="epss", cve=f"CVE-2025-{n:04}", epss=n / 100, percentile=n / 100, scored_on=date(2026, 3, 9)
        )
        for n in range(60)
    ]
    store(services.import_vulnerabilities, system, *rows)
    store(
        services.import_vulnerabilities,
        system,
        VulnerabilityFact(
            source="kev",
            cve="CVE-2026-99812",
            title="Gateway <bypass>",
            vendor="Farrier",
            product="Gateway",
            kev_added=date(2026, 3, 1),
            kev_due=date(2026, 3, 22),
            ransomware=True,
            action="Update",
        ),
    )
    techniques = [
        ThreatFact(
            stix_id=f"attack-pattern--{n}",
            kind="technique",
            code=f"T{n:04}",
            name=f"Technique {n}",
            tactics=("initial-access",),
            platforms=("Windows",),
        )
        for n in range(80)
    ]
    tactic = ThreatFact(
        stix_id="x-mitre-tactic--1", kind="tactic", code="TA1", name="Initial access", tactics=("initial-access",)
    )
    group = ThreatFact(
        stix_id="intrusion-set--1",
        kind="group",
        code="G1",
        name="Grey Heron",
        aliases=("Heron",),
        description="A [group](https://x.example/a) (Citation: X) of `birds`.\n\nSecond.",
    )
    store(services.import_threats, system, *techniques, tactic, group)
    store(
        services.import_links,
        system,
        *[
            ThreatLinkFact(
                stix_id=f"relationship--{n}", source=group.stix_id, kind="uses", target=f"attack-pattern--{n}"
            )
            for n in range(80)
        ],
    )


@pytest.fixture
def signed(client, make_user):
    client.force_login(make_user("rae", "reader", "/ANY/"), backend=BACKEND)
    return client


def test_vulnerabilities(known, signed, django_assert_max_num_queries):
    signed.get("/threats/")
    with django_assert_max_num_queries(STATEMENTS):
        found = signed.get("/threats/").content.decode()
    assert "61 known, 1 of them exploited" in found
    assert "Gateway &lt;bypass&gt;" in signed.get("/threats/?kev=yes").content.decode()
    assert "CVE-2025-0059" in signed.get("/threats/?likely=yes&sort=-epss").content.decode()
    assert "CVE-2025-0009" not in signed.get("/threats/?likely=yes").content.decode()
    assert "CVE-2025-0009" in signed.get("/threats/?likely=no&q=cve-2025-0009").content.decode()
    assert "CVE-2026-99812" in signed.get("/threats/?q=farrier+gateway").content.decode()
    one = signed.get("/threats/CVE-2026-99812/").content.decode()
    assert "US agencies must act by 22 Mar 2026" in one
    assert signed.get("/threats/CVE-1999-0001/").status_code == 404
    assert b"kev_added" in b"".join(signed.get("/threats/?format=csv").streaming_content)


def test_techniques_and_groups(known, signed, django_assert_max_num_queries):
    signed.get("/threats/techniques/")
    with django_assert_max_num_queries(STATEMENTS):
        assert "Technique 1" in signed.get("/threats/techniques/?kind=technique").content.decode()
    assert "Grey Heron" not in signed.get("/threats/techniques/?tactic=initial-access").content.decode()
    group = signed.get(reverse("threats:threat", args=[ThreatObject.objects.get(code="G1").uuid])).content.decode()
    assert "The first 60 of 80." in group
    assert "Citation" not in group
    technique = signed.get(
        reverse("threats:threat", args=[ThreatObject.objects.get(code="T0001").uuid])
    ).content.decode()
    assert "Used by" in technique
    alone = signed.get(reverse("threats:threat", args=[ThreatObject.objects.get(code="TA1").uuid])).content.decode()
    assert "links it with nothing" in alone


def test_empty_lists_and_search(signed, known):
    found = signed.get("/search/?q=heron", headers={"HX-Request": "true"}).content
    assert b"Grey Heron" in found
    assert b"CVE-2026-99812" in signed.get("/search/?q=cve-2026", headers={"HX-Request": "true"}).content


def test_empty_lists_say_what_would_fill_them(signed):
    assert b"No vulnerabilities yet" in signed.get("/threats/").content
    assert b"No techniques or groups yet" in signed.get("/threats/techniques/").content


def test_rules():
    assert rules.paragraphs("A <code>x</code> [b](https://y.example) (Citation: Z)\n\n c ") == ["A x b", "c"]
    assert rules.reads("uses", True) == "uses"
    assert rules.reads("uses", False) == "used by"
    assert rules.reads("related-to", False) == "related to (from)"

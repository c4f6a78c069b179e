"""Reads of the threats app. What is known of the world belongs to no unit: whoever may see any of it sees it all."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from garrison.apps.threats import rules
from garrison.apps.threats.models import ThreatLink, ThreatObject, Vulnerability
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may
from garrison.formats.facts import THREAT_COUNTS

VIEW = "threats.view"
SHOWN = 60
"""The most threats that a page shows of one kind of link."""


def vulnerabilities(*, viewer: User) -> QuerySet[Vulnerability]:
    """Known vulnerabilities, newest number last."""
    if not may(viewer, VIEW):
        return Vulnerability.objects.none()
    return Vulnerability.objects.order_by("cve")


def vulnerability(*, viewer: User, cve: str) -> Vulnerability:
    """One vulnerability by CVE id. Raises ``Missing``."""
    found = vulnerabilities(viewer=viewer).select_related("source").filter(key=cve.strip().upper()).first()
    if found is None:
        raise Missing(f"no imported catalogue speaks of {cve}")
    return found


def threats(*, viewer: User, kind: str = "") -> QuerySet[ThreatObject]:
    """Threat objects, of one kind or of all."""
    if not may(viewer, VIEW):
        return ThreatObject.objects.none()
    rows = ThreatObject.objects.order_by("kind", "code", "name")
    return rows.filter(kind=kind) if kind else rows


def threat(*, viewer: User, uuid: UUID) -> ThreatObject:
    """One threat object. Raises ``Missing``."""
    found = threats(viewer=viewer).select_related("source").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such threat")
    return found


def links(*, viewer: User, threat: ThreatObject) -> QuerySet[ThreatLink]:
    """What a threat object is linked with, in either direction, both ends at hand."""
    if not may(viewer, VIEW):
        return ThreatLink.objects.none()
    touching = ThreatLink.objects.filter(Q(subject=threat) | Q(object=threat))
    return touching.select_related("subject", "object").order_by("kind", "object__code", "object__name", "pk")


def linked(*, viewer: User, threat: ThreatObject) -> list[tuple[str, int, list[ThreatObject]]]:
    """What a threat object is linked with by kind of link, as (words, how many, the first ``SHOWN``)."""
    found: dict[str, list[ThreatObject]] = {}
    for link in links(viewer=viewer, threat=threat):
        outward = link.subject_id == threat.pk
        found.setdefault(rules.reads(link.kind, outward), []).append(link.object if outward else link.subject)
    return [
        (words, len(others), sorted(others, key=lambda other: (other.kind, other.code, other.name))[:SHOWN])
        for words, others in found.items()
    ]


def paragraphs(threat: ThreatObject) -> list[str]:
    """A threat object's description as plain paragraphs."""
    return rules.paragraphs(threat.description)


def tactics(*, viewer: User) -> list[tuple[str, str]]:
    """(short name, name) of the tactics, for a filter of a list."""
    rows = threats(viewer=viewer, kind="tactic").values_list("tactics", "name")
    return sorted({(short[0], name) for short, name in rows if short}, key=lambda pair: pair[1])


def found(*, viewer: User, text: str, limit: int) -> list[Vulnerability | ThreatObject]:
    """Vulnerabilities by number or name, and threat objects by code or name."""
    cves = vulnerabilities(viewer=viewer)
    hits: list[Vulnerability | ThreatObject] = list(
        cves.filter(key__startswith=text.upper())[:limit]
        if text.upper().startswith("CVE-")
        else cves.exclude(kev_added=None).filter(kev_name__icontains=text)[:limit]
    )
    named = threats(viewer=viewer).filter(Q(code__istartswith=text) | Q(name__icontains=text))
    return [*hits, *named[: limit - len(hits)]]


def counts(*, viewer: User) -> dict[str, int]:
    """How many vulnerabilities and threat objects of each kind are known, by the record types' names."""
    kinds = dict(threats(viewer=viewer).order_by().values_list("kind").annotate(number=Count("pk")))
    rows = vulnerabilities(viewer=viewer).order_by()
    return {
        "vulnerabilities": rows.count(),
        "exploited": rows.exclude(kev_added=None).count(),
        **{name: kinds.get(kind, 0) for kind, name in THREAT_COUNTS.items()},
    }

"""Reads of evidence, and of what is asked for."""

import hashlib
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from garrison.apps.compliance.models import Evidence, EvidenceLink, EvidenceRequest, Requirement, ServiceReport
from garrison.apps.compliance.selectors.catalogues import VIEW, mappings_of
from garrison.apps.compliance.selectors.standings import narrow_evidence
from garrison.apps.controls import selectors as controls
from garrison.apps.controls.models import Control
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, within


def evidence(*, viewer: User) -> QuerySet[Evidence]:
    """The evidence in sight, newest first; of what the system makes each run is an item."""
    return narrow_evidence(Evidence.objects.select_related("unit"), viewer).order_by("-at", "-pk")


def item(*, viewer: User, uuid: UUID) -> Evidence:
    """One item. Raises ``Missing`` outside the viewer's sight."""
    found = evidence(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such evidence")
    return found


def current(*, viewer: User) -> QuerySet[Evidence]:
    """What counts today: the newest of each measure, and every file and record that was not withdrawn."""
    return evidence(viewer=viewer).filter(Q(newest=True) | ~Q(kind="measure"), withdrawn_at=None)


def of_measure(*, viewer: User, measure: str, limit: int = 30) -> list[Evidence]:
    """A measure's runs, newest first."""
    return list(evidence(viewer=viewer).filter(measure=measure)[:limit])


def of_requirement(*, viewer: User, requirement: Requirement) -> list[tuple[Evidence, str]]:
    """What shows that a requirement is kept, and by what way: itself, a control that meets it, or a measure."""
    controls = list(mappings_of(viewer=viewer, requirement=requirement).values_list("control_id", flat=True))
    links = EvidenceLink.objects.filter(Q(requirement=requirement) | Q(control__in=controls))
    by_way: dict[int, str] = {}
    for pk, code in links.filter(evidence__in=current(viewer=viewer)).values_list("evidence_id", "control__code"):
        if not code or pk not in by_way:
            by_way[pk] = code or ""
    shown = Q(pk__in=list(by_way)) | Q(newest=True, measure__in=list(requirement.measures) or [""])
    return [(row, by_way.get(row.pk, "")) for row in current(viewer=viewer).filter(shown)]


def of_control(*, viewer: User, control: Control) -> list[Evidence]:
    """What shows that a control works, tests apart."""
    return list(current(viewer=viewer).filter(links__control=control).distinct())


def links(*, viewer: User, item: Evidence) -> list[EvidenceLink]:
    """What an item bears on, narrowed to the controls in sight."""
    rows = EvidenceLink.objects.filter(evidence=item).select_related("requirement__framework", "control__unit")
    return list(rows.filter(Q(control=None) | within(viewer, VIEW, "control__unit__path")))


def requests(*, viewer: User) -> QuerySet[EvidenceRequest]:
    """The requests in sight: one's own, those of no unit, and those of one's units."""
    rows = EvidenceRequest.objects.select_related("asked_by", "requirement__framework", "assessment", "unit")
    if not may(viewer, VIEW):
        return rows.none()
    return rows.filter(Q(asked_by=viewer) | Q(unit=None) | within(viewer, VIEW)).order_by("state", "due", "-asked_at")


def request(*, viewer: User, uuid: UUID) -> EvidenceRequest:
    """One request. Raises ``Missing`` outside the viewer's sight."""
    found = requests(viewer=viewer).prefetch_related("items").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such request")
    return found


def reports(*, viewer: User) -> QuerySet[ServiceReport]:
    """The reports of service organisations in sight."""
    rows = ServiceReport.objects.select_related("evidence").prefetch_related("expected__control")
    if not may(viewer, VIEW):
        return rows.none()
    return rows.filter(Q(unit=None) | within(viewer, VIEW))


def place(sha256: str) -> Path:
    """Where the bytes of an item of evidence lie."""
    assert sha256.isalnum(), "a fingerprint is hexadecimal"
    return Path(settings.HOME) / "evidence" / sha256[:2] / sha256


def body(*, viewer: User, uuid: UUID) -> tuple[Evidence, bytes]:
    """An item's bytes. Raises ``Missing`` where they are gone or are no longer what was given."""
    found = item(viewer=viewer, uuid=uuid)
    path = place(found.sha256) if found.sha256 else None
    if path is None or not path.is_file():
        raise Missing("the file of this evidence is not there; restore it from a backup")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise Missing("the file of this evidence was changed on disk: its SHA-256 is another; restore it from a backup")
    return found, content


def valid(item: Evidence, on: date) -> bool:
    """Whether an item counts on a day."""
    return item.withdrawn_at is None and (item.valid_until is None or item.valid_until >= on)


def service_report(*, viewer: User, uuid: UUID) -> ServiceReport:
    """One report of a service organisation. Raises ``Missing`` outside the viewer's sight."""
    found = reports(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such report")
    return found


def control_choices(*, viewer: User) -> list[tuple[str, str]]:
    """(uuid, code and name) of each control in sight."""
    return [(str(row.uuid), str(row)) for row in controls.controls(viewer=viewer)]

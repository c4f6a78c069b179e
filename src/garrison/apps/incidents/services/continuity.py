"""Commands of continuity: keeping services, testing their return, marking them down and up."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from garrison.apps.assets import selectors as assets
from garrison.apps.incidents.models import Outage, RestoreTest, Service
from garrison.apps.incidents.rules import circle
from garrison.apps.incidents.selectors import cases
from garrison.apps.incidents.selectors import continuity as selectors
from garrison.apps.incidents.services.cases import open_case
from garrison.apps.incidents.services.timeline import write_entry
from garrison.apps.organization import selectors as organization
from garrison.core.commands import Missing, Refused, changed, command
from garrison.core.models import User

FIELDS = (
    "name",
    "owner",
    "recovery_minutes",
    "point_minutes",
    "cost_per_hour",
    "currency",
    "cost_basis",
    "procedure",
    "test_every_days",
)


@command("incidents.keep_service")
def keep_service(
    *,
    actor: User,
    code: str,
    name: str,
    owner: str,
    recovery_minutes: int,
    point_minutes: int,
    cost_per_hour: Decimal,
    currency: str,
    cost_basis: str = "",
    procedure: str = "",
    test_every_days: int = 365,
    unit: str = "",
    site: UUID | None = None,
    needs: Sequence[str] = (),
    assets_named: Sequence[str] = (),
    uuid: UUID | None = None,
) -> Service:
    """Add a critical service, or change the one with ``uuid``. Services that would need one another are refused."""
    code = code.strip().upper()
    if not code or not name.strip() or not owner.strip():
        raise Refused("a service needs a code, a name and an owner")
    if cost_per_hour < 0:
        raise Refused("an hour without the service costs nothing or something, never less")
    place = organization.unit(viewer=actor, code=unit) if unit else organization.root(viewer=actor)
    if place is None:
        raise Refused("say which of your units the service belongs to")
    found = selectors.service(viewer=actor, uuid=uuid) if uuid is not None else Service(code=code)
    if Service.objects.filter(code=code).exclude(pk=found.pk).exists():
        raise Refused(f"there is a service {code} already")
    others = selectors.by_codes(viewer=actor, codes=needs)
    unknown = [each for each in needs if each.upper() not in others]
    if unknown:
        raise Refused(f"there is no service {', '.join(unknown)}")
    devices = {each: assets.device(viewer=actor, named=each) for each in assets_named}
    if lost := [each for each, device in devices.items() if device is None]:
        raise Refused(f"there is no asset {', '.join(lost)}")
    graph = dict(selectors.all_needs(viewer=actor)) | {code: tuple(others)}
    if ring := circle(graph):
        raise Refused(f"that is a circle, and none of them could come back: {' needs '.join((*ring, ring[0]))}")
    before = {field: getattr(found, field) for field in FIELDS} if found.pk else None
    told: dict[str, Any] = {
        "name": name.strip()[:200],
        "owner": owner.strip()[:200],
        "recovery_minutes": recovery_minutes,
        "point_minutes": point_minutes,
        "cost_per_hour": cost_per_hour,
        "currency": currency.strip().upper(),
        "cost_basis": cost_basis.strip()[:300],
        "procedure": procedure.strip(),
        "test_every_days": test_every_days,
    }
    found.code, found.unit = code, place
    found.site = organization.site(viewer=actor, uuid=site) if site else None
    for field, value in told.items():
        setattr(found, field, value)
    found.save()
    found.needs.set(others.values())
    found.assets.set([device for device in devices.values() if device is not None])
    changed(
        target=code, path=found.path, before=before, after=told | {"needs": sorted(others), "assets": list(devices)}
    )
    return found


@command("incidents.record_restore")
def record_restore(
    *,
    actor: User,
    uuid: UUID,
    tested_at: datetime,
    passed: bool,
    at: datetime,
    took_minutes: int | None = None,
    lost_minutes: int | None = None,
    note: str = "",
) -> RestoreTest:
    """Record a test of bringing a service back."""
    service = selectors.service(viewer=actor, uuid=uuid)
    if tested_at > at:
        raise Refused("a test cannot lie in the future")
    made = RestoreTest.objects.create(
        service=service,
        at=tested_at,
        passed=passed,
        took_minutes=took_minutes,
        lost_minutes=lost_minutes,
        note=note.strip()[:400],
        recorded_by=actor,
        recorded_at=at,
    )
    told = {"at": tested_at, "passed": passed, "took": took_minutes, "lost": lost_minutes, "note": made.note}
    changed(target=service.code, path=service.path, after=told)
    return made


@command("incidents.mark_down")
def mark_down(*, actor: User, uuid: UUID, service: UUID, down_at: datetime, at: datetime, note: str = "") -> Outage:
    """Say that a service is down in the case, since when."""
    incident = open_case(actor, uuid)
    found = selectors.service(viewer=actor, uuid=service)
    if down_at > at:
        raise Refused("a service is down from now or from before; that time lies in the future")
    if Outage.objects.filter(incident=incident, service=found, up_at=None).exists():
        raise Refused(f"{found.code} is marked down already")
    made = Outage.objects.create(incident=incident, service=found, down_at=down_at, note=note.strip()[:300], by=actor)
    title = f"{found.name} down"
    write_entry(actor, incident, at=at, kind="system", title=title, happened=down_at, text=made.note, weighty=True)
    changed(target=incident.code, path=incident.path, after={"service": found.code, "down": down_at})
    return made


@command("incidents.mark_up")
def mark_up(*, actor: User, uuid: UUID, up_at: datetime, at: datetime) -> Outage:
    """Say that a service is back."""
    found = Outage.objects.filter(uuid=uuid, incident__in=cases.incidents(viewer=actor).order_by()).first()
    if found is None:
        raise Missing("no such outage")
    incident = open_case(actor, found.incident.uuid)
    if found.up_at is not None:
        raise Refused("it is back already")
    if not found.down_at <= up_at <= at:
        raise Refused("it came back after it went down, and not in the future")
    found.up_at = up_at
    found.save(update_fields=["up_at"])
    title = f"{found.service.name} back"
    write_entry(actor, incident, at=at, kind="system", title=title, happened=up_at)
    changed(target=incident.code, path=incident.path, after={"service": found.service.code, "up": up_at})
    return found

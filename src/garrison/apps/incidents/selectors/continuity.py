"""Critical services in sight, what is down, what that costs and the order of return."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from garrison.apps.assets.models import Asset
from garrison.apps.incidents.models import Incident, Outage, RestoreTest, Service
from garrison.apps.incidents.rules import Down, Proof, Return, cost, order_of_return, standing
from garrison.apps.incidents.selectors.cases import VIEW, incidents
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, narrow


@dataclass(frozen=True, slots=True)
class Line:
    """A service as a list shows it: how well its return is proven and why, and its outages that last."""

    service: Service
    kind: str
    reason: str
    last_test: RestoreTest | None
    down: tuple[Outage, ...]


@dataclass(frozen=True, slots=True)
class DownLine:
    """A service that is down in a case: its place in the order of return, what it costs, how late it is."""

    outage: Outage
    service: Service
    place: Return


@dataclass(frozen=True, slots=True)
class Effect:
    """What a case stopped: what is down in the order of return, what came back, and the cost by currency."""

    down: tuple[DownLine, ...]
    back: tuple[tuple[Outage, Decimal], ...]
    an_hour: tuple[tuple[str, Decimal], ...]
    so_far: tuple[tuple[str, Decimal], ...]


def services(*, viewer: User) -> QuerySet[Service]:
    """The critical services in sight, by code."""
    return narrow(Service.objects.select_related("unit", "site").order_by("code"), viewer, VIEW)


def service(*, viewer: User, uuid: UUID) -> Service:
    """One service. Raises ``Missing`` outside the viewer's sight."""
    found = services(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such service")
    return found


def lines(*, viewer: User, at: datetime) -> list[Line]:
    """Every service in sight with the proof of its return and its outages. Three statements."""
    seen = incidents(viewer=viewer).order_by()
    told: dict[int, list[Outage]] = {}
    for outage in Outage.objects.filter(up_at=None, incident__in=seen, incident__exercise=False).select_related(
        "incident"
    ):
        told.setdefault(outage.service_id, []).append(outage)
    return [
        _line(row, list(row.tests.all()), tuple(told.get(row.pk, ())), at)
        for row in services(viewer=viewer).prefetch_related("tests")
    ]


def line(*, viewer: User, service: Service, at: datetime) -> Line:
    """One service with the proof of its return."""
    seen = incidents(viewer=viewer).order_by()
    down = Outage.objects.filter(service=service, up_at=None, incident__in=seen).select_related("incident")
    return _line(service, list(service.tests.all()), tuple(down), at)


def _line(row: Service, tests: list[RestoreTest], down: tuple[Outage, ...], at: datetime) -> Line:
    """A service as a list shows it."""
    kind, reason = standing(
        [Proof(t.at, t.passed, _minutes(t.took_minutes), _minutes(t.lost_minutes)) for t in tests],
        recovery_time=timedelta(minutes=row.recovery_minutes),
        recovery_point=timedelta(minutes=row.point_minutes),
        every_days=row.test_every_days,
        at=at,
    )
    return Line(row, kind, reason, max(tests, key=lambda t: t.at, default=None), down)


def _minutes(value: int | None) -> timedelta | None:
    """Minutes as a length of time."""
    return None if value is None else timedelta(minutes=value)


def tests(*, viewer: User, service: Service) -> list[RestoreTest]:
    """The restore tests of a service, newest first."""
    rows = RestoreTest.objects.filter(service__in=services(viewer=viewer).order_by(), service=service)
    return list(rows.select_related("recorded_by"))


def outages(*, viewer: User, service: Service) -> list[Outage]:
    """The times a service was down in cases in sight, newest first."""
    rows = Outage.objects.filter(service=service, incident__in=incidents(viewer=viewer).order_by())
    return list(rows.select_related("incident").order_by("-down_at"))


def all_needs(*, viewer: User) -> dict[str, tuple[str, ...]]:
    """What every service needs, by code; a circle may run through units out of sight, so none is left out."""
    assert viewer.is_active
    found: dict[str, list[str]] = {}
    for code, other in Service.needs.through.objects.values_list("from_service__code", "to_service__code"):
        found.setdefault(code, []).append(other)
    return {code: tuple(sorted(others)) for code, others in found.items()}


def effect(*, viewer: User, incident: Incident, at: datetime) -> Effect:
    """What a case stopped and what that costs. Services that came back count what they cost while they were down."""
    rows = Outage.objects.filter(incident__in=incidents(viewer=viewer).order_by(), incident=incident)
    told = list(rows.select_related("service__unit"))
    down = {row.service.code: row for row in told if row.up_at is None}
    back = [(row, cost(row.service.cost_per_hour, row.down_at, row.up_at)) for row in told if row.up_at is not None]
    order = order_of_return(
        [
            Down(code, row.down_at, row.service.cost_per_hour, timedelta(minutes=row.service.recovery_minutes))
            for code, row in down.items()
        ],
        at=at,
        needs=all_needs(viewer=viewer) if down else {},
    )
    lines = tuple(DownLine(down[place.code], down[place.code].service, place) for place in order)
    an_hour = _by_currency((line.service.currency, line.service.cost_per_hour) for line in lines)
    so_far = _by_currency(
        [
            *((line.service.currency, line.place.cost_so_far) for line in lines),
            *((row.service.currency, spent) for row, spent in back),
        ]
    )
    return Effect(lines, tuple(back), an_hour, so_far)


def _by_currency(amounts: Iterable[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    """Amounts added by currency: what is in two currencies is never one number."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return tuple(sorted(sums.items()))


def may_keep(*, viewer: User, path: str = "") -> bool:
    """Whether the viewer may keep services up to date."""
    return may(viewer, "incidents.keep_service", path)


def found(*, viewer: User, text: str, limit: int) -> list[Service]:
    """Services by code or name."""
    return list(services(viewer=viewer).filter(Q(code__icontains=text) | Q(name__icontains=text))[:limit])


def of_asset(*, viewer: User, asset: Asset) -> list[Service]:
    """The critical services that rest on an asset."""
    return list(services(viewer=viewer).filter(assets=asset))


def by_codes(*, viewer: User, codes: Iterable[str]) -> Mapping[str, Service]:
    """Services in sight by code, in capitals."""
    wanted = {code.upper() for code in codes}
    return {row.code: row for row in services(viewer=viewer).filter(code__in=wanted)}

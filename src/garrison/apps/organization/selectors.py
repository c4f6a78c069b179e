"""Reads of the organization app."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from garrison.apps.organization.models import AppetitePoint, Site, Unit, Zone
from garrison.apps.organization.rules import slug
from garrison.core.bulk import batches
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow

VIEW = "organization.view"


def units(*, viewer: User) -> QuerySet[Unit]:
    """The units in sight, in tree order."""
    return narrow(Unit.objects.order_by("path"), viewer, VIEW, field="path")


def unit(*, viewer: User, code: str) -> Unit:
    """One unit by code. Raises ``Missing`` outside the viewer's sight."""
    found = units(viewer=viewer).filter(key=slug(code)).first()
    if found is None:
        raise Missing(f"there is no unit {code}")
    return found


def unit_ids(*, viewer: User, codes: Iterable[str]) -> dict[str, int]:
    """Unit ids by slug of ``codes`` (see ``rules.slug``); codes that are unknown or out of sight are left out."""
    found: dict[str, int] = {}
    for chunk in batches(dict.fromkeys(slug(code) for code in codes if code)):
        found.update(units(viewer=viewer).filter(key__in=chunk).values_list("key", "pk"))
    return found


def unit_choices(*, viewer: User) -> list[tuple[str, str]]:
    """(path, name) of each unit in sight, in tree order, for a filter of a list."""
    rows = list(units(viewer=viewer).values_list("path", "name"))
    top = min((path.count("/") for path, _ in rows), default=0)
    return [(path, "\u00a0\u00a0" * (path.count("/") - top) + name) for path, name in rows]


def root(*, viewer: User) -> Unit | None:
    """The unit at the top of what the viewer sees; None before any was imported."""
    return units(viewer=viewer).first()


def name(*, viewer: User) -> str:
    """How the organisation is called; "" before any unit was imported."""
    top = root(viewer=viewer)
    return top.name if top else ""


def appetite(*, viewer: User, unit: Unit) -> QuerySet[AppetitePoint]:
    """The agreed appetite of a unit, smallest loss first."""
    return AppetitePoint.objects.filter(unit__in=units(viewer=viewer), unit=unit).order_by("loss")


def sites(*, viewer: User) -> QuerySet[Site]:
    """The sites in sight."""
    return narrow(Site.objects.select_related("unit").order_by("name"), viewer, VIEW)


def site(*, viewer: User, uuid: UUID) -> Site:
    """One site. Raises ``Missing`` outside the viewer's sight."""
    found = sites(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such site")
    return found


def units_of_sites(*, viewer: User, ids: Iterable[int]) -> dict[int, int | None]:
    """The unit (id) that answers for each site (id)."""
    found: dict[int, int | None] = {}
    for chunk in batches(dict.fromkeys(ids)):
        found.update(narrow(Site.objects.filter(pk__in=chunk), viewer, VIEW).values_list("pk", "unit_id"))
    return found


def site_choices(*, viewer: User) -> list[tuple[str, str]]:
    """(uuid, name) of each site in sight, for a filter of a list."""
    return [(str(uuid), name) for uuid, name in sites(viewer=viewer).values_list("uuid", "name")]


def zones(*, viewer: User) -> QuerySet[Zone]:
    """The zones of the sites in sight."""
    return narrow(Zone.objects.select_related("site"), viewer, VIEW, field="site__unit__path")


def found(*, viewer: User, text: str, limit: int) -> list[Unit]:
    """Units whose code or name has ``text`` in it."""
    matching = Q(code__icontains=text) | Q(name__icontains=text)
    return list(units(viewer=viewer).filter(matching)[:limit])


def counts(*, viewer: User) -> dict[str, int]:
    """How many units, sites and zones are in sight."""
    return {
        "units": units(viewer=viewer).count(),
        "sites": sites(viewer=viewer).count(),
        "zones": zones(viewer=viewer).count(),
    }

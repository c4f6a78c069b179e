"""Reads of the assets app."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from garrison.apps.assets import rules
from garrison.apps.assets.models import CYBER, PHYSICAL, Asset, AssetName, DeviceTest, Service, Software
from garrison.core.bulk import batches
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import narrow

VIEW = "assets.view"


def assets(*, viewer: User) -> QuerySet[Asset]:
    """The assets in sight, with unit, site and zone."""
    rows = Asset.objects.select_related("unit", "site", "zone").order_by("kind", "code")
    return narrow(rows, viewer, VIEW)


def asset(*, viewer: User, uuid: UUID) -> Asset:
    """One asset. Raises ``Missing`` outside the viewer's sight."""
    found = assets(viewer=viewer).select_related("source", "serves", "controller").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such asset")
    return found


def device(*, viewer: User, named: str) -> Asset | None:
    """The door or device with a code, else with a name; doors before others; None where there is none."""
    rows = assets(viewer=viewer).filter(kind__in=PHYSICAL)
    found = list(rows.filter(code__iexact=named.strip())[:6]) or list(rows.filter(name__iexact=named.strip())[:2])
    found.sort(key=lambda each: each.kind != "door")
    return found[0] if found else None


def unheard_of(*, viewer: User, names: Iterable[str]) -> set[str]:
    """Those ``names`` by which no asset goes, be it by code, name or address; being out of sight is no lack."""
    lost: set[str] = set()
    for chunk in batches({name for name in names if name}):
        said = {name: name.strip().casefold() for name in chunk}
        small = set(said.values())
        named = Asset.objects.order_by().annotate(small_code=Lower("code"), small_name=Lower("name"))
        rows = named.filter(Q(small_code__in=small) | Q(small_name__in=small)).values_list("small_code", "small_name")
        known = {word for row in rows for word in row} | set(
            AssetName.objects.filter(name__in=small).values_list("name", flat=True)
        )
        lost |= {name for name, word in said.items() if word not in known}
    return lost


def without_unit(*, viewer: User) -> QuerySet[Asset]:
    """Assets that wait for the unit that their file named, or for their site's."""
    waiting = Asset.objects.filter(unit=None).exclude(Q(unit_code="") & Q(site=None))
    return narrow(waiting, viewer, VIEW)


def services(*, viewer: User) -> QuerySet[Service]:
    """Services of the assets in sight."""
    return narrow(Service.objects.select_related("asset"), viewer, VIEW, field="asset__unit__path")


def software(*, viewer: User) -> QuerySet[Software]:
    """Components of the assets in sight."""
    return narrow(Software.objects.select_related("asset"), viewer, VIEW, field="asset__unit__path")


def tests(*, viewer: User) -> QuerySet[DeviceTest]:
    """Tests of the doors and devices in sight, latest first."""
    rows = DeviceTest.objects.select_related("asset", "asset__unit", "source").order_by("-on", "-recorded_at", "-pk")
    return narrow(rows, viewer, VIEW, field="asset__unit__path")


def with_last_test(rows: QuerySet[Asset]) -> QuerySet[Asset]:
    """``rows`` with ``tested_on``, ``test_passed`` and ``test_note`` of the latest test; null where there is none."""
    latest = DeviceTest.objects.filter(asset=OuterRef("pk")).order_by("-on", "-recorded_at", "-pk")
    return rows.annotate(
        tested_on=Subquery(latest.values("on")[:1]),
        test_passed=Subquery(latest.values("passed")[:1]),
        test_note=Subquery(latest.values("note")[:1]),
    )


def condition_of_test(outcome: str) -> Q:
    """The condition that the latest test of a door or device ended so: "passed", "failed", or "never" for none."""
    tested = Exists(DeviceTest.objects.filter(asset=OuterRef("pk")))
    if outcome == "never":
        return Q(~tested, kind__in=PHYSICAL)
    latest = DeviceTest.objects.filter(asset=OuterRef("pk")).order_by("-on", "-recorded_at", "-pk")
    return Q(Exact(Subquery(latest.values("passed")[:1]), Value(outcome == "passed")))


def same_address(*, viewer: User, asset: Asset) -> QuerySet[Asset]:
    """A device's computer, or a computer's device: assets of the other sort with the same network address."""
    if asset.kind in PHYSICAL:
        named = assets(viewer=viewer).filter(kind=rules.HOST, names__name=rules.host_name(asset.address))
        return named if asset.address else named.none()
    addresses = [each.name for each in asset.names.all() if rules.is_address(each.name)]
    return assets(viewer=viewer).filter(kind__in=PHYSICAL, address__in=addresses)


def found(*, viewer: User, text: str, limit: int) -> list[Asset]:
    """Assets by code, name, or another name or address."""
    rows = assets(viewer=viewer)
    hits = list(rows.filter(Q(code__icontains=text) | Q(name__icontains=text))[:limit])
    if len(hits) < limit:
        also = rows.filter(names__name__istartswith=text).exclude(pk__in=[hit.pk for hit in hits]).distinct()
        hits += also[: limit - len(hits)]
    return hits


def kinds(*, viewer: User) -> dict[str, int]:
    """How many assets of each sort are in sight, in one statement."""
    found = dict(narrow(Asset.objects.all(), viewer, VIEW).values_list("kind").annotate(number=Count("pk")))
    return {
        "assets": sum(found.values()),
        "hosts": found.get(rules.HOST, 0),
        "devices": _sum(found, PHYSICAL),
        "doors": found.get("door", 0),
        "readers": found.get("reader", 0),
        "cameras": found.get("camera", 0),
        "subjects": _sum(found, [kind for kind in CYBER if kind != rules.HOST]),
    }


def counts(*, viewer: User) -> dict[str, int]:
    """How many assets of each sort, services, components and tests are in sight, by the record types' names."""
    return {
        **kinds(viewer=viewer),
        "services": services(viewer=viewer).order_by().count(),
        "software": software(viewer=viewer).order_by().count(),
        "device_tests": tests(viewer=viewer).order_by().count(),
    }


def _sum(kinds: dict[str, int], wanted: Sequence[str]) -> int:
    """How many there are of several kinds."""
    return sum(kinds.get(kind, 0) for kind in wanted)

"""Reads for the page of sites and doors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from garrison.apps.assets.models import PHYSICAL, Asset
from garrison.apps.assets.selectors.register import assets, condition_of_test, with_last_test
from garrison.apps.organization import selectors as organization
from garrison.core.models import User

AMISS = ("failed", "held", "offline")
DOORS = 1_000
"""The most doors of one site that its page shows."""

YEAR = 365


@dataclass(slots=True)
class SiteLine:
    """One site with its devices counted by kind, and those not in order by state. ``key`` stands in an address."""

    key: str
    pk: int | None
    name: str
    unit: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    amiss: dict[str, int] = field(default_factory=dict)
    doors_amiss: int = 0
    failed: int = 0
    """How many failed their latest test: what a test found, whatever state the system reports now."""

    @property
    def doors(self) -> int:
        """How many doors there are."""
        return self.kinds.get("door", 0)

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return self.kinds.get("reader", 0)

    @property
    def cameras(self) -> int:
        """How many cameras there are."""
        return self.kinds.get("camera", 0)

    @property
    def devices_amiss(self) -> int:
        """How many doors and devices are not in order."""
        return sum(self.amiss.values())


@dataclass(frozen=True, slots=True)
class DoorLine:
    """One door, what serves it, and its latest test. ``days`` is how long ago that was, None when never."""

    asset: Asset
    on: date | None
    passed: bool | None
    note: str
    days: int | None
    served: dict[str, int]

    @property
    def late(self) -> bool:
        """Whether it was not tested within a year."""
        return self.days is None or self.days > YEAR


def sites(*, viewer: User) -> list[SiteLine]:
    """The sites in sight, and one line for devices without a site when there are any; three statements."""
    lines: dict[int | None, SiteLine] = {
        site.pk: SiteLine(str(site.uuid), site.pk, site.name, site.unit.name if site.unit else "")
        for site in organization.sites(viewer=viewer)
    }
    rows = assets(viewer=viewer).filter(kind__in=PHYSICAL).order_by()
    for site, kind, state, number in rows.values_list("site_id", "kind", "state").annotate(number=Count("pk")):
        line = lines.get(site) or lines.setdefault(None, SiteLine("none", None, ""))
        line.kinds[kind] = line.kinds.get(kind, 0) + number
        if state in AMISS:
            line.amiss[state] = line.amiss.get(state, 0) + number
            line.doors_amiss += number if kind == "door" else 0
    failed = rows.filter(condition_of_test("failed"))
    for site, number in failed.values_list("site_id").annotate(number=Count("pk")):
        (lines.get(site) or lines[None]).failed += number
    return list(lines.values())


def totals(lines: Sequence[SiteLine]) -> SiteLine:
    """All sites added up."""
    total = SiteLine("", None, "")
    for line in lines:
        for name, number in line.kinds.items():
            total.kinds[name] = total.kinds.get(name, 0) + number
        for name, number in line.amiss.items():
            total.amiss[name] = total.amiss.get(name, 0) + number
        total.doors_amiss += line.doors_amiss
        total.failed += line.failed
    return total


def doors(*, viewer: User, site: SiteLine, today: date) -> list[tuple[str, list[DoorLine]]]:
    """The doors of a site by zone, in the zones' order; two statements."""
    rows = (
        assets(viewer=viewer)
        .filter(kind="door", site=site.pk)
        .order_by("zone__building", "zone__floor", "zone__name", "code")
    )
    found = list(with_last_test(rows)[:DOORS])
    served: dict[int, dict[str, int]] = {}
    serving = assets(viewer=viewer).filter(serves__kind="door", serves__site=site.pk).order_by()
    for door, kind, number in serving.values_list("serves_id", "kind").annotate(number=Count("pk")):
        served.setdefault(door, {})[kind] = number
    zones: dict[str, list[DoorLine]] = {}
    for door in found:
        on = getattr(door, "tested_on", None)
        line = DoorLine(
            door, on, getattr(door, "test_passed", None), getattr(door, "test_note", None) or "",
            (today - on).days if on else None, served.get(door.pk, {}),
        )  # fmt: skip
        zones.setdefault(str(door.zone) if door.zone else "", []).append(line)
    return list(zones.items())

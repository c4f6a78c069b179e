"""Which unit, site and zone a row means, for the importers of devices and hosts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from garrison.apps.organization import selectors as organization
from garrison.apps.organization.rules import Place, slug
from garrison.apps.organization.services import places_of
from garrison.core.imports import Batch, Staged
from garrison.core.models import ImportedFile, User
from garrison.core.ui import figures


@dataclass(slots=True)
class Placing:
    """Units by slug, and for each place its site, its zone and the site's unit; and what could not be placed."""

    units: Mapping[str, int]
    places: Mapping[Place, tuple[int, int | None]]
    site_units: Mapping[int, int | None]
    lost: dict[int, tuple[ImportedFile, Counter[str]]] = field(default_factory=dict)

    def of(self, staged: Staged, unit: str, place: Place) -> dict[str, int | str | None]:
        """The columns ``unit_id``, ``unit_code``, ``site_id`` and ``zone_id`` of one row.

        A row that names no unit belongs to its site's; one that names an unknown unit waits for it.
        """
        site, zone = self.places.get(place, (None, None))
        found = self.units.get(slug(unit)) if unit else self.site_units.get(site) if site else None
        if unit and found is None:
            self.lost.setdefault(staged.file.pk, (staged.file, Counter()))[1][unit] += 1
        return {"unit_id": found, "unit_code": unit, "site_id": site, "zone_id": zone}

    def tell(self, batch: Batch) -> None:
        """Note for each file the units that are not known."""
        for file, codes in self.lost.values():
            named = ", ".join(code for code, _ in codes.most_common(8)) + (" and others" if len(codes) > 8 else "")
            rows = figures.counted(codes.total(), "rows")
            reason = (
                f"{rows} with a unit that is not known ({named}): kept without a unit "
                "until a table of business units tells of it."
            )
            batch.note(file, reason, name="unit_code")


def placing(actor: User, batch: Batch, read: Callable[[Staged], tuple[str, Place]]) -> Placing:
    """Walk a batch for the units and places that it names (``read`` gives both of a row), and make new places."""
    votes: dict[Place, Counter[str]] = {}
    codes: set[str] = set()
    for staged in batch:
        unit, place = read(staged)
        codes.add(unit)
        if place.site:
            votes.setdefault(place, Counter())[slug(unit)] += 1
    units = organization.unit_ids(viewer=actor, codes=codes)
    counted = {
        place: {units[code]: count for code, count in named.items() if code in units} for place, named in votes.items()
    }
    places = places_of(actor=actor, places=counted) if counted else {}
    site_units = organization.units_of_sites(viewer=actor, ids=[site for site, _ in places.values()])
    return Placing(units, places, site_units)

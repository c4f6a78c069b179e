"""Commands of the organization app: the unit tree, and the places that other files name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from garrison.apps.organization import rules, selectors
from garrison.apps.organization.models import AppetitePoint, Site, Unit, Zone
from garrison.apps.organization.rules import Place
from garrison.core import journal
from garrison.core.bulk import BATCH, STORED, UNCHANGED, UPDATED, batches, cut, key_of, keys_to_ids, reconcile
from garrison.core.commands import Forbidden, Missing, changed, command, system_actor
from garrison.core.imports import Batch, Staged
from garrison.core.models import User
from garrison.core.scopes import paths
from garrison.core.services import move_roles
from garrison.core.undoing import held
from garrison.formats.facts import UnitFact

CODE, PATH = 60, 400
"""The longest code and path of a unit, as its table has them."""


@command("organization.import_units")
def import_units(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the units that files tell of, in whatever order they come; gives how many of each verdict.

    The parent is what the file says; an empty budget or currency says nothing; appetite points, when any are given,
    replace those stored. Scopes hang on the tree, so only someone with a role in the whole organisation may do this.
    """
    if "/" not in paths(actor, "organization.import_units"):
        raise Forbidden(
            "the unit tree decides who sees what; only someone with a role in the whole organisation may change it"
        )
    told = _distinct(batch)
    stored = {unit.key: unit for unit in Unit.objects.select_related("parent")}
    parents = {key: unit.parent.key if unit.parent else "" for key, unit in stored.items()}
    parents |= {key: rules.slug(fact.parent) for key, (_, fact) in told.items()}
    _refuse_circles(batch, told, parents, stored)
    where = rules.paths(parents)
    for key in [key for key in told if key not in where]:
        staged, fact = told.pop(key)
        reason = f"The parent {fact.parent} of unit {fact.code} is not known, or was refused. Add or mend its row."
        batch.refuse(staged, "parent_code", reason)
    for key in [key for key in told if len(where[key]) > PATH]:
        batch.refuse(told.pop(key)[0], "parent_code", f"The unit lies too deep: its path has more than {PATH} letters.")
    totals = _store(batch, told, parents, where, stored)
    moves = {unit.path: where[key] for key, unit in stored.items() if where.get(key, unit.path) != unit.path}
    if moves:
        move_units(actor=actor, moves=moves)
    _adopt_sites()
    changed(target="units", after=totals)
    return totals


def _distinct(batch: Batch) -> dict[str, tuple[Staged, UnitFact]]:
    """The told units by slug. Of two rows of one unit the later counts; a code without a letter or digit is refused."""
    told: dict[str, tuple[Staged, UnitFact]] = {}
    for staged in batch:
        fact = staged.fact
        assert isinstance(fact, UnitFact)
        key = rules.slug(fact.code)
        if not key:
            batch.refuse(staged, "unit_code", f"The code {fact.code[:40]!r} has neither letters nor digits.")
            continue
        if len(fact.code) > CODE:
            batch.refuse(staged, "unit_code", f"The code is longer than {CODE} characters.")
            continue
        before = told.get(key)
        if before is not None and before[1].code != fact.code:
            batch.refuse(staged, "unit_code", f"The code {fact.code} reads the same as {before[1].code}.")
            continue
        told.pop(key, None)
        told[key] = (staged, fact)
    return told


def _refuse_circles(
    batch: Batch, told: dict[str, tuple[Staged, UnitFact]], parents: dict[str, str], stored: Mapping[str, Unit]
) -> None:
    """Refuse rows that would make a unit its own ancestor; what is stored of them stays as it is."""
    while circle := [key for key in rules.circles(parents) if key in told]:
        for key in sorted(circle):
            staged, fact = told.pop(key)
            batch.refuse(staged, "parent_code", f"Unit {fact.code} would lie below itself, through {fact.parent}.")
            if key in stored:
                above = stored[key].parent
                parents[key] = above.key if above else ""
            else:
                del parents[key]


def _store(
    batch: Batch,
    told: Mapping[str, tuple[Staged, UnitFact]],
    parents: Mapping[str, str],
    where: Mapping[str, str],
    stored: Mapping[str, Unit],
) -> dict[str, int]:
    """Write the accepted units from the top of the tree down, then their appetite, and settle the batch."""
    totals = dict.fromkeys((STORED, UPDATED, UNCHANGED), 0)
    ids = {key: unit.pk for key, unit in stored.items()}
    agreed = _appetites(told, ids)
    deep: dict[int, list[str]] = {}
    for key in told:
        deep.setdefault(where[key].count("/"), []).append(key)
    for depth in sorted(deep):
        rows = [_row(key, *told[key], ids.get(parents[key]), where[key], stored.get(key)) for key in deep[depth]]
        verdicts, primary = reconcile(
            Unit, rows, compare=("code", "name", "parent_id", "path", "currency", "budget"), merge=False
        )
        ids |= primary
        for place, key in enumerate(deep[depth]):
            points = list(told[key][1].appetite)
            if points and points != agreed.get(key, []) and verdicts[place] == UNCHANGED:
                verdicts[place] = UPDATED
        batch.settle([told[key][0] for key in deep[depth]], verdicts)
        for verdict in verdicts:
            totals[verdict] += 1
    _replace_appetites(told, ids, agreed)
    return totals


def _row(
    key: str, staged: Staged, fact: UnitFact, parent: int | None, path: str, stored: Unit | None
) -> dict[str, Any]:
    """One unit as its table has it. The path of a stored unit changes by ``move_units``, with all below it."""
    return {
        "key": key,
        "code": fact.code,
        "name": fact.name,
        "parent_id": parent,
        "path": stored.path if stored else path,
        "currency": fact.currency or (stored.currency if stored else ""),
        "budget": fact.budget if fact.budget is not None else (stored.budget if stored else None),
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }


def _appetites(told: Iterable[str], ids: Mapping[str, int]) -> dict[str, list[Any]]:
    """The stored (loss, probability) points of units by key."""
    names = {ids[key]: key for key in told if key in ids}
    agreed: dict[str, list[Any]] = {}
    for chunk in batches(names):
        points = AppetitePoint.objects.filter(unit__in=chunk).order_by("loss")
        for unit, loss, probability in points.values_list("unit_id", "loss", "probability"):
            agreed.setdefault(names[unit], []).append((loss, probability))
    return agreed


def _replace_appetites(
    told: Mapping[str, tuple[Staged, UnitFact]], ids: Mapping[str, int], agreed: Mapping[str, list[Any]]
) -> None:
    """Put the told appetite in the place of the stored one where they differ."""
    moved = {
        ids[key]: list(fact.appetite)
        for key, (_, fact) in told.items()
        if fact.appetite and list(fact.appetite) != agreed.get(key, [])
    }
    said_by = {ids[key]: (staged.file.pk, fact.row) for key, (staged, fact) in told.items()}
    for chunk in batches(moved):
        before = AppetitePoint.objects.filter(unit__in=chunk)
        journal.removed(before, said_by, "unit_id")
        before.delete()
    made = AppetitePoint.objects.bulk_create(
        [
            AppetitePoint(unit_id=unit, loss=loss, probability=probability)
            for unit, points in moved.items()
            for loss, probability in points
        ],
        batch_size=BATCH,
    )
    journal.added(made, said_by, "unit_id")


@command("organization.move_units")
def move_units(*, actor: User, moves: Mapping[str, str]) -> None:
    """Give units new paths (old path to new), and the roles that people hold in them: scopes follow the tree."""
    if "/" not in paths(actor, "organization.move_units"):
        raise Forbidden("only someone with a role in the whole organisation may move units")
    units = list(Unit.objects.filter(path__in=list(moves)))
    for unit in units:
        unit.path = moves[unit.path]
    Unit.objects.bulk_update(units, ["path"], batch_size=BATCH)
    told = move_roles(actor=system_actor(), moves=moves)
    changed(target="units", before=sorted(moves), after={"paths": dict(moves), "roles": told})


@command("organization.set_budget")
def set_budget(*, actor: User, code: str, amount: Decimal | None) -> None:
    """Say what a unit may spend in a year; None where nobody has said."""
    unit = held(selectors.units(viewer=actor).filter(key=rules.slug(code))).first()
    if unit is None:
        raise Missing(f"there is no unit {code}")
    before, unit.budget = unit.budget, amount
    unit.save(update_fields=["budget"])
    changed(target=unit.code, path=unit.path, before={"budget": before}, after={"budget": amount})


def _adopt_sites() -> None:
    """Give each site without a unit the unit of its name or code."""
    orphans = list(Site.objects.filter(unit=None))
    if not orphans:
        return
    names, codes = _unit_names()
    adopted = []
    for site in orphans:
        site.unit_id = rules.unit_of_site(site.name, names, codes, {})
        if site.unit_id is not None:
            adopted.append(site)
    Site.objects.bulk_update(adopted, ["unit"], batch_size=BATCH)


def _unit_names() -> tuple[dict[str, int], dict[str, int]]:
    """Units by small-letter name (names that two units share left out) and by slug."""
    names: dict[str, int] = {}
    twice: set[str] = set()
    codes: dict[str, int] = {}
    for pk, key, name in Unit.objects.values_list("pk", "key", "name"):
        codes[key] = pk
        if names.setdefault(name.casefold(), pk) != pk:
            twice.add(name.casefold())
    return {name: pk for name, pk in names.items() if name not in twice}, codes


@command("organization.ensure_places")
def ensure_places(
    *, actor: User, places: Mapping[Place, Mapping[int, int]], source: int | None = None
) -> dict[Place, tuple[int, int | None]]:
    """Make the sites and zones that a file names, where they are new; gives (site id, zone id or None) of each place.

    ``places`` counts for each the rows that name it by unit id. A site without a unit gets the one of the same
    name, else of the same code, else the one that most of those rows name; a site keeps the unit it has.
    """
    wanted = {place: votes for place, votes in places.items() if place.site}
    sites, made_sites = _ensure_sites(wanted, source)
    zones, made_zones = _ensure_zones([place for place in wanted if place.is_zone], sites, source)
    changed(target="places", after={"sites": made_sites, "zones": made_zones})
    return {
        place: (sites[_site_key(place.site)], zones.get(_zone_key(place)) if place.is_zone else None)
        for place in wanted
    }


def places_of(
    *, actor: User, places: Mapping[Place, Mapping[int, int]], source: int | None = None
) -> dict[Place, tuple[int, int | None]]:
    """As ``ensure_places``, but without a command where every place is known and every site has a unit."""
    wanted = [place for place in places if place.site]
    sites = keys_to_ids(Site, [_site_key(place.site) for place in wanted])
    zones = keys_to_ids(Zone, [_zone_key(place) for place in wanted if place.is_zone])
    known = all(_site_key(place.site) in sites and (not place.is_zone or _zone_key(place) in zones) for place in wanted)
    orphans = any(places.values()) and Site.objects.filter(unit=None, pk__in=list(sites.values())).exists()
    if not known or orphans:
        return ensure_places(actor=actor, places=places, source=source)
    return {
        place: (sites[_site_key(place.site)], zones[_zone_key(place)] if place.is_zone else None) for place in wanted
    }


def _site_key(name: str) -> str:
    """A site's natural key."""
    return key_of(name)


def _zone_key(place: Place) -> str:
    """A zone's natural key."""
    return key_of(place.site, place.building, place.floor, place.zone)


def _ensure_sites(wanted: Mapping[Place, Mapping[int, int]], source: int | None) -> tuple[dict[str, int], list[str]]:
    """Sites by key, made where they were new; and the names of the new ones."""
    named: dict[str, str] = {}
    votes: dict[str, Counter[int]] = {}
    for place, units in wanted.items():
        key = _site_key(place.site)
        named.setdefault(key, place.site)
        votes.setdefault(key, Counter()).update(units)
    stored = {site.key: site for chunk in batches(named) for site in Site.objects.filter(key__in=chunk)}
    names, codes = _unit_names() if any(k not in stored or stored[k].unit_id is None for k in named) else ({}, {})
    rows: list[dict[str, Any]] = []
    adopted: list[Site] = []
    for key, name in named.items():
        site = stored.get(key)
        if site is not None and site.unit_id is not None:
            continue
        unit = rules.unit_of_site(name, names, codes, votes[key])
        if site is None:
            rows.append({"key": key, "name": name, "unit_id": unit, "source_id": source})
        elif unit is not None:
            site.unit_id = unit
            adopted.append(site)
    cut(Site, rows)
    made = Site.objects.bulk_create([Site(**row) for row in rows], batch_size=BATCH)
    Site.objects.bulk_update(adopted, ["unit"], batch_size=BATCH)
    found = {key: site.pk for key, site in stored.items()} | {site.key: site.pk for site in made}
    return found, [site.name for site in made]


def _ensure_zones(places: Sequence[Place], sites: Mapping[str, int], source: int | None) -> tuple[dict[str, int], int]:
    """Zones by key, made where they were new; and how many were."""
    by_key = {_zone_key(place): place for place in places}
    found = keys_to_ids(Zone, by_key)
    rows = [
        {
            "key": key,
            "site_id": sites[_site_key(place.site)],
            "building": place.building,
            "floor": place.floor,
            "name": place.zone,
            "source_id": source,
        }
        for key, place in by_key.items()
        if key not in found
    ]
    cut(Zone, rows)
    made = Zone.objects.bulk_create([Zone(**row) for row in rows], batch_size=BATCH)
    return found | {zone.key: zone.pk for zone in made}, len(made)

"""Badge events, read from the lake and narrowed there to the doors of the viewer's units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, Sum

from garrison.apps.access import rules
from garrison.apps.assets.models import Asset
from garrison.apps.people.models import Person
from garrison.core import lake_files
from garrison.core.bulk import batches
from garrison.core.models import ImportedFile, LakeFile, User
from garrison.core.scopes import paths, within

VIEW = "access.view"
LOOK = "access.look_at_movements"
OUTCOMES = ("granted", "denied", "forced", "held", "exit", "other")
MOST = 2_000
"""The most events of one person that one look gives."""

COLUMNS = "time, door, asset, outcome, card, direction, reason, person, number, file, row"


@dataclass(frozen=True, slots=True)
class Movement:
    """One badge event, with the file and row that told of it. ``asset`` is the door's uuid, None when it is unknown."""

    at: datetime
    door: str
    asset: UUID | None
    door_name: str
    critical: bool
    outcome: str
    card: str
    direction: str
    reason: str
    person: UUID | None
    person_name: str
    number: str
    file: UUID | None
    file_name: str
    row: int


@dataclass(frozen=True, slots=True)
class Movements:
    """One page of badge events, newest first, and whether there are older ones."""

    rows: list[Movement]
    more: bool
    page: int


def span(*, viewer: User) -> dict[str, Any]:
    """From when to when badge events in sight happened, and how many there are."""
    scope, doors = in_sight(viewer, VIEW)
    if scope == "FALSE":
        return {"first": None, "last": None, "rows": 0}
    if doors:
        sql = f"SELECT min(time), max(time), count(*) FROM events WHERE {scope}"  # noqa: S608 - placeholders only
        told = lake_files.lake().query(sql, lake_files.visible(rules.EVENTS), doors) or [(None, None, 0)]
        ends = [moment.replace(tzinfo=UTC) if moment else None for moment in told[0][:2]]
        return {"first": ends[0], "last": ends[1], "rows": told[0][2]}
    files = LakeFile.objects.filter(kind=rules.EVENTS)
    found = files.aggregate(first=Min("first_at"), last=Max("last_at"), rows=Sum("rows"))
    return {**found, "rows": found["rows"] or 0}


def events(
    *, viewer: User, since: datetime, outcome: str = "", door: str = "", page: int = 1, per: int = 50
) -> Movements:
    """Badge events not older than ``since`` at doors in sight, newest first."""
    conditions, parameters = [], []
    if outcome in OUTCOMES:
        conditions.append("outcome = ?")
        parameters.append(outcome)
    if door:
        conditions.append("contains(lower(door), ?)")
        parameters.append(door.lower())
    rows = _select(viewer, since, conditions, parameters, limit=per + 1, offset=(page - 1) * per)
    return Movements(dressed(without_names(rows[:per], viewer), viewer), len(rows) > per, page)


def door_events(*, viewer: User, door: Asset, since: datetime, limit: int = 10) -> list[Movement]:
    """The latest events of one door, by its record or by the name under which the log knows it."""
    rows = _select(
        viewer,
        since,
        ["(asset = ? OR (asset = '' AND lower(door) IN (?, ?)))"],
        [door.uuid.hex, door.code.lower(), door.name.lower()],
        limit=limit,
    )
    return dressed(without_names(rows, viewer), viewer)


def movements(*, viewer: User, person: Person, days: int, at: datetime) -> tuple[list[Movement], bool]:
    """One person's badge events of the last ``days``, newest first, and whether there were more.

    Only ``access.look_at_movements`` may call this: the look is recorded there with its purpose.
    """
    cards = list(person.badges.values_list("card", flat=True))
    rows = _select(
        viewer,
        at - timedelta(days=days),
        ["(person = ? OR (person = '' AND list_contains(?::VARCHAR[], lower(card))))"],
        [person.uuid.hex, [card.lower() for card in cards]],
        limit=MOST + 1,
        permission=LOOK,
    )
    return dressed(rows[:MOST], viewer), len(rows) > MOST


def uses(*, viewer: User, cards: Sequence[str], since: datetime, limit: int = 200) -> list[Movement]:
    """When these badges were let in since ``since``, oldest first: the evidence of an access exception."""
    if not cards:
        return []
    conditions = ["outcome = 'granted'", "list_contains(?::VARCHAR[], lower(card))"]
    rows = _select(viewer, since, conditions, [[card.lower() for card in cards]], limit=limit, ascending=True)
    return dressed(rows, viewer)


def _select(
    viewer: User,
    since: datetime,
    conditions: Sequence[str],
    parameters: Sequence[Any],
    *,
    limit: int,
    offset: int = 0,
    ascending: bool = False,
    permission: str = VIEW,
) -> list[tuple[Any, ...]]:
    """Rows of ``COLUMNS`` in sight: paged, ordered and narrowed in SQL."""
    scope, doors = in_sight(viewer, permission)
    if scope == "FALSE":
        return []
    where = " AND ".join([scope, "time >= ?::TIMESTAMP", *conditions])
    order = "time, row" if ascending else "time DESC, row DESC"
    sql = f"SELECT {COLUMNS} FROM events WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - placeholders only
    names = lake_files.visible(rules.EVENTS, since=since)
    moment = since.astimezone(UTC).replace(tzinfo=None)
    return lake_files.lake().query(sql, names, [*doors, moment, *parameters, limit, offset])


def dressed(rows: Sequence[tuple[Any, ...]], viewer: User) -> list[Movement]:
    """Rows of the lake with the names of their doors, persons and files, a thousand a statement.

    A person outside the viewer's sight stays without a name.
    """
    doors = _doors({row[2] for row in rows if row[2]})
    persons = _persons({row[7] for row in rows if row[7]}, viewer)
    files = _files({row[9] for row in rows})
    told = []
    for time, door, asset, outcome, card, direction, reason, person, number, file, row in rows:
        name, critical = doors.get(asset, ("", False))
        uuid, label = files.get(file, (None, ""))
        known = persons.get(person, "")
        told.append(
            Movement(
                time.replace(tzinfo=UTC), door, UUID(hex=asset) if asset else None, name, critical, outcome, card,
                direction, reason, UUID(hex=person) if known else None, known, number if known else "", uuid, label,
                row,
            )
        )  # fmt: skip
    return told


def in_sight(viewer: User, permission: str) -> tuple[str, list[Any]]:
    """The lake's condition that an event was at a door of the viewer's units, with its parameters; "TRUE" for all.

    It goes by where a door belongs now, not on the day of the import: units move, and sight moves with them. Events
    at doors that nobody registered are for those who see everything.
    """
    held = paths(viewer, permission)
    if "/" in held:
        return "TRUE", []
    if not held:
        return "FALSE", []
    doors = Asset.objects.filter(within(viewer, permission), kind="door").order_by()
    return "list_contains(?::VARCHAR[], asset)", [[uuid.hex for uuid in doors.values_list("uuid", flat=True)]]


def without_names(rows: Sequence[tuple[Any, ...]], viewer: User | None) -> list[tuple[Any, ...]]:
    """``rows`` without badge and person where the viewer may not look at people's movements at that door.

    For no viewer none keeps a name.
    """
    if viewer is not None and "/" in paths(viewer, LOOK):
        return list(rows)
    open_to: set[str] = set()
    if viewer is not None and paths(viewer, LOOK):
        for some in batches(sorted({row[2] for row in rows if row[2]})):
            found = Asset.objects.filter(within(viewer, LOOK), uuid__in=some)
            open_to.update(uuid.hex for uuid in found.values_list("uuid", flat=True))
    return [row if row[2] in open_to else (*row[:4], "", *row[5:7], "", "", *row[9:]) for row in rows]


def _doors(uuids: set[str]) -> dict[str, tuple[str, bool]]:
    """Name and whether critical, by uuid in hex."""
    found = {}
    for some in batches(sorted(uuids)):
        for uuid, name, critical in Asset.objects.filter(uuid__in=some).values_list("uuid", "name", "critical"):
            found[uuid.hex] = (name, critical)
    return found


def _persons(uuids: set[str], viewer: User) -> dict[str, str]:
    """Names by uuid in hex, of those in sight."""
    found = {}
    for some in batches(sorted(uuids)):
        rows = Person.objects.filter(within(viewer, VIEW), uuid__in=some)
        found.update({uuid.hex: name for uuid, name in rows.values_list("uuid", "name")})
    return found


def _files(keys: set[int]) -> dict[int, tuple[UUID, str]]:
    """Uuid and name of import ledger rows by primary key."""
    found = {}
    for some in batches(sorted(keys)):
        for file in ImportedFile.objects.filter(pk__in=some).only("pk", "uuid", "path", "member"):
            found[file.pk] = (file.uuid, (file.member or file.path).rpartition("/")[2])
    return found

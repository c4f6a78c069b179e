"""Writing the timeline: entries are written once, a correction is a new entry that names the old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from garrison.apps.access import selectors as access
from garrison.apps.access import services as access_services
from garrison.apps.access.selectors import Movement
from garrison.apps.assets import selectors as assets
from garrison.apps.incidents import selectors
from garrison.apps.incidents.models import Entry, Incident
from garrison.core.clock import zone
from garrison.core.commands import Refused, changed, command
from garrison.core.models import ImportedFile, User
from garrison.core.scopes import may

BEFORE_DAYS = 14
MOST_DAYS = 90
MOST_OFFERED = 500
MOST_READ = 5_000
NEAR = timedelta(hours=1)
WORDS = {
    "granted": "granted",
    "denied": "denied",
    "forced": "forced open",
    "held": "held open",
    "exit": "request to exit",
    "other": "event",
}


def write_entry(
    actor: User,
    incident: Incident,
    *,
    at: datetime,
    kind: str,
    title: str,
    happened: datetime,
    latest: datetime | None = None,
    text: str = "",
    **more: Any,
) -> Entry:
    """Write an entry of the case as part of a command; its zone is the organisation's."""
    mine = selectors.roles_in(viewer=actor, incident=incident)
    more.setdefault("privileged", incident.privileged and kind != "system")
    return Entry.objects.create(
        incident=incident,
        kind=kind,
        at=happened,
        at_latest=latest,
        zone=more.pop("zone", "") or zone().key,
        title=title[:200],
        text=text,
        by=actor,
        by_role=next(iter(mine), ""),
        recorded_at=at,
        **more,
    )


@command("incidents.record_entry")
def record_entry(
    *,
    actor: User,
    uuid: UUID,
    kind: str,
    title: str,
    happened: datetime,
    at: datetime,
    latest: datetime | None = None,
    text: str = "",
    certainty: str = "certain",
    source_words: str = "",
    limits: str = "",
    privileged: bool = False,
    weighty: bool = False,
    corrects: UUID | None = None,
) -> Entry:
    """Write down what happened, was done or was decided. ``corrects`` names the entry that this one puts right."""
    incident = _open(actor, uuid)
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise Refused("an entry needs a line of at most 200 characters")
    if kind not in dict(Entry.KINDS) or kind == "system":
        raise Refused("say what kind of entry it is")
    if certainty not in dict(Entry.CERTAINTIES):
        raise Refused("say how certain it is: certain, likely or possible")
    if happened > at:
        raise Refused("an entry tells what happened; that time lies in the future")
    if latest is not None and latest < happened:
        raise Refused("the range ends before it begins; put the earlier time first")
    old = None
    if corrects is not None:
        old = selectors.entry(viewer=actor, incident=incident, uuid=corrects)
        if Entry.objects.filter(corrects=old).exists():
            raise Refused("somebody corrected that entry already; correct the newer one")
    made = write_entry(
        actor,
        incident,
        at=at,
        kind=kind,
        title=title,
        happened=happened,
        latest=latest,
        text=text.strip(),
        certainty=certainty,
        source_words=source_words.strip()[:200],
        limits=limits.strip()[:300],
        privileged=privileged or incident.privileged or (old is not None and old.privileged),
        weighty=weighty,
        corrects=old,
        source=old.source if old else None,
        source_row=old.source_row if old else 0,
    )
    changed(
        target=incident.code,
        path=incident.path,
        before=None if old is None else {"entry": str(old.uuid), "title": old.title},
        after={"entry": str(made.uuid), "kind": kind, "title": title, "at": happened, "certainty": certainty},
    )
    return made


def _open(actor: User, uuid: UUID) -> Incident:
    """A case that may still be written in."""
    incident = selectors.incident(viewer=actor, uuid=uuid)
    if incident.closed_at is not None:
        raise Refused(f"{incident.code} is closed; open it again first")
    return incident


@command("incidents.look_for_door_events")
def look_for_door_events(*, actor: User, uuid: UUID, purpose: str, at: datetime) -> list[Movement]:
    """The badge events of the people and doors that the case touches and that no entry tells yet, oldest first.

    Looking at a person's movements needs its own permission and a purpose, and is recorded with the person's name.
    """
    incident = _open(actor, uuid)
    found = _offered(actor, incident, purpose, at)
    changed(target=incident.code, path=incident.path, after={"purpose": purpose[:1000], "events": len(found)})
    return found


def _offered(actor: User, incident: Incident, purpose: str, at: datetime) -> list[Movement]:
    """What the lake has of the people of a case since two weeks before it was detected, and of its doors within an
    hour of what the timeline or those people's events tell.
    """
    days = min(MOST_DAYS, (at - incident.detected_at).days + BEFORE_DAYS)
    since = at - timedelta(days=days)
    told = selectors.told_rows(viewer=actor, incident=incident)
    people = selectors.named_targets(viewer=actor, incident=incident, kinds=["person"])
    doors = selectors.named_targets(viewer=actor, incident=incident, kinds=["door"])
    if not people and not doors:
        raise Refused("link the person or the door first; then their events can be found")
    if people and not may(actor, "access.look_at_movements"):
        raise Refused("your role may not look at people's movements; ask somebody whose role may")
    rows: list[Movement] = []
    for link in people:
        assert link.target is not None
        said = f"{incident.code}: {purpose}"
        seen, _more = access_services.look_at_movements(
            actor=actor, person=link.target, purpose=said, days=max(1, days), at=at
        )
        rows += seen
    happened = selectors.entries(viewer=actor, incident=incident).filter(kind__in=["door", "log"])
    moments = [*happened.values_list("at", flat=True), *(row.at for row in rows)]
    begins = max(since, min(moments, default=incident.detected_at) - NEAR)
    for link in doors:
        assert link.target is not None
        door = assets.asset(viewer=actor, uuid=link.target)
        seen = access.door_events(viewer=actor, door=door, since=begins, limit=MOST_READ)
        rows += [row for row in seen if any(abs(row.at - moment) <= NEAR for moment in moments)]
    unique = {(row.file, row.row): row for row in rows if (row.file, row.row) not in told}
    return sorted(unique.values(), key=lambda row: row.at)[-MOST_OFFERED:]


@command("incidents.add_door_events")
def add_door_events(*, actor: User, uuid: UUID, rows: Sequence[str], purpose: str, at: datetime) -> int:
    """Put chosen badge events (``file:row``) on the timeline, read anew from the event store; gives how many."""
    incident = _open(actor, uuid)
    offered = {f"{row.file}:{row.row}": row for row in _offered(actor, incident, purpose, at)}
    chosen = [offered[name] for name in dict.fromkeys(rows) if name in offered]
    if not chosen:
        raise Refused("choose events that are still offered; others were added or lie out of sight")
    made = write_door_events(actor, incident, chosen, at)
    changed(target=incident.code, path=incident.path, after={"purpose": purpose[:1000], "added": made})
    return made


def write_door_events(actor: User, incident: Incident, events: Sequence[Movement], at: datetime) -> int:
    """Write badge events as entries; one that a row told already is left out. Gives how many were written."""
    files = {file.uuid: file for file in ImportedFile.objects.filter(uuid__in={row.file for row in events if row.file})}
    made = 0
    for row in events:
        door = row.door_name or row.door
        title = f"{row.door} {door}, {WORDS[row.outcome]}" if door != row.door else f"{door}, {WORDS[row.outcome]}"
        about = [f"Badge {row.card}" if row.card else "", row.person_name, "Critical room" if row.critical else ""]
        source = files.get(row.file) if row.file else None
        try:
            with transaction.atomic():
                write_entry(
                    actor,
                    incident,
                    at=at,
                    kind="door",
                    title=title,
                    happened=row.at,
                    text=", ".join(part for part in about if part),
                    source_words="badge log",
                    source=source,
                    source_row=row.row,
                    limits="The log tells which badge, not who held it." if row.card else "",
                    weighty=row.critical and row.outcome == "granted",
                )
            made += 1
        except IntegrityError:
            continue
    return made

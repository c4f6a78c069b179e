"""Badge events on their way into the lake: NumPy's part, loaded only when events come."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from garrison.apps.access import rules
from garrison.apps.access.models import Badge
from garrison.apps.assets.models import Asset
from garrison.apps.people.models import Person
from garrison.core import lake_files
from garrison.core.bulk import STORED, UNCHANGED, batches
from garrison.core.imports import Batch, Staged
from garrison.core.models import LakeFile
from garrison.core.writing import update_each
from garrison.formats.facts import AccessEventFact
from garrison.lake.store import Columns, Lake

CHUNK = 100_000
"""Events held in memory at a time."""

KEYS = 250_000
"""Keys of stored events read at a time."""

DAY = 86_400_000_000


class Intake:
    """One import of events: the doors and people it knows, and the keys of what is stored for the days it met."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.doors = _doors()
        self.people = _people()
        self.known: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self.days: set[int] = set()
        self.last_used: dict[str, int] = {}
        self.seen = 0
        self._places: dict[str, tuple[str, str]] = {}

    def take(self, batch: Batch, chunk: Sequence[Staged]) -> int:
        """Store one chunk and say what became of each event; gives how many are new."""
        columns = self._columns(chunk)
        keys, days = columns["key"], columns["time"] // DAY
        fresh = self._fresh(keys, days)
        if fresh.any():
            kept = {name: values[fresh] for name, values in columns.items()}
            lake_files.publish(self.lake.write(rules.EVENTS, kept))
            self.known = np.concatenate([self.known, kept["key"]])
            self._remember_uses(kept)
        batch.settle(chunk, [STORED if new else UNCHANGED for new in fresh.tolist()])
        self.seen += len(chunk)
        return int(fresh.sum())

    def _columns(self, chunk: Sequence[Staged]) -> Columns:
        """The events as columns of the lake."""
        size = len(chunk)
        time = np.empty(size, dtype=np.int64)
        key = np.empty(size, dtype=np.uint64)
        file = np.empty(size, dtype=np.int64)
        row = np.empty(size, dtype=np.int64)
        text: dict[str, list[str]] = {
            name: [] for name in ("door", "asset", "path", "outcome", "card", "direction", "reason", "person", "number")
        }
        add = {name: values.append for name, values in text.items()}
        by_number, by_email, by_card = self.people
        for index, item in enumerate(chunk):
            fact = item.fact
            assert isinstance(fact, AccessEventFact)
            at = rules.microseconds(fact.at)
            time[index], file[index], row[index] = at, item.file.pk, fact.row
            key[index] = rules.event_key(at, fact.door, fact.card, fact.outcome, fact.direction)
            asset, path = self._place(fact.door)
            person = (
                by_number.get(fact.number.casefold(), "")
                or by_email.get(fact.email.casefold(), "")
                or by_card.get(fact.card.casefold(), "")
            )
            add["door"](fact.door)
            add["asset"](asset)
            add["path"](path)
            add["outcome"](fact.outcome)
            add["card"](fact.card)
            add["direction"](fact.direction)
            add["reason"](fact.reason)
            add["person"](person)
            add["number"](fact.number)
        columns: Columns = {"time": time, "key": key}
        for name, values in text.items():
            columns[name] = np.array(values, dtype=object)
        return columns | {"file": file, "row": row}

    def _place(self, door: str) -> tuple[str, str]:
        """The door's uuid and unit path; remembered, since a log names few doors many times."""
        found = self._places.get(door)
        if found is None:
            found = self._places[door] = self.doors.get(door.casefold(), ("", "/"))
        return found

    def _fresh(self, keys: NDArray[np.uint64], days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which events are neither stored nor told earlier in this chunk."""
        self._learn({int(number) for number in np.unique(days)} - self.days)
        fresh = np.zeros(len(keys), dtype=np.bool_)
        _, first = np.unique(keys, return_index=True)
        fresh[first] = True
        if len(self.known):
            fresh &= ~np.isin(keys, self.known)
        return fresh

    def _learn(self, days: set[int]) -> None:
        """Read the keys of what is stored for these days, some files at a time."""
        found = [self.known, *(self.lake.keys(names) for names in _files(days))]
        self.known = np.concatenate(found)
        self.days |= days

    def _remember_uses(self, columns: Columns) -> None:
        """Keep when each badge was last let in."""
        let_in = columns["outcome"] == rules.GRANTED
        latest = self.last_used
        for card, at in zip(columns["card"][let_in].tolist(), columns["time"][let_in].tolist(), strict=True):
            if card and at > latest.get(card, -1):
                latest[card] = at


def _files(days: Iterable[int]) -> Iterator[list[str]]:
    """The stored files of these days (counted from 1970), in groups of at most ``KEYS`` events."""
    start = date(1970, 1, 1)
    group: list[str] = []
    rows = 0
    for chunk in batches(sorted(days)):
        wanted = [start + timedelta(days=number) for number in chunk]
        listed = LakeFile.objects.filter(kind=rules.EVENTS, day__in=wanted).order_by("day", "pk")
        for name, size in listed.values_list("name", "rows"):
            if group and rows + size > KEYS:
                yield group
                group, rows = [], 0
            group.append(name)
            rows += size
    if group:
        yield group


def _doors() -> dict[str, tuple[str, str]]:
    """Uuid and unit path of each door, by its code and name and by those of the readers and locks that serve it.

    A code beats a name; a name that two doors bear names neither.
    """
    columns = ("uuid", "code", "name", "kind", "unit__path", "serves__uuid", "serves__unit__path", "serves__kind")
    rows = Asset.objects.filter(kind__in=("door", "reader", "lock")).order_by("pk").values_list(*columns)
    codes: dict[str, tuple[str, str]] = {}
    names: dict[str, tuple[str, str] | None] = {}
    for uuid, code, name, kind, path, door, door_path, door_kind in rows.iterator(chunk_size=2_000):
        if kind == "door":
            place = (uuid.hex, path or "/")
        elif door is not None and door_kind == "door":
            place = (door.hex, door_path or "/")
        else:
            continue
        codes[code.casefold()] = place
        known = names.get(name.casefold(), place)
        names[name.casefold()] = place if known == place else None
    return {name: place for name, place in names.items() if place is not None} | codes


def _people() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Person uuids by employee number, by e-mail (where one person bears it) and by the card they hold."""
    by_number: dict[str, str] = {}
    by_email: dict[str, str] = {}
    by_pk: dict[int, str] = {}
    shared: set[str] = set()
    for pk, uuid, number, email in Person.objects.order_by("pk").values_list("pk", "uuid", "number", "email"):
        by_pk[pk] = by_number[number.casefold()] = uuid.hex
        if email:
            key = email.casefold()
            if key in by_email:
                shared.add(key)
            by_email[key] = uuid.hex
    cards = Badge.objects.exclude(person=None).values_list("card", "person_id")
    return (
        by_number,
        {key: value for key, value in by_email.items() if key not in shared},
        {card.casefold(): by_pk[person] for card, person in cards if person in by_pk},
    )


def note_last_uses(latest: dict[str, int]) -> None:
    """Move the badges' last use forward."""
    for cards in batches(sorted(latest)):
        moved: list[tuple[datetime, int]] = []
        for pk, card, known in Badge.objects.filter(card__in=cards).values_list("pk", "card", "last_used"):
            at = rules.moment(latest[card])
            if known is None or known < at:
                moved.append((at, pk))
        update_each(Badge, ("last_used",), moved)

"""Badge events as the rows of a list: filtered, searched, ordered, paged and counted in the lake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.timezone import get_current_timezone  # noqa: TID251 a zone, not the clock

from garrison.apps.access import rules
from garrison.apps.access.selectors.events import (
    COLUMNS,
    LOOK,
    OUTCOMES,
    VIEW,
    Movement,
    dressed,
    in_sight,
    without_names,
)
from garrison.apps.assets.models import Asset
from garrison.apps.people.models import Person
from garrison.core import lake_files
from garrison.core.models import LakeFile, User
from garrison.core.scopes import may, paths, within
from garrison.core.ui.lists.asked import Asked

NAMED = 500
"""The most people or doors that one word of a search may mean."""

WALKED = 2_000
"""How far down the list its days are walked one by one; further down all are ordered at once."""

Condition = tuple[str, list[Any]]


def listed(*, viewer: User, named: bool = False) -> "Events":
    """Badge events at doors in sight; ``named`` gives badge and person too, where the viewer may look at movements.

    Whoever passes ``named`` puts the look on record.
    """
    return Events(viewer, named and may(viewer, LOOK))


@dataclass(slots=True)
class Events:
    """The events in one viewer's sight, as a source of list rows."""

    viewer: User
    named: bool
    _counted: dict[str, int] = field(default_factory=dict)

    def count(self, asked: Asked) -> int:
        """How many match; without a filter and for who sees all a sum of the manifest."""
        query = str(asked.pairs())
        if query not in self._counted:
            if not asked.narrowed and "/" in paths(self.viewer, VIEW):
                self._counted[query] = sum(LakeFile.objects.filter(kind=rules.EVENTS).values_list("rows", flat=True))
            else:
                # The list asks for both numbers, and one reading of the events gives both.
                whole, narrowed = self._count([self._condition(asked.cleared()), self._condition(asked)])
                self._counted[str(asked.cleared().pairs())], self._counted[query] = whole, narrowed
        return self._counted[query]

    def page(self, asked: Asked, first: int, size: int) -> list[Movement]:
        """One page: its keys in order, then those rows, so that ordering carries no text about."""
        condition, parameters = self._condition(asked)
        order = _order(asked)
        sql = f"SELECT key, time FROM events WHERE {condition} ORDER BY {order} LIMIT ?"  # noqa: S608 - placeholders
        lake = lake_files.lake()
        if first > WALKED:
            chosen = lake.query(f"{sql} OFFSET ?", _names(asked), [*parameters, size, first])
        else:
            found: list[tuple[Any, ...]] = []
            for names in _portions(asked):
                found += lake.query(sql, names, [*parameters, first + size - len(found)])
                if len(found) >= first + size:
                    break
            chosen = found[first : first + size]
        if not chosen:
            return []
        ends = min(row[1] for row in chosen), max(row[1] for row in chosen)
        rows = lake.query(
            f"SELECT {COLUMNS} FROM events WHERE time BETWEEN ? AND ? AND key IN "  # noqa: S608 - placeholders
            f"({', '.join('?' * len(chosen))}) ORDER BY {order}",
            lake_files.visible(rules.EVENTS, days=_days(row[1] for row in chosen)),
            [*ends, *[row[0] for row in chosen]],
        )
        return self._movements(rows)

    def every(self, asked: Asked) -> Iterator[Movement]:
        """All that match, in order, as they leave the lake."""
        condition, parameters = self._condition(asked)
        sql = f"SELECT {COLUMNS} FROM events WHERE {condition} ORDER BY {_order(asked)}"  # noqa: S608 - placeholders
        for chunk in lake_files.lake().chunks(sql, _names(asked), parameters):
            yield from self._movements(chunk)

    def count_every(self, asked: Asked) -> int:
        """How many events match: each is a row of its own."""
        return self.count(asked)

    def counts(self, views: Mapping[str, Asked]) -> dict[str, int]:
        """How many each view has, in one reading."""
        return dict(zip(views, self._count([self._condition(asked) for asked in views.values()]), strict=True))

    def _count(self, conditions: Sequence[Condition]) -> list[int]:
        """How many events meet each condition."""
        sql = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition, _ in conditions)
        parameters = [value for _, values in conditions for value in values]
        rows = lake_files.lake().query(f"SELECT {sql} FROM events", lake_files.visible(rules.EVENTS), parameters)  # noqa: S608
        return [int(n) for n in rows[0]] if rows else [0] * len(conditions)

    def _movements(self, rows: Sequence[tuple[Any, ...]]) -> list[Movement]:
        """Rows of the lake, dressed; without names unless they are looked at on record."""
        return dressed(without_names(rows, self.viewer if self.named else None), self.viewer)

    def _condition(self, asked: Asked) -> Condition:
        """What is in sight and asked for, as a condition of the lake."""
        said: list[Condition] = [in_sight(self.viewer, VIEW)]
        values = asked.values
        if isinstance(outcomes := values.get("outcome"), list):
            said.append((f"outcome IN ({', '.join('?' * len(outcomes))})", [o for o in outcomes if o in OUTCOMES]))
        if isinstance(door := values.get("door"), str):
            said.append(self._at(door))
        if "critical" in values:
            critical = Asset.objects.filter(within(self.viewer, VIEW), kind="door", critical=True)
            among: Condition = ("list_contains(?::VARCHAR[], asset)", [_hexes(critical)])
            said.append(among if values["critical"] else (f"NOT {among[0]}", among[1]))
        if isinstance(days := values.get("at"), tuple):
            said += [(f"time {sign} ?::TIMESTAMP", [moment]) for sign, moment in _moments(days)]
        said += [self._word(word) for word in asked.text.split()[:8]]
        return " AND ".join(text for text, _ in said), [value for _, some in said for value in some]

    def _at(self, door: str) -> Condition:
        """Events at a door of which the code or the name holds this text."""
        known = Asset.objects.filter(Q(code__icontains=door) | Q(name__icontains=door), within(self.viewer, VIEW))
        text = "(contains(lower(door), ?) OR list_contains(?::VARCHAR[], asset))"
        return text, [door.lower(), _hexes(known.filter(kind="door"))]

    def _word(self, word: str) -> Condition:
        """Events that a word of the search finds: by door or reason, and by badge or person while names are shown."""
        text, values = self._at(word)
        text, values = f"{text} OR contains(lower(reason), ?)", [*values, word.lower()]
        if self.named:
            look, doors = in_sight(self.viewer, LOOK)
            people = Person.objects.filter(Q(name__icontains=word) | Q(number=word), within(self.viewer, VIEW))
            text += f" OR ({look} AND (lower(card) = ? OR list_contains(?::VARCHAR[], person)))"
            values += [*doors, word.lower(), _hexes(people)]
        return f"({text})", values


def _hexes(rows: Any) -> list[str]:
    """The uuids of some records as the lake writes them."""
    return [uuid.hex for uuid in rows.order_by().values_list("uuid", flat=True)[:NAMED]]


def _order(asked: Asked) -> str:
    """The order asked for, by the columns that the list declares; ties by time and row, so that pages never overlap."""
    column = asked.page.column(asked.sort.removeprefix("-"))
    way = "DESC" if asked.sort.startswith("-") else "ASC"
    names = column.order if column is not None else ()
    ties = [name for name in ("time", "row", "key") if name not in names]
    return ", ".join(f"{name} {way}" for name in (*names, *ties))


def _moments(days: tuple[date | None, date | None]) -> list[tuple[str, datetime]]:
    """A range of days as the lake's times."""
    zone, (first, last) = get_current_timezone(), days
    ends = [(">=", first)] if first else []
    if last and last < date.max:
        ends.append(("<", last + timedelta(days=1)))
    return [(sign, datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)) for sign, day in ends]


def _files(asked: Asked) -> list[tuple[date, str]]:
    """Day and name of the files in which events that match may lie."""
    files = LakeFile.objects.filter(kind=rules.EVENTS)
    if isinstance(days := asked.values.get("at"), tuple):
        for sign, moment in _moments(days):
            aware = moment.replace(tzinfo=UTC)
            files = files.filter(last_at__gte=aware) if sign == ">=" else files.filter(first_at__lt=aware)
    return list(files.order_by("day", "pk").values_list("day", "name"))


def _names(asked: Asked) -> list[str]:
    """The files in which events that match may lie."""
    return [name for _, name in _files(asked)]


def _portions(asked: Asked) -> Iterator[list[str]]:
    """Those files in the order of reading: by time day after day in growing portions, by anything else all at once."""
    if asked.sort.removeprefix("-") != "at":
        yield _names(asked)
        return
    by_day: dict[date, list[str]] = {}
    for day, name in _files(asked):
        by_day.setdefault(day, []).append(name)
    days, size = sorted(by_day, reverse=asked.sort.startswith("-")), 1
    while days:
        yield [name for day in days[:size] for name in by_day[day]]
        days, size = days[size:], size * 4


def _days(moments: Any) -> set[date]:
    """The UTC days of some of the lake's times."""
    return {moment.date() for moment in moments}

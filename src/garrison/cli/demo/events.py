"""Two weeks of the badge log: shifts, weekends, refusals, forced and held doors, and the planted sightings."""

import random
from collections import defaultdict
from datetime import datetime, time, timedelta

from garrison.cli.demo.access import Badge
from garrison.cli.demo.clock import Clock
from garrison.cli.demo.devices import CONTROLLERS, Door, doors
from garrison.cli.demo.packing import Cell, table
from garrison.cli.demo.people import NIGHT, OFFICE, ROUND, Person
from garrison.cli.demo.story import LEAVERS, SIGHTINGS, STORY

HEADER = (
    "EVENT_TIME_UTC", "EVDESCR", "USERID", "CARDNUM", "EMPID", "SSNO", "LASTNAME", "FIRSTNAME", "PANELNAME",
    "READERDESC",
)  # fmt: skip
"""Columns of an OnGuard event export. Times are UTC; the reader's description is the door's code."""

GRANTED, DENIED, FORCED, HELD, EXIT = (
    "Access Granted", "Access Denied: Invalid Access Level", "Door Forced Open", "Door Held Open", "Request to Exit",
)  # fmt: skip
"""Event descriptions."""

WORDS = {"granted": GRANTED, "held": f"{HELD} (74 s)", "exit": EXIT}
"""The story's outcomes in the log's words."""

ENTRANCES = {
    "LG": (("D-014", 6), ("D-001", 3), ("D-006", 1)),
    "WH": (("D-043", 5), ("D-042", 2)),
    "CV": (("D-072", 4), ("D-071", 2)),
}
"""Doors by which staff come in, with their weights."""

Event = tuple[datetime, str, str, Person | None, int]
"""When, what, which door, who, which card (0: none)."""


def _shift(person: Person, weekday: int, day: int, dice: random.Random) -> tuple[float, float] | None:
    """Start and length in hours of today's work, or nothing."""
    pattern, luck = person.post.pattern, dice.random()
    if pattern == OFFICE:
        share, start, hours = (0.9, 7.9, 8.6) if weekday < 5 else (0.03, 9.0, 4.0)
    elif pattern == NIGHT:
        share, start, hours = 0.5, 18.8, 12.2
    elif pattern == ROUND and (day + person.number) // 4 % 3 == 0:
        share, start, hours = 0.55, 18.8, 12.2
    else:
        share, start, hours = (0.62, 6.8, 12.1) if weekday < 5 else (0.42, 6.8, 12.1)
    if person.on_leave or luck >= share:
        return None
    return start + dice.gauss(0, 0.22), hours + dice.gauss(0, 0.3)


class _Log:
    """The log as it grows."""

    def __init__(self, clock: Clock, held: list[Badge]) -> None:
        self.clock, self.dice = clock, clock.dice("events")
        self.events: list[Event] = []
        self.doors = doors()
        self.names = [(code, tuple(zip(*choice, strict=True))) for code, choice in ENTRANCES.items()]
        self.entrances = dict(self.names)
        self.levels = {badge.holder.number: badge.levels for badge in held if badge.holder and badge.card < 42_000}
        by_level: dict[str, list[str]] = defaultdict(list)
        for door in self.doors:
            for level in door.levels:
                by_level[level].append(door.code)
        self.site_of = {door.code: door.site for door in self.doors}
        self.inside = {
            person: [code for code in self._allowed(person.unit, levels, by_level) if self.site_of[code] == person.site]
            for badge in held
            if (person := badge.holder) and badge.card < 42_000
            for levels in (badge.levels,)
        }
        self.shut = {site: [d.code for d in self.doors if d.site == site and d.critical] for site in ENTRANCES}

    @staticmethod
    def _allowed(unit: str, levels: tuple[str, ...], by_level: dict[str, list[str]]) -> list[str]:
        """Doors that a person really uses: old levels of movers and levels nobody needs are never used."""
        if unit == "SEC":
            return [code for codes in by_level.values() for code in codes]
        used = levels[:2] if unit in {"LG-PHARM", "LG-LAB", "LG-IMG", "LG-ED", "LG-CATER", "FAC"} else levels[:1]
        if unit == "LG-SURG":
            used = levels[:2]
        if unit == "IT" and "Server rooms" in levels:
            used = levels
        return [code for level in used for code in by_level.get(level, ())]

    def add(self, at: datetime, what: str, door: str, person: Person | None = None, card: int = 0) -> None:
        """One event, unless it lies after the export."""
        if at < self.clock.cutoff - timedelta(minutes=4) or (what == HELD and at < self.clock.cutoff):
            self.events.append((at, what, door, person, card))

    def work(self, person: Person, day: int, midnight: datetime) -> None:
        """A person's day: the way in, doors during the shift, now and then a refusal."""
        dice = self.dice
        shift = _shift(person, self.clock.day(day).weekday(), day, dice)
        if shift is None:
            return
        start, hours = shift
        if person.left == self.clock.day(day) and start + hours > 18:
            hours = 18.0 - start
            if hours < 1:
                return
        codes, weights = self.entrances[person.site]
        self.add(midnight + timedelta(seconds=start * 3600), GRANTED, dice.choices(codes, weights)[0], person,
                 person.badge)  # fmt: skip
        inside = self.inside[person]
        for _ in range(max(1, int(dice.gauss(5.4, 1.6)))):
            at = midnight + timedelta(seconds=(start + 0.1 + dice.random() * (hours - 0.2)) * 3600)
            self.add(at, GRANTED, dice.choice(inside), person, person.badge)
        if dice.random() < 0.035:
            at = midnight + timedelta(seconds=(start + dice.random() * hours) * 3600)
            door = dice.choice(self.shut[person.site])
            if door not in inside:
                self.add(at, DENIED, door, person, person.badge)

    def unrest(self, day: int) -> None:
        """Doors held and forced, and people leaving by doors that need no badge."""
        dice = self.dice
        quiet = [door for door in self.doors if not door.critical]
        for what, count in ((HELD, dice.randint(3, 8)), (FORCED, int(dice.random() < 0.35)), (EXIT, 24)):
            for _ in range(count):
                door: Door = dice.choice(quiet)
                clock = time(dice.randint(6, 20), dice.randint(0, 59), dice.randint(0, 59))
                told = f"{HELD} ({dice.randint(35, 400)} s)" if what == HELD else what
                self.add(self.clock.at(day, clock), told, door.code)


def badge_events(people: list[Person], held: list[Badge], clock: Clock) -> bytes:
    """The log of the last 14 days up to the export, oldest first."""
    log = _Log(clock, held)
    for day in range(-STORY.event_days, 1):
        midnight = clock.at(day, time(0))
        today = clock.day(day)
        for person in people:
            if person.left is None or today <= person.left:
                log.work(person, day, midnight)
        log.unrest(day)
    _plant(log, people, clock)
    start = clock.cutoff - timedelta(days=STORY.event_days)
    log.events = [event for event in log.events if event[0] >= start]
    log.events.sort(key=lambda event: (event[0], event[2], event[4]))
    panels = {
        f"D-{door:03}": f"CTRL-{number:02}"
        for number, (first, last) in enumerate(CONTROLLERS, 1)
        for door in range(first, last + 1)
    }
    return table(HEADER, (_row(event, panels[event[2]]) for event in log.events))


def _plant(log: _Log, people: list[Person], clock: Clock) -> None:
    """The sightings after leaving; leavers of the story are not seen otherwise once they left."""
    dorian = next(person for person in people if person.number == STORY.dorian_number)
    assert dorian.name == LEAVERS[0].name
    for seen in SIGHTINGS:
        holder, card = (dorian, dorian.badge) if seen.carded else (None, 0)
        log.add(clock.at(seen.day, seen.clock), WORDS[seen.what], seen.door, holder, card)
    log.add(clock.cutoff - timedelta(minutes=STORY.held_minutes_ago), HELD, STORY.dock_door)


def _row(event: Event, panel: str) -> tuple[Cell, ...]:
    at, what, door, person, card = event
    when = at.strftime("%Y-%m-%d %H:%M:%S")
    if person is None:
        return (when, what, "", "", "", "NULL", "", "", panel, door)
    return (when, what, card, card, person.number, "NULL", person.last, person.first, panel, door)

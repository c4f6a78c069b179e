"""The units and the 1,200 people of the group, and the HR roster that names them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from garrison.cli.demo import names
from garrison.cli.demo.clock import Clock
from garrison.cli.demo.packing import Cell, table
from garrison.cli.demo.story import LEAVERS, OFFICERS, STORY

OFFICE, CLINIC, NIGHT, ROUND = "office", "clinic", "night", "round"
"""Work patterns: weekdays; long days on any weekday; nights; long days and nights by turns."""

EMPLOYEE, CONTRACTOR = "Employee", "Contractor"
"""The roster's two kinds of people."""

FIRST_NUMBER = 20_001
"""Employee numbers run on from here; a person's first badge has the number 20,000 higher."""


@dataclass(frozen=True, slots=True)
class Post:
    """So many people with one title in one department."""

    title: str
    count: int
    department: str
    pattern: str = CLINIC
    kind: str = EMPLOYEE


@dataclass(frozen=True, slots=True)
class Unit:
    """A business unit, the site its people work at and its posts."""

    code: str
    name: str
    parent: str
    site: str = ""
    posts: tuple[Post, ...] = ()


UNITS = (
    Unit("LHG", STORY.group, ""),
    Unit("LG", "Larkmere General", "LHG"),
    Unit("WH", "Westhollow", "LHG"),
    Unit("CV", "Cindervale", "LHG"),
    Unit("LG-WARD", "Larkmere General wards", "LG", "LG", (
        Post("Nurse", 120, "Wards", ROUND), Post("Care assistant", 40, "Wards", ROUND),
        Post("Ward clerk", 10, "Wards", OFFICE))),
    Unit("LG-SURG", "Surgery", "LG", "LG", (
        Post("Nurse, surgery 3", 34, "Surgery", ROUND), Post("Nurse, theatres", 36, "Surgery"),
        Post("Surgeon", 24, "Surgery"), Post("Theatre technician", 26, "Surgery"),
        Post("Surgery clerk", 6, "Surgery", OFFICE))),
    Unit("LG-ED", "Emergency department", "LG", "LG", (
        Post("Nurse, emergency", 60, "Emergency", ROUND), Post("Physician, emergency", 22, "Emergency", ROUND),
        Post("Physician, locum", 4, "Emergency", CLINIC, CONTRACTOR), Post("Triage nurse", 10, "Emergency", ROUND),
        Post("Porter", 14, "Emergency", NIGHT), Post("Registrar clerk", 8, "Emergency", CLINIC))),
    Unit("LG-PHARM", "Pharmacy", "LG", "LG", (
        Post("Pharmacy director", 1, "Pharmacy", OFFICE), Post("Pharmacist", 14, "Pharmacy"),
        Post("Pharmacy technician", 22, "Pharmacy"), Post("Pharmacy porter", 4, "Pharmacy", OFFICE))),
    Unit("LG-LAB", "Laboratory", "LG", "LG", (
        Post("Laboratory scientist", 20, "Laboratory"), Post("Laboratory assistant", 22, "Laboratory"),
        Post("Phlebotomist", 10, "Laboratory"))),
    Unit("LG-IMG", "Imaging", "LG", "LG", (
        Post("Radiographer", 24, "Imaging", ROUND), Post("Radiologist", 10, "Imaging"),
        Post("Imaging clerk", 6, "Imaging", OFFICE))),
    Unit("LG-CATER", "Kitchen", "LG", "LG", (
        Post("Kitchen assistant", 22, "Kitchen"), Post("Cook", 8, "Kitchen"))),
    Unit("WH-WARD", "Westhollow wards", "WH", "WH", (
        Post("Nurse", 84, "Wards", ROUND), Post("Care assistant", 36, "Wards", ROUND))),
    Unit("WH-URG", "Westhollow urgent care", "WH", "WH", (
        Post("Nurse, urgent care", 32, "Urgent care", ROUND), Post("Physician", 18, "Urgent care"))),
    Unit("WH-REHAB", "Westhollow rehabilitation", "WH", "WH", (
        Post("Therapist", 40, "Rehabilitation", OFFICE), Post("Rehabilitation clerk", 10, "Rehabilitation", OFFICE))),
    Unit("WH-SUP", "Westhollow support", "WH", "WH", (
        Post("Technician", 12, "Support", OFFICE), Post("Cleaner", 18, "Support", CLINIC, CONTRACTOR))),
    Unit("CV-WARD", "Cindervale long-term care", "CV", "CV", (
        Post("Nurse", 50, "Long-term care", ROUND), Post("Care assistant", 40, "Long-term care", ROUND))),
    Unit("CV-CLIN", "Cindervale clinic", "CV", "CV", (
        Post("Nurse, clinic", 25, "Clinic", OFFICE), Post("Physician", 20, "Clinic", OFFICE))),
    Unit("CV-SUP", "Cindervale support", "CV", "CV", (
        Post("Technician", 12, "Support", OFFICE), Post("Cleaner", 18, "Support", CLINIC, CONTRACTOR))),
    Unit("IT", "Information technology", "LHG", "LG", (
        Post("IT operations manager", 1, "IT", OFFICE), Post("Network manager", 1, "IT", OFFICE),
        Post("IT access manager", 1, "IT", OFFICE), Post("Systems administrator", 9, "IT", OFFICE),
        Post("Network engineer", 6, "IT", OFFICE), Post("Software developer", 10, "IT", OFFICE),
        Post("IT service desk", 10, "IT", CLINIC), Post("IT service desk", 8, "IT", CLINIC, CONTRACTOR))),
    Unit("FAC", "Facilities", "LHG", "LG", (
        Post("Facilities manager", 1, "Facilities", OFFICE), Post("Technician", 21, "Facilities", OFFICE),
        Post("Store keeper", 12, "Facilities", OFFICE), Post("Cleaner", 60, "Cleaning", CLINIC, CONTRACTOR))),
    Unit("SEC", "Security", "LHG", "LG", (
        Post("Security head", 1, "Security", OFFICE), Post("Operations centre supervisor", 1, "Security", OFFICE),
        Post("Guard supervisor", 2, "Security", ROUND), Post("Guard", 14, "Security", ROUND),
        Post("Guard", 8, "Security", NIGHT, CONTRACTOR))),
    Unit("FIN", "Finance", "LHG", "LG", (
        Post("Finance director", 1, "Finance", OFFICE), Post("Accountant", 21, "Finance", OFFICE))),
    Unit("HR", "Human resources", "LHG", "LG", (Post("HR adviser", 14, "Human resources", OFFICE),)),
    Unit("LEGAL", "Legal", "LHG", "LG", (
        Post("General counsel", 1, "Legal", OFFICE), Post("Counsel", 5, "Legal", OFFICE))),
)  # fmt: skip
"""The unit tree, root first."""

SITE_NAMES = dict(STORY.sites)
"""Site code to site name."""


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster. ``left`` is the last day worked; ``recorded`` when HR wrote it down."""

    number: int
    first: str
    last: str
    login: str
    unit: str
    site: str
    post: Post
    hired: date
    supervisor: int | None = None
    on_leave: bool = False
    left: date | None = None
    recorded: date | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """The address that HR, the directory and the badge system share."""
        return f"{self.first}.{self.last}@larkmere.example".lower()

    @property
    def badge(self) -> int:
        """The number of the person's first badge."""
        return self.number + 20_000


def _logins(pairs: list[tuple[str, str]]) -> list[str]:
    taken: dict[str, int] = {}
    logins = []
    for first, last in pairs:
        stem = f"{first[0]}.{last}".lower()
        taken[stem] = taken.get(stem, 0) + 1
        logins.append(stem if taken[stem] == 1 else f"{stem}{taken[stem]}")
    return logins


def _seats(clock: Clock) -> list[tuple[Unit, Post, tuple[str, str] | None]]:
    """Every seat of the plan in a shuffled order, with the name of whoever the story puts there; Vesk's is fixed."""
    seats: list[tuple[Unit, Post, tuple[str, str] | None]] = [
        (unit, post, None) for unit in UNITS for post in unit.posts for _ in range(post.count)
    ]
    dice = clock.dice("seats")
    dice.shuffle(seats)
    contractors = {"Kit", "Selwyn", "Baxter"}
    wanted = [(leaver.first, leaver.last, leaver.unit, leaver.title) for leaver in LEAVERS]
    for first, last, unit_code, title in (*wanted, *OFFICERS):
        kind = CONTRACTOR if first in contractors else EMPLOYEE
        place = dice.choice(
            [
                place
                for place, (unit, post, name) in enumerate(seats)
                if name is None and (unit.code, post.title, post.kind) == (unit_code, title, kind)
            ]
        )
        seats[place] = (*seats[place][:2], (first, last))
        if first == LEAVERS[0].first:
            fixed = STORY.dorian_number - FIRST_NUMBER
            seats[place], seats[fixed] = seats[fixed], seats[place]
    return seats


def _names(seats: list[tuple[Unit, Post, tuple[str, str] | None]], clock: Clock) -> list[tuple[str, str]]:
    dice = clock.dice("names")
    pairs = dice.sample([(first, last) for first in names.GIVEN for last in names.FAMILY], len(seats))
    return [planted or pair for (_, _, planted), pair in zip(seats, pairs, strict=True)]


def roster(clock: Clock) -> list[Person]:
    """The 1,200 people in the order of their numbers; 41 left within the last 90 days."""
    seats, dice = _seats(clock), clock.dice("people")
    pairs = _names(seats, clock)
    people = [
        Person(
            number=FIRST_NUMBER + place,
            first=first,
            last=last,
            login=login,
            unit=unit.code,
            site=unit.site,
            post=post,
            hired=clock.day(-dice.randint(120, 365 * 14)),
            on_leave=dice.random() < 0.015,
        )
        for place, ((unit, post, _), (first, last), login) in enumerate(zip(seats, pairs, _logins(pairs), strict=True))
    ]
    return _supervised(_with_leavers(people, clock))


def _with_leavers(people: list[Person], clock: Clock) -> list[Person]:
    dice = clock.dice("leavers")
    planted = {leaver.name: leaver.left for leaver in LEAVERS}
    officers = {f"{first} {last}" for first, last, _, _ in OFFICERS}
    others = [person.number for person in people if person.name not in planted and person.name not in officers]
    chosen = {number: -dice.randint(2, 88) for number in dice.sample(others, STORY.leavers - len(LEAVERS))}
    result = []
    for person in people:
        offset = planted.get(person.name, chosen.get(person.number))
        if offset is None:
            result.append(person)
            continue
        late = 3 if person.name in planted else dice.randint(0, 1)
        left = clock.day(offset)
        recorded = min(left + timedelta(days=late), clock.day(-1))
        result.append(replace(person, left=left, recorded=recorded, on_leave=False))
    return result


def _supervised(people: list[Person]) -> list[Person]:
    """Each person answers to the first employee of the unit who stays; unit heads to the security head's peers."""
    officers = {f"{first} {last}": unit for first, last, unit, _ in OFFICERS}
    heads: dict[str, int] = {}
    for person in people:
        if person.name in officers and person.post.title != "Guard":
            heads.setdefault(person.unit, person.number)
    for person in people:
        if person.left is None and person.post.kind == EMPLOYEE:
            heads.setdefault(person.unit, person.number)
    return [
        person if heads[person.unit] == person.number else replace(person, supervisor=heads[person.unit])
        for person in people
    ]


def hr_roster(people: list[Person]) -> bytes:
    """The HR system's export, which also tells on which day a leaver's end date was recorded."""
    header = (
        "employee_id", "first_name", "last_name", "work_email", "unit_code", "site", "department", "job_title",
        "kind", "status", "hire_date", "termination_date", "supervisor_id", "end_date_recorded",
    )  # fmt: skip
    return table(header, (_roster_row(person) for person in people))


def _roster_row(person: Person) -> tuple[Cell, ...]:
    status = "Terminated" if person.left else "On leave" if person.on_leave else "Active"
    return (
        person.number, person.first, person.last, person.email, person.unit, SITE_NAMES[person.site],
        person.post.department, person.post.title, person.post.kind, status, person.hired.isoformat(),
        person.left.isoformat() if person.left else "", person.supervisor,
        person.recorded.isoformat() if person.recorded else "",
    )  # fmt: skip

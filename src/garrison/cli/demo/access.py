"""Who may get in: 1,268 badges and 1,431 directory accounts, eleven of them still open after their holder left."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.packing import Cell, table
from garrison.cli.demo.people import CONTRACTOR, Person
from garrison.cli.demo.story import LEAVERS, SIGNED_IN, STORY

SITE_LEVEL = {"LG": "Staff day", "WH": "Westhollow staff", "CV": "Cindervale staff"}
"""The level that opens a site's entrances and corridors."""

UNIT_LEVEL = {
    "LG-PHARM": "Pharmacy",
    "LG-LAB": "Laboratory",
    "LG-IMG": "Imaging",
    "LG-ED": "Emergency",
    "LG-SURG": "Surgery",
    "LG-CATER": "Kitchen",
    "FAC": "Plant and stores",
    "SEC": "All doors",
}
"""The level that a unit's people hold beside their site's."""

NO_ACCOUNT = {"Cleaner"}
"""Titles without a directory account."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge as the badge system knows it; ``holder`` is the person, if any."""

    card: int
    name: str
    holder: Person | None
    status: str
    valid_from: date
    valid_until: date | None
    levels: tuple[str, ...]
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A directory account; ``holder`` is nobody for service and shared accounts."""

    login: str
    name: str
    holder: Person | None
    enabled: bool
    created: datetime
    last_used: datetime | None
    groups: tuple[str, ...] = ()


def levels_of(person: Person) -> tuple[str, ...]:
    """The access levels that a person's work asks for."""
    own = UNIT_LEVEL.get(person.unit)
    if person.post.title == "Systems administrator":
        own = None
    return (own, SITE_LEVEL[person.site]) if own else (SITE_LEVEL[person.site],)


def badges(people: list[Person], clock: Clock) -> list[Badge]:
    """All badges: one a person, three second ones, four without a person, and those lost or replaced before."""
    dice = clock.dice("badges")
    keep = {leaver.name for leaver in LEAVERS if leaver.badges}
    staying = [person for person in people if person.left is None]
    extra = _odd_levels(staying, clock)
    contractors = [person for person in staying if person.post.kind == CONTRACTOR]
    overdue = {person.number for person in dice.sample(contractors, 5)}
    unnumbered = {person.number for person in dice.sample(staying, 4)}
    result = []
    for person in people:
        open_still = person.left is None or person.name in keep
        until = None if person.left is None or open_still else person.left + timedelta(days=dice.choice((1, 1, 1, 2)))
        if person.left is None and person.post.kind == CONTRACTOR:
            until = clock.day(-dice.randint(3, 25) if person.number in overdue else dice.randint(40, 300))
        levels = (*levels_of(person), *extra.get(person.number, ()))
        result.append(
            Badge(person.badge, person.name, person, "Active" if open_still else "Ended", person.hired, until, levels,
                  person.number not in unnumbered)
        )  # fmt: skip
    card = 42_001
    for person in dice.sample(staying, 3):
        since = clock.day(-dice.randint(20, 200))
        result.append(Badge(card, person.name, person, "Active", since, None, levels_of(person)))
        card += 1
    for name in ("Temporary 07", "Temporary 12", "Key cabinet 2", "Loading dock spare"):
        result.append(Badge(card, name, None, "Active", clock.day(-400), None, ("Staff day",)))
        card += 1
    while len(result) < STORY.badges:
        person = dice.choice(staying)
        end = clock.day(-dice.randint(30, 900))
        status = dice.choice(("Lost", "Ended"))
        result.append(Badge(card, person.name, person, status, end - timedelta(days=700), end, levels_of(person)))
        card += 1
    return result


def _odd_levels(staying: list[Person], clock: Clock) -> dict[int, tuple[str, ...]]:
    """Nine movers who kept an old level, six who never need a critical room, two with a toxic pair."""
    dice = clock.dice("odd levels")
    nurses = [person for person in staying if person.unit in {"LG-WARD", "LG-SURG"}]
    clerks = [person for person in staying if person.unit in {"FIN", "HR", "LEGAL"}]
    admins = [person for person in staying if person.post.title == "Systems administrator"]
    odd: dict[int, tuple[str, ...]] = {}
    for person in dice.sample(nurses, 9):
        odd[person.number] = (dice.choice(("Pharmacy", "Laboratory", "Imaging")),)
    for person in dice.sample(clerks, 6):
        odd[person.number] = ("Records",)
    for person in admins[:2]:
        odd[person.number] = ("Server rooms",)
    for person in [person for person in staying if (person.unit, person.post.title) == ("FAC", "Technician")][:3]:
        odd[person.number] = ("Server rooms",)
    return odd


def badge_holders(found: list[Badge]) -> bytes:
    """The badge system's list of holders; four people are known to it by e-mail only."""
    header = (
        "card_number", "holder_name", "employee_number", "email", "status", "valid_from", "valid_until",
        "access_levels",
    )  # fmt: skip
    return table(header, (_badge_row(badge) for badge in found))


def _badge_row(badge: Badge) -> tuple[Cell, ...]:
    holder = badge.holder
    return (
        badge.card, badge.name, holder.number if holder and badge.numbered else "", holder.email if holder else "",
        badge.status, badge.valid_from.isoformat(), badge.valid_until.isoformat() if badge.valid_until else "",
        "; ".join(badge.levels),
    )  # fmt: skip


def accounts(people: list[Person], clock: Clock) -> list[Account]:
    """All accounts: people's first, then administrators', then shared and service accounts up to the count."""
    dice = clock.dice("accounts")
    planted = {leaver.name: leaver for leaver in LEAVERS}
    result = []
    for person in people:
        leaver = planted.get(person.name)
        if person.post.title in NO_ACCOUNT:
            continue
        created = datetime.combine(person.hired, time(14), UTC) - timedelta(days=2)
        used = _last_used(person, clock, dice.randint(0, 3), dice.randint(0, 36_000))
        enabled = person.left is None or (leaver is not None and bool(leaver.accounts))
        groups = ("Staff", person.unit)
        for login in leaver.accounts if leaver and leaver.accounts else (person.login,):
            day = SIGNED_IN.get(login)
            seen = clock.at(*day) if day else used
            result.append(Account(login, person.name, person, enabled, created, seen, groups))
    admins = [p for p in people if p.post.title in {"Systems administrator", "Network engineer"} and not p.left]
    for person in admins:
        created = datetime.combine(person.hired, time(15), UTC)
        seen = clock.at(-dice.randint(1, 6), time(10, dice.randint(0, 59)))
        result.append(Account(f"adm-{person.login}", f"{person.name} (administrator)", person, True, created, seen,
                              ("Domain Admins",)))  # fmt: skip
    return result + list(_shared(STORY.accounts - len(result), clock))


def _last_used(person: Person, clock: Clock, days: int, seconds: int) -> datetime:
    """A moment before the export, and before the end of the last day worked."""
    end = clock.cutoff - timedelta(minutes=20)
    if person.left:
        end = min(end, datetime.combine(person.left, time(20), UTC))
    return (end - timedelta(days=days, seconds=seconds)).replace(microsecond=0)


def _shared(count: int, clock: Clock) -> Iterator[Account]:
    dice = clock.dice("shared accounts")
    created = clock.at(-1100, time(9))
    seen = clock.at(*SIGNED_IN[STORY.shared_account])
    yield Account(STORY.shared_account, "Dispensing, shared", None, True, created, seen, ("Service",))
    kinds = (("svc-", "Service"), ("kiosk-", "Kiosk"), ("room-", "Room mailbox"), ("dev-", "Medical device"))
    for place in range(count - 1):
        prefix, word = kinds[place % len(kinds)]
        used = clock.cutoff - timedelta(days=dice.randint(0, 40), seconds=dice.randint(600, 80_000))
        login = f"{prefix}{place // len(kinds) + 1:03}"
        yield Account(login, f"{word} {place // len(kinds) + 1:03}", None, dice.random() > 0.1, created, used,
                      ("Service",))  # fmt: skip


def _filetime(moment: datetime) -> int:
    """100 ns ticks since 1601, as the directory keeps times."""
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def _line(key: str, value: str) -> str:
    if value.isascii():
        return f"{key}: {value}"
    return f"{key}:: {base64.b64encode(value.encode()).decode()}"


def directory(found: list[Account]) -> bytes:
    """The directory's export as LDIF (RFC 2849), attributes as Active Directory names them."""
    base = "DC=larkmere,DC=example"
    entries = ["version: 1"]
    for account in found:
        folder = "Staff" if account.holder else "Service"
        lines = [
            _line("dn", f"CN={account.name} ({account.login}),OU={folder},{base}"),
            "objectClass: top",
            "objectClass: person",
            "objectClass: organizationalPerson",
            "objectClass: user",
            _line("sAMAccountName", account.login),
            _line("userPrincipalName", f"{account.login}@larkmere.example"),
            _line("displayName", account.name),
        ]
        if account.holder:
            lines += [f"employeeID: {account.holder.number}", _line("mail", account.holder.email)]
        control = 512 if account.enabled else 514
        if account.holder is None:
            control += 0x10000
        lines += [f"userAccountControl: {control}", f"whenCreated: {account.created:%Y%m%d%H%M%S}.0Z"]
        if "Domain Admins" in account.groups:
            lines.append("adminCount: 1")
        if account.last_used:
            ticks = _filetime(account.last_used)
            lines += [f"lastLogon: {ticks}", f"lastLogonTimestamp: {ticks}"]
        lines += [f"memberOf: CN={group},OU=Groups,{base}" for group in account.groups]
        entries.append("\n".join(lines))
    return ("\n\n".join(entries) + "\n").encode()

"""Facts of the organisation and its people: units, persons, accounts, badges, badge events."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from garrison.formats.facts.base import Fact


class UnitFact(Fact, frozen=True, kw_only=True):
    """A business unit. Appetite is (loss, yearly probability) pairs: losses of so much, at most so likely."""

    COUNT: ClassVar[str] = "units"
    code: str
    name: str
    parent: str = ""
    currency: str = ""
    budget: Decimal | None = None
    appetite: tuple[tuple[Decimal, float], ...] = ()


class PersonFact(Fact, frozen=True, kw_only=True):
    """A person on the HR roster. ``status`` is active, leave or left; ``kind`` employee, contractor or other."""

    COUNT: ClassVar[str] = "people"
    number: str
    name: str
    email: str = ""
    unit: str = ""
    site: str = ""
    department: str = ""
    title: str = ""
    kind: str = "employee"
    status: str = "active"
    hired: date | None = None
    left: date | None = None
    manager: str = ""


class AccountFact(Fact, frozen=True, kw_only=True):
    """A directory account. ``number`` is the employee number when the directory knows it."""

    COUNT: ClassVar[str] = "accounts"
    login: str
    name: str = ""
    number: str = ""
    email: str = ""
    enabled: bool = True
    privileged: bool = False
    last_used: datetime | None = None
    created: datetime | None = None
    groups: tuple[str, ...] = ()


class BadgeFact(Fact, frozen=True, kw_only=True):
    """A badge and who holds it. ``status`` is active, suspended, lost or ended."""

    COUNT: ClassVar[str] = "badges"
    card: str
    holder: str = ""
    number: str = ""
    email: str = ""
    status: str = "active"
    valid_from: date | None = None
    valid_until: date | None = None
    levels: tuple[str, ...] = ()


class AccessEventFact(Fact, frozen=True, kw_only=True):
    """A badge event. ``outcome`` is granted, denied, forced, held, exit or other; ``door`` a door or reader."""

    COUNT: ClassVar[str] = "access_events"
    at: datetime
    door: str
    outcome: str
    card: str = ""
    direction: str = ""
    reason: str = ""
    person: str = ""
    number: str = ""
    email: str = ""

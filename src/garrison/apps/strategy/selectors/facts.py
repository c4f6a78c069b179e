"""Facts that need action: leavers with access, exploited findings, what is due, doors and devices that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Model, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.access.models import AccessException, Account, Badge
from garrison.apps.assets.models import CYBER, PHYSICAL, Asset
from garrison.apps.people.models import Person
from garrison.apps.strategy.rules import Tally
from garrison.apps.strategy.selectors.links import address
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.apps.vulnerabilities.models import Finding
from garrison.apps.vulnerabilities.rules import TEST_FAILED
from garrison.core.clock import local_day
from garrison.core.models import User
from garrison.core.scopes import narrow
from garrison.core.ui import figures

SOON_DAYS = 14
REACHED = Q(in_kev=True) & (Q(exposed=True) | Q(exposed=None))
"""Exploited elsewhere, and not known to be out of the internet's reach."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The counted facts, before they are put in words. None where no file has spoken yet."""

    leavers: dict[str, Any] | None
    findings: dict[str, Any] | None
    devices: dict[str, Any] | None


def leavers(*, viewer: User) -> QuerySet[AccessException]:
    """Open access exceptions of leavers in sight, the most used first."""
    rows = AccessException.objects.filter(kind="leaver", closed=None).select_related("person")
    return narrow(rows, viewer, "access.view").order_by("-uses", "-last_use", "person__name")


def findings(*, viewer: User) -> QuerySet[Finding]:
    """Findings in sight that still ask for something, the most urgent first; observations ask for nothing."""
    return vulnerabilities.findings(viewer=viewer).filter(live=True, level__gt=0)


def facts(*, viewer: User, at: datetime) -> Facts:
    """Count what needs action on the day of ``at``, in sight of ``viewer``."""
    return Facts(_leavers(viewer), _findings(viewer, local_day(at)), _devices(viewer))


def _leavers(viewer: User) -> dict[str, Any] | None:
    """Leavers with access: how many, what is open, who used it."""
    found = (
        leavers(viewer=viewer)
        .order_by()
        .aggregate(
            count=Count("pk"),
            asked=Sum(F("badges") + F("accounts"), filter=Q(state="closing")),
            badges=Sum("badges"),
            accounts=Sum("accounts"),
            used=Count("pk", filter=Q(uses__gt=0)),
            uses=Sum("uses"),
            closing=Count("pk", filter=Q(state="closing")),
        )
    )
    if not found["count"]:
        kinds: list[tuple[type[Model], str]] = [(Badge, "access.view"), (Account, "access.view")]
        told = Person.objects.exists() and any(model._default_manager.exists() for model, _view in kinds)
        if not told:
            return None
        found["none"] = not any(narrow(model._default_manager.all(), viewer, view).exists() for model, view in kinds)
    return {"none": False} | {key: value or 0 for key, value in found.items()}


def _findings(viewer: User, today: date) -> dict[str, Any] | None:
    """Findings: exploited and exposed, past due, due soon. The same counts as the views of the list they open."""
    soon = today + timedelta(days=SOON_DAYS)
    found = (
        findings(viewer=viewer)
        .order_by()
        .aggregate(
            open=Count("pk"),
            past=Count("pk", filter=Q(due__lt=today)),
            soon=Count("pk", filter=Q(due__gte=today, due__lte=soon)),
            exploited=Count("pk", filter=REACHED),
            exploited_due=Min("due", filter=REACHED),
            exploited_unknown=Count("pk", filter=REACHED & Q(exposed=None)),
        )
    )
    here = bool(found["open"]) or _in_sight(CYBER, viewer)
    if not here and not Asset.objects.filter(kind__in=CYBER).exists():
        return None
    nearest = REACHED & Q(due=found["exploited_due"])
    found["exploited_next"] = findings(viewer=viewer).filter(nearest).count() if found["exploited_due"] else 0
    return found | {"none": not here}


def _devices(viewer: User) -> dict[str, Any] | None:
    """Doors and devices that failed a test or are offline, by kind, and the worst of them."""
    rows = findings(viewer=viewer).filter(physical=True)
    kinds = dict(
        rows.order_by()
        .values_list("asset__kind")
        .annotate(n=Count("asset", distinct=True))
        .values_list("asset__kind", "n")
    )
    here = bool(kinds) or _in_sight(PHYSICAL, viewer)
    if not here and not Asset.objects.filter(kind__in=PHYSICAL).exists():
        return None
    worst = rows.select_related("asset").order_by("-asset__critical", "rank", "asset__kind", "pk").first()
    critical = rows.filter(asset__critical=True).order_by().values("asset").distinct().count()
    tests = not rows.exclude(rule=TEST_FAILED).exists()
    return {
        "none": not here, "count": sum(kinds.values()), "kinds": kinds, "worst": worst, "critical": critical,
        "tests": tests,
    }  # fmt: skip


def _in_sight(kinds: Sequence[str], viewer: User) -> bool:
    """Whether the viewer sees any asset of these kinds."""
    return narrow(Asset.objects.filter(kind__in=kinds), viewer, "assets.view").exists()


def tally_counts(found: Facts) -> dict[str, int | None]:
    """The four facts as numbers alone: what a snapshot keeps. None where nothing is known yet."""
    leavers, findings_now, devices = found.leavers, found.findings, found.devices
    return {
        "leavers": leavers["count"] if leavers is not None else None,
        "exploited": findings_now["exploited"] if findings_now is not None else None,
        "due": findings_now["past"] + findings_now["soon"] if findings_now is not None else None,
        "devices": devices["count"] if devices is not None else None,
    }


def tallies(found: Facts, at: datetime) -> tuple[Tally, ...]:
    """The four facts in words."""
    return (
        _leaver_tally(found.leavers),
        _exploited_tally(found.findings, at),
        _due_tally(found.findings, at),
        _device_tally(found.devices),
    )


def _leaver_tally(found: dict[str, Any] | None) -> Tally:
    """Leavers with access."""
    label, url = _("Leavers with access"), address("access:leavers")
    if found is None:
        said = _("Not known yet: import the HR roster with the badge list or the directory.")
        return Tally("leavers", label, "user-off", None, said, "", address("web:imports"))
    open_now = found["badges"] + found["accounts"]
    said = (
        ngettext("%(n)s badge or account still open.", "%(n)s badges and accounts still open.", open_now)
        % {"n": figures.number(open_now)}
        if found["count"]
        else _("No badge or account belongs to your units.")
        if found["none"]
        else _("No leaver holds an open badge or account.")
    )
    if found["asked"]:
        said += " " + _("Closing asked for %(n)s, none confirmed yet.") % {"n": figures.number(found["asked"])}
    worst = (
        ngettext("%(n)s used one since leaving.", "%(n)s used one since leaving.", found["used"])
        % {"n": figures.number(found["used"])}
        if found["used"]
        else ""
    )
    return Tally("leavers", label, "user-off", found["count"], said, worst, url)


def _exploited_tally(found: dict[str, Any] | None, at: datetime) -> Tally:
    """Known to be exploited, and reachable."""
    label, url = _("Exploited and exposed"), address("vulnerabilities:findings", status="open", which="exploited")
    if found is None:
        said = _("Not known yet: import a scanner report and the catalogue of known exploited vulnerabilities.")
        return Tally("exploited", label, "bug", None, said, "", address("web:imports"))
    if found["none"]:
        return Tally("exploited", label, "bug", 0, _("No host belongs to your units."), "", url)
    if not found["exploited"]:
        return Tally("exploited", label, "bug", 0, _("Nothing open here is known to be exploited elsewhere."), "", url)
    worst = _due_words(found["exploited_next"], found["exploited_due"], at) if found["exploited_due"] else ""
    unknown = found["exploited_unknown"]
    if unknown == found["exploited"]:
        said = _("Known to be exploited; nobody said whether the internet reaches them.")
    elif unknown:
        said = _("Known to be exploited; %(n)s reachable from the internet, the others perhaps.") % {
            "n": figures.number(found["exploited"] - unknown)
        }
    else:
        said = _("Known to be exploited, reachable from the internet.")
    return Tally("exploited", label, "bug", found["exploited"], said, worst, url)


def _due_words(count: int, due: date, at: datetime) -> str:
    """How many are due when."""
    days = (due - local_day(at)).days
    number = figures.number(count)
    if days < 0:
        return ngettext("%(n)s is past due.", "%(n)s are past due.", count) % {"n": number}
    if days == 0:
        return ngettext("%(n)s is due today.", "%(n)s are due today.", count) % {"n": number}
    if days == 1:
        return ngettext("%(n)s is due tomorrow.", "%(n)s are due tomorrow.", count) % {"n": number}
    said = {"n": number, "day": figures.day(due, at=at)}
    return ngettext("%(n)s is due %(day)s.", "%(n)s are due %(day)s.", count) % said


def _due_tally(found: dict[str, Any] | None, at: datetime) -> Tally:
    """Findings past due and due within two weeks."""
    label, url = _("Findings due"), address("vulnerabilities:findings", status="open", due=str(SOON_DAYS))
    if found is None:
        said = _("Not known yet: import a scanner report.")
        return Tally("due", label, "calendar-due", None, said, "", address("web:imports"))
    if found["none"]:
        return Tally("due", label, "calendar-due", 0, _("No host belongs to your units."), "", url)
    said = _("%(soon)s in the next %(days)s days, of %(open)s open.") % {
        "soon": figures.number(found["soon"]),
        "days": SOON_DAYS,
        "open": figures.number(found["open"]),
    }
    worst = (
        ngettext("%(n)s is past due.", "%(n)s are past due.", found["past"]) % {"n": figures.number(found["past"])}
        if found["past"]
        else ""
    )
    return Tally("due", label, "calendar-due", found["past"] + found["soon"], said, worst, url)


def _device_tally(found: dict[str, Any] | None) -> Tally:
    """Doors and devices that failed or are offline."""
    label, url = _("Doors and devices to repair"), address("vulnerabilities:findings", status="open", which="physical")
    if found is None:
        said = _("Not known yet: import the list of doors and cameras with their tests.")
        return Tally("devices", label, "door-off", None, said, "", address("web:imports"))
    if found["none"]:
        return Tally("devices", label, "door-off", 0, _("No door or device belongs to your units."), "", url)
    if not found["count"]:
        return Tally("devices", label, "door-off", 0, _("Every door and device passed its last test."), "", url)
    kinds = {"kinds": figures.listed(kind_words(found["kinds"]))}
    said = (
        _("%(kinds)s failed their latest test.")
        if found["tests"]
        else _("%(kinds)s failed a test or are out of order.")
    ) % kinds
    worst = (
        ngettext("%(n)s protects a critical room.", "%(n)s protect critical rooms.", found["critical"])
        % {"n": figures.number(found["critical"])}
        if found["critical"]
        else ""
    )
    return Tally("devices", label, "door-off", found["count"], said, worst, url)


def kind_words(kinds: dict[str, int]) -> list[str]:
    """Counts by kind as people say them: 3 doors, 1 camera."""
    forms = {
        "door": lambda n: ngettext("%(n)s door", "%(n)s doors", n),
        "reader": lambda n: ngettext("%(n)s reader", "%(n)s readers", n),
        "camera": lambda n: ngettext("%(n)s camera", "%(n)s cameras", n),
        "lock": lambda n: ngettext("%(n)s lock", "%(n)s locks", n),
        "controller": lambda n: ngettext("%(n)s controller", "%(n)s controllers", n),
        "sensor": lambda n: ngettext("%(n)s sensor", "%(n)s sensors", n),
    }
    other = lambda n: ngettext("%(n)s device", "%(n)s devices", n)  # noqa: E731 the default of a table of such forms
    return [
        forms.get(kind, other)(n) % {"n": figures.number(n)} for kind, n in sorted(kinds.items(), key=lambda k: -k[1])
    ]

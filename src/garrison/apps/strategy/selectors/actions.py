"""What could be done first: close leavers' access, repair what failed, patch what is exploited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.controls import selectors as controls
from garrison.apps.controls.models import Control
from garrison.apps.risk.models import LossResult, Scenario
from garrison.apps.strategy.rules import Action, repair_gain
from garrison.apps.strategy.selectors.facts import Facts, findings, leavers
from garrison.apps.strategy.selectors.links import address
from garrison.apps.vulnerabilities.models import Finding
from garrison.core.clock import local_day
from garrison.core.models import User
from garrison.core.scopes import narrow
from garrison.core.ui import figures

OF_A_KIND = 3
"""No more than three of a kind can be among the first three."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A control whose device failed: how well it works now and when last measured good, what the repair avoids."""

    control: Control
    now: float
    good: float
    avoided: float | None
    low: float | None
    high: float | None


def candidates(*, viewer: User, at: datetime, found: Facts, loss: LossResult | None) -> list[Action]:
    """Everything that could come first, with what it changes."""
    return [
        *_access(viewer, at, found),
        *_devices(viewer, at, loss),
        *_findings(viewer, at, loss),
    ]


def _access(viewer: User, at: datetime, found: Facts) -> list[Action]:
    """Close the access of leavers, as one action."""
    counted = found.leavers
    waiting = counted["count"] - counted["closing"] if counted else 0
    if counted is None or waiting <= 0:
        return []
    worst = leavers(viewer=viewer).exclude(state="closing").first()
    assert worst is not None
    left, reason = worst.person.left, ""
    if worst.uses and worst.last_use:
        reason = _("%(name)s: %(note)s on %(day)s") % {
            "name": worst.person.name,
            "note": _uncapped(worst.last_use_note),
            "day": figures.day(worst.last_use, at=at),
        }
        if left:
            days = (local_day(worst.last_use) - left).days
            reason += ngettext(", %(n)s day after leaving", ", %(n)s days after leaving", days) % {"n": days}
        reason += "."
        others = waiting - counted["used"]
        if others:
            reason += " " + _others(counted["used"] - 1, others)
    else:
        reason = _("%(name)s left on %(day)s; nobody has used it since.") % {
            "name": worst.person.name,
            "day": figures.day(left, at=at),
        }
    used, things = counted["used"], counted["badges"] + counted["accounts"]
    change = (
        ngettext("Ends %(n)s person's use after leaving", "Ends use by %(n)s people after leaving", used) % {"n": used}
        if used
        else ngettext("Closes %(n)s badge or account", "Closes %(n)s badges and accounts", things) % {"n": things}
    )
    owner = narrow(Control.objects.filter(name__icontains="leaver").exclude(owner=""), viewer, "controls.view").first()
    title = ngettext("Close the access of %(n)s leaver", "Close the access of %(n)s leavers", waiting) % {"n": waiting}
    stop = ngettext("%(n)s badge or account stops", "%(n)s badges and accounts stop", things) % {"n": things}
    note = stop if used else _("before anybody uses them")
    who = _owner_of(owner) if owner else _("No owner named")
    url = address("access:leavers")
    return [
        Action(
            "access",
            title,
            reason,
            change,
            note,
            who,
            _("Today, one action"),
            _("Review and close"),
            url,
            url,
            used=counted["uses"],
        )
    ]


def _owner_of(control: Control) -> str:
    """Who owns a control, said to be so; nothing without an owner."""
    return _("%(owner)s, owner of %(code)s") % {"owner": control.owner, "code": control.code} if control.owner else ""


def _others(used: int, unused: int) -> str:
    """The leavers beside the one who is named: who also used it, and who still could."""
    also = ngettext("%(n)s more used theirs", "%(n)s more used theirs", used) % {"n": used}
    could = ngettext("%(n)s still could", "%(n)s still could", unused) % {"n": unused}
    return f"{also}, {could}." if used > 0 else f"{could}."


def repairs(*, viewer: User, as_of: date, loss: LossResult | None) -> dict[int, list[Repair]]:
    """Controls that count for less since their device failed a test, by the device's primary key, dearest first."""
    rows: dict[int, list[Repair]] = {}
    ready = controls.standings(viewer=viewer, as_of=as_of)
    for row in ready:
        tests = sorted(
            (test for test in row.control.tests.all() if test.on <= as_of), key=lambda t: (t.on, t.recorded_at, t.pk)
        )
        newest = tests[-1] if tests else None
        if newest is None or newest.device_test is None or newest.device_test.passed or row.control.device_id is None:
            continue
        own = [test for test in tests if test.device_test_id is None]
        if not own:
            continue
        good = own[-1].effectiveness
        gain, low, high = repair_gain(loss.scenarios, row.control.code, good) if loss else (0.0, 0.0, 0.0)
        money = (gain, low, high) if gain > 0 else (None, None, None)
        rows.setdefault(row.control.device_id, []).append(Repair(row.control, row.standing.effectiveness, good, *money))
    return {device: sorted(found, key=lambda repair: -(repair.avoided or 0.0)) for device, found in rows.items()}


def _devices(viewer: User, at: datetime, loss: LossResult | None) -> list[Action]:
    """Repair doors and devices: those on which a control rests by the money it brings back, the others by due date."""
    mends = repairs(viewer=viewer, as_of=local_day(at), loss=loss)
    rows = list(
        findings(viewer=viewer)
        .filter(Q(asset__in=list(mends)), physical=True)
        .select_related("asset", "unit")
        .order_by("pk")
    )
    rows += list(
        findings(viewer=viewer)
        .filter(physical=True)
        .exclude(asset__in=list(mends))
        .select_related("asset", "unit")
        .order_by("-asset__critical", "rank", "pk")[:OF_A_KIND]
    )
    actions: dict[int, Action] = {}
    for row in rows:
        actions.setdefault(row.asset_id, _repair(row, mends.get(row.asset_id, []), at, loss))
    return list(actions.values())


def _repair(row: Finding, mends: Sequence[Repair], at: datetime, loss: LossResult | None) -> Action:
    """One door or device to repair."""
    device = row.asset
    name = device.code if device.name in ("", device.code) else f"{device.code}, {device.name}"
    told = row.description or row.title
    reason = _sentence(told)
    due = figures.due(row.due, local_day(at))
    url = address("assets:detail", device.uuid)
    who = row.owner or (_owner_of(mends[0].control) if mends else "") or device.owner or _("No owner named")
    when = _when(row.due, due)
    if not mends:
        change = _("It protects a critical room") if device.critical else _("It works as meant again")
        return Action(
            "device",
            _("Repair %(name)s") % {"name": name},
            reason,
            change,
            "",
            who,
            when,
            _("Open device"),
            url,
            url,
            due=row.due,
            level=row.level,
        )
    best = mends[0]
    told_share = {"code": best.control.code, "now": figures.percent(best.now), "good": figures.percent(best.good)}
    reason += " " + _("%(code)s counts for %(now)s until it passes; %(good)s before.") % told_share
    if best.avoided is None or loss is None:
        change, note = _("%(code)s back to %(good)s") % told_share, _("loss not computed")
        money: dict[str, Any] = {}
    else:
        avoided = sum(mend.avoided or 0.0 for mend in mends)
        low, high = (sum(getattr(mend, end) or 0.0 for mend in mends) for end in ("low", "high"))
        change = _("%(money)s a year") % {"money": figures.money(-avoided, loss.currency)}
        note = figures.estimate(low, high, loss.currency)
        money = {"avoided": avoided, "low": low, "high": high}
    return Action(
        "device",
        _("Repair %(name)s") % {"name": name},
        reason,
        change,
        note,
        who,
        when,
        _("Open device"),
        url,
        address("risk:result", loss.uuid) if loss else url,
        due=row.due,
        level=row.level,
        **money,
    )


def _findings(viewer: User, at: datetime, loss: LossResult | None) -> list[Action]:
    """Patch or fix the top findings, doors left out."""
    rows = (
        findings(viewer=viewer)
        .exclude(physical=True)
        .filter(level__gte=3)
        .select_related("asset", "unit")
        .order_by("rank", "pk")[:OF_A_KIND]
    )
    return [_patch(row, viewer, at, loss) for row in rows]


def _patch(row: Finding, viewer: User, at: datetime, loss: LossResult | None) -> Action:
    """One finding to close."""
    device = row.asset
    name = device.code if device.name in ("", device.code) else f"{device.code}, {device.name}"
    verb = _("Patch %(name)s") if row.cve else _("Fix %(name)s")
    url = address("vulnerabilities:finding", row.uuid)
    told = [row.title if row.cve in row.title else f"{row.cve}: {row.title}" if row.cve else row.title, row.reason]
    reason = " ".join(_sentence(part) for part in told if part)
    scenario = (
        narrow(Scenario.objects.filter(about__iexact=device.code, status="approved"), viewer, "risk.view").first()
        if loss
        else None
    )
    mean = next((s["mean"] for s in loss.scenarios if scenario and s["code"] == scenario.code), None) if loss else None
    if scenario is not None and mean is not None and loss is not None:
        change = _("On %(code)s, %(money)s a year") % {
            "code": scenario.code,
            "money": figures.money(mean, loss.currency),
        }
        note, change_url = _("share of it not estimated"), address("risk:scenario", scenario.uuid)
    else:
        change = _("Shuts a way in that is in use elsewhere") if row.in_kev else _("Shuts a way in")
        note, change_url = _("money not estimated"), url
    who = row.owner or device.owner or (row.unit.name if row.unit else "") or _("No owner named")
    when = _when(row.due, figures.due(row.due, local_day(at)), row.deadline)
    return Action(
        "finding",
        verb % {"name": name},
        reason,
        change,
        note,
        who,
        when,
        _("Open finding"),
        url,
        change_url,
        due=row.due,
        level=row.level,
    )


def _when(due: date | None, stands: figures.Due, deadline: str = "") -> str:
    """The due day, how long that is, and the deadline class."""
    if due is None:
        return _("No date")
    words = f"{figures.day(due)}, {stands.words}"
    return f"{words} ({_uncapped(deadline)})" if deadline and "triage" in deadline else words


def _sentence(words: str) -> str:
    """Words as a sentence: one line, ended with a full stop, not longer than a reader takes in."""
    text = " ".join(words.split())
    if len(text) > 160:
        return text[:157].rsplit(" ", 1)[0] + " …"
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _uncapped(words: str) -> str:
    """Words as they stand inside a sentence; abbreviations keep their capitals."""
    return words[:1].lower() + words[1:] if len(words) > 1 and words[1:2].islower() else words

"""A day passes and nothing else happens: each app draws the conclusions that time alone brings."""

from datetime import timedelta
from typing import Any

import pytest
from tests.kit import money
from tests.kit.money import DAY, NOW, TODAY
from tests.kit.telling import tell

from garrison.apps.access.models import AccessException
from garrison.apps.budget.models import Plan
from garrison.apps.risk.models import LossResult
from garrison.apps.strategy.models import Snapshot
from garrison.apps.vulnerabilities import selectors as vulnerabilities
from garrison.apps.vulnerabilities import services as findings
from garrison.apps.vulnerabilities.models import Finding
from garrison.core import services as core
from garrison.core.models import AuditEntry
from garrison.formats.facts import AccountFact, BadgeFact, FindingFact, HostFact, PersonFact

pytestmark = pytest.mark.django_db(databases="__all__")
WEAK = FindingFact(
    tool="t", kind="misconfiguration", rule="r", title="T", subject_kind="host", subject="h", severity="high", seen=NOW
)


def leaving(left: Any = TODAY, status: str = "active", **badge: Any) -> list[Any]:
    return [
        PersonFact(number="1", name="Vera Gone", status=status, left=left),
        BadgeFact(card="77", number="1", **badge),
    ]


def newest() -> LossResult:
    return LossResult.objects.filter(unit=None).order_by("-as_of", "-at", "-pk")[0]


@pytest.mark.parametrize("status", ["left", "active"])
def test_a_last_day_worked_is_over_tomorrow(system: Any, status: str) -> None:
    tell(*leaving(status=status), at=NOW)
    core.begin_day(actor=system, at=NOW)
    assert not AccessException.objects.exists(), "today is still worked"
    core.begin_day(actor=system, at=NOW + DAY)
    found = AccessException.objects.get()
    assert (found.person.number, found.badges, found.state) == ("1", 1, "open")


def test_a_last_day_of_an_earlier_time_here_makes_nobody_a_leaver(system: Any) -> None:
    tell(*leaving(TODAY - 400 * DAY), at=NOW)
    core.begin_day(actor=system, at=NOW + DAY)
    assert not AccessException.objects.exists()


def test_a_badge_that_runs_out_closes_its_exception(system: Any) -> None:
    tell(*leaving(TODAY - DAY, "left", valid_until=TODAY), at=NOW)
    assert AccessException.objects.get().state == "open"
    core.begin_day(actor=system, at=NOW + DAY)
    assert AccessException.objects.get().state == "closed"


def test_an_acceptance_ends_after_its_last_day(system: Any) -> None:
    tell(HostFact(ident="h"), WEAK, at=NOW)
    one = Finding.objects.get()
    findings.accept(actor=system, findings=[one.uuid], reason="Isolated", until=TODAY + DAY, at=NOW)
    core.begin_day(actor=system, at=NOW + DAY)
    assert Finding.objects.get().status == "accepted"
    core.begin_day(actor=system, at=NOW + 2 * DAY)
    again = Finding.objects.get()
    assert (again.status, again.live, again.accepted_until) == ("open", True, None)


def test_a_finding_falls_past_due_without_anybody_writing_it(system: Any) -> None:
    tell(HostFact(ident="h"), WEAK, at=NOW)
    due = Finding.objects.get().due
    assert due is not None
    before = Finding.objects.values().get()
    told = [vulnerabilities.tally(viewer=system, as_of=due + days * DAY).past_due for days in (-1, 0, 1)]
    assert told == [0, 0, 1], "the last day counts in full"
    assert Finding.objects.values().get() == before


def test_a_test_that_falls_overdue_moves_money_and_plan(system: Any) -> None:
    money.everything()
    before, plan = newest(), Plan.objects.order_by("-pk")[0]
    due_in = 90 - 40  # the controls were measured forty days ago and are tested every ninety
    core.begin_day(actor=system, at=NOW + due_in * DAY)
    assert newest() == before, "on its due day a test still counts in full"
    core.begin_day(actor=system, at=NOW + (due_in + 180) * DAY)
    after = newest()
    assert after.because == "a day passed"
    assert after.mean > before.mean
    bearing = next(each for row in after.scenarios if row["code"] == "R-1" for each in row["controls"])
    assert bearing["effectiveness"] == pytest.approx(0.8 / 2, rel=0.01), "half of it after a half-life"
    anew = Plan.objects.order_by("-pk")[0]
    assert anew.pk != plan.pk
    assert anew.baseline == after.mean


def test_a_day_on_which_nothing_falls_due_changes_nothing(system: Any) -> None:
    money.everything()
    tell(*leaving(TODAY + 30 * DAY), HostFact(ident="h"), WEAK, at=NOW)
    models = (LossResult, Plan, AccessException, Finding)
    before = [list(model._default_manager.order_by("pk").values()) for model in models]
    core.begin_day(actor=system, at=NOW + DAY)
    assert [list(model._default_manager.order_by("pk").values()) for model in models] == before


def test_the_days_figures_are_kept_after_the_conclusions(system: Any) -> None:
    from garrison.core.jobs.queue import KINDS

    yesterday = NOW - timedelta(days=1)
    tell(*leaving(TODAY - DAY), AccountFact(login="v", number="1"), at=yesterday)
    assert not AccessException.objects.exists()
    KINDS["strategy.daily"](None, system)  # type: ignore[arg-type]
    assert AccessException.objects.get().badges == 1
    kept = Snapshot.objects.get(day=TODAY)
    assert kept.figures["tallies"]["leavers"] == 1
    order = list(
        AuditEntry.objects.filter(command__in=("core.begin_day", "access.reconcile", "strategy.snapshot"))
        .order_by("-seq")
        .values_list("command", flat=True)[:3]
    )
    assert order[0] == "strategy.snapshot"
    assert set(order[1:]) == {"core.begin_day", "access.reconcile"}

"""The brief on nothing, on a tiny organisation, and as a part of it sees it."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from garrison.apps.strategy import selectors, services
from garrison.apps.strategy.models import Snapshot
from garrison.core.commands import Forbidden

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


def tally(brief: Any, key: str) -> Any:
    return next(each for each in brief.tallies if each.key == key)


def change(brief: Any, key: str) -> Any:
    return next((each for each in brief.changes.rows if each.key == key), None)


def test_nothing_imported(system: Any, now: datetime) -> None:
    brief = selectors.brief(viewer=system, at=now)
    assert brief.empty
    assert brief.cost is None
    assert brief.actions == ()
    assert all(each.count is None for each in brief.tallies)
    assert "HR roster" in brief.missing


def test_facts(system: Any, now: datetime, scene: SimpleNamespace) -> None:
    brief = selectors.brief(viewer=system, at=now)
    leavers = tally(brief, "leavers")
    assert (leavers.count, leavers.sentence, leavers.worst) == (
        1, "3 badges and accounts still open.", "1 used one since leaving.",
    )  # fmt: skip
    assert (tally(brief, "exploited").count, tally(brief, "exploited").worst) == (1, "1 is due tomorrow.")
    assert (tally(brief, "due").count, tally(brief, "due").worst) == (2, "1 is past due.")
    assert tally(brief, "devices").count == 1
    assert tally(brief, "devices").worst == "1 protects a critical room."
    assert not brief.empty
    assert brief.missing == ()


def test_asked_closing_is_said_when_the_action_goes(system: Any, now: datetime, scene: SimpleNamespace) -> None:
    from garrison.apps.access.models import AccessException

    AccessException.objects.update(state="closing")
    brief = selectors.brief(viewer=system, at=now)
    assert not any(each.kind == "access" for each in brief.actions)
    assert tally(brief, "leavers").sentence == (
        "3 badges and accounts still open. Closing asked for 3, none confirmed yet."
    )
    assert tally(brief, "leavers").worst == "1 used one since leaving."


def test_without_an_approved_scenario_only_facts(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    risk(now, status="draft")
    brief = selectors.brief(viewer=system, at=now)
    assert brief.cost is None
    assert "approval" in brief.facts_only
    repair = next(each for each in brief.actions if each.kind == "device")
    assert repair.avoided is None
    assert repair.change == "C-1 back to 80\u00a0%"


def test_do_first_with_money(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    loss = risk(now)
    brief = selectors.brief(viewer=system, at=now)
    assert [each.kind for each in brief.actions] == ["access", "device", "finding"]
    close, repair, patch = brief.actions
    assert close.title == "Close the access of 1 leaver"
    assert "badge 77 let in at D-1 on Sat 7 Mar, 7 days after leaving" in close.reason
    expected = float(loss.mean) * (1 - (1 - 0.7 * 0.8) / (1 - 0.7 * 0.48))
    assert repair.avoided == pytest.approx(expected, rel=0.02)
    assert repair.low < repair.avoided < repair.high
    assert repair.who == "Bo Keys, owner of C-1"
    assert repair.title == "Repair D-1, Drug store"
    assert patch.who == "Net Team"
    assert "triage" in patch.when


def test_cost_names_what_is_left_out(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    risk(now)
    cost = selectors.brief(viewer=system, at=now).cost
    assert cost is not None
    assert (cost.approved, cost.drafts) == (1, 1)
    assert "sector prior, not yours" in cost.left_out
    assert [each.key for each in cost.figures] == ["mean", "bad_year", "first_appetite"]
    assert cost.above.startswith("Above appetite at $200k")
    assert all("guarantee" not in str(each).lower() for each in asdict(cost).values())


def test_without_appetite_the_third_number_is_a_worse_year(system: Any, now: datetime, scene: Any, risk: Any) -> None:
    risk(now, agreed=None)
    cost = selectors.brief(viewer=system, at=now).cost
    assert cost is not None
    assert cost.figures[2].key == "very_bad_year"
    assert cost.above == ""


def test_changes_against_an_earlier_computation(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    risk(now)
    brief = selectors.brief(viewer=system, at=now)
    loss = change(brief, "loss")
    assert loss.worse
    assert "C-1 Door control" in loss.context
    assert change(brief, "findings").context.startswith("First counted")


def test_changes_against_a_snapshot(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    from garrison.apps.access.models import AccessException
    from garrison.apps.vulnerabilities.models import Finding

    risk(now)
    services.snapshot(actor=system, at=now)
    later = now + 2 * DAY
    Finding.objects.filter(key="f1").update(status="closed")
    for n in (1, 2):
        Finding.objects.create(
            key=f"n{n}", asset=scene.host, unit=scene.units["A"], tool="scan", kind="code", rule="r", level=2,
            title="new",
            severity="low", first_seen=later, last_seen=later,
        )  # fmt: skip
    AccessException.objects.update(state="closed", closed=later - DAY)
    brief = selectors.brief(viewer=system, at=later)
    assert brief.changes.since == now.date()
    assert change(brief, "findings").context == "2 new, 1 closed or accepted, 3 open"
    assert change(brief, "findings").amount == "+1"
    assert change(brief, "leavers").context == "1 closed, 0 new"
    assert change(brief, "loss") is None


def test_since_picks_the_day(system: Any, now: datetime, scene: SimpleNamespace) -> None:
    for days in (3, 2):
        services.snapshot(actor=system, at=now - days * DAY)
    assert selectors.brief(viewer=system, at=now).changes.since == (now - 2 * DAY).date()
    chosen = selectors.brief(viewer=system, at=now, since=(now - 3 * DAY).date())
    assert chosen.changes.since == (now - 3 * DAY).date()
    assert selectors.snapshots(viewer=system) == [(now - 2 * DAY).date(), (now - 3 * DAY).date()]


def test_snapshot_of_a_day_is_replaced(system: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    first = services.snapshot(actor=system, at=now)
    assert "loss" not in first.figures
    risk(now)
    second = services.snapshot(actor=system, at=now + timedelta(hours=1))
    assert Snapshot.objects.count() == 1
    assert second.pk == first.pk
    assert second.figures["loss"]["mean"] > 0
    assert second.figures["tallies"]["leavers"] == 1
    assert second.figures["counts"]["findings"] == 2


def test_a_reader_of_one_unit_sees_that_unit(make_user: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    risk(now)
    here, there = make_user("ann", "reader", "/G/A/"), make_user("ben", "reader", "/G/B/")
    mine = selectors.brief(viewer=here, at=now)
    assert tally(mine, "leavers").count == 1
    assert mine.cost is not None
    assert mine.cost.unit == "Hospital A"
    assert mine.organisation == "Hospital A"
    other = selectors.brief(viewer=there, at=now)
    assert [each.count for each in other.tallies] == [0, 0, 0, 0]
    assert tally(other, "devices").sentence == "No door or device belongs to your units."
    assert other.actions == ()
    assert other.cost is None
    assert "your unit" in other.facts_only
    assert "Vera Gone" not in str(other)


def test_who_has_no_role_is_refused(make_user: Any, now: datetime) -> None:
    with pytest.raises(Forbidden):
        selectors.brief(viewer=make_user("nil", ""), at=now)


def test_statements_do_not_grow_with_rows(
    system: Any, now: datetime, scene: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    from garrison.apps.vulnerabilities.models import Finding

    Finding.objects.bulk_create(
        Finding(
            key=f"b{n}", asset=scene.host, unit=scene.units["A"], tool="scan", kind="code", rule="r", title=f"t{n}",
            level=3, severity="low", first_seen=now, last_seen=now, due=now.date() + n * DAY,
        )
        for n in range(60)
    )  # fmt: skip
    with django_assert_max_num_queries(60):
        selectors.brief(viewer=system, at=now)


def test_pages(client: Client, chief: Any, now: datetime, scene: SimpleNamespace, risk: Any) -> None:
    risk(now)
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert "Close the access of 1 leaver" in page
    assert "<svg" in page
    assert client.get("/", {"since": "not a day"}).status_code == 404
    assert "Drugs taken" not in page
    assert "Print" in client.get("/brief/").content.decode()
    assert client.get("/order/").status_code == 200


def test_empty_page_names_the_files(client: Client, chief: Any) -> None:
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert "Nothing imported yet" in page
    assert "HR roster" in page


def test_words_of_files_are_escaped(client: Client, chief: Any, scene: SimpleNamespace) -> None:
    from garrison.apps.vulnerabilities.models import Finding

    Finding.objects.filter(key="f1").update(title="<script>alert(1)</script> & 'co'", reason="<b>bold</b>")
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&amp;lt;" not in page


class TestTerminal:
    @pytest.fixture(autouse=True)
    def _ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The test's own database is migrated already."""
        from garrison.core import setup

        monkeypatch.setattr(setup, "start", lambda **_: None)

    def run(self, module: str, *arguments: str) -> str:
        from importlib import import_module

        done = CliRunner().invoke(import_module(f"garrison.cli.{module}").app, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    def test_empty_brief(self) -> None:
        assert "Nothing imported yet" in self.run("brief")

    def test_brief(self, scene: SimpleNamespace, risk: Any) -> None:
        from django.utils import timezone

        risk(timezone.now())
        told = self.run("brief")
        order = [told.index(part) for part in ("NEEDS ACTION NOW", "DO FIRST", "WHAT IT MAY COST", "CHANGED")]
        assert order == sorted(order)
        assert max(len(line) for line in told.splitlines()) <= 110

    def test_brief_json(self, scene: SimpleNamespace) -> None:
        told = json.loads(self.run("brief", "--json"))
        assert [each["key"] for each in told["tallies"]] == ["leavers", "exploited", "due", "devices"]
        assert told["cost"] is None

    def test_wrong_day(self) -> None:
        from importlib import import_module

        done = CliRunner().invoke(import_module("garrison.cli.brief").app, ["--since", "friday"])
        assert done.exit_code == 2

    def test_status(self, scene: SimpleNamespace, risk: Any, initiative: Any) -> None:
        from django.utils import timezone

        risk(timezone.now())
        told = json.loads(self.run("status", "--json"))
        wanted = (
            "hosts services software findings vulnerabilities techniques subtechniques tactics groups malware tools "
            "requirements people accounts badges access_events devices controls scenarios initiatives units sites"
        )
        assert set(wanted.split()) <= set(told["counts"])
        assert told["counts"]["people"] == 1
        assert told["loss"]["mean"] > 0
        assert told["last_import"] is None
        assert told["plan"]["chosen"] == ["I-1"]
        assert "Expected loss a year" in self.run("status")

    def test_plan(self, scene: SimpleNamespace, risk: Any, initiative: Any) -> None:
        from django.utils import timezone

        assert "No plan yet" in self.run("plan_command")
        assert self.run("plan_command", "--json").strip() == "null"
        risk(timezone.now())
        assert "I-1" in self.run("plan_command")
        assert json.loads(self.run("plan_command", "--json"))["chosen"] == ["I-1"]

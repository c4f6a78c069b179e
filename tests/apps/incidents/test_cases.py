"""Cases: who sees them, phases and gates, roles, words, tasks and playbooks, facts and clocks, reports, lessons."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from garrison.apps.incidents import rules, selectors, services
from garrison.apps.incidents.models import Entry, Fact, Incident, Member, Report, Statement, Task
from garrison.apps.organization.models import Unit
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry, User

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
MakeUser = Callable[..., User]


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    top = Unit.objects.create(key="lhg", code="LHG", name="Larkmere", path="/LHG/")
    ward = Unit.objects.create(key="lg", code="LG", name="General", path="/LHG/LG/", parent=top)
    other = Unit.objects.create(key="wh", code="WH", name="Westhollow", path="/LHG/WH/", parent=top)
    return {"LHG": top, "LG": ward, "WH": other}


def opened(actor: User, **told: Any) -> Incident:
    values: dict[str, Any] = {"title": "Door forced", "kind": "physical", "category": "intrusion", "at": NOW}
    return services.open_incident(actor=actor, **{**values, **told})


def refused(command: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(command=command, outcome="refused"))


def test_codes_count_by_year(chief: User, units: dict[str, Unit]) -> None:
    assert [opened(chief).code for _ in range(2)] == ["INC-2026-001", "INC-2026-002"]
    assert opened(chief, at=datetime(2027, 2, 1, tzinfo=UTC)).code == "INC-2027-001"
    assert opened(chief, number=14).code == "INC-2026-014"
    with pytest.raises(Refused, match="is taken"):
        opened(chief, number=14)


@pytest.mark.parametrize(
    "told", [{"title": " "}, {"category": "nothing"}, {"kind": "x"}, {"detected_at": NOW + timedelta(hours=1)}]
)
def test_bad_cases_are_refused(chief: User, units: dict[str, Unit], told: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        opened(chief, **told)


def test_who_sees_a_case(chief: User, make_user: MakeUser, units: dict[str, Unit]) -> None:
    near = make_user("near", "investigator", "/LHG/LG/")
    far = make_user("far", "investigator", "/LHG/WH/")
    case = opened(chief, unit_path="/LHG/LG/")
    hidden = opened(chief, unit_path="/LHG/LG/", category="insider")
    assert hidden.restricted
    assert not case.restricted
    assert set(selectors.incidents(viewer=near)) == {case}
    assert set(selectors.incidents(viewer=far)) == set()
    assert set(selectors.incidents(viewer=chief)) == {case, hidden}
    assert selectors.open_count(viewer=near) == 1
    services.assign(actor=chief, uuid=hidden.uuid, role="scribe", user=near.uuid, at=NOW)
    assert set(selectors.incidents(viewer=near)) == {case, hidden}
    with pytest.raises(Refused, match="may not work"):
        services.assign(actor=chief, uuid=hidden.uuid, role="counsel", user=far.uuid, at=NOW)


def test_a_restricted_case_takes_no_words_from_outside(
    chief: User, make_user: MakeUser, units: dict[str, Unit]
) -> None:
    near = make_user("near", "investigator", "/LHG/LG/")
    hidden = opened(chief, unit_path="/LHG/LG/", category="insider")
    with pytest.raises(Missing):
        services.record_entry(actor=near, uuid=hidden.uuid, kind="note", title="I was here", happened=NOW, at=NOW)
    with pytest.raises(Missing):
        services.record_fact(actor=near, uuid=hidden.uuid, name="aware_at", value=None, source="x", at=NOW)


def test_a_guessed_address_is_404_and_recorded(
    chief: User, make_user: MakeUser, units: dict[str, Unit], client: Client
) -> None:
    stranger = make_user("stranger", "reader", "/LHG/WH/")
    case = opened(chief, unit_path="/LHG/LG/")
    client.force_login(stranger)
    for name in ("case", "facts", "about", "tasks", "telling", "review", "what_if", "decisions", "written", "doors"):
        assert client.get(reverse(f"incidents:{name}", args=[case.uuid])).status_code == 404
    entries = refused("incidents.look_outside")
    assert len(entries) == 10
    assert {entry.target for entry in entries} == {str(case.uuid)}
    assert {entry.actor_name for entry in entries} == {"stranger"}


def test_privileged_entries_are_for_those_inside(chief: User, make_user: MakeUser, units: dict[str, Unit]) -> None:
    near = make_user("near", "investigator", "/LHG/LG/")
    case = opened(chief, unit_path="/LHG/LG/")
    services.record_entry(
        actor=chief, uuid=case.uuid, kind="note", title="Advice", happened=NOW, privileged=True, at=NOW
    )
    assert "Advice" not in [entry.title for entry in selectors.entries(viewer=near, incident=case)]
    assert "Advice" in [entry.title for entry in selectors.entries(viewer=chief, incident=case)]
    services.assign(actor=chief, uuid=case.uuid, role="member", user=near.uuid, at=NOW)
    assert "Advice" in [entry.title for entry in selectors.entries(viewer=near, incident=case)]


def test_phases_run_side_by_side(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    for phase in ("triaged", "containing", "recovering"):
        services.start_phase(actor=chief, uuid=case.uuid, phase=phase, at=NOW)
    running = {phase.name for phase in selectors.phases(viewer=chief, incident=case) if phase.ended_at is None}
    assert running == {"containing", "recovering"}
    with pytest.raises(Refused, match="runs already"):
        services.start_phase(actor=chief, uuid=case.uuid, phase="containing", at=NOW)
    services.end_phase(actor=chief, uuid=case.uuid, phase="containing", at=NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="does not run"):
        services.end_phase(actor=chief, uuid=case.uuid, phase="containing", at=NOW)


def test_advice_may_be_passed_by_the_commander_and_a_block_may_not(
    chief: User, make_user: MakeUser, units: dict[str, Unit]
) -> None:
    other = make_user("other", "manager")
    case = opened(other)
    services.start_playbook(actor=other, uuid=case.uuid, playbook="intrusion", at=NOW)
    with pytest.raises(Refused, match="giving a reason"):
        services.start_phase(actor=other, uuid=case.uuid, phase="recovering", at=NOW)
    third = make_user("third", "manager")
    with pytest.raises(Refused, match="who commands"):
        services.start_phase(actor=third, uuid=case.uuid, phase="recovering", reason="I say so", at=NOW)
    made = services.start_phase(actor=other, uuid=case.uuid, phase="recovering", reason="the ward needs it", at=NOW)
    assert made.overridden == "the ward needs it"
    with pytest.raises(Refused, match="cannot be closed"):
        services.start_phase(actor=other, uuid=case.uuid, phase="closed", reason="enough", at=NOW)


def test_closing_ends_everything_and_nothing_is_written_after(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    services.start_phase(actor=chief, uuid=case.uuid, phase="containing", at=NOW)
    services.add_cause(actor=chief, uuid=case.uuid, kind="place", text="No latch", at=NOW)
    services.start_phase(actor=chief, uuid=case.uuid, phase="reviewed", at=NOW)
    services.start_phase(actor=chief, uuid=case.uuid, phase="closed", at=NOW + timedelta(hours=2))
    case = selectors.incident(viewer=chief, uuid=case.uuid)
    assert case.closed_at == NOW + timedelta(hours=2)
    assert all(phase.ended_at for phase in selectors.phases(viewer=chief, incident=case))
    with pytest.raises(Refused, match="is closed"):
        services.add_task(actor=chief, uuid=case.uuid, title="Late", at=NOW)
    with pytest.raises(Refused, match="say why"):
        services.reopen(actor=chief, uuid=case.uuid, reason=" ", at=NOW)
    services.reopen(actor=chief, uuid=case.uuid, reason="new pictures", at=NOW + timedelta(days=1))
    services.add_task(actor=chief, uuid=case.uuid, title="Look at them", at=NOW + timedelta(days=1))


def test_two_who_edit_at_once_lose_no_words(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    services.edit_brief(actor=chief, uuid=case.uuid, title="Door forced", brief="Mine first", version=1, at=NOW)
    with pytest.raises(services.Stale) as found:
        services.edit_brief(actor=chief, uuid=case.uuid, title="Door forced", brief="Theirs", version=1, at=NOW)
    assert "Mine first" in found.value.theirs
    assert "Theirs" in found.value.mine
    assert selectors.incident(viewer=chief, uuid=case.uuid).brief == "Mine first"


def test_the_page_shows_both_texts(chief: User, units: dict[str, Unit], client: Client) -> None:
    case = opened(chief)
    client.force_login(chief)
    page = reverse("incidents:edit_brief", args=[case.uuid])
    services.edit_brief(actor=chief, uuid=case.uuid, title="Door forced", brief="What A wrote", version=1, at=NOW)
    answer = client.post(page, {"title": "Door forced", "brief": "What B wrote", "version": 1})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "What A wrote" in text
    assert "What B wrote" in text


def test_a_correction_keeps_the_old_entry(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "kind": "door", "at": NOW}
    old = services.record_entry(**told, title="D-31 opened", happened=NOW - timedelta(hours=1))
    new = services.record_entry(**told, title="D-031 opened", happened=NOW - timedelta(hours=1), corrects=old.uuid)
    shown = [entry.title for entry in selectors.entries(viewer=chief, incident=case)]
    assert "D-031 opened" in shown
    assert "D-31 opened" not in shown
    assert {"D-31 opened", "D-031 opened"} <= {entry.title for entry in selectors.written(viewer=chief, incident=case)}
    assert Entry.objects.get(pk=new.pk).corrects_id == old.pk
    with pytest.raises(Refused, match="already"):
        services.record_entry(**told, title="Again", happened=NOW, corrects=old.uuid)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"happened": NOW + timedelta(minutes=1)}, "future"),
        ({"happened": NOW, "latest": NOW - timedelta(minutes=1)}, "before it begins"),
        ({"happened": NOW, "title": ""}, "line"),
        ({"happened": NOW, "kind": "system"}, "kind"),
        ({"happened": NOW, "certainty": "sure"}, "certain"),
    ],
)
def test_bad_entries_are_refused(chief: User, units: dict[str, Unit], told: dict[str, Any], words: str) -> None:
    case = opened(chief)
    values: dict[str, Any] = {"kind": "note", "title": "Something", **told}
    with pytest.raises(Refused, match=words):
        services.record_entry(actor=chief, uuid=case.uuid, at=NOW, **values)


def test_severity_is_judged_otherwise_only_with_a_reason(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief, answers={"critical": True})
    assert (case.severity, case.severity_rule) == (3, 3)
    with pytest.raises(Refused, match="say why"):
        services.set_severity(actor=chief, uuid=case.uuid, severity=1, reason="", at=NOW)
    services.set_severity(actor=chief, uuid=case.uuid, severity=1, reason="a child was near", at=NOW)
    case.refresh_from_db()
    assert (case.severity, case.severity_rule) == (1, 3)


def test_command_is_handed_over(chief: User, make_user: MakeUser, units: dict[str, Unit]) -> None:
    other = make_user("other", "manager")
    case = opened(chief)
    services.assign(actor=chief, uuid=case.uuid, role="commander", user=other.uuid, at=NOW)
    roles = {(member.role, member.name) for member in Member.objects.filter(incident=case)}
    assert roles == {("commander", "Other"), ("member", "Chief")}
    commander = Member.objects.get(incident=case, role="commander")
    with pytest.raises(Refused, match="give command"):
        services.release(actor=chief, uuid=case.uuid, member=commander.uuid, at=NOW)


def test_a_later_answer_opens_and_closes_a_branch(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    run = services.start_playbook(actor=chief, uuid=case.uuid, playbook="ransomware", at=NOW)
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "playbook": "ransomware", "at": NOW}
    assert "demand" not in set(Task.objects.filter(run=run).values_list("step", flat=True))
    made = services.answer_playbook(**told, question="demand", answer=True)
    assert len(made) == 1
    task = Task.objects.get(run=run, step="demand")
    services.answer_playbook(**told, question="demand", answer=False)
    task.refresh_from_db()
    assert task.state == "dropped"
    services.answer_playbook(**told, question="demand", answer=True)
    task.refresh_from_db()
    assert task.state == "open"
    with pytest.raises(Refused, match="already"):
        services.answer_playbook(**told, question="demand", answer=True)
    with pytest.raises(Refused, match="does not ask"):
        services.answer_playbook(**told, question="nothing", answer=True)
    with pytest.raises(Refused, match="was started"):
        services.start_playbook(actor=chief, uuid=case.uuid, playbook="ransomware", at=NOW)
    with pytest.raises(Missing):
        services.start_playbook(actor=chief, uuid=case.uuid, playbook="none", at=NOW)


def test_a_task_done_can_be_taken_back(chief: User, units: dict[str, Unit]) -> None:
    from garrison.core import services as core

    case = opened(chief)
    task = services.add_task(actor=chief, uuid=case.uuid, title="Close D-031", at=NOW)
    with pytest.raises(Refused, match="need not"):
        services.end_task(actor=chief, uuid=task.uuid, done=False, at=NOW)
    undo = services.end_task(actor=chief, uuid=task.uuid, at=NOW)
    core.undo(actor=chief, uuid=undo.uuid, at=NOW)
    task.refresh_from_db()
    assert task.state == "open"


def laws(actor: User, *names: str) -> None:
    for name in names:
        services.apply_law(actor=actor, law=name, because="counsel said so", at=NOW)


def moment(day: int, hour: int = 12) -> dict[str, str]:
    return rules.moment_value(datetime(2026, 3, day, hour, tzinfo=UTC))


def test_facts_start_change_and_stop_clocks(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    assert selectors.clocks(viewer=chief, incident=case, at=NOW).cards == []
    laws(chief, "gdpr")
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "source": "the log", "at": NOW}
    services.record_fact(**told, name="aware_at", value=moment(9))
    clock = next(c for c in selectors.clocks(viewer=chief, incident=case, at=NOW).cards if c.open)
    assert clock.described.clock.due_at == datetime(2026, 3, 12, 12, tzinfo=UTC)
    services.record_fact(**told, name="aware_at", value=moment(8))
    clock = next(c for c in selectors.clocks(viewer=chief, incident=case, at=NOW).cards if c.open)
    assert clock.described.clock.due_at == datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert Fact.objects.filter(incident=case, name="aware_at").count() == 2
    services.record_fact(**told, name="authority_notified_at", value=moment(10))
    shown = selectors.clocks(viewer=chief, incident=case, at=NOW)
    assert [card.standing for card in shown.ended] == ["met"]
    services.record_fact(**told, name="aware_at", value=None)
    assert "aware_at" not in selectors.current_facts(viewer=chief, incident=case)


def test_a_start_in_the_future_and_an_uncertain_one_say_so(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    laws(chief, "gdpr")
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "source": "the log", "at": NOW}
    services.record_fact(**told, name="aware_at", value=moment(20))
    card = selectors.clocks(viewer=chief, incident=case, at=NOW).open[0]
    assert card.standing == "future"
    services.record_fact(
        **told,
        name="aware_at",
        value=rules.moment_value(datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)),
    )
    card = selectors.clocks(viewer=chief, incident=case, at=NOW).open[0]
    assert card.left_latest - card.left == timedelta(days=2)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nobody_reads_it", True),
        ("individuals", {"low": 5, "high": 2}),
        ("aware_at", {"earliest": "never", "latest": "never"}),
        ("aware_at", {"earliest": "2026-03-09T12:00:00+00:00", "latest": "2026-03-08T12:00:00+00:00"}),
        ("individuals", {"low": "many"}),
    ],
)
def test_facts_that_cannot_be_are_refused(chief: User, units: dict[str, Unit], name: str, value: Any) -> None:
    case = opened(chief)
    with pytest.raises(Refused):
        services.record_fact(actor=chief, uuid=case.uuid, name=name, value=value, source="a guess", at=NOW)


def test_what_if_stores_nothing(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    laws(chief, "hipaa")
    services.record_fact(actor=chief, uuid=case.uuid, name="discovered_at", value=moment(9), source="log", at=NOW)
    few, many = (
        {
            card.described.clock.rule.code
            for card in selectors.clocks(
                viewer=chief, incident=case, at=NOW, what_if={"individuals": {"low": n, "high": n}}
            ).cards
        }
        for n in (480, 520)
    )
    assert "hipaa-secretary-500" in many
    assert "hipaa-secretary-500" not in few
    assert "hipaa-secretary-year" in few
    assert Fact.objects.filter(incident=case, name="individuals").count() == 0
    plain = selectors.clocks(viewer=chief, incident=case, at=NOW)
    assert all(card.described.clock.rule.status == "in force" for card in plain.cards)
    proposed = selectors.clocks(viewer=chief, incident=case, at=NOW, proposed=True)
    assert any(card.described.clock.rule.status == "proposed" for card in proposed.cards)


LOW = {name: {"words": "Sealed envelope, returned unopened", "level": "low"} for name in rules.FACTORS}


def test_no_notification_is_a_decision_with_reasons(chief: User, make_user: MakeUser, units: dict[str, Unit]) -> None:
    case = opened(chief)
    laws(chief, "hipaa")
    services.record_fact(actor=chief, uuid=case.uuid, name="discovered_at", value=moment(9), source="log", at=NOW)
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "law": "hipaa", "at": NOW}
    with pytest.raises(Refused, match="sentence"):
        services.decide_no_notice(**told, reasons="no", factors=LOW)
    reasons = "The envelope came back unopened, and the clerk wrote so."
    with pytest.raises(Refused, match="four factors"):
        services.decide_no_notice(**told, reasons=reasons)
    high = {**LOW, "acquired": {"words": "It was read aloud", "level": "high"}}
    with pytest.raises(Refused, match="notice is owed"):
        services.decide_no_notice(**told, reasons=reasons, factors=high)
    made = services.decide_no_notice(**told, reasons=reasons, factors=LOW)
    assert not selectors.clocks(viewer=chief, incident=case, at=NOW).cards
    with pytest.raises(Refused, match="decided already"):
        services.decide_no_notice(**told, reasons=reasons, factors=LOW)
    services.withdraw_decision(actor=chief, uuid=case.uuid, decision=made.uuid, why="It was copied", at=NOW)
    assert selectors.clocks(viewer=chief, incident=case, at=NOW).cards
    manager = make_user("manager", "manager")
    with pytest.raises(Refused, match="only the commander"):
        services.decide_no_notice(**{**told, "actor": manager}, reasons=reasons, factors=LOW)


def test_own_rules_run_beside_the_law(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief, unit_path="/LHG/LG/")
    told: dict[str, Any] = {"actor": chief, "recipient": "Cyber insurer", "article": "Policy 8.2", "at": NOW}
    rule = services.add_own_rule(**told, starts="aware_at", amount=72, counted_in="hours")
    services.add_own_rule(
        **{**told, "recipient": "Bank"}, starts="aware_at", amount=1, counted_in="days", unit_path="/LHG/WH/"
    )
    with pytest.raises(Refused, match="already"):
        services.add_own_rule(**told, starts="aware_at", amount=72, counted_in="hours")
    with pytest.raises(Refused):
        services.add_own_rule(**{**told, "recipient": "X"}, starts="aware_at", amount=-1, counted_in="hours")
    services.record_fact(actor=chief, uuid=case.uuid, name="aware_at", value=moment(9), source="log", at=NOW)
    cards = selectors.clocks(viewer=chief, incident=case, at=NOW).cards
    assert [card.described.clock.rule.recipient for card in cards] == ["Cyber insurer"]
    due = selectors.clocks_due(viewer=chief, as_of=NOW)
    assert [(one.incident, one.card.described.clock.rule.recipient) for one in due] == [(case, "Cyber insurer")]
    services.record_fact(actor=chief, uuid=case.uuid, name=rule.stops, value=moment(9, 13), source="call", at=NOW)
    assert selectors.clocks(viewer=chief, incident=case, at=NOW).ended[0].standing == "met"
    services.retire_own_rule(actor=chief, uuid=rule.uuid, at=NOW)
    assert selectors.clocks(viewer=chief, incident=case, at=NOW).cards == []


def test_exercises_run_no_clock_on_home(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief, exercise=True)
    laws(chief, "gdpr")
    services.record_fact(actor=chief, uuid=case.uuid, name="aware_at", value=moment(9), source="log", at=NOW)
    assert selectors.clocks(viewer=chief, incident=case, at=NOW).open
    assert selectors.clocks_due(viewer=chief, as_of=NOW) == []
    assert selectors.open_count(viewer=chief) == 0


def test_laws_that_are_only_proposed_cannot_apply(chief: User, units: dict[str, Unit]) -> None:
    with pytest.raises(Refused, match="not in force"):
        services.apply_law(actor=chief, law="circia", because="soon", at=NOW)


def test_outside_statements_wait_for_approval(chief: User, units: dict[str, Unit]) -> None:
    case = opened(chief)
    made = services.draft_statement(actor=chief, uuid=case.uuid, template="holding", at=NOW)
    assert made.outside
    with pytest.raises(Refused, match="before counsel"):
        services.send_statement(actor=chief, uuid=made.uuid, way="press", to="Press", at=NOW)
    services.approve_statement(actor=chief, uuid=made.uuid, version=1, at=NOW)
    services.edit_statement(actor=chief, uuid=made.uuid, subject="Another", text="Words", version=1, at=NOW)
    assert Statement.objects.get(pk=made.pk).state == "draft"
    with pytest.raises(Refused, match="read them again"):
        services.approve_statement(actor=chief, uuid=made.uuid, version=1, at=NOW)
    services.approve_statement(actor=chief, uuid=made.uuid, version=2, at=NOW)
    told = services.send_statement(actor=chief, uuid=made.uuid, way="press", to="Press", at=NOW)
    assert told.words == "Words"
    inside = services.draft_statement(actor=chief, uuid=case.uuid, template="staff", at=NOW)
    with pytest.raises(services.Stale):
        services.edit_statement(actor=chief, uuid=inside.uuid, subject="A", text="B", version=7, at=NOW)


def test_lessons_change_controls_and_playbooks(chief: User, units: dict[str, Unit]) -> None:
    from garrison.apps.controls.models import Control, ControlTest

    control = Control.objects.create(key="c-08", code="C-08", name="Leavers closed", unit=units["LG"])
    ControlTest.objects.create(
        control=control, on=NOW.date() - timedelta(days=9), effectiveness=0.7, recorded_by="x", recorded_at=NOW
    )
    case = opened(chief)
    told: dict[str, Any] = {"actor": chief, "uuid": case.uuid, "owner": "Ann", "at": NOW}
    with pytest.raises(Refused, match="no control"):
        services.add_lesson(**told, text="Slower", kind="control", target="C-99", change={"effectiveness": 0.5})
    lesson = services.add_lesson(
        **told, text="Slower", kind="control", target="C-08", change={"effectiveness": 0.61}, cost=Decimal(10)
    )
    adopted = services.adopt_lesson(actor=chief, uuid=lesson.uuid, at=NOW)
    assert adopted.before == {"effectiveness": 0.7}
    assert adopted.after == {"effectiveness": 0.61}
    with pytest.raises(Refused, match="adopted already"):
        services.adopt_lesson(actor=chief, uuid=lesson.uuid, at=NOW)
    step = services.add_lesson(
        **told, text="Ask the vendor", kind="playbook", target="intrusion", change={"step": "Call the lock maker"}
    )
    adopted = services.adopt_lesson(actor=chief, uuid=step.uuid, at=NOW)
    assert (adopted.before, adopted.after) == ({"version": "1.0"}, {"version": "1.0+1"})
    assert selectors.playbook(viewer=chief, code="intrusion").steps[-1].title == "Call the lock maker"
    with pytest.raises(Refused, match="changes no record"):
        services.adopt_lesson(actor=chief, uuid=services.add_lesson(**told, text="Be kind").uuid, at=NOW)
    with pytest.raises(Refused, match="after the action"):
        services.retest_lesson(actor=chief, uuid=lesson.uuid, passed=True, at=NOW)
    services.finish_lesson(actor=chief, uuid=lesson.uuid, at=NOW)
    assert services.retest_lesson(actor=chief, uuid=lesson.uuid, passed=False, at=NOW).done_at is None


def test_an_anonymous_report_keeps_no_metadata(client: Client, units: dict[str, Unit], system: User) -> None:
    page = reverse("incidents:speak_up")
    assert client.get(page).status_code == 200
    answer = client.post(
        page,
        {"what": "Somebody sells tablets behind the store", "place": "", "happened": ""},
        REMOTE_ADDR="203.0.113.9",
        HTTP_USER_AGENT="Telltale/1.0",
    )
    assert answer.status_code == 200
    assert not answer.cookies
    assert not client.cookies
    from django.contrib.sessions.models import Session

    assert Session.objects.count() == 0
    kept = Report.objects.get()
    assert kept.code in answer.content.decode()
    assert (kept.by, kept.sender, kept.digest, kept.at.minute, kept.at.second) == (None, "", "", 0, 0)
    everything = str(list(Report.objects.values())) + str(list(AuditEntry.objects.values()))
    assert "203.0.113.9" not in everything
    assert "Telltale" not in everything
    entry = AuditEntry.objects.get(command="incidents.report_anonymously")
    assert (entry.at.minute, entry.at.second, entry.at.microsecond) == (0, 0, 0)
    assert entry.actor.is_system
    assert client.post(page, {"what": "short"}).status_code == 409


def test_anonymous_reports_are_limited_by_the_hour(system: User, units: dict[str, Unit]) -> None:
    told: dict[str, Any] = {"actor": system, "what": "The same thing again and again", "at": NOW}
    for _ in range(60):
        services.report_anonymously(**told)
    with pytest.raises(Refused, match="too many"):
        services.report_anonymously(**told)
    services.report_anonymously(**{**told, "at": NOW + timedelta(hours=1)})


def test_a_reader_may_report_and_a_case_comes_of_it(chief: User, make_user: MakeUser, units: dict[str, Unit]) -> None:
    reader = make_user("reader", "reader", "/LHG/LG/")
    made = services.report(actor=reader, what="A stranger walked in behind me", at=NOW)
    assert list(selectors.reports(viewer=reader)) == []
    assert [row.code for row in selectors.own_reports(viewer=reader)] == [made.code]
    with pytest.raises(Forbidden):
        services.open_from_report(
            actor=reader, report=made.uuid, title="Tailgating", kind="physical", category="intrusion", at=NOW
        )
    case = services.open_from_report(
        actor=chief, report=made.uuid, title="Tailgating", kind="physical", category="intrusion", at=NOW
    )
    assert case.brief == "A stranger walked in behind me"
    with pytest.raises(Refused, match="settled"):
        services.dismiss_report(actor=chief, report=made.uuid, why="no")


def test_an_email_becomes_a_report_once(chief: User, units: dict[str, Unit]) -> None:
    from garrison.apps.incidents.rules.mail import read_mail

    raw = (
        b"From: Ann <ann@larkmere.example>\r\nSubject: Strange mail\r\nDate: Mon, 9 Mar 2026 08:00:00 +0000\r\n"
        b"\r\nI opened it and typed my password.\r\n"
    )
    made = services.take_mail(actor=chief, mail=read_mail(raw), raw=raw, at=NOW)
    assert made.subject == "Strange mail"
    assert made.at == datetime(2026, 3, 9, 8, tzinfo=UTC)
    with pytest.raises(Refused, match="already"):
        services.take_mail(actor=chief, mail=read_mail(raw), raw=raw, at=NOW)


def test_related_cases_share_what_they_touch(chief: User, units: dict[str, Unit]) -> None:
    door = uuid4()
    first = opened(chief, links=(("door", door, "D-031"),))
    second = opened(chief, links=(("door", door, "D-031"), ("indicator", None, "203.0.113.9")))
    opened(chief, links=(("door", uuid4(), "D-001"),))
    assert [(one.incident, one.shared) for one in selectors.related(viewer=chief, incident=first)] == [
        (second, ["D-031"])
    ]
    assert [case.pk for case in selectors.of_target(viewer=chief, target=door)] == [second.pk, first.pk]


def test_the_list_asks_few_questions(
    chief: User, units: dict[str, Unit], client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        opened(chief)
    client.force_login(chief)
    client.get(reverse("incidents:list"))
    with django_assert_max_num_queries(20):
        assert client.get(reverse("incidents:list")).status_code == 200


def test_an_unknown_case_is_missing(chief: User) -> None:
    with pytest.raises(Missing):
        services.add_task(actor=chief, uuid=UUID(int=7), title="x", at=NOW)

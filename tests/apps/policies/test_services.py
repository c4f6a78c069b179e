"""Writing, approving, publishing, acknowledging and excepting, by those who may and those who may not."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from garrison.apps.controls import services as control_services
from garrison.apps.controls.models import Control
from garrison.apps.people.models import Person
from garrison.apps.policies import selectors, services
from garrison.apps.policies.models import (
    Acknowledgement,
    Approval,
    Attempt,
    Enforcement,
    Policy,
    PolicyException,
    Version,
)
from garrison.core import selectors as core
from garrison.core import services as core_services
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry
from tests.apps.policies.conftest import BODY, approve
from tests.kit.money import NOW, TODAY

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


def draft(chief, **told):
    return services.create(actor=chief, at=NOW, code=told.pop("code", "P-1"), title="T", body=BODY, **told)


def work(policy) -> Version:
    return Version.objects.get(policy=policy, state__in=("draft", "review", "approved"))


def test_the_whole_way_from_draft_to_retired(world, chief, approvers) -> None:
    policy = draft(chief, suggested=["C-1", "C-404"], requirements=["45 CFR 164.310(b)"])
    assert [e.control.code for e in Enforcement.objects.filter(policy=policy)] == ["C-1"]
    with pytest.raises(Refused, match="only what is approved"):
        services.publish(actor=chief, uuid=policy.uuid, at=NOW)
    approve(chief, policy, approvers, 2)
    assert work(policy).state == "approved"
    services.publish(actor=chief, uuid=policy.uuid, at=NOW)
    policy.refresh_from_db()
    assert policy.review_due is not None
    assert policy.review_due > TODAY
    second = services.revise(actor=chief, uuid=policy.uuid, at=NOW, note="More doors")
    with pytest.raises(Refused, match="in work already"):
        services.revise(actor=chief, uuid=policy.uuid, at=NOW)
    services.save_text(actor=chief, uuid=policy.uuid, at=NOW, edits=0, body=BODY + "\nMore.", note="More doors")
    approve(chief, policy, approvers, 1)
    services.publish(actor=chief, uuid=policy.uuid, at=NOW)
    states = dict(Version.objects.filter(policy=policy).values_list("number", "state"))
    assert states == {1: "superseded", second.number: "published"}
    services.retire(actor=chief, uuid=policy.uuid, at=NOW, reason="No doors left")
    assert not Version.objects.filter(policy=policy, state="published").exists()
    with pytest.raises(Refused, match="nothing of it"):
        services.retire(actor=chief, uuid=policy.uuid, at=NOW, reason="Again")


def test_editing_resets_approvals_and_both_rounds_stay(world, chief, approvers) -> None:
    policy = draft(chief)
    approve(chief, policy, approvers, 1)
    version = services.save_text(actor=chief, uuid=policy.uuid, at=NOW, edits=0, body="Other words")
    assert version.state == "draft"
    with pytest.raises(Refused):
        services.publish(actor=chief, uuid=policy.uuid, at=NOW)
    approve(chief, policy, approvers, 2)
    rounds = Approval.objects.filter(version=version).exclude(decision="").values_list("round", flat=True)
    assert sorted(rounds) == [1, 2, 2]


def test_refusals_end_a_round_once_the_quorum_is_out_of_reach(world, chief, approvers) -> None:
    policy = draft(chief)
    version = services.submit(actor=chief, uuid=policy.uuid, at=NOW, approvers=[a.uuid for a in approvers], quorum=2)

    def say(who, decision="refuse", **told):
        said = {"reason": "No.", "sha256": version.sha256} | told
        return services.approve(actor=who, uuid=policy.uuid, at=NOW, decision=decision, **said)

    assert say(approvers[0]).state == "review"
    for told, words in (({"reason": " "}, "say why"), ({"sha256": "x"}, "changed"), ({"decision": "maybe"}, "choose")):
        with pytest.raises(Refused, match=words):
            say(approvers[1], **told)
    with pytest.raises(Refused, match="already"):
        say(approvers[0])
    with pytest.raises(Refused, match="not among"):
        say(chief)
    assert say(approvers[1]).state == "draft"


@pytest.mark.parametrize(
    ("body", "names", "quorum", "words"),
    [
        ("", ("ann",), 1, "no text"),
        ("x {{ it_head }}", ("ann",), 1, "fill in first"),
        ("**[fill in: Sites]**", ("ann",), 1, "Sites"),
        ("x", (), 1, "at least one"),
        ("x", ("ann", "ben"), 3, "quorum"),
        ("x", ("chief", "ann"), 1, "wrote the text"),
        ("x", ("rita",), 1, "may not approve"),
    ],
)
def test_what_cannot_be_sent_for_review(world, chief, approvers, make_user, body, names, quorum, words) -> None:
    make_user("rita", "reader")
    policy = services.create(actor=chief, at=NOW, code="P-1", title="T", body=body)
    users = [core.user_named(viewer=core.system_actor(), username=name).uuid for name in names]
    with pytest.raises(Refused, match=words):
        services.submit(actor=chief, uuid=policy.uuid, at=NOW, approvers=users, quorum=quorum)


def test_an_approver_who_is_nobody(world, chief) -> None:
    with pytest.raises(Missing):
        services.submit(actor=chief, uuid=draft(chief).uuid, at=NOW, approvers=[uuid4()], quorum=1)


def test_two_who_edit_at_once_lose_nothing(world, chief, make_user) -> None:
    other = make_user("olga", "manager")
    policy = draft(chief)
    services.save_text(actor=other, uuid=policy.uuid, at=NOW, edits=0, body="Olga's words")
    with pytest.raises(services.Conflict, match="Olga"):
        services.save_text(actor=chief, uuid=policy.uuid, at=NOW, edits=0, body="My words")
    assert work(policy).body == "Olga's words\n"
    services.save_text(actor=chief, uuid=policy.uuid, at=NOW, edits=1, body="Both words")
    kept = AuditEntry.objects.filter(command="policies.save_text", outcome="done").values_list("before", "after")
    assert {text["body"] for pair in kept for text in pair} >= {"Olga's words\n", "Both words\n", BODY}
    with pytest.raises(Refused, match="nothing was changed"):
        services.save_text(actor=chief, uuid=policy.uuid, at=NOW, edits=2, body="Both words")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"code": ""}, "needs a code"),
        ({"code": "p-9"}, "already"),
        ({"kind": "poem"}, "choose one"),
        ({"audience": "cats"}, "binds"),
        ({"audience": "roles"}, "which roles"),
        ({"review_months": 0}, "1 to 60"),
        ({"quiz": "x"}, "quiz: line 1"),
        ({"body": "x" * 200_001}, "characters"),
        ({"unit": "A", "units": ["B"]}, "not lie below"),
    ],
)
def test_what_is_no_policy(world, chief, told, words) -> None:
    services.create(actor=chief, at=NOW, code="P-9", title="T")
    with pytest.raises(Refused, match=words):
        services.create(actor=chief, at=NOW, **({"code": "P-1", "title": "T"} | told))
    assert Policy.objects.count() == 1


def test_wrong_roles_and_wrong_units(world, publish, chief, make_user) -> None:
    group, ours = publish("P-1"), publish("P-2", unit="A")
    other = make_user("bert", "manager", "/ORG/B/")
    seen = {policy.code for policy in selectors.policies(viewer=other)}
    assert seen == {"P-1"}, "the group's rule binds B; A's does not"
    with pytest.raises(Missing):
        selectors.policy(viewer=other, uuid=ours.uuid)
    for policy in (group, ours):
        with pytest.raises(Missing):
            services.revise(actor=other, uuid=policy.uuid, at=NOW)
    reader = make_user("rita", "reader")
    with pytest.raises(Forbidden):
        services.revise(actor=reader, uuid=group.uuid, at=NOW)
    fresh = services.create(actor=other, at=NOW, code="P-3", title="B's own")
    assert fresh.unit is not None
    assert fresh.unit.code == "B"
    services.revise(actor=chief, uuid=group.uuid, at=NOW)
    assert [v.state for v in selectors.versions(viewer=other, policy=group)] == ["published"], "no draft from above"


def test_the_population_is_counted_and_adds_up(publish, chief) -> None:
    policy = publish("P-1", unit="A")
    version = selectors.version_in_force(viewer=chief, uuid=policy.uuid)

    def counted():
        return selectors.population(viewer=chief, version=version)

    first = counted()
    assert (first.bound, first.acknowledged, first.outstanding, first.on_leave, first.left) == (4, 0, 4, 1, 1)
    people = list(Person.objects.filter(number__in=["1", "2", "7"]).values_list("uuid", flat=True))
    number, _undo = services.record_paper(
        actor=chief, uuid=policy.uuid, at=NOW, people=people, on=NOW - DAY, note="Folder 3"
    )
    assert number == 2, "the third is not bound by it"
    assert counted().acknowledged == 2
    Person.objects.filter(number="1").update(status="left", left=TODAY)
    Person.objects.filter(number="2").update(unit=None)
    after = counted()
    assert (after.bound, after.acknowledged, after.left, after.left_acknowledged, after.elsewhere) == (2, 0, 2, 1, 1)
    assert after.recorded == 2
    assert after.complete
    stands = dict(selectors.everybody(viewer=chief, version=version).values_list("number", "stands"))
    assert stands == {
        "1": "left", "2": "elsewhere", "3": "outstanding", "4": "outstanding", "5": "left", "6": "leave",
    }  # fmt: skip
    assert selectors.progress(viewer=chief, rows=[policy]) == {policy.pk: (0, 2)}


@pytest.mark.parametrize(
    ("told", "bound"),
    [
        ({}, {"1", "2", "3", "4", "7", "8"}),
        ({"audience": "contractor"}, {"8"}),
        ({"audience": "roles", "audience_words": ["guard", " "]}, {"4"}),
        ({"units": ["B"]}, {"7", "8"}),
        ({"units": ["B"], "audience": "employee"}, {"7"}),
        ({"unit": "A"}, {"1", "2", "3", "4"}),
    ],
)
def test_whom_it_binds(publish, chief, told, bound) -> None:
    policy = publish("P-1", **told)
    version = selectors.version_in_force(viewer=chief, uuid=policy.uuid)
    rows = selectors.outstanding(viewer=chief, version=version)
    assert set(rows.values_list("number", flat=True)) == bound
    for person in Person.objects.filter(status="active").select_related("unit"):
        mine = [v.pk for v in selectors.binding(viewer=chief, person=person)]
        assert (version.pk in mine) is (person.number in bound), "one rule, told twice"


QUIZ = "? Who?\n- nobody\n* security\n\n? When?\n* now\n- later"


def test_acknowledging_by_sign_in_with_a_quiz(publish, make_user) -> None:
    policy = publish("P-1", quiz=QUIZ)
    me = make_user("rita", "reader", "/ORG/B/")
    me.email = "P7@org.example"
    me.save()
    task, questions = selectors.task(viewer=me, policy=policy.uuid, as_of=TODAY)
    assert (len(questions), task.attempts) == (2, 0)

    def read(answers, sha256=task.version.sha256):
        return services.acknowledge(actor=me, uuid=policy.uuid, at=NOW, sha256=sha256, answers=answers)

    with pytest.raises(Refused, match="newer text"):
        read({}, sha256="x")
    failed = read({0: 1})
    assert (failed.done, failed.score, failed.needed) == (False, 50, 80)
    assert selectors.mine_open(viewer=me) == 1
    assert read({0: 1, 1: 0}).done
    assert Attempt.objects.count() == 2
    kept = Acknowledgement.objects.get()
    assert (kept.person.number, kept.how, kept.score, kept.sha256) == ("7", "signed in", 100, task.version.sha256)
    with pytest.raises(Refused, match="already"):
        read({0: 1, 1: 0})
    stranger = make_user("sven", "reader")
    with pytest.raises(Missing):
        services.acknowledge(actor=stranger, uuid=policy.uuid, at=NOW, sha256="", answers={})


def test_a_shared_address_names_nobody(publish, make_user) -> None:
    publish("P-1")
    Person.objects.filter(number__in=["1", "2"]).update(email="both@org.example")
    me = make_user("rita", "reader")
    me.email = "both@org.example"
    me.save()
    assert selectors.person_of(viewer=me) is None


def test_one_time_links(publish, chief, system) -> None:
    policy = publish("P-1", unit="A")
    made = services.issue_links(actor=chief, uuid=policy.uuid, at=NOW)
    assert len(made) == 4
    token = made[0].url.rstrip("/").rpartition("/")[2]
    assert "token" not in str(AuditEntry.objects.filter(command="policies.issue_links").get().after)
    version = selectors.version_in_force(viewer=chief, uuid=policy.uuid)

    def use(token=token, at=NOW):
        return services.acknowledge_by_link(actor=system, token=token, at=at, sha256=version.sha256, answers={})

    for wrong, at in (("nonsense", NOW), (token, NOW + 31 * DAY)):
        with pytest.raises(Refused, match="too old"):
            use(wrong, at)
    assert use().done
    assert Acknowledgement.objects.get().how == "link"
    with pytest.raises(Refused, match="used already"):
        use()
    again = services.issue_links(actor=chief, uuid=policy.uuid, at=NOW, people=[made[1].person.uuid])
    with pytest.raises(Refused):
        use(made[1].url.rstrip("/").rpartition("/")[2])
    assert use(again[0].url.rstrip("/").rpartition("/")[2]).done


def test_paper_and_reminders_can_be_taken_back(publish, chief, make_user) -> None:
    policy = publish("P-1")
    number, undo = services.remind(actor=chief, uuid=policy.uuid, at=NOW)
    assert number == 6
    with pytest.raises(Refused, match="nobody is left"):
        services.remind(actor=chief, uuid=policy.uuid, at=NOW)
    core_services.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert services.remind(actor=chief, uuid=policy.uuid, at=NOW)[0] == 6
    people = list(Person.objects.values_list("uuid", flat=True))

    def paper(**told):
        said = {"on": NOW - DAY, "note": "Folder"} | told
        return services.record_paper(actor=chief, uuid=policy.uuid, at=NOW, people=people, **said)

    for told, words in (
        ({"note": ""}, "where"),
        ({"on": NOW + DAY}, "future"),
        ({"on": NOW - 20 * DAY}, "before this version"),
    ):
        with pytest.raises(Refused, match=words):
            paper(**told)
    _number, undo = paper()
    with pytest.raises(Refused, match="none of those"):
        paper()
    core_services.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert not Acknowledgement.objects.exists()
    other = make_user("bert", "manager", "/ORG/B/")
    assert services.record_paper(
        actor=other, uuid=policy.uuid, at=NOW, people=people, on=NOW - DAY, note="B's folder"
    )[0] == 2, "only people of B"  # fmt: skip
    with pytest.raises(Refused, match="not set up"):
        services.send_reminders(actor=chief, uuid=policy.uuid, at=NOW)


def test_reminders_by_e_mail_carry_a_link_of_their_own(publish, chief, settings, mailoutbox) -> None:
    settings.GARRISON_SENDS_MAIL = True
    policy = publish("P-1", unit="A")
    Person.objects.filter(number="3").update(email="")
    assert services.remind(actor=chief, uuid=policy.uuid, at=NOW) == (4, None)
    assert services.send_reminders(actor=chief, uuid=policy.uuid, at=NOW) == {"sent": 3, "failed": 1}
    assert len({mail.body for mail in mailoutbox}) == 3
    assert "/policies/read/" in mailoutbox[0].body
    assert services.send_reminders(actor=chief, uuid=policy.uuid, at=NOW) == {"sent": 0, "failed": 0}


def test_reviews_are_marked_and_confirmed(publish, chief, system) -> None:
    policy = publish("P-1", review_months=1)
    assert policy.marked == "due"
    assert services.mark_reviews(actor=system, at=NOW) == 0
    assert services.mark_reviews(actor=system, at=NOW + 40 * DAY) == 1
    policy.refresh_from_db()
    assert policy.marked == "overdue"
    assert selectors.reviews_due(viewer=chief) == 1
    services.set_facts(
        actor=chief, uuid=policy.uuid, title="T", kind="policy", owner="Bo", audience="everyone", audience_words=[],
        units=[], acknowledge=True, review_months=12,
    )  # fmt: skip
    services.confirm_review(actor=chief, uuid=policy.uuid, at=NOW + 41 * DAY, note="Read with Bo; stands")
    policy.refresh_from_db()
    assert (policy.marked, selectors.reviews_due(viewer=chief)) == ("", 0)


def ask(actor, policy, **told):
    said = {
        "scope": "Two doors", "reason": "Building works", "until": TODAY + 30 * DAY,
        "control": Control.objects.get(code="C-1").uuid, "compensating": Control.objects.get(code="C-2").uuid,
    }  # fmt: skip
    return services.request_exception(actor=actor, at=NOW, policy=policy.uuid, **(said | told))


def test_an_exception_knows_its_money_and_who_may_decide(publish, chief, approvers, make_user) -> None:
    policy = publish("P-1")
    one = ask(chief, policy)
    assert one.money is not None
    assert one.money > 0
    assert one.assumed == pytest.approx(0.8)
    ann, _ben, cid = approvers

    def decide(who, decision="approve", reason="Short."):
        return services.decide_exception(actor=who, uuid=one.uuid, at=NOW, decision=decision, reason=reason)

    with pytest.raises(Refused, match="yourself"):
        decide(chief)
    services.set_limit(actor=chief, role="manager", amount=Decimal(1), at=NOW)
    with pytest.raises(Refused, match="above your limit"):
        decide(cid)
    services.set_limit(actor=chief, role="manager", amount=None, at=NOW)
    with pytest.raises(Refused, match="say why"):
        decide(cid, reason=" ")
    assert decide(cid).state == "approved"
    with pytest.raises(Refused, match="only what is requested"):
        decide(ann)
    assert [event.what for event in one.events.all()] == ["requested", "approved"]
    with pytest.raises(Missing):
        selectors.exception(viewer=make_user("bert", "manager", "/ORG/B/"), uuid=one.uuid)
    with pytest.raises(Refused, match="whole organisation"):
        services.set_limit(actor=make_user("amy", "manager", "/ORG/A/"), role="manager", amount=Decimal(1), at=NOW)


def test_two_weakened_controls_cost_more_than_each_alone(publish, chief) -> None:
    policy = publish("P-1", suggested=["C-1", "C-2"])
    both = ask(chief, policy, control=None, compensating=None, compensating_words="A guard").money
    alone = [
        ask(chief, policy, control=Control.objects.get(code=c).uuid, compensating=None, compensating_words="x").money
        for c in ("C-1", "C-2")
    ]
    assert both > sum(alone)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"scope": " "}, "covers"),
        ({"until": TODAY}, "future"),
        ({"until": TODAY + 400 * DAY}, "a year at most"),
        ({"compensating": None}, "stands in"),
        ({"assumed": 0.95}, "cannot be assumed"),
        ({"assumed": -0.1}, "between"),
        ({"control": uuid4()}, "no such control"),
    ],
)
def test_what_is_no_exception(publish, chief, told, words) -> None:
    policy = publish("P-1")
    with pytest.raises(Refused, match=words):
        ask(chief, policy, **told)
    assert not PolicyException.objects.exists()


def test_an_exception_is_void_when_its_stand_in_falls_and_expires_with_time(publish, chief, approvers, system) -> None:
    policy = publish("P-1")
    made = [ask(chief, policy), ask(chief, policy, compensating=None, compensating_words="A guard")]
    for one in made:
        services.decide_exception(actor=approvers[0], uuid=one.uuid, at=NOW, decision="approve", reason="Short.")
    assert services.check_exceptions(actor=system, at=NOW) == 0
    control_services.record_test(
        actor=chief, uuid=Control.objects.get(code="C-2").uuid, on=TODAY, effectiveness=0.79, at=NOW
    )
    states = dict(PolicyException.objects.values_list("code", "state"))
    assert sorted(states.values()) == ["approved", "voided"]
    assert "79%" in made[0].events.last().words
    core_services.begin_day(actor=system, at=NOW + 31 * DAY)
    assert sorted(PolicyException.objects.values_list("state", flat=True)) == ["expired", "voided"]
    with pytest.raises(Refused, match="already"):
        services.end_exception(actor=chief, uuid=made[0].uuid, at=NOW, reason="x")


def test_enforcement_is_named_once_and_taken_back(publish, chief) -> None:
    policy = publish("P-1")
    control = Control.objects.get(code="C-1")
    _link, undo = services.link_enforcement(actor=chief, uuid=policy.uuid, at=NOW, control=control.uuid)
    with pytest.raises(Refused, match="already"):
        services.link_enforcement(actor=chief, uuid=policy.uuid, at=NOW, control=control.uuid)
    with pytest.raises(Refused, match="choose a control"):
        services.link_enforcement(actor=chief, uuid=policy.uuid, at=NOW, kind="check")
    services.link_enforcement(actor=chief, uuid=policy.uuid, at=NOW, kind="check", how="Walk each quarter")
    rows = selectors.enforced(viewer=chief, policy=policy, as_of=TODAY)
    assert [row.standing.effectiveness if row.standing else None for row in rows] == [None, 0.8] or [
        row.standing.effectiveness if row.standing else None for row in rows
    ] == [0.8, None]
    core_services.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert Enforcement.objects.filter(policy=policy).count() == 1

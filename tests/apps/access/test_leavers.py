"""Leavers who still have access: the list against a brute-force count, closing, undo and recurrence."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from garrison.apps.access import rules, selectors, services
from garrison.apps.access.models import AccessException, Account, Badge
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry
from garrison.formats.facts import AccessEventFact, AccountFact, BadgeFact, PersonFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
TODAY = NOW.date()
UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)
DORIAN = PersonFact(number="1", name="Dorian", unit="A", status="left", left=date(2026, 2, 27))
BADGE = BadgeFact(card="40417", number="1")


def used(day: int, hour: int, outcome: str = "granted", card: str = "40417") -> AccessEventFact:
    return AccessEventFact(
        row=day, at=datetime(2026, 3, day, hour, tzinfo=UTC), door="D-31", card=card, outcome=outcome
    )


def test_the_list_is_what_a_brute_force_count_says(system) -> None:
    dice = random.Random(11)
    people, badges, accounts, events = [], [], [], []
    for n in range(120):
        left = TODAY - timedelta(days=dice.randrange(-4, 12)) if dice.random() < 0.6 else None
        people.append(PersonFact(number=str(n), name=f"P{n}", status="left" if left else "active", left=left))
        for k in range(dice.randrange(3)):
            until = TODAY + timedelta(days=dice.randrange(-3, 4)) if dice.random() < 0.5 else None
            status = dice.choice(["active", "active", "suspended", "lost", "ended"])
            badges.append(BadgeFact(row=n, card=f"{n}-{k}", number=str(n), status=status, valid_until=until))
        for k in range(dice.randrange(3)):
            at = NOW - timedelta(hours=dice.randrange(24 * 15)) if dice.random() < 0.7 else None
            accounts.append(
                AccountFact(row=n, login=f"u{n}-{k}", number=str(n), enabled=dice.random() < 0.6, last_used=at)
            )
    for row in range(1500):
        card = dice.choice(badges).card
        at = NOW - timedelta(minutes=dice.randrange(60 * 24 * 15))
        events.append(AccessEventFact(row=row, at=at, door="D", card=card, outcome=dice.choice(["granted", "denied"])))
    tell(*people, *badges, *accounts, *events, at=NOW)

    expected = {}
    for person in people:
        if person.left is None or person.left >= TODAY:
            continue
        end = datetime.combine(person.left + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
        mine = [b for b in badges if b.number == person.number]
        works = [b for b in mine if b.status == "active" and (b.valid_until is None or b.valid_until >= TODAY)]
        logins = [a for a in accounts if a.number == person.number and a.enabled]
        if not works and not logins:
            continue
        cards = {b.card for b in mine}
        seen = {(e.at, e.card) for e in events if e.card in cards and e.outcome == "granted" and e.at >= end}
        uses = [at for at, _ in seen] + [a.last_used for a in logins if a.last_used and a.last_used >= end]
        expected[person.number] = (len(works), len(logins), len(uses), max(uses, default=None))
    rows = AccessException.objects.select_related("person")
    assert {r.person.number: (r.badges, r.accounts, r.uses, r.last_use) for r in rows} == expected
    assert len(expected) > 20
    proof = selectors.proof(viewer=system, as_of=NOW)
    assert proof.agrees
    assert (proof.listed, proof.people, sum(proof.badges.values())) == (len(expected), 120, len(badges))
    assert selectors.totals(viewer=system)["used"] == sum(1 for *_, uses, _ in expected.values() if uses)


def test_comparing_twice_changes_nothing(system) -> None:
    tell(*UNITS, DORIAN, BADGE, used(7, 21), at=NOW)
    before = list(AccessException.objects.values())
    assert services.reconcile_leavers(actor=system, at=NOW) == {
        "opened": [],
        "reopened": [],
        "closed": [],
        "changed": [],
    }
    assert list(AccessException.objects.values()) == before


def test_the_evidence_names_file_and_row_and_uses_of_the_last_day_worked_do_not_count(system) -> None:
    tell(*UNITS, DORIAN, BADGE, at=NOW)
    leaving = AccessEventFact(
        row=5, at=datetime(2026, 2, 27, 23, 59, tzinfo=UTC), door="D-31", card="40417", outcome="granted"
    )
    midnight = AccessEventFact(
        row=6, at=datetime(2026, 2, 28, tzinfo=UTC), door="D-31", card="40417", outcome="granted"
    )
    tell(leaving, midnight, used(7, 21), used(7, 22, "denied"), used(8, 1, card="9"), at=NOW, name="badge/log.csv")
    found = selectors.leaver(viewer=system, person=Badge.objects.get().person.uuid, as_of=NOW)
    assert [(m.row, m.file_name) for m in found.uses] == [(6, "log.csv"), (7, "log.csv")]
    assert (found.exception.uses, found.days_open, found.hidden_uses) == (2, 10, 0)
    assert found.exception.last_use_note == "Badge 40417 let in at D-31"


def test_asking_closes_nothing_until_an_export_says_so_and_can_be_undone(chief, system) -> None:
    tell(*UNITS, DORIAN, BADGE, AccountFact(login="d.vesk", number="1"), at=NOW)
    exception = AccessException.objects.get()
    undo = services.ask_to_close(actor=chief, exceptions=[str(exception.uuid)], at=NOW)
    assert undo.label == "Closing asked for 1 badge and 1 account"
    assert AccessException.objects.get().state == "closing"
    assert Badge.objects.get().closing_asked == Account.objects.get().closing_asked == NOW
    with pytest.raises(Refused, match="already"):
        services.ask_to_close(actor=chief, exceptions=[exception.uuid], at=NOW)
    services.reconcile_leavers(actor=system, at=NOW)
    assert AccessException.objects.get().state == "closing"
    assert selectors.leavers(viewer=chief, as_of=NOW)[0].asked == NOW
    order = list(selectors.work_order(viewer=chief, as_of=NOW))
    assert [line[:2] for line in order] == [("what", "number_or_login"), ("badge", "40417"), ("account", "d.vesk")]
    core.undo(actor=chief, uuid=undo.uuid, at=NOW)
    assert AccessException.objects.get().state == "open"
    assert Badge.objects.get().closing_asked is None
    assert AuditEntry.objects.filter(command="access.withdraw_closing", outcome="done").count() == 1


def test_it_closes_with_the_next_export_and_reopens_when_it_recurs(system) -> None:
    tell(*UNITS, DORIAN, BADGE, at=NOW)
    services.ask_to_close(actor=system, exceptions=[AccessException.objects.get().uuid], at=NOW)
    later = NOW + timedelta(hours=5)
    tell(BadgeFact(card="40417", number="1", status="ended"), at=later)
    closed = AccessException.objects.get()
    assert (closed.state, closed.closed, Badge.objects.get().closing_asked) == ("closed", later, None)
    spent = selectors.time_to_close(viewer=system)
    assert (spent.closed, spent.median_hours) == (1, (later - datetime(2026, 2, 28, tzinfo=UTC)).total_seconds() / 3600)
    again = NOW + timedelta(days=1)
    tell(BADGE, at=again)
    reopened = AccessException.objects.get()
    assert (reopened.uuid, reopened.state, reopened.closed) == (closed.uuid, "open", None)
    assert AuditEntry.objects.filter(command="access.reconcile", after__reopened=["1"]).count() == 1


def test_a_second_badge_after_asking_opens_it_again(system) -> None:
    tell(*UNITS, DORIAN, BADGE, at=NOW)
    services.ask_to_close(actor=system, exceptions=[AccessException.objects.get().uuid], at=NOW)
    tell(BadgeFact(card="40418", number="1"), at=NOW)
    assert AccessException.objects.get().state == "open"


def test_who_left_on_no_given_day_is_listed_without_counting_uses(system) -> None:
    tell(*UNITS, PersonFact(number="1", name="Dorian", status="left"), BADGE, used(7, 21), at=NOW)
    found = selectors.leavers(viewer=system, as_of=NOW)[0]
    assert (found.days_open, found.exception.uses) == (None, 0)
    assert selectors.leaver(viewer=system, person=found.person.uuid, as_of=NOW).uses == []


def test_another_unit_sees_and_closes_nothing(make_user) -> None:
    tell(*UNITS, DORIAN, BADGE, used(7, 21), at=NOW)
    person, exception = Badge.objects.get().person, AccessException.objects.get()
    ours, theirs = make_user("ours", "manager", "/ORG/A/"), make_user("theirs", "manager", "/ORG/B/")
    assert [len(selectors.leavers(viewer=v, as_of=NOW)) for v in (ours, theirs)] == [1, 0]
    assert [selectors.open_count(viewer=v) for v in (ours, theirs)] == [1, 0]
    with pytest.raises(Missing):
        selectors.leaver(viewer=theirs, person=person.uuid, as_of=NOW)
    with pytest.raises(Missing):
        services.ask_to_close(actor=theirs, exceptions=[exception.uuid], at=NOW)
    with pytest.raises(Forbidden):
        services.ask_to_close(actor=make_user("reads", "reader"), exceptions=[exception.uuid], at=NOW)
    with pytest.raises(Refused):
        services.ask_to_close(actor=ours, exceptions=["nonsense"], at=NOW)
    mine = selectors.leaver(viewer=ours, person=person.uuid, as_of=NOW)
    assert (mine.uses, mine.hidden_uses) == ([], 1), "the door belongs to no unit, so only who sees all sees the event"
    assert services.ask_to_close(actor=ours, exceptions=[exception.uuid], at=NOW).actor == ours


def test_statements_do_not_grow_with_leavers(system) -> None:
    def statements(size: int) -> int:
        people = [
            PersonFact(row=n, number=f"{size}-{n}", name=f"{size} {n}", status="left", left=date(2026, 3, 1))
            for n in range(size)
        ]
        tell(
            *people,
            *[BadgeFact(row=n, card=f"{size}-{n}", number=f"{size}-{n}") for n in range(size)],
            at=NOW,
            conclude=False,
        )
        with CaptureQueriesContext(connection) as queries:
            services.reconcile_leavers(actor=system, at=NOW)
        return len(queries)

    few, many = statements(10), statements(2_500)
    assert many - few <= 6
    with CaptureQueriesContext(connection) as queries:
        assert len(selectors.leavers(viewer=system, as_of=NOW, limit=50)) == 50
    assert len(queries) <= 3


def test_small_decisions() -> None:
    assert rules.median([]) is None
    assert rules.median([3, 1, 2]) == 2
    assert rules.median([1, 2, 3, 4]) == 2.5


def test_more_at_once_than_one_request_may_ask_for(chief, monkeypatch) -> None:
    from garrison.apps.access.services import closing

    tell(*UNITS, DORIAN, BADGE, at=NOW)
    one = AccessException.objects.get().uuid
    monkeypatch.setattr(closing, "AT_ONCE", 1)
    with pytest.raises(Refused, match="at most 1 at once"):
        services.ask_to_close(actor=chief, exceptions=[one, one], at=NOW)
    assert AccessException.objects.get().state == "open"

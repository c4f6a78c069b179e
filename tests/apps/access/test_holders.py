"""Whose a badge or an account is: matching, importing twice, and what scopes hide."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from garrison.apps.access import selectors
from garrison.apps.access.models import Account, Badge
from garrison.apps.access.rules import Roster, Somebody
from garrison.core.commands import Missing
from garrison.formats.facts import AccountFact, BadgeFact, PersonFact, UnitFact
from tests.kit.telling import tell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)

UNITS = (
    UnitFact(code="ORG", name="Org"),
    UnitFact(code="A", name="A", parent="ORG"),
    UnitFact(code="B", name="B", parent="ORG"),
)
PEOPLE = (
    PersonFact(number="1", name="Ann Able", email="ann@example.org", unit="A"),
    PersonFact(number="2", name="Ben Both", email="ben@example.org", unit="B"),
    PersonFact(number="3", name="Sam Same", unit="A"),
    PersonFact(number="4", name="Sam Same", unit="B"),
    PersonFact(number="5", name="Una Unique", unit="B"),
)


def test_a_holder_is_found_by_number_then_e_mail_then_a_name_that_only_one_person_bears() -> None:
    tell(*UNITS, *PEOPLE, at=NOW)
    tell(
        BadgeFact(row=1, card="100", number="1", email="ben@example.org", holder="Una Unique"),
        BadgeFact(row=2, card="101", number="99", email="Ben@example.org"),
        BadgeFact(row=3, card="102", holder="una  UNIQUE"),
        BadgeFact(row=4, card="103", holder="Sam Same"),
        BadgeFact(row=5, card="104", holder="Nobody Known"),
        AccountFact(row=1, login="ann", number="1"),
        at=NOW,
    )
    found = {b.card: (b.person and b.person.number, b.matched_by) for b in Badge.objects.select_related("person")}
    assert found == {
        "100": ("1", "number"),
        "101": ("2", "e-mail"),
        "102": ("5", "name"),
        "103": (None, ""),
        "104": (None, ""),
    }
    assert Badge.objects.get(card="101").unit.code == "B"


def test_two_people_with_one_e_mail_are_told_apart_by_nothing() -> None:
    roster = Roster.of([Somebody(1, "1", "x@e", "A B", None), Somebody(2, "2", "X@e", "C D", None)])
    assert roster.match("", "x@E", "") == (None, "")
    assert roster.match("", "x@e", "c d")[1] == "name"


def test_the_same_facts_again_change_nothing_and_a_changed_one_changes_itself() -> None:
    tell(*UNITS, *PEOPLE, at=NOW)
    facts = [AccountFact(row=1, login="Ann", number="1", groups=("x",)), AccountFact(row=2, login="ben", number="2")]
    assert tell(*facts, at=NOW) == {"stored": 2}
    assert tell(*facts, at=NOW, name="other.csv") == {"unchanged": 2}
    assert tell(AccountFact(row=9, login="ann", number="1", groups=("x",), enabled=False), at=NOW) == {"updated": 1}
    account = Account.objects.get(login="Ann")
    assert (account.enabled, account.source_row) == (False, 9)
    assert Account.objects.count() == 2


def test_an_account_keeps_what_a_second_directory_does_not_speak_of_and_a_badge_does_not() -> None:
    used = datetime(2026, 3, 1, tzinfo=UTC)
    tell(AccountFact(login="ann", last_used=used, email="ann@example.org"), at=NOW)
    tell(AccountFact(login="ann"), at=NOW)
    assert Account.objects.get().last_used == used
    tell(BadgeFact(card="1", valid_until=date(2026, 1, 1)), at=NOW)
    tell(BadgeFact(card="1"), at=NOW)
    assert Badge.objects.get().valid_until is None


def test_holders_follow_the_roster_when_people_arrive_later_and_move() -> None:
    tell(BadgeFact(card="100", number="1"), AccountFact(login="ann", email="ann@example.org"), at=NOW)
    assert Badge.objects.get().person is None
    tell(*UNITS, *PEOPLE, at=NOW)
    assert (Badge.objects.get().person.number, Account.objects.get().matched_by) == ("1", "e-mail")
    tell(PersonFact(number="1", name="Ann Able", email="ann@example.org", unit="B"), at=NOW)
    assert Badge.objects.get().unit.code == Account.objects.get().unit.code == "B"


def test_another_unit_sees_nothing(make_user) -> None:
    tell(*UNITS, *PEOPLE, BadgeFact(card="100", number="1"), AccountFact(login="ann", number="1"), at=NOW)
    ours, theirs = make_user("ours", "reader", "/ORG/A/"), make_user("theirs", "reader", "/ORG/B/")
    assert selectors.badges(viewer=ours).count() == selectors.accounts(viewer=ours).count() == 1
    assert selectors.badges(viewer=theirs).count() == selectors.accounts(viewer=theirs).count() == 0
    assert selectors.counts(viewer=theirs) == {"accounts": 0, "badges": 0, "access_events": 0}
    for look, model in ((selectors.badge, Badge), (selectors.account, Account)):
        uuid = model.objects.get().uuid
        assert look(viewer=ours, uuid=uuid).uuid == uuid
        with pytest.raises(Missing):
            look(viewer=theirs, uuid=uuid)
    assert [str(hit) for hit in selectors.find(viewer=ours, text="10", limit=5)] == ["100"]
    assert list(selectors.find(viewer=theirs, text="10", limit=5)) == []
    assert selectors.counts(viewer=make_user("none", ""))["badges"] == 0


def test_statements_grow_by_the_thousand_rows(system) -> None:
    def statements(size: int) -> int:
        facts = [BadgeFact(row=n, card=f"{size}-{n}", number=str(n)) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            tell(*facts, at=NOW, conclude=False)
        return len(queries)

    few, many = statements(1_000), statements(4_000)
    assert many - few <= 3 * 4

"""The plan pages: what they say, whose they are, and what can be changed there."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.kit import money
from tests.kit.money import NOW, UNITS
from tests.kit.telling import tell

from garrison.apps.budget.models import Initiative, Plan
from garrison.formats.facts import InitiativeFact

pytestmark = pytest.mark.django_db(databases="__all__")
HX = {"HX-Request": "true"}
PLAN = "budget:plan"


def newest() -> Plan:
    return Plan.objects.order_by("-as_of", "-at", "-pk").first()


def uuid(code: str) -> str:
    return str(Initiative.objects.get(code=code).uuid)


def test_an_empty_page_names_the_files(client, chief) -> None:
    client.force_login(chief)
    body = client.get(reverse(PLAN)).content.decode()
    for words in ("initiative_code, initiative_name", "scenario_code, events_per_year", "yearly_budget"):
        assert words in body
    assert "initiative_code, initiative_name" in client.get(reverse("budget:initiatives")).content.decode()
    assert "Nothing to compare with yet" in client.get(reverse("budget:compare")).content.decode()


def test_the_board_says_everything(client, chief) -> None:
    money.everything(money.door(False, 3))
    client.force_login(chief)
    body = client.get(reverse(PLAN)).content.decode()
    for words in (
        "In the plan", "Out of the plan", "Must do: the law says so", "Why not:",
        "Proven gap to the best under the conditions", "best under 1 condition set by a person",
        "I-4 must be done: the law says so", "It begins at $1k",
        "The next $10k would avoid", "Efficient frontier", "Capacity is not known", "Leave out", "Put in", "estimate ",
    ):  # fmt: skip
        assert words in body, words
    assert "guaranteed" not in body
    assert "Lowest expected loss, a year" in client.get(reverse(PLAN), {"view": "table"}).content.decode()


def test_moving_answers_with_the_new_board_and_an_undo(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    posted = {"uuid": uuid("I-3"), "to": "in"}
    answer = client.post(reverse("budget:move"), posted, headers=HX)
    body = answer.content.decode()
    assert body.startswith('<div id="plan"')
    assert "Put in by a person" in body
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["undo"]
    assert "leaves" in toast["text"]
    assert client.post(toast["undo"], headers=HX).status_code == 204
    assert newest().forced == {}
    inside = newest().detail["chosen"][0]["code"]
    assert client.post(reverse("budget:move"), {"uuid": uuid(inside), "to": "out"}).status_code == 302
    body = client.get(reverse(PLAN)).content.decode()
    for words in ("Left out by a person", "If put back:", "Best plan for this budget", "2 conditions set by a person"):
        assert words in body, words
    assert client.post(reverse("budget:best"), headers=HX).status_code == 200
    assert newest().forced == {}
    assert "Came in" in client.get(reverse("budget:compare")).content.decode()


@pytest.mark.parametrize("posted", [{}, {"uuid": "x", "to": "in"}, {"uuid": "x" * 999, "to": "up"}])
def test_a_wrong_move_is_answered_in_words(client, chief, posted) -> None:
    money.everything()
    client.force_login(chief)
    assert client.post(reverse("budget:move"), posted).status_code == 302
    assert "Say which initiative" in client.get(reverse(PLAN)).content.decode()


def test_what_cannot_be_is_refused(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    answer = client.post(reverse("budget:move"), {"uuid": uuid("I-5"), "to": "in"}, headers=HX)
    assert answer.status_code == 409
    assert "no plan fits" in answer.content.decode()
    tell(InitiativeFact(code="I-7", name="Wall", cost=Decimal(500_000), must=True), at=NOW)
    assert "No plan fits the newest numbers" in client.get(reverse(PLAN)).content.decode()


def test_the_budget_form(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    assert client.post(reverse("budget:budget"), {"amount": "60000"}).status_code == 302
    assert newest().budget == 60_000
    assert "Undo" in client.get(reverse(PLAN)).content.decode()
    for wrong in ("-5", "much", "1e30"):
        assert client.post(reverse("budget:budget"), {"amount": wrong}).status_code == 302
    assert newest().budget == 60_000
    body = client.get(reverse("budget:compare")).content.decode()
    assert "was $100k" in body


def test_nothing_and_everything_chosen(client, chief) -> None:
    tell(
        *UNITS,
        money.scenario("R-1", "A"),
        InitiativeFact(code="I-1", name="One", cost=Decimal(5), effectiveness={"R-1": 0.5}),
        at=NOW,
    )
    client.force_login(chief)
    body = client.get(reverse(PLAN)).content.decode()
    assert "Everything is in." in body
    assert "Simple ranking finds the same plan" in body
    assert "No initiative in the plan names a team" in body
    client.post(reverse("budget:budget"), {"amount": "0"})
    assert "not asked for this plan" in client.get(reverse(PLAN)).content.decode()


def test_one_initiative(client, chief, make_user) -> None:
    money.everything()
    client.force_login(chief)
    for code in ("I-1", "I-2", "I-3", "I-4", "I-5"):
        body = client.get(reverse("budget:initiative", args=[uuid(code)])).content.decode()
        assert "What the plan says" in body
    client.post(reverse("budget:move"), {"uuid": uuid("I-3"), "to": "in"})
    assert "Let the numbers decide" in client.get(reverse("budget:initiative", args=[uuid("I-3")])).content.decode()
    client.force_login(make_user("anna", "manager", "/ORG/A/"))
    assert "No plan in your sight" in client.get(reverse("budget:initiative", args=[uuid("I-1")])).content.decode()
    assert client.get(reverse("budget:initiative", args=[uuid("I-3")])).status_code == 404


def test_who_sees_and_changes_what(client, make_user) -> None:
    money.everything()
    total = f"{newest().residual:.0f}"[:3]
    client.force_login(make_user("rita", "reader"))
    body = client.get(reverse(PLAN)).content.decode()
    assert "In the plan" in body
    assert "data-board" not in body
    assert "Leave out" not in body
    for name, posted in (("move", {"uuid": uuid("I-1"), "to": "out"}), ("best", {}), ("budget", {"amount": "5"})):
        assert client.post(reverse(f"budget:{name}"), posted).status_code == 403
    client.force_login(make_user("anna", "manager", "/ORG/A/"))
    body = client.get(reverse(PLAN)).content.decode()
    assert "your role covers only a part" in body
    assert f"${total}" not in body
    assert client.post(reverse("budget:budget"), {"amount": "5"}).status_code == 403
    listed = client.get(reverse("budget:initiatives")).content.decode()
    assert "New latch" in listed
    assert "Guard" not in listed


def test_the_list_goes_out_with_what_an_import_reads(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    answer = client.get(reverse("budget:initiatives"), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0]["initiative_code"] == "I-1"
    assert (rows[0]["effectiveness"], rows[0]["team_days"], rows[3]["must"]) == ("R-1:0.5", "12.0", "yes")
    assert client.get(reverse("budget:initiatives"), {"format": "xlsx", "must": "yes"}).status_code == 200


def test_search_finds_initiatives(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    assert "New latch" in client.get(reverse("web:search"), {"q": "latch"}).content.decode()


def test_statements_stay_under_their_ceiling(client, chief) -> None:
    money.everything(*(InitiativeFact(code=f"X-{n}", name="X", cost=Decimal(10_000_000 + n)) for n in range(12)))
    client.force_login(chief)
    names = ("budget:plan", "budget:compare", "budget:initiatives")
    for url in (*(reverse(name) for name in names), reverse("budget:initiative", args=[uuid("I-1")])):
        client.get(url, headers=HX)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=HX).status_code == 200
        assert len(queries) <= 12, (url, [query["sql"][:90] for query in queries])

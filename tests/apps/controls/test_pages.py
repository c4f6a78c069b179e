"""The pages of controls, and what other apps add to them."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.kit import money
from tests.kit.money import NOW, TODAY, control
from tests.kit.telling import tell

from garrison.apps.assets.models import Asset
from garrison.apps.controls.models import Control

pytestmark = pytest.mark.django_db(databases="__all__")
LIST = "controls:list"


def test_an_empty_list_names_the_file(client, chief) -> None:
    client.force_login(chief)
    assert "control_code, control_name" in client.get(reverse(LIST)).content.decode()


def test_the_list_and_its_export_come_back_in(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    body = client.get(reverse(LIST)).content.decode()
    assert "R-1 50" in body
    assert "80" in body
    assert "C-2" not in client.get(reverse(LIST), {"device": "yes"}).content.decode()
    answer = client.get(reverse(LIST), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0]["control_code"] == "C-1"
    assert rows[0]["bears_on"] == "R-1:0.5"
    assert (rows[0]["effectiveness"], rows[0]["device"], rows[0]["unit_code"]) == ("0.8", "D-1", "A")
    assert client.get(reverse(LIST), {"format": "xlsx"}).status_code == 200


def test_a_control_shows_reason_money_and_evidence(client, chief) -> None:
    money.everything(money.door(False, 3, "Latch loose"))
    client.force_login(chief)
    body = client.get(reverse("controls:detail", args=[Control.objects.get(code="C-1").uuid])).content.decode()
    for words in ("Its device failed a test", "Latch loose", "Scenario R-1", "Saved if it worked fully", "?row="):
        assert words in body, words
    assert "guaranteed" not in body


def test_a_test_is_recorded_from_the_page(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    one = Control.objects.get(code="C-2")
    url = reverse("controls:record_test", args=[one.uuid])
    answer = client.post(url, {"on": TODAY.isoformat(), "effectiveness": "35", "note": "Drill"})
    assert answer.status_code == 302
    assert Control.objects.get(code="C-2").standing(TODAY).effectiveness == 0.35
    assert "Undo" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("on", "share", "status"),
    [
        ("x", "5", 422),
        ("0001-01-01", "5", 422),
        ("2026-01-01", "500", 422),
        ("2999-01-01", "5", 409),
        ("2026-01-01", "nan", 422),
    ],
)
def test_a_wrong_test_is_answered_in_words(client, chief, on, share, status) -> None:
    money.everything()
    client.force_login(chief)
    url = reverse("controls:record_test", args=[Control.objects.get(code="C-2").uuid])
    assert client.post(url, {"on": on, "effectiveness": share}).status_code == status


def test_who_may_see_and_test(client, make_user) -> None:
    money.everything()
    one = Control.objects.get(code="C-1")
    url = reverse("controls:detail", args=[one.uuid])
    client.force_login(make_user("bert", "manager", "/ORG/B/"))
    assert client.get(url).status_code == 404
    assert "Control C-1" not in client.get(reverse(LIST)).content.decode()
    client.force_login(make_user("rita", "reader", "/"))
    assert "Record a test" not in client.get(url).content.decode()
    posted = {"on": TODAY.isoformat(), "effectiveness": "35"}
    assert client.post(reverse("controls:record_test", args=[one.uuid]), posted).status_code == 403


def test_a_door_shows_what_hangs_on_it(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    body = client.get(reverse("assets:detail", args=[Asset.objects.get(code="D-1").uuid])).content.decode()
    assert "Controls that rest on it" in body
    assert "Money that hangs on it" in body


def test_search_finds_controls(client, chief) -> None:
    money.everything()
    client.force_login(chief)
    assert "Control C-1" in client.get(reverse("web:search"), {"q": "C-1"}).content.decode()


def test_statements_do_not_grow(client, chief) -> None:
    money.everything()
    client.force_login(chief)

    def statements(url: str) -> int:
        client.get(url, headers={"HX-Request": "true"})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers={"HX-Request": "true"}).status_code == 200
        return len(queries)

    few = statements(reverse(LIST))
    tell(*(control(f"X-{n}") for n in range(24)), at=NOW, conclude=False)
    assert statements(reverse(LIST)) <= few <= 14, "session, user and grants included"
    assert statements(reverse("controls:detail", args=[Control.objects.get(code="C-1").uuid])) <= 20, (
        "session, user, grants and the panels of higher apps included"
    )

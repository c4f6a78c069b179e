import io
import json
from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from garrison.core import selectors, services
from garrison.core.models import Undo, User
from garrison.core.ui.lists.asked import understand
from tests.web.things import PAGE, PREPARED

pytestmark = pytest.mark.django_db(databases="__all__")


def names(response):
    return [row.name for row in response.context["list"].rows]


def asked(query, chief):
    return understand(PAGE, QueryDict(query), chief)


def test_the_page_shows_the_first_rows_in_order(signed_in, many):
    response = signed_in.get("/things/")
    assert response.status_code == 200
    assert names(response) == [f"thing{i:03d}" for i in range(25)]
    assert b"<b>60</b> things in all" in response.content
    assert b"1 to 25 of 60" in response.content
    assert b"style=" not in response.content


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("active=no", 9), ("active=yes&staff=True", 25), ("staff=False", 30), ("first=Ada&first=Bo", 40),
        ("mail=m1@", 1),
        ("joined_from=2026-01-11", 50), ("joined_to=2026-01-01", 1), ("joined_from=2026-01-02&joined_to=2026-01-03", 2),
        ("q=thing00", 10), ("q=larkmere thing01", 7), ("odd=yes", 6), ("odd=no", 54),
    ],
)  # fmt: skip
def test_filters_and_search(signed_in, many, query, count):
    response = signed_in.get(f"/things/?{query}")
    assert response.context["list"].matched == count
    assert f"<b>{count}</b> of 60 match".encode() in response.content


@pytest.mark.parametrize(
    "query",
    [
        "active=maybe", "staff=7", "first=Zed", "joined_from=2026-99-99", "joined_from=x", "page=-1", "page=0",
        "page=x",
        "page=99999999999999999999", "per=7", "per=x", "sort=password", "sort=--name", "cols=password", "q=%00",
        "mail=%00", "nonsense=1", "format=exe", "page=²", "q=" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_it_does_not_understand_it_ignores(signed_in, many, query):
    assert signed_in.get(f"/things/?{query}").status_code == 200


def test_sorting_puts_the_unknown_last_both_ways(signed_in, many):
    for sort in ("seen", "-seen"):
        response = signed_in.get(f"/things/?sort={sort}&cols=name,seen")
        shown = [row.last_login for row in response.context["list"].records]
        assert shown[:12].count(None) == 0
        assert shown[12:] == [None] * 13


def test_pages_never_overlap_and_the_last_is_given_for_any_beyond(signed_in, many):
    seen = []
    for number in (1, 2, 3):
        seen += names(signed_in.get(f"/things/?sort=-mail&page={number}"))
    assert len(seen) == len(set(seen)) == 60
    assert names(signed_in.get("/things/?page=77")) == [f"thing{i:03d}" for i in range(50, 60)]


def test_columns_can_be_chosen_and_secrets_cannot(signed_in, many):
    response = signed_in.get("/things/?cols=name&cols=seen&cols=uuid")
    assert [column.key for column in response.context["list"].columns] == ["name", "seen"]


def test_htmx_gets_the_table_region_alone(signed_in, many):
    response = signed_in.get("/things/?active=no", headers={"HX-Request": "true", "HX-Target": "list-rows"})
    assert b"<html" not in response.content
    assert b'id="list-rows"' in response.content
    assert response.content.count(b'hx-swap-oob="true"') == 3
    assert "HX-Target" in response["Vary"]


def test_statements_do_not_grow_with_rows(signed_in, many):
    with CaptureQueriesContext(
        connection,
    ) as few:
        signed_in.get("/things/?per=25")
    with CaptureQueriesContext(connection) as more:
        signed_in.get("/things/?per=50&active=yes")
    assert len(few) <= 12
    assert len(more) <= len(few) + 1


def test_csv_holds_every_matching_row_and_guards_its_cells(signed_in, many):
    User.objects.filter(username="thing001").update(email="=cmd|'/c calc'!A0")
    response = signed_in.get("/things/?active=yes&format=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "name,mail,seen,number,uuid"
    assert len(lines) == 52
    assert "'=cmd" in "\n".join(lines)
    assert 'filename="things.csv"' in response["Content-Disposition"]
    assert sum(len(batch) for batch in PREPARED) == 51


def test_xlsx_holds_the_same(signed_in, many):
    response = signed_in.get("/things/?active=no&format=xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 10
    assert sheet[0][0] == "name"


def test_views_are_counted_and_the_present_one_is_marked(signed_in, many):
    response = signed_in.get("/things/?active=yes")
    tabs = response.context["list"].tabs
    assert [(tab.label, tab.count, tab.current) for tab in tabs] == [("Open", 51, True), ("All", 60, False)]


def test_a_long_list_counts_its_views_later(signed_in, many, monkeypatch):
    monkeypatch.setattr("garrison.core.ui.lists.binding.COUNT_INLINE", 10)
    page = signed_in.get("/things/")
    assert b"counts=1" in page.content
    assert page.context["list"].tabs[0].count is None
    later = signed_in.get("/things/?counts=1", headers={"HX-Request": "true"})
    assert b"<b>51</b>" in later.content
    assert b"<table" not in later.content


def test_a_view_is_saved_found_and_removed(signed_in, many, chief):
    signed_in.post("/views/", {"page": PAGE.key, "name": "Mine <b>", "query": "active=no&sort=-name"})
    page = signed_in.get("/things/?sort=-name&active=no")
    assert "Mine &lt;b&gt;" in page.content.decode()
    own = page.context["list"].tabs[-1]
    assert own.current
    assert signed_in.post(f"/views/{own.uuid}/delete/").status_code == 302
    assert len(signed_in.get("/things/").context["list"].tabs) == 2


def test_others_see_a_shared_view_and_cannot_remove_it(signed_in, many, make_user):
    other = make_user("other")
    services.save_view(actor=other, page=PAGE.key, name="Shared", query="active=no", shared=True)
    services.save_view(actor=other, page=PAGE.key, name="Private", query="active=no")
    tabs = signed_in.get("/things/").context["list"].tabs
    assert [tab.label for tab in tabs][2:] == ["Shared"]
    assert tabs[2].uuid == ""


def test_a_shared_view_is_not_shown_to_who_sees_less_than_its_owner(make_user):
    wide, here, there = make_user("w", "reader"), make_user("h", "reader", "/A/"), make_user("t", "reader", "/B/")
    services.save_view(actor=wide, page=PAGE.key, name="Dorian Vesk", query="q=Vesk", shared=True)
    services.save_view(actor=here, page=PAGE.key, name="Ours", query="q=Brenn", shared=True)
    below = make_user("b", "reader", "/A/1/")

    def names(viewer):
        return [view.name for view in selectors.saved_views(viewer=viewer, page=PAGE.key)]

    assert names(wide) == ["Dorian Vesk", "Ours"]
    assert names(here) == ["Ours"]
    assert names(there) == names(below) == names(make_user("n", "")) == []


def test_one_row_is_not_called_many(signed_in, many):
    User.objects.filter(username__startswith="thing").exclude(username="thing001").delete()
    assert "1</b> in all" in signed_in.get("/things/").content.decode()


def test_bulk_actions_are_those_the_viewer_may_use(client, make_user, many):
    client.force_login(make_user("ann", "reader"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/things/")
    assert [each.action.key for each in page.context["list"].bulk] == ["act", "own"]
    assert b'name="own-owner"' in page.content


def test_bulk_takes_ticked_rows_drops_the_rest_and_offers_undo(signed_in, many, chief):
    wanted = [str(user.uuid) for user in User.objects.filter(username__in=["thing001", "thing002"])]
    posted = {"ids": [*wanted, str(chief.uuid), "no-uuid", wanted[0]]}
    response = signed_in.post("/things/act/", posted, headers={"HX-Request": "true"})
    assert response.status_code == 204
    events = json.loads(response["HX-Trigger"])
    assert events["toast"]["text"] == "2 done"
    assert events["toast"]["undo"] == f"/undo/{Undo.objects.get().uuid}/"
    assert events["list:refresh"] is True


def test_bulk_takes_all_that_match_the_filter(signed_in, many):
    response = signed_in.post(
        "/things/act/", {"all": "1", "query": "active=no&page=2&per=25"}, headers={"HX-Request": "true"}
    )
    assert json.loads(response["HX-Trigger"])["toast"]["text"] == "9 done"


def test_bulk_works_without_a_script_too(signed_in, many):
    ids = [str(User.objects.get(username="thing001").uuid)]
    response = signed_in.post(
        "/things/act/", {"ids": ids}, headers={"Referer": "http://testserver/things/?active=yes"}, follow=True
    )
    assert response.redirect_chain[0][0] == "http://testserver/things/?active=yes"
    assert b"1 done" in response.content
    assert b"Undo" in response.content


def test_an_answer_never_sends_people_elsewhere(signed_in, many):
    response = signed_in.post("/things/act/", {}, headers={"Referer": "https://elsewhere.test/"})
    assert response["Location"] == "/"


def test_refusal_is_a_toast(signed_in, many):
    response = signed_in.post("/things/act/", {}, headers={"HX-Request": "true"})
    assert json.loads(response["HX-Trigger"])["toast"] == {"text": "Choose something.", "kind": "crit"}


def test_empty_lists_say_why(signed_in, db):
    assert b"No things yet" in signed_in.get("/things/").content
    assert b"Clear the filters" in signed_in.get("/things/?active=yes").content


def test_the_address_of_what_is_shown_reads_back(chief):
    query = "q=a&first=Ada&first=Bo&joined_from=2026-01-02&sort=-mail&cols=mail&cols=name&per=50"
    first = asked(query, chief)
    again = asked(first.query(), chief)
    assert again == first
    assert first.narrowed == 3
    assert first.values["joined"] == (date(2026, 1, 2), None)
    assert first.without("joined").raw == {"first": ("Ada", "Bo")}
    assert first.cleared().query() == "sort=-mail&cols=name&cols=mail&per=50"

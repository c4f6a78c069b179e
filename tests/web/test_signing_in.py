"""One-time links, wrong passwords, and what is recorded of them."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from garrison.core import links, selectors, services
from garrison.core.models import AuditEntry, User
from tests.web.test_pages import PASSWORD, path_of, sign_in

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone; and nothing remembered of earlier tries."""
    cache.clear()


def test_a_link_signs_in_once_and_asks_for_a_password(client: Client, make_user: Any) -> None:
    ann = make_user("ann", "reader")
    link = path_of(links.one_time_link(ann))
    for _ in range(2):  # a mail scanner that opens it spends nothing
        page = client.get(link)
        assert page.status_code == 200
        assert "ann" in page.content.decode()
        assert page["Referrer-Policy"] == "same-origin"
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (302, reverse("web:first_password"))
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert Client().post(link).status_code == 410
    assert Client().get(link).status_code == 410

    weak = client.post(reverse("web:first_password"), {"password": "short", "again": "short"})
    assert (weak.status_code, "too short" in weak.content.decode()) == (422, True)
    unlike = client.post(reverse("web:first_password"), {"password": PASSWORD, "again": "another " + PASSWORD})
    assert "not the same" in unlike.content.decode()
    done = client.post(reverse("web:first_password"), {"password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert client.get(reverse("web:profile")).status_code == 200  # still signed in
    assert client.get(reverse("web:first_password"))["Location"] == reverse("account_change_password")
    assert client.post(reverse("web:first_password"), {"password": "x", "again": "x"}).status_code == 302

    own = ["users.sign_in_once", "users.set_own_password"]
    entries = AuditEntry.objects.filter(command__in=own, outcome="done")
    assert {entry.target for entry in entries} == {"ann"}
    told = str(list(AuditEntry.objects.values_list("before", "after", "reason", "target")))
    assert link.split("/")[-2] not in told
    assert PASSWORD not in told


def test_a_second_use_in_the_same_second_is_refused(make_user: Any) -> None:
    ann = make_user("ann", "reader")
    first = path_of(links.one_time_link(ann))
    assert Client().post(first).status_code == 302
    ann.refresh_from_db()
    second = path_of(links.one_time_link(ann))
    assert Client().post(second).status_code == 302
    assert Client().post(second).status_code == 410


def test_links_that_are_old_or_made_up_or_for_the_deactivated_do_not_work(
    client: Client, make_user: Any, settings: Any
) -> None:
    ann = make_user("ann", "reader")
    link = path_of(links.one_time_link(ann))
    assert client.post(link[:-4] + "abc/").status_code == 410
    assert client.post(link.replace(str(ann.uuid), str(selectors.system_actor().uuid))).status_code == 410
    services.deactivate(actor=selectors.system_actor(), user=ann.uuid)
    assert client.post(link).status_code == 410
    services.activate(actor=selectors.system_actor(), user=ann.uuid)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.post(link).status_code == 410
    assert "_auth_user_id" not in client.session
    assert AuditEntry.objects.filter(command="users.sign_in_once", outcome="refused").count() == 4


def test_eight_wrong_passwords_lock_the_door(client: Client, make_user: Any) -> None:
    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)
    for _ in range(7):
        answer = client.post(reverse("account_login"), {"login": "ann", "password": "wrong horse"})
        assert answer.status_code == 200
    locked = client.post(reverse("account_login"), {"login": "ann", "password": "wrong horse"})
    assert locked.status_code == 429
    right = client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD})
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session
    refused = AuditEntry.objects.filter(command="users.sign_in", outcome="refused")
    assert refused.count() >= 8
    assert all("ann" in entry.reason for entry in refused)


def test_signing_in_is_recorded_and_a_made_up_name_is_not_kept(client: Client, make_user: Any) -> None:
    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)
    client.post(reverse("account_login"), {"login": "my secret, typed in the wrong field", "password": "x"})
    assert "secret" not in str(list(AuditEntry.objects.values_list("reason", "target", "after")))
    sign_in = client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD})
    assert sign_in.status_code == 302
    entry = AuditEntry.objects.filter(command="users.sign_in", outcome="done").get()
    assert (entry.target, entry.after) == ("ann", {"from": "127.0.0.1"})


def test_changing_a_password_is_recorded_and_the_session_lives_on(client: Client, make_user: Any) -> None:
    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)
    client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD})
    new = "a quite different battery"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), said).status_code == 302
    assert client.get(reverse("web:profile")).status_code == 200
    assert User.objects.get(pk=ann.pk).check_password(new)
    assert AuditEntry.objects.filter(command="users.set_own_password", actor=ann).count() == 1


def test_nobody_reaches_above_themselves(make_user: Any) -> None:
    make_user("chief")
    below = make_user("below", "security head", "/LHG/LG/")
    beside = make_user("beside", "reader", "/LHG/LG/W1/")
    chief = User.objects.get(username="chief")
    client = sign_in(below)
    for name in ("user_link", "user_deactivate", "user_activate", "user_reset_mfa"):
        assert client.post(reverse(f"web:{name}", args=[chief.uuid])).status_code == 404, name
    page = client.post(reverse("web:user_link", args=[beside.uuid])).content.decode()
    link = re.search(r'value="(http[^"]+/once/[^"]+)"', page)
    assert link is not None
    assert Client().post(path_of(link[1])).status_code == 302
    assert AuditEntry.objects.filter(command="users.issue_link", outcome="done", target="beside").count() == 1


def test_inviting_gives_a_link_once_and_all_or_nothing(make_user: Any) -> None:
    client = sign_in(make_user("chief"))
    said = {"name": "Ann Vo", "username": "ann", "email": "ann@x.example", "role": "reader", "path": "/"}
    page = client.post(reverse("web:user_invite"), said).content.decode()
    link = re.search(r'value="(http[^"]+/once/[^"]+)"', page)
    assert link is not None
    ann = User.objects.get(username="ann")
    assert [(grant.role, grant.path) for grant in ann.grants.all()] == [("reader", "/")]
    again = client.post(reverse("web:user_invite"), said)
    assert (again.status_code, "already a user" in again.content.decode()) == (422, True)
    assert AuditEntry.objects.filter(command="users.invite", outcome="refused").count() == 1
    assert Client().post(path_of(link[1])).status_code == 302

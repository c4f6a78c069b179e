"""Second factors: asked for after every way in, and every change of one is recorded."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from garrison.core import links, selectors, services
from garrison.core.models import AuditEntry
from tests.web.test_pages import PASSWORD, path_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone; and nothing remembered of earlier tries."""
    cache.clear()


def code_of(secret: str) -> str:
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def told() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(command="users.change_second_factor", actor_name="ann").order_by("seq")
    assert {entry.after["from"] for entry in entries} <= {"127.0.0.1"}
    return [(entry.after["second factor"], entry.after["done"]) for entry in entries]


def test_a_one_time_link_still_asks_for_the_second_factor(client: Client, make_user: Any) -> None:
    ann = make_user("ann", "reader")
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(ann, secret)
    answer = client.post(path_of(links.one_time_link(ann)))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("web:profile")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_adding_renewing_and_removing_a_second_factor_is_recorded(
    client: Client, make_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def post(name: str, said: dict[str, str] | None = None) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse(name), said or {}).status_code

    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)
    assert client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD}).status_code == 302
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert post("mfa_activate_totp", {"code": code_of(secret)}) == 302
    assert sorted(told()) == [("Recovery codes", "added"), ("TOTP Authenticator", "added")]

    assert post("mfa_generate_recovery_codes") == 302
    assert told()[2:] == [("Recovery codes", "renewed")]

    assert post("mfa_deactivate_totp") == 302
    assert sorted(told()[3:]) == [("Recovery codes", "removed"), ("TOTP Authenticator", "removed")]
    assert not Authenticator.objects.filter(user=ann).exists()
    assert secret not in str(list(AuditEntry.objects.values_list("before", "after", "reason", "target")))

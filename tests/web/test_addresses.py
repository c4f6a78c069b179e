"""Whom a request comes from: never taken from a header that a stranger wrote."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from garrison.config.home import networks
from garrison.core import selectors, services
from garrison.core.models import AuditEntry
from garrison.web.middleware import client_of
from tests.web.test_pages import PASSWORD

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone; and nothing remembered of earlier tries."""
    cache.clear()


def came_from(peer: str, forwarded: str, make_user: Any) -> str:
    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)
    client = Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD}).status_code == 302
    return str(AuditEntry.objects.get(command="users.sign_in", outcome="done").after["from"])


def test_nobody_is_trusted_by_default(make_user: Any) -> None:
    assert came_from("127.0.0.1", "203.0.113.9", make_user) == "127.0.0.1"


def test_a_trusted_proxy_tells_the_client(make_user: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = networks("127.0.0.1, 10.0.0.0/8")
    assert came_from("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", make_user) == "203.0.113.9"


def test_a_stranger_cannot_lend_themselves_an_address(make_user: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = networks("10.0.0.0/8")
    assert came_from("192.0.2.7", "203.0.113.9", make_user) == "192.0.2.7"


def test_a_lock_out_goes_by_the_client_behind_the_proxy(make_user: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = networks("10.0.0.0/8")
    ann = make_user("ann", "reader")
    services.set_password(actor=selectors.system_actor(), user=ann.uuid, password=PASSWORD)

    def knock(address: str, password: str) -> int:
        client = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=address)
        return client.post(reverse("account_login"), {"login": "ann", "password": password}).status_code

    for _ in range(8):
        last = knock("203.0.113.9", "wrong horse")
    assert last == 429
    assert knock("203.0.113.9", PASSWORD) == 429
    assert knock("203.0.113.10", PASSWORD) == 302


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.9", "10.0.0.9"),
        ("not an address", "10.0.0.1"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
        ("nonsense, 10.0.0.9", "10.0.0.9"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_last_stranger_is_the_client(settings: Any, forwarded: str, client: str) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    assert client_of("10.0.0.1", forwarded) == client


def test_networks_are_named_with_commas() -> None:
    assert [str(one) for one in networks("127.0.0.1, ::1,10.0.0.0/8,")] == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]
    with pytest.raises(ValueError, match="here"):
        networks("here")

"""The side navigation leads nowhere that refuses; who has no role is told whom to ask."""

import re

import pytest
from django.urls import reverse

from garrison.core.registries import NAV

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize("path", ["/", "/ORG/A/"])
@pytest.mark.parametrize("role", ["security head", "manager", "analyst", "reader"])
def test_every_line_of_the_navigation_opens(client, make_user, role: str, path: str) -> None:
    client.force_login(make_user("somebody", role, path))
    body = client.get(reverse("strategy:home")).content.decode()
    side = body[body.index('<nav class="side"') : body.index("</nav>", body.index('<nav class="side"'))]
    shown = re.findall(r'<li><a href="([^"]+)"', side)
    assert len(shown) > 5
    assert {url: client.get(url, follow=True).status_code for url in shown} == dict.fromkeys(shown, 200)
    reachable = {
        reverse(entry.url_name) for entry in NAV if client.get(reverse(entry.url_name), follow=True).status_code == 200
    }
    assert reachable - {"/"} == set(shown) - {"/"}, "nor is a page left out that would open"


def test_who_has_no_role_is_told_whom_to_ask(client, make_user) -> None:
    head = make_user("odile", "security head", "/")
    client.force_login(make_user("new", ""))
    answer = client.get(reverse("strategy:home"))
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "You have no role yet" in body
    assert f"Ask {head}." in body
    assert client.get(reverse("strategy:brief")).status_code == 403

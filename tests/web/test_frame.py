import io
import logging
import re

import pytest
from django.http import HttpResponse
from django.template.loader import get_template
from django.test import RequestFactory

from garrison.config.logs import OneLine
from garrison.core.registries import Hit, SearchProvider
from garrison.web.middleware import ContentSecurityPolicyMiddleware

pytestmark = pytest.mark.django_db(databases="__all__")


def test_every_response_carries_the_strict_policy(signed_in):
    first, second = signed_in.get("/things/"), signed_in.get("/things/")
    policy = first["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert policy != second["Content-Security-Policy"]
    assert "geolocation=()" in first["Permissions-Policy"]
    assert first["Cache-Control"] == "no-store"


def test_a_foreign_host_name_leaves_one_line_in_the_log(client):
    handlers = logging.getLogger("django.security.DisallowedHost").handlers
    [handler] = [one for one in handlers if isinstance(one.formatter, OneLine)]  # pytest listens too
    stream = handler.setStream(written := io.StringIO())
    try:
        assert client.get("/things/", HTTP_HOST="evil.example").status_code == 400
    finally:
        handler.setStream(stream)
    [line] = written.getvalue().splitlines()
    assert "evil.example" in line
    assert "add 'evil.example' to GARRISON_HOSTS" in line


def test_a_views_own_policy_wins_and_the_nonce_is_the_requests():
    def view(request):
        return HttpResponse(request.csp_nonce, headers={"Content-Security-Policy": "default-src 'none'"})

    response = ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert len(response.content) >= 22


@pytest.mark.parametrize(
    "path", ["/things/", "/gallery/", "/gallery/list/", "/gallery/bare/", "/search/?q=ab", "/account/login/"]
)
def test_pages_have_nothing_inline(signed_in, client, path):
    page = signed_in.get(path, follow=True).content.decode()
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r"<script(?![^>]+(src=|type=\"application/json\"))", page)
    assert "<style" not in page


def test_the_frame_has_its_landmarks(signed_in):
    page = signed_in.get("/gallery/").content.decode()
    for part in (
        'class="skip" href="#main"',
        '<main id="main"',
        "<h1>",
        'aria-label="Breadcrumb"',
        'id="toasts"',
        'id="find"',
    ):
        assert part in page
    assert 'data-bs-theme="auto"' in page


def test_search_groups_its_hits_and_escapes_them(signed_in, monkeypatch):
    provider = SearchProvider("People", "users.view", lambda viewer, text, limit: [Hit("<b>Vesk", text, "/x", "user")])
    monkeypatch.setattr("garrison.core.registries.SEARCH", [provider])
    part = signed_in.get("/search/?q=ves", headers={"HX-Request": "true"}).content.decode()
    assert "<h3>People</h3>" in part
    assert "&lt;b&gt;Vesk" in part
    assert "<html" not in part
    assert "<html" in signed_in.get("/search/?q=ves").content.decode()
    assert "Two letters" in signed_in.get("/search/?q=v", headers={"HX-Request": "true"}).content.decode()


def test_the_theme_goes_round_and_is_drawn_by_the_server(client, db):
    seen = []
    for _turn in range(3):
        client.post("/theme/")
        seen.append(client.cookies["theme"].value)
    assert sorted(seen) == ["auto", "dark", "light"]
    client.cookies["theme"] = "dark"
    assert b'data-bs-theme="dark"' in client.get("/gallery/bare/").content
    client.cookies["theme"] = '"><script>'
    assert b'data-bs-theme="auto"' in client.get("/gallery/bare/").content


@pytest.mark.parametrize(
    "name", ["403.html", "403_csrf.html", "404.html", "500.html", "account/locked.html", "web/refused.html"]
)
def test_error_pages_draw_without_a_request(name):
    page = get_template(name).render({"reason": "because <b>", "status": 404})
    assert "Garrison" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "name", ["account/login.html", "account/logout.html", "mfa/authenticate.html", "allauth/layouts/base.html"]
)
def test_sign_in_pages_are_ours(name):
    assert "garrison" in get_template(name).origin.name, "garrison.web must stand before allauth in INSTALLED_APPS"

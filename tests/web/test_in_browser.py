"""The gallery and the list in a real browser: nothing is refused by the policy, axe finds nothing, keys work."""

import os
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import ClassVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from garrison.web import build

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).is_file()), "")
AXE = build.ROOT / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(databases="__all__"),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here"),
    pytest.mark.skipif(not AXE.is_file(), reason="the assets' packages are not fetched: python -m garrison.web.build"),
]


class Quiet(WSGIRequestHandler):
    """Say nothing of each request."""

    def log_message(self, *words):
        pass


class Server(ThreadingMixIn, WSGIServer):
    """A server whose threads share the test's own connections, so that nothing is committed and nothing flushed."""

    daemon_threads = True
    shared: ClassVar[dict] = {}

    def process_request_thread(self, request, client_address):
        for alias, connection in self.shared.items():
            connections[alias] = connection
        super().process_request_thread(request, client_address)


@pytest.fixture
def address(db):
    Server.shared = {each.alias: each for each in connections.all()}
    for signal in (request_started, request_finished):  # else each request closes the connections it was lent
        signal.disconnect(close_old_connections)
    for each in Server.shared.values():
        each.inc_thread_sharing()
    with Server(("127.0.0.1", 0), Quiet) as server:
        server.set_app(StaticFilesHandler(WSGIHandler()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    for each in Server.shared.values():
        each.dec_thread_sharing()


@pytest.fixture
def session_key(chief):
    session = SessionStore()
    session[SESSION_KEY] = str(chief.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = chief.get_session_auth_hash()
    session.save()
    return session.session_key


@pytest.fixture
def browser(monkeypatch, address, session_key, many):
    """Started last: once its event loop runs, this thread would be given other database connections."""
    sync_api = pytest.importorskip("playwright.sync_api")
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser, address, session_key):
    """Open a signed-in tab of a width in a theme; what the console complains of fails the test."""
    complaints = []

    def open_tab(path, *, width=1440, theme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900})
        cookies = {"sessionid": session_key, "theme": theme}
        context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_tab
    assert not complaints


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_overflows(tab, theme, width):
    for path in ("/gallery/", "/things/", "/gallery/bare/"):
        page = tab(path, width=width, theme=theme)
        page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)["violations"]
        assert [(path, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_list_by_keyboard(tab):
    page = tab("/things/")
    page.keyboard.press("/")
    page.keyboard.type("thing01", delay=20)
    page.wait_for_url("**/things/?q=thing01")
    page.locator("tbody tr").nth(9).wait_for()
    page.locator("h1").click()
    for key in "jjxjx":
        page.keyboard.press(key)
    assert page.locator("input[name=ids]:checked").count() == 2
    assert page.locator("[data-chosen]").inner_text() == "2"
    page.get_by_role("button", name="Act", exact=True).click()
    page.locator(".tst").wait_for()
    assert "2 done" in page.locator(".tst").inner_text()
    page.locator("input[name=ids]:checked").first.wait_for(state="detached")


def test_filtering_keeps_its_panel_open_and_export_follows(tab):
    page = tab("/things/")
    page.click("#chip-first summary")
    page.check("#chip-first input[value=Ada]")
    page.wait_for_url("**/things/?first=Ada")
    page.locator("#chip-first[open] input[value=Bo]").check()
    page.wait_for_url("**/things/?first=Ada&first=Bo")
    assert "first=Ada&first=Bo" in page.locator("#list-actions a").first.get_attribute("href")
    page.click("#chip-first + a.clear")
    page.wait_for_url("**/things/")


def test_search_dialog_theme_and_drawer(tab):
    page = tab("/gallery/", width=390)
    page.keyboard.press("Control+k")
    assert page.locator("dialog#find").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#find").is_visible()
    page.click(".burger")
    assert page.locator("#side").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#side").is_visible()
    page.click(".theme")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"

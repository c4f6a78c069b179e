"""A CSO's day in a real browser, on the made-up hospital group; axe finds nothing on any page, light or dark."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.kit.corpus_table import garrison

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOOK = (
    "async asked => (await axe.run(document, {runOnly: asked}))"
    ".violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | '))"
)
RULES = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""What axe looks for: everything, and once more in the other theme what a theme can change."""
PAGES = (
    "/",
    "/brief/",
    "/order/",
    "/reports/",
    "/findings/",
    "/findings/?q=zzzz",
    "/findings/new/",
    "/findings/rule/",
    "/access/",
    "/access/accounts/",
    "/access/badges/",
    "/access/events/",
    "/access/events/?names=yes",
    "/assets/",
    "/assets/places/",
    "/assets/software/",
    "/assets/services/",
    "/people/",
    "/threats/",
    "/threats/techniques/",
    "/risk/",
    "/risk/?view=table",
    "/risk/scenarios/",
    "/plan/",
    "/plan/?view=table",
    "/plan/compare/",
    "/plan/initiatives/",
    "/controls/",
    "/compliance/",
    "/imports/",
    "/imports/formats/",
    "/audit/",
    "/users/",
    "/users/invite/",
    "/profile/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/search/?q=D-031",
)
"""Every page that has an address of its own."""

DEEP = (
    ("/findings/", r"^/findings/[0-9a-f-]{36}/"),
    ("/access/", r"^/access/leavers/[0-9a-f-]{36}/"),
    ("/people/?q=Vesk", r"^/people/[0-9a-f-]{36}/"),
    ("/people/?q=Vesk>", r"^/access/movements/[0-9a-f-]{36}/"),
    ("/assets/?kind=door&q=D-031", r"^/assets/[0-9a-f-]{36}/"),
    ("/assets/?q=gw-edge-01", r"^/assets/[0-9a-f-]{36}/"),
    ("/threats/", r"^/threats/CVE-"),
    ("/threats/techniques/", r"^/threats/techniques/[0-9a-f-]{36}/"),
    ("/risk/", r"^/risk/results/[0-9a-f-]{36}/"),
    ("/risk/scenarios/?q=pharmacy", r"^/risk/scenarios/[0-9a-f-]{36}/"),
    ("/plan/initiatives/", r"^/plan/initiatives/[0-9a-f-]{36}/"),
    ("/controls/?q=C-17", r"^/controls/[0-9a-f-]{36}/"),
    ("/compliance/", r"^/compliance/[0-9a-f-]{36}/"),
    ("/compliance/>", r"^/compliance/requirements/[0-9a-f-]{36}/"),
    ("/access/", r"^/imports/files/[0-9a-f-]{36}/[?]row="),
    ("/audit/", r"^/audit/[0-9]+/"),
    ("/users/", r"^/users/[0-9a-f-]{36}/"),
)
"""Pages of one record each: a list and which of its links is followed; ">" goes by the list's first record."""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def chromium() -> str:
    """Debian's chromium, or another one that is there; the test is skipped without one unless CI asks for it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs a chromium")
        pytest.skip("no chromium here, and none could be installed")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The demo, served with its worker."""
    chromium()
    home, port = tmp_path_factory.mktemp("home"), free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-m", "garrison.cli.main", "demo", "--no-serve", "--home", str(home), "--port", str(port)],
        check=True,
        capture_output=True,
        env=environment,
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "garrison.cli.main", "serve", "--port", str(port)],
        env=environment | {"GARRISON_HOME": str(home), "GARRISON_URL": f"http://127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/healthz").read()
            break
        except OSError:
            time.sleep(0.1)
    yield address, home
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


def signed_in(browser: Browser, site: tuple[str, Path], **options: object) -> BrowserContext:
    """A browser in which the security head has used a one-time link."""
    address, home = site
    link = garrison("user", "link", "odile", home=home).stdout.strip()
    context = browser.new_context(base_url=address, bypass_csp=True, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(re.sub(r"^https?://[^/]+", address, link))
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).first.click()
    page.wait_for_load_state()
    page.close()
    return context


@pytest.fixture(scope="module")
def context(browser: Browser, site: tuple[str, Path]) -> Iterator[BrowserContext]:
    made = signed_in(browser, site)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test on any script error."""
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert not errors


def first_link(page: Page, pattern: str) -> str:
    """The first address on the page that looks so."""
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    return next(link for link in links if re.search(pattern, link))


@pytest.fixture(scope="module")
def every_page(context: BrowserContext) -> list[str]:
    """The address of every page: those of its own, and one record of each kind."""
    page, found = context.new_page(), list(PAGES)
    for source, pattern in DEEP:
        page.goto(source.removesuffix(">"))
        if source.endswith(">"):
            page.goto(first_link(page, r"^/(people|compliance)/[0-9a-f-]{36}/"))
        found.append(first_link(page, pattern))
    page.close()
    return found


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, site: tuple[str, Path], context: BrowserContext, every_page: list[str], width: int
) -> None:
    """Every page at a desk and on a phone, light and dark on the same drawn page."""
    opened = browser.new_context(
        base_url=site[0], bypass_csp=True, storage_state=context.storage_state(),
        viewport={"width": width, "height": 900}, reduced_motion="reduce",
    )  # fmt: skip
    page, faults = opened.new_page(), []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    for path in every_page:
        answer = page.goto(path)
        assert answer is not None
        if answer.status != 200:
            faults.append(f"{path}: {answer.status}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than {width}")
        page.evaluate(AXE.read_text())
        for theme, asked in RULES.items():
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            faults += [f"{path} {theme}: {found}" for found in page.evaluate(LOOK, asked)]
    opened.close()
    assert faults == []


def test_the_home_page_leads_to_the_leaver(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Dorian Vesk").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Leavers with access")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leavers")
    expect(page.get_by_text("40417").first).to_be_visible()


def test_a_day_is_said_in_words_beside_its_field(page: Page) -> None:
    page.goto("/")
    page.locator("[data-open=compare]").first.click()
    page.locator("#since").fill("2024-02-29")
    expect(page.locator("#compare output")).to_have_text("Thu 29 Feb 2024")


def test_a_finding_is_found_assigned_and_taken_back(page: Page) -> None:
    page.goto("/findings/?q=gw-edge-01")
    row = page.locator("tbody tr").first
    row.locator("input[type=checkbox]").check()
    page.locator("summary", has_text="Assign").click()
    panel = page.locator("details[open] .panel")
    panel.locator("input:visible").first.fill("Ephraim Koss")
    panel.get_by_role("button").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("Ephraim Koss")
    with page.expect_response(lambda answer: "/undo/" in answer.url):
        page.get_by_role("button", name="Undo").or_(page.get_by_role("link", name="Undo")).first.click()
    page.goto("/findings/?q=gw-edge-01")
    expect(page.locator("tbody tr").first).to_contain_text("as asset owner")


def test_uploading_a_file_shows_its_progress_and_its_ledger(page: Page, tmp_path: Path) -> None:
    roster = tmp_path / "joiners.csv"
    roster.write_text(
        "employee_id,first_name,last_name,work_email,status,hire_date,termination_date\n"
        "99001,Uma,Testwell,uma@larkmere.example,Active,2026-01-05,\n"
        "99002,Bad,Date,bad@larkmere.example,Active,someday,\n"
    )
    page.goto("/imports/")
    page.locator("input[type=file]").first.set_input_files(roster)
    send = page.get_by_role("button", name=re.compile("^Import"))
    if send.count() and send.first.is_visible():
        send.first.click()
    expect(page.get_by_text("joiners.csv").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile("1 new|1 stored|imported", re.IGNORECASE)).first).to_be_visible(timeout=30_000)


def test_search_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    box = page.locator("dialog input[type=search]:visible, dialog input:visible").first
    box.fill("D-031")
    expect(page.get_by_role("link", name=re.compile("D-031")).first).to_be_visible(timeout=10_000)

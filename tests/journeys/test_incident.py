"""From a badge event to a closed incident, in a real browser: exception, case, clocks, decision, lesson, money, end."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.test_browser import chromium, signed_in, site  # noqa: F401 the fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: tuple[str, Path]) -> Iterator[Page]:  # noqa: F811
    context = signed_in(browser, site)
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


def fact(page: Page, case: str, name: str, fill: dict[str, str]) -> None:
    page.goto(f"{case}facts/{name}/")
    for field, value in fill.items():
        page.locator(f"[name={field}]").first.fill(value)
    page.locator("[name=source]").first.fill("counted by two people")
    page.get_by_role("button", name="Keep the fact").click()
    page.wait_for_url(re.compile(re.escape(case) + "$"))


def test_from_badge_event_to_closed_incident(page: Page) -> None:
    # The exception: another leaver, whose account was used. The story's own case stands beside it.
    page.goto("/access/")
    page.get_by_role("link", name="Baxter Loom").first.click()
    page.get_by_role("button", name="Open incident").click()
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{36}/$"))
    case = re.sub(r"^https?://[^/]+", "", page.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leaver")
    expect(page.locator("#tasks")).to_contain_text("Close the badge and every account")

    # The clocks follow from facts; the earliest stands first.
    fact(page, case, "individuals", {"told": "520"})
    clocks = page.locator("#clocks")
    expect(clocks).to_contain_text("Secretary of Health and Human Services")
    page.goto(f"{case}what-if/?individuals=480")
    expect(page.locator("main")).to_contain_text("480")
    page.goto(case)

    # No notification is a decision with reasons: first the four factors say no, then yes.
    page.goto(f"{case}decisions/hipaa/")
    for name in ("nature", "who", "acquired", "mitigated"):
        page.locator(f"[name={name}_words]").fill("The account opened no record; the log of the system shows each")
        page.locator(f"[name={name}_level]").select_option("high" if name == "acquired" else "low")
    page.locator("[name=reasons]").fill("The log of the records system shows that none was opened.")
    page.get_by_role("button", name="Decide that nothing is owed").click()
    expect(page.locator("main")).to_contain_text("notice is owed")
    page.locator("[name=acquired_level]").select_option("low")
    page.get_by_role("button", name="Decide that nothing is owed").click()
    page.goto(case)
    expect(clocks).to_contain_text("HIPAA")
    expect(clocks).not_to_contain_text("Secretary of Health and Human Services")
    for law in ("sec", "gdpr", "new_york"):
        page.goto(f"{case}decisions/{law}/")
        page.locator("[name=reasons]").fill("No record was opened, as the log of the records system shows.")
        page.get_by_role("button", name="Decide that nothing is owed").click()

    # The phases run side by side.
    for phase in ("triaged", "containing", "recovering"):
        page.goto(f"{case}phases/{phase}/")
        page.locator("[name=reason]").fill("the account is closed and nothing else was used")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url(re.compile(re.escape(case) + "$"))
    expect(page.locator("ol.stp li.cur")).to_have_count(2)

    # The lesson moves a control, and with it the money at risk.
    page.goto(f"{case}review/")
    page.locator("form[action$='causes/'] [name=text]").fill("Nobody closed the second account of a leaver")
    page.locator("form[action$='causes/'] button[type=submit]").click()
    lesson = page.locator("form[action$='lessons/']")
    lesson.locator("[name=text]").fill("Leavers were closed within a day less often than tested")
    lesson.locator("[name=owner]").fill("Mattias Orrel")
    lesson.locator("[name=kind]").select_option("control")
    lesson.locator("[name=target]").fill("C-08")
    lesson.locator("[name=value]").fill("55")
    lesson.locator("button[type=submit]").click()
    page.get_by_role("button", name="Adopt").first.click()
    expect(page.locator("main")).to_contain_text(re.compile(r"C-08 \d+\s?% → 55"))
    expect(page.locator("main")).to_contain_text("R-03")
    expect(page.locator("main")).to_contain_text("→")
    page.goto("/risk/")
    expect(page.locator("main")).to_contain_text("Leaver access closed within 24 h")

    # Closing blocks while tasks are open, and only while.
    page.goto(f"{case}phases/reviewed/")
    page.locator("main form button[type=submit]").last.click()
    page.goto(f"{case}phases/closed/")
    expect(page.locator("main")).to_contain_text("This blocks closing")
    page.goto(f"{case}tasks/")
    while (done := page.get_by_role("button", name="Done", exact=True)).count():
        done.first.click()
        page.wait_for_load_state()
    page.goto(f"{case}phases/closed/")
    reason = page.locator("[name=reason]")
    reason.fill("no record was opened, so the facts that are missing change nothing")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(re.escape(case) + "$"))
    expect(page.locator("main")).to_contain_text("Closed after")
    page.goto("/incidents/?open=no&exercise=no")
    expect(page.locator("main")).to_contain_text("Leaver")


def test_nobody_in_particular_may_speak_up(browser: Browser, site: tuple[str, Path]) -> None:  # noqa: F811
    address, _home = site
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/incidents/speak-up/")
    page.locator("[name=what]").fill("The door of the pharmacy store is wedged open each night")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Your report is R-")
    assert context.cookies() == []
    context.close()


def test_an_email_is_taken_in(site: tuple[str, Path], tmp_path: Path) -> None:  # noqa: F811
    from tests.kit.corpus_table import garrison

    mail = tmp_path / "report.eml"
    mail.write_bytes(b"From: a@larkmere.example\r\nSubject: Strange call\r\n\r\nSomebody asked for my password.\r\n")
    assert "R-" in garrison("incident", "intake", str(mail), home=site[1]).stdout
    again = subprocess.run(
        [sys.executable, "-m", "garrison.cli.main", "incident", "intake", str(mail)],
        env={**os.environ, "GARRISON_HOME": str(site[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 3
    assert "already" in again.stdout

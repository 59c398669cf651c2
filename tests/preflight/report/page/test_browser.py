"""The page in a real browser: on a desktop and on a phone, light and dark, by keyboard, for a screen reader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from preflight.report.model import Report
from preflight.report.page import render, rows
from tests.preflight.report.reports import hostile_report, mapped, not_judged, recorded_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH: apt-get install chromium"),
    pytest.mark.xdist_group("chromium"),
]


@dataclass
class Opened:
    """A page that is open, and what it asked for, said and raised."""

    page: Page
    requests: list[str]
    messages: list[str]

    def rows(self) -> int:
        return self.page.locator("tr.item:visible").count()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # The browser asks for things of its own accord: no host has an address for it.
        alone = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=alone)
        yield chromium
        chromium.close()


def opened(browser: Browser, directory: Path, report: Report, width: int = 1280, scheme: str = "light") -> Opened:
    path = directory / "report.html"
    path.write_text(render(report), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    tab = Opened(context.new_page(), [], [])
    tab.page.on("request", lambda request: tab.requests.append(request.url))
    tab.page.on("console", lambda message: tab.messages.append(message.text))
    tab.page.on("pageerror", lambda error: tab.messages.append(str(error)))
    tab.page.on("dialog", lambda dialog: tab.messages.append(dialog.message))
    tab.page.goto(path.as_uri())
    return tab


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("name", ["sixty", "waves", "not judged"])
def test_it_is_whole_fits_and_is_accessible(
    browser: Browser, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    reports = {
        "sixty": lambda: mapped(recorded_report("broken", 9)),
        "waves": lambda: mapped(recorded_report("waves"), "waves"),
        "not judged": lambda: not_judged("it is of another run"),
    }
    tab = opened(browser, tmp_path, reports[name](), width, scheme)
    assert tab.requests == [(tmp_path / "report.html").as_uri()]
    assert tab.messages == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    broken = Axe().run(tab.page).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"]) for item in broken] == []


def test_search_and_filters_find_among_a_thousand(browser: Browser, tmp_path: Path) -> None:
    report = mapped(recorded_report("broken", 143))
    tab = opened(browser, tmp_path, report)
    every = len(report.result["instances"])
    assert tab.rows() == every > 1000
    search = tab.page.get_by_label("Search fixes, instances and findings")
    search.fill("web-3-17 ")
    tab.page.get_by_text(f"1 of {every} instances and", exact=False).wait_for()
    assert tab.rows() == 1
    tab.page.get_by_role("button", name="Clear").click()
    tab.page.wait_for_function("document.getElementById('found').textContent === ''")
    tab.page.get_by_label("Instances", exact=True).select_option("done")
    assert tab.rows() == 0
    tab.page.get_by_label("Instances", exact=True).select_option("blocking")
    assert tab.rows() == sum(row.blocking > 0 for row in rows(report)) > 100
    assert tab.messages == []


def test_one_wave_and_one_group_are_found_from_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, mapped(recorded_report("waves"), "waves"))
    page = tab.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_label("Wave", exact=True).select_option("front")
    assert tab.rows() == 2
    page.get_by_role("button", name="Clear").press("Enter")
    page.wait_for_function("document.getElementById('found').textContent === ''")
    page.locator("[data-find='rm-bp1shopmysql000001']").focus()
    page.keyboard.press("Enter")
    shown = page.locator("tr.item:visible th").all_inner_texts()
    assert sorted(text.split()[0] for text in shown) == ["app-1", "app-2", "web-1"]
    assert page.evaluate("document.activeElement.id") == "instances"


def test_a_fix_is_copied_as_it_stands(browser: Browser, tmp_path: Path) -> None:
    report = mapped(recorded_report("broken"))
    tab = opened(browser, tmp_path, report)
    command = next(line.text for line in report.fixes[0].lines if line.kind == "command")
    tab.page.locator("#fix-1 .copier").first.click()
    tab.page.locator("#announce").get_by_text("Copied").wait_for(state="attached")
    assert tab.page.evaluate("navigator.clipboard.readText()") == command


def test_a_link_opens_what_is_folded_and_print_opens_all(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, mapped(recorded_report("broken"))).page
    assert page.locator("details[open]").count() == 0
    page.locator("#fix-1 .about a").first.click()
    page.wait_for_function("document.querySelector('details[open]') !== null")
    assert page.locator("details[open]").count() == 1
    page.emulate_media(media="print")
    assert page.locator(".controls:visible, nav:visible, .copier:visible").count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 1
    assert page.pdf()[:4] == b"%PDF"


def test_nothing_of_the_cloud_runs_or_loads(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, tmp_path, mapped(hostile_report()))
    assert len(tab.requests) == 1
    assert tab.messages == []
    assert "<script>alert(1)</script>" in tab.page.inner_text("body")
    refused = tab.page.evaluate(
        """() => new Promise((tell) => {
            document.addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective));
            const added = document.createElement("script");
            added.textContent = "document.title = 'run'";
            document.body.append(added);
        })"""
    )
    assert refused == "script-src-elem"
    assert tab.page.title() != "run"

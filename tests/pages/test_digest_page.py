"""The digest page in a real browser: it shows, it calls nobody, it fits a phone. Skipped where there is no Chromium."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analyst.cli.app import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.page, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
if CHROMIUM is None:
    warnings.warn("NO CHROMIUM: the page tests are skipped; `apt-get install chromium` brings them back", stacklevel=1)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def page_file(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "digest.html"
    assert run(["digest", "--format", "html", "--out", str(target), "--workspace", str(sample_workspace)]) == 0
    return target


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "light"), (820, "dark")])
def test_it_shows_and_calls_nobody(browser: Browser, page_file: Path, width: int, scheme: Any) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(page_file.as_uri())
    assert page.title() == "Weekly digest 2026-W46"
    assert page.locator("figure svg").count() >= 1
    assert page.locator("h2", has_text="Fix first").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert requests == [page_file.as_uri()]
    assert problems == []
    page.close()


def test_every_mark_leads_to_its_fact(browser: Browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    marks = page.locator("sup a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    facts = page.locator("li[id]").evaluate_all("items => items.map(item => '#' + item.id)")
    assert marks
    assert set(marks) <= set(facts)
    page.close()

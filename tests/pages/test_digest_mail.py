"""The mail in a real browser, on a phone and a desk, in light and dark: it fits, can be read, and calls nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analyst.cli.app import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.page, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LEAST_CONTRAST = 4.5  # WCAG 2.2, text of ordinary size
CONTRASTS = """
() => {
  const light = c => { const v = c.map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                       return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
                        if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('p, li, td, th, h1, h2, h3, blockquote, span, a')]
    .filter(e => e.innerText.trim() && e.offsetParent)
    .map(e => { const a = light(parts(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e));
                return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.innerText.slice(0, 40)]; });
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def mail_file(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("mail") / "mail.html"
    assert run(["digest", "--format", "mail", "--out", str(target), "--workspace", str(sample_workspace)]) == 0
    return target


def _shown(browser: Browser, file: Path, width: int, scheme: Any, requests: list[str]) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("request", lambda request: requests.append(request.url[:60]))
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 640, 1200])
def test_it_fits_and_can_be_read(browser: Browser, mail_file: Path, width: int, scheme: Any) -> None:
    requests: list[str] = []
    page = _shown(browser, mail_file, width, scheme, requests)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('table').getBoundingClientRect().width") <= 640
    pictures = page.locator("img").evaluate_all(
        "all => all.map(i => [i.naturalWidth, i.getBoundingClientRect().width])"
    )
    assert pictures and all(natural >= drawn > 0.7 * min(width, 640) for natural, drawn in pictures)
    faint = [(ratio, text) for ratio, text in page.evaluate(CONTRASTS) if ratio < LEAST_CONTRAST]
    assert faint == []
    assert all(address.startswith(("file:", "data:image/png")) for address in requests)
    page.close()

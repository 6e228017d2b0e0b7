"""Phones and watches with a camera that shows what a test wants; one browser a film."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from tests.e2e.conftest import FLAGS, PATIENCE_MS
from tests.e2e.door import TOKEN
from tests.e2e.lens import FLAGS as LENS

# No sensor gives the same picture twice. A film that runs in a circle does, and what comes twice is
# told as a replay: so each picture has a corner of its own.
GRAIN = """
const drawn = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...what) {
  drawn.apply(this, what);
  for (let n = 0; n < 16; n += 1) {
    this.fillStyle = `hsl(${Math.floor(Math.random() * 360)} 80% 50%)`;
    this.fillRect(8 * (n % 4), 8 * Math.floor(n / 4), 8, 8);
  }
};
"""
PHONE = {"width": 390, "height": 844}
WATCH = {"width": 320, "height": 320}


@pytest.fixture(scope="module")
def play() -> Iterator[Playwright]:
    """Start what drives browsers: one for a module."""
    with sync_playwright() as started:
        yield started


@contextmanager
def browser_with(play: Playwright, *flags: str) -> Iterator[Browser]:
    """Start Chromium with flags; without one, skip loudly, and fail where nobody would read it."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("NO BROWSER: the browser tests must run in CI; install chromium")
    if found is None:
        pytest.skip("NO BROWSER: install chromium to run the browser tests")
    expect.set_options(timeout=PATIENCE_MS)
    browser = play.chromium.launch(executable_path=found, args=[*FLAGS, *flags])
    yield browser
    browser.close()


def lens(film: Path) -> tuple[str, ...]:
    """Give the flags of a camera that shows a film."""
    return (*LENS, f"--use-file-for-fake-video-capture={film}")


@contextmanager
def phone(
    browser: Browser, *, size: dict[str, int] | None = None, locale: str = "en-GB"
) -> Iterator[Page]:
    """Open a phone; what its console says is wrong fails the test."""
    context = browser.new_context(viewport=size or PHONE, locale=locale)  # type: ignore[arg-type]
    context.add_init_script(GRAIN)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert [told for told in wrong if "Failed to load resource" not in told] == []


def pair(page: Page, address: str) -> None:
    """Connect a phone by its link."""
    page.goto(f"{address}/app/#pair={TOKEN}")
    page.locator("#connect").wait_for()
    page.click("#connect")
    page.locator("#to-past").wait_for()


def show(page: Page, where: str) -> None:
    """Go to a page of the app."""
    page.evaluate("where => { location.hash = `/${where}`; }", where)
    page.locator("#title").wait_for()


def take(page: Page) -> None:
    """Take three pictures and look at them."""
    page.click("#shoot")
    page.locator("#send").wait_for()

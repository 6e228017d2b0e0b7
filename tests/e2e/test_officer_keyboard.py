"""An officer at a real browser: sign in, see an alert come, open, acknowledge, close; keys only."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright
from tests.rig import PASSWORD, Rig, walk_out

from fairtag.app.run_service import Pulse
from fairtag.web.site import Site

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
if CHROMIUM is None:
    pytestmark.append(pytest.mark.skip(reason="NO BROWSER: install chromium"))


@contextmanager
def served(rig: Rig) -> Iterator[str]:
    site = Site(rig.house, Pulse())
    config = uvicorn.Config(site, port=0, log_level="error", lifespan="off", ws="none")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


@contextmanager
def browser() -> Iterator[tuple[Page, list[str]]]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page()
        wrong: list[str] = []
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page, wrong
        chromium.close()


def test_an_alert_is_handled_with_the_keyboard_alone(rig: Rig) -> None:
    device = rig.wearer()
    rig.staff()
    with served(rig) as address, browser() as (page, wrong):
        page.goto(address)
        page.keyboard.press("Tab")  # skip link
        page.locator("#name").focus()
        page.keyboard.type("olga")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("No alert waits.").wait_for()
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        walk_out(rig, device)
        rig.house.changes.publish()
        link = page.get_by_role("link", name="Inside an exclusion zone")
        link.wait_for(timeout=5000)
        link.focus()
        page.keyboard.press("Enter")
        page.locator("#take").focus()
        page.keyboard.press("Enter")
        page.get_by_text("In hand: olga").wait_for()
        assert page.locator("#map").count() == 0
        page.locator("#open").focus()
        page.keyboard.press("Enter")
        page.locator("#map path").first.wait_for(state="attached")
        assert page.get_by_role("table").first.locator("tbody tr").count() > 3
        page.locator("#cause").focus()
        page.keyboard.type("Equipment")
        page.locator("#reason").focus()
        page.keyboard.type("The receiver was on a roof.")
        page.locator("#close").focus()
        page.keyboard.press("Enter")
        page.get_by_text("closed by olga").wait_for()
        assert wrong == []
    assert rig.kinds() == []

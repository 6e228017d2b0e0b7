"""A served house and a real browser, for tests that look as a person does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from playwright.sync_api import Page
from tests.rig import PASSWORD, Rig

from fairtag.app.run_service import Pulse
from fairtag.web.site import Site

MOST_STOPS = 80


@contextmanager
def served(rig: Rig) -> Iterator[str]:
    """Serve the house on a free port."""
    with serving(Site(rig.house, Pulse())) as address:
        yield address


@contextmanager
def serving(site: Any) -> Iterator[str]:
    """Serve an ASGI application on a free port."""
    config = uvicorn.Config(site, port=0, log_level="error", lifespan="off", ws="none")
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


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus: what no key reaches fails here."""
    page.locator(selector).first.wait_for()
    for _ in range(MOST_STOPS):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key reaches {selector}")


def sign_in(page: Page, address: str, name: str = "olga") -> None:
    """Sign in with the keys."""
    page.goto(f"{address}/sign-in")
    tab_to(page, "#name")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("form[action='/sign-out']").wait_for()

"""Openings by keys alone: ask, a second person agrees, look; danger to life; the wearer's page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.chromium import served, sign_in, tab_to
from tests.e2e.test_every_page import faults
from tests.rig import PASSWORD, Rig, walk_out

from fairtag.app.wearer.sign_in import give_code

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def typed(page: Page, **told: str) -> None:
    """Fill fields in the order in which the keys reach them."""
    for name, value in told.items():
        tab_to(page, f"#{name}")
        page.keyboard.type(value)


def go_as(page: Page, address: str, name: str, path: str) -> None:
    page.context.clear_cookies()
    sign_in(page, address, name)
    page.goto(address + path)


def test_two_people_open_another_window_with_the_keyboard_alone(rig: Rig, page: Page) -> None:
    rig.pair()
    walk_out(rig, rig.wearer())
    with served(rig) as address:
        go_as(page, address, "otto", "/openings/ask?order=ORD-1")
        assert faults(page) == []
        page.fill("#since", "2026-11-05T00:00")  # the rig's day; a date field takes no plain typing
        page.fill("#upto", "2026-11-05T00:10")
        typed(page, purpose="for a court", case="CASE-7", reason="The tribunal asks for it.")
        tab_to(page, "#ask")
        page.keyboard.press("Enter")
        page.locator("#scope").wait_for()
        path = page.url.removeprefix(address)
        go_as(page, address, "sara", path)
        assert faults(page) == []
        tab_to(page, "[name='answer']")
        page.keyboard.press("ArrowDown")
        typed(page, password=PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Waiting for a second person").wait_for()
        go_as(page, address, "otto", path)
        tab_to(page, "#carry-out")
        page.keyboard.press("Enter")
        tab_to(page, "#read")
        page.keyboard.press("Enter")
        page.locator("#opened").wait_for()
        expect(page.locator("#opened")).to_contain_text("Canaryella")


def test_danger_to_life_with_the_keyboard_alone(rig: Rig, page: Page) -> None:
    rig.pair()
    walk_out(rig, rig.wearer())
    with served(rig) as address:
        go_as(page, address, "otto", "/life?order=ORD-1")
        assert faults(page) == []
        typed(page, reason="A caller says that he is hurt.", password=PASSWORD)
        page.keyboard.press("Enter")
        page.locator("#current").wait_for()
        expect(page.locator("#current")).to_contain_text("right within 8 m")
        assert faults(page) == []


def test_the_wearers_page_passes_axe_and_fits_a_phone(rig: Rig, page: Page) -> None:
    walk_out(rig, rig.wearer())
    code = give_code(rig.house, "W-1", by="test").code
    with served(rig) as address:
        page.goto(f"{address}/my")
        assert faults(page) == []
        typed(page, reference="W-1", code=code)
        page.keyboard.press("Enter")
        page.locator("#looks").wait_for()
        assert faults(page) == []
        typed(page, text="I was at the hospital.")
        tab_to(page, "#send")
        page.keyboard.press("Enter")
        page.locator("#contests").wait_for()
        expect(page.locator("main")).not_to_contain_text("hospital")

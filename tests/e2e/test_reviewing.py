"""Two reviewers, an officer and a wearer, by keys alone: pictures, a decision, and what is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.chromium import served, sign_in, tab_to
from tests.e2e.test_every_page import faults
from tests.reviewers import answered, enrol, kept_prompts, never_known, prompted, reviewers
from tests.rig import PASSWORD, Rig

from fairtag.app.wearer.sign_in import give_code

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SHOTS = os.environ.get("FAIRTAG_SHOTS")


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page, for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def go_as(page: Page, address: str, name: str, path: str = "/") -> None:
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, address, name)
    page.goto(address + path)


def looks(page: Page, key: str) -> None:
    """Take the next pair and answer it without a mouse."""
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    page.locator("#pair img").first.wait_for()
    page.wait_for_load_state()  # the script that hears keys has run
    page.keyboard.press(key)
    if key in "23":
        expect(page.locator("#note")).to_be_focused()
        page.keyboard.type("the ears differ plainly")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Your answer is kept.").wait_for()


def reviewed(page: Page, address: str) -> dict[str, list[str]]:
    """Let one reviewer see all that the desk has, and another answer by keys."""
    found = {}
    go_as(page, address, "rita")
    shot(page, "1-desk")
    found["desk"] = faults(page)
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    page.locator("#pair img").first.wait_for()
    for forbidden in ("W-1", "ORD-1", "Canaryella", "0.42", "rob", "ci-1", "Home Office"):
        assert forbidden not in page.content()
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    found["pair"] = faults(page)
    shot(page, "2-pair-narrow")
    page.set_viewport_size({"width": 1280, "height": 900})
    shot(page, "2-pair")
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_be_checked()
    assert page.evaluate(
        "document.images[0].width > 1.5 * document.images[0].parentNode.clientWidth"
    )
    shot(page, "3-zoom")
    page.keyboard.press("2")
    expect(page.locator("#note")).to_be_focused()
    shot(page, "4-adverse")
    page.keyboard.type("short")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("This was not done").wait_for()
    shot(page, "5-refused")
    page.fill("#note", "the ears differ plainly")
    page.fill("#password", PASSWORD)
    page.click("#say")
    page.get_by_text("Your answer is kept.").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Nothing waits for you now.").wait_for()
    go_as(page, address, "rob")
    looks(page, "2")
    return found


def comes_in(rig: Rig, page: Page, address: str) -> None:
    """Let the wearer come to their page with a phone."""
    code = give_code(rig.house, "W-1", by="olga")
    page.context.clear_cookies()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/my/sign-in")
    page.fill("#reference", "W-1")
    page.fill("#code", code.code)
    page.keyboard.press("Enter")
    page.locator("#looks").wait_for()


def told(rig: Rig, page: Page, address: str) -> dict[str, list[str]]:
    """Let the wearer read how it stands, and write what happened."""
    comes_in(rig, page, address)
    page.get_by_text("were not sure that this picture shows you").wait_for()
    shot(page, "8-my")
    found = {"my": faults(page)}
    page.fill("#say-ci-1", "I had just been in hospital; my face was bandaged.")
    page.get_by_role("button", name="Send this").click()
    page.get_by_text("Whoever decides must read it first").wait_for()
    return found


def read(page: Page, address: str) -> tuple[str, dict[str, list[str]]]:
    """Let the officer find the matter and read all there is, without deciding."""
    go_as(page, address, "olga")
    page.locator("[data-kind='checkin.identity_unconfirmed'] a").click()
    page.locator("#decided").wait_for()
    shot(page, "6-alert")
    alert = page.url
    tab_to(page, "#decide")
    page.keyboard.press("Enter")
    page.get_by_text("The wearer has written nothing about it.").wait_for()
    shot(page, "7-decide")
    found = {"decide": faults(page)}
    shot(page, "7-decide-narrow")
    return alert, found


def decided(page: Page, address: str, alert: str) -> dict[str, list[str]]:
    """Let the officer read what the wearer wrote, see the pictures, and decide by keys."""
    go_as(page, address, "olga")
    page.goto(alert)
    page.click("#decide")
    page.get_by_text("my face was bandaged").wait_for()
    page.click("#pictures")
    page.locator("#pair img").first.wait_for()
    shot(page, "9-decide-pictures")
    page.click("#found-4")
    expect(page.locator("#excuse")).to_be_visible()
    page.click("#found-2")
    expect(page.locator("#excuse")).to_be_hidden()
    tab_to(page, "#reason")
    page.keyboard.type("Was in hospital that day; the letter is in the file.")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#decisions").get_by_text("Not kept, and excused, decided by olga.").wait_for()
    shot(page, "10-decided")
    found = {"decided": faults(page)}
    for path in ("/deciding", "/reviewing/figures", "/second-looks", "/check-ins"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address + path)
        shot(page, "11" + path.replace("/", "-"))
        found[path] = faults(page)
    return found


def test_a_picture_goes_from_reviewers_to_an_officer_to_the_wearer(
    rig: Rig, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = kept_prompts(monkeypatch)
    rig.wearer()
    enrol(rig)
    never_known(rig)
    reviewers(rig)
    for name in ("rita", "rob", "ravi"):
        rig.tokens.pop(name)
    answered(rig)
    prompted(rig, prompts)
    rig.staff()
    with served(rig) as address:
        found = reviewed(page, address)
        alert, more = read(page, address)
        found |= more | told(rig, page, address) | decided(page, address, alert)
        comes_in(rig, page, address)
        page.get_by_text("Your reason was accepted. Nothing is held against you.").wait_for()
        shot(page, "12-my-decided")
        found["my, decided"] = faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}

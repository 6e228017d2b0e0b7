"""An officer at a real browser, by keys alone: sign in, see an alert come, open it, close it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.chromium import served, sign_in, tab_to
from tests.rig import Rig, walk_out

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ALERT = "[data-kind='zone.entered'] a"


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "negative control"])
def test_a_click_is_not_lost_when_the_list_is_renewed_under_it(
    rig: Rig, page: Page, *, is_held: bool
) -> None:
    """The button is down while another alert comes; the row stays until it is up again."""
    devices = [rig.wearer(number) for number in (1, 2)]
    walk_out(rig, devices[0])
    rig.staff()
    if not is_held:
        page.add_init_script("window.addEventListener = () => {};")
    with served(rig) as address:
        sign_in(page, address)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        box = page.locator(ALERT).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        with page.expect_response("**/queue/rows"):
            walk_out(rig, devices[1])
            rig.house.changes.publish()
        if not is_held:
            expect(page.locator(ALERT)).to_have_count(2)
        page.wait_for_timeout(200)
        page.mouse.up()

        if is_held:
            page.wait_for_url("**/alerts/*")
        page.wait_for_timeout(200)
        assert ("/alerts/" in page.url) == is_held


def test_a_list_that_waits_for_a_click_is_shown_once_it_is_over(rig: Rig, page: Page) -> None:
    devices = [rig.wearer(number) for number in (1, 2)]
    walk_out(rig, devices[0])
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        page.locator("h1").hover()
        page.mouse.down()
        with page.expect_response("**/queue/rows"):
            walk_out(rig, devices[1])
            rig.house.changes.publish()
        expect(page.locator(ALERT)).to_have_count(2)  # also when the button stays down


def test_an_alert_is_handled_with_the_keyboard_alone(rig: Rig, page: Page) -> None:
    device = rig.wearer()
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        page.get_by_text("No alert waits.").wait_for()
        walk_out(rig, device)
        rig.house.changes.publish()
        page.locator(ALERT).wait_for()
        expect(page).to_have_title("(1 urgent) Alerts – fairtag")
        expect(page.locator("#badge")).to_have_text("1 urgent")
        tab_to(page, ALERT)
        page.keyboard.press("Enter")
        tab_to(page, "#take")
        page.keyboard.press("Enter")
        page.get_by_text("In hand: olga").wait_for()
        expect(page.locator("#map")).to_have_count(0)
        tab_to(page, "#open")
        page.keyboard.press("Enter")
        page.locator("#map path").first.wait_for(state="attached")
        expect(page.locator("#opened")).to_contain_text("Canaryella")
        expect(page.locator("#opened tbody tr").first).to_contain_text("inside")
        assert page.locator("#opened table ~ #map, #opened :has(table) ~ #map").count() == 1
        tab_to(page, "#map")
        tab_to(page, "#told")
        page.keyboard.type("Rang twice, nobody answered.")
        tab_to(page, "#contact ~ form button")
        page.keyboard.press("Enter")
        page.get_by_text("olga, phone, not reached").wait_for()
        tab_to(page, "#cause")
        page.keyboard.type("Equipment")
        tab_to(page, "#reason")
        page.keyboard.type("The receiver was on a roof.")
        tab_to(page, "#close")
        page.keyboard.press("Enter")
        page.locator("#acts").get_by_text("Closed by olga").wait_for()
        expect(page.get_by_text("The receiver was on a roof.")).to_have_count(0)
    assert rig.kinds() == []


def test_a_new_alert_takes_no_focus_and_moves_nothing_away(rig: Rig, page: Page) -> None:
    device = rig.wearer()
    rig.event(device, "battery_low")
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        held = "[data-kind='battery.low'] a"
        tab_to(page, held)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        walk_out(rig, device)
        rig.house.changes.publish()
        page.locator(ALERT).wait_for()

        assert page.evaluate("s => document.activeElement.matches(s)", held)
        expect(page.locator("#news")).to_have_text("New: Inside an exclusion zone")
        expect(page.locator("[data-alert]").first).to_have_attribute("data-kind", "zone.entered")


def test_a_lost_connection_is_said_loudly_and_comes_back(rig: Rig, page: Page) -> None:
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        page.context.set_offline(True)
    page.get_by_text("Not live: no connection. This list may be old.").wait_for()

    expect(page.locator("#live")).to_have_class("ft-live ft-live--lost")


def test_without_scripts_a_reload_shows_what_is_new_and_everything_works(
    rig: Rig, chromium: Browser
) -> None:
    device = rig.wearer()
    rig.staff()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    with served(rig) as address:
        page.goto(f"{address}/sign-in")
        page.fill("#name", "olga")
        page.fill("#password", "correct horse battery")
        page.click("main button")
        page.get_by_text("This list does not renew itself.").wait_for()
        walk_out(rig, device)
        page.get_by_role("link", name="Reload it").click()
        page.locator(ALERT).click()
        page.click("#take")
        page.click("#open")
        expect(page.locator("#opened")).to_contain_text("Canaryella")
        assert page.locator("#opened tbody tr").count() > 3
    context.close()


def test_a_screen_left_alone_shuts_what_was_opened(rig: Rig, page: Page) -> None:
    walk_out(rig, rig.wearer())
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        page.locator(ALERT).click()
        page.locator("#open").wait_for()
        page.clock.install()
        page.click("#open")
        expect(page.locator("#opened")).to_contain_text("Canaryella")
        page.wait_for_load_state()  # the text is there before the script that watches its time
        page.clock.fast_forward("59:00")
        expect(page.locator("#opened")).to_contain_text("Canaryella")
        page.clock.fast_forward("01:01")

        expect(page.locator("#opened")).to_contain_text("The time of this opening is over.")
        assert "Canaryella" not in page.content()

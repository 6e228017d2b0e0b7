"""Every page of the wearer's app: by axe, by size, by keys alone, in both directions of writing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect
from tests.e2e.chromium import tab_to
from tests.e2e.door import Door, opened
from tests.e2e.lens import film
from tests.e2e.phones import PHONE, WATCH, browser_with, lens, pair, phone, play, show
from tests.e2e.test_every_page import OVERFLOW, RULES, SEEN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
__all__ = ["play"]  # a fixture
LISTS = (
    *("nowhere", "help", "health", "past", "messages", "settings", "statement/p-1", "order"),
    *("complaints", "complain"),
)
INNER = """(() => {
  const inner = document.getElementById("page");
  return inner ? inner.scrollWidth - inner.clientWidth : 0;
})()"""
# WCAG 2.2 asks for 24 px; a shaking hand needs more. Source: Apple's guidelines, 44 pt.
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea, label.act")]
  .filter((one) => !one.closest(".unseen") && getComputedStyle(one).opacity !== "0")
  .filter((one) => !one.matches("label.tick input"))
  .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
  .map(([name]) => name)"""


@pytest.fixture(scope="module")
def browser(play: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = film(tmp_path_factory.mktemp("film") / "bright.mjpeg")
    with browser_with(play, *lens(made)) as started:
        yield started


@pytest.fixture
def door() -> Door:
    held = {"check_in_id": "p-0", "is_void": False, "outcome": None}
    span = {"at": "2026-11-03T09:00:00Z", "until": "2026-11-03T09:30:00Z"}
    waits = {"received_on": "2026-10-01", "answer_by": "2026-10-29", "is_late": True}
    waits |= {"answered_at": None, "outcome": "", "answer": "", "by": ""}
    told = {"answered_at": "2026-11-02T10:00:00Z", "outcome": "upheld in part", "by": "sara"}
    told |= {"answer": "We heard the recording, and we are sorry.", "is_late": False}
    door = Door(me={"check_ins": [held | span | {"state": "expired_shown"}]})
    door.complaints = [waits, waits | told]
    return door


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with opened(door) as where:
        yield where


def faults(page: Page) -> list[str]:
    """List what axe finds, what is too wide, and what is too small to be touched."""
    found = [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
    if page.evaluate(OVERFLOW) > 0 or page.evaluate(INNER) > 0:
        found.append("wider than the screen")
    return found + [f"too small: {one}" for one in page.evaluate(SMALL)]


def walked(page: Page, door: Door, address: str) -> dict[str, list[str]]:
    """Go to every page; tell what is wrong with each."""
    found: dict[str, list[str]] = {}
    page.goto(f"{address}/app/")
    page.locator("#connect").wait_for()
    found["pair"] = faults(page)
    pair(page, address)
    found["home"] = faults(page)
    for name in LISTS:
        show(page, name)
        found[name] = faults(page)
    door.prompt(minutes=200)
    page.locator("#asked").wait_for()
    found["asked elsewhere"] = faults(page)
    show(page, "home")
    page.locator(".card.asking").wait_for()
    found["asked"] = faults(page)
    show(page, "cannot/p-1")
    page.locator("#why-other").wait_for()
    found["cannot"] = faults(page)
    show(page, "camera/p-1")
    page.locator("#shoot").wait_for()
    found["camera"] = faults(page)
    page.click("#shoot")
    page.locator("#send").wait_for()
    found["check"] = faults(page)
    door.advice = ["more_light", "no_face"]
    page.click("#send")
    page.locator("#retake").wait_for()
    found["advice"] = faults(page)
    return found


@pytest.mark.parametrize("size", [PHONE, WATCH], ids=["phone", "watch"])
@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_every_page_passes_axe_fits_and_can_be_touched(
    browser: Browser, door: Door, address: str, size: dict[str, int], locale: str
) -> None:
    with phone(browser, size=size, locale=locale) as page:
        found = walked(page, door, address)

        assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
    assert {name: told for name, told in found.items() if told} == {}


def test_negative_control_what_is_too_small_or_wide_is_found(browser: Browser) -> None:
    with phone(browser, size=WATCH) as page:
        page.set_content("<button id='tiny'>x</button><p style='width:900px'>wide</p>")

        found = faults(page)
    assert {"wider than the screen", "too small: tiny", "html-has-lang"} <= set(found)


def test_a_question_is_answered_with_the_keyboard_alone(
    browser: Browser, door: Door, address: str
) -> None:
    with phone(browser) as page:
        page.goto(f"{address}/app/")
        tab_to(page, "#code")
        page.keyboard.type("a-token-of-a-test")
        tab_to(page, "#connect")
        page.keyboard.press("Enter")
        page.locator("#to-past").wait_for()
        door.prompt(minutes=200)
        tab_to(page, ".card.asking #go")
        page.keyboard.press("Enter")
        tab_to(page, "#shoot")
        page.keyboard.press("Enter")
        tab_to(page, "#send")
        page.keyboard.press("Enter")
        page.locator(".both").wait_for()
        tab_to(page, "#help")
        page.keyboard.press("Enter")
        page.locator("#help-call_me").wait_for()
        expect(page.locator("#title")).to_be_focused()  # a new page is read from its title on
        unseen = []
        for _ in range(12):
            page.keyboard.press("Tab")
            if not page.evaluate(SEEN):
                unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        assert unseen == []
        tab_to(page, "#help-call_me")
        page.keyboard.press("Enter")
        expect(page.locator(".card")).to_contain_text("A person will read it.")


def test_the_focus_moves_to_what_is_new_and_stays_where_it_is_otherwise(
    browser: Browser, door: Door, address: str
) -> None:
    with phone(browser) as page:
        pair(page, address)
        page.click("#to-past")
        expect(page.locator("#title")).to_be_focused()
        page.click("#back")
        page.locator("#to-order").focus()
        door.prompt()
        page.locator(".card.asking").wait_for()

        expect(page.locator("#to-order")).to_be_focused()


def test_a_language_is_chosen_by_its_own_name_and_remembered(
    browser: Browser, address: str
) -> None:
    with phone(browser, locale="de") as page:
        pair(page, address)
        assert page.locator(".unreviewed").count() == 0
        page.click("#to-settings")
        for name, lang, direction in (("العربية", "ar", "rtl"), ("Tiếng Việt", "vi", "ltr")):
            page.get_by_role("button", name=name).click()
            expect(page.locator("html")).to_have_attribute("lang", lang)
            expect(page.locator("html")).to_have_attribute("dir", direction)
            expect(page.locator(".unreviewed")).to_be_visible()
        page.reload()
        expect(page.locator("h1")).to_have_text("Cài đặt")


LIMITS = """async (rows) => {
  const { refusal } = await import("/app/limits.js");
  return rows.map(([now, zone, asked]) => refusal(
    { now: Date.parse(now), zone, asked: asked.map((one) => Date.parse(one)),
      begins: Date.parse(now), began: [], gap: 0 }));
}"""
LATE = "2026-11-03T20:00:00Z"
MORNING = [f"2026-11-03T{hour:02}:00:00Z" for hour in (8, 10, 12, 14, 16)]  # Tuesday, GMT


@pytest.mark.parametrize(
    ("now", "zone", "asked", "wanted"),
    [
        ("2026-11-03T18:00:00Z", "Europe/London", MORNING[:4], None),
        ("2026-11-03T18:00:00Z", "Europe/London", MORNING, "too_many"),
        ("2026-11-04T07:59:59Z", "Europe/London", MORNING, "protected"),
        ("2026-11-04T08:00:00Z", "Europe/London", MORNING, None),
        (
            "2026-11-04T08:00:00Z",
            "Europe/London",
            [*MORNING[1:], LATE],
            "too_many",
        ),
        ("2026-11-03T20:59:00Z", "Europe/London", [], None),
        ("2026-11-03T21:00:00Z", "Europe/London", [], "protected"),
        # Where the wearer is counts: 20:30 in London is 21:30 in Warsaw.
        ("2026-11-03T20:30:00Z", "Europe/Warsaw", [], "protected"),
        # Sunday 25 October 2026 has 25 hours: five on that day are five, a day and more ago.
        (
            "2026-10-25T20:30:00Z",
            "Europe/London",
            [f"2026-10-25T{hour:02}:30:00Z" for hour in (8, 10, 12, 14, 16)],
            "too_many",
        ),
        # Sunday 29 March 2026, BST: 20:30 UTC is 21:30 there.
        ("2026-03-29T20:30:00Z", "Europe/London", [], "protected"),
    ],
)
def test_the_device_refuses_by_itself(
    browser: Browser, address: str, now: str, zone: str, asked: list[str], wanted: str | None
) -> None:
    with phone(browser) as page:
        page.goto(f"{address}/app/")

        assert page.evaluate(LIMITS, [[now, zone, asked]]) == [wanted]


LIGHT = """async (rows) => {
  const { advice, measure } = await import("/app/light.js");
  return rows.map(([low, high, around]) => {
    const [width, height] = [40, 30];
    const data = new Uint8ClampedArray(width * height * 4);
    const box = { x: 12, y: 3, width: 16, height: 24 };
    for (let n = 0; n < width * height; n += 1) {
      const dx = ((n % width) - 20) / 8;
      const dy = (Math.floor(n / width) - 15) / 12;
      const inside = dx * dx + dy * dy <= 1;
      data.fill(inside ? low + ((n * 7) % (high - low + 1)) : around, 4 * n, 4 * n + 3);
    }
    return advice(measure({ data, width, height }, box), null, null, null);
  });
}"""


@pytest.mark.parametrize(
    ("low", "high", "around", "wanted"),
    [
        (90, 220, 120, None),  # light skin in good light
        (25, 105, 120, None),  # dark skin in good light: its own range is there
        (5, 40, 20, "cam.dark"),
        (60, 75, 70, "cam.dark"),  # no features to be seen
        (10, 90, 235, "cam.behind"),
        (240, 255, 120, "cam.bright"),
    ],
)
def test_light_is_judged_by_the_faces_own_range(
    browser: Browser, address: str, low: int, high: int, around: int, wanted: str | None
) -> None:
    with phone(browser) as page:
        page.goto(f"{address}/app/")

        assert page.evaluate(LIGHT, [[low, high, around]]) == [wanted]

"""Every page, by axe, at 320 pixels, and by its title: a floor, no proof that people can use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pyrage import x25519
from tests.e2e.chromium import served, sign_in
from tests.rig import Rig, walk_out

from fairtag.app.complaints.answer import answer_complaint
from fairtag.app.complaints.record import complain
from fairtag.app.disclosure.subject_access import ask_access
from fairtag.app.sign_in import add_user
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.sign_in import give_code
from fairtag.terms.ids import OrderId, WearerId

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  const hasOutline = style.outlineStyle !== "none" && style.outlineColor !== "rgba(0, 0, 0, 0)";
  return hasOutline || style.boxShadow !== "none" || document.activeElement === document.body;
}"""


def faults(page: Page) -> list[str]:
    """List what axe finds, and what is too wide for a narrow screen."""
    page.set_viewport_size({"width": 1280, "height": 900})
    found = [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
    page.set_viewport_size({"width": 320, "height": 700})
    if page.evaluate(OVERFLOW) > 0:
        found.append("wider than 320 pixels")
    return found


def pages(rig: Rig, page: Page, address: str) -> Iterator[tuple[str, str]]:
    """Go to each page in turn; gives its name and its title."""
    setup = add_user(rig.house, "nina", role="officer", authority="ho", by="test")
    for name, path in (
        ("sign-in", "/sign-in"),
        ("set-up", setup),
        ("charter", "/charter"),
        ("rules", "/charter/rules"),
    ):
        page.goto(address + path)
        yield name, page.title()
    page.goto(f"{address}/sign-in")
    page.fill("#name", "olga")
    page.fill("#password", "wrong wrong wrong")
    page.click("main button")
    yield "sign-in refused", page.title()
    sign_in(page, address)
    yield "empty queue", page.title()
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "battery_low")
    for name, path in (
        ("queue", "/"),
        ("closed list", "/?closed=true"),
        ("reconciliation", "/reconciliation"),
        ("duty", "/duty"),
        ("log", "/log"),
        ("nowhere", "/nowhere"),
        ("no such alert", "/alerts/a_none"),
    ):
        page.goto(address + path)
        yield name, page.title()
    page.goto(address)
    page.locator("[data-kind='zone.entered'] a").click()
    page.locator("#take").wait_for()
    yield "alert", page.title()
    page.click("#take")
    page.get_by_text("In hand: olga").wait_for()
    page.click("#open")
    page.locator("#map path").first.wait_for(state="attached")
    yield "alert opened", page.title()
    page.select_option("#cause", "test")
    page.click("#close")
    page.get_by_text("This was not done").wait_for()
    yield "closing refused", page.title()
    page.fill("#reason", "This was a rehearsal.")
    page.click("#close")
    page.locator("#acts").get_by_text("Closed by olga").wait_for()
    yield "alert closed", page.title()
    page.click("#read")
    page.get_by_text("This was a rehearsal.").wait_for()
    yield "reasons read", page.title()


def waited_for(rig: Rig) -> None:
    """Let a wearer complain, contest and ask for their data; one complaint is about who looks."""
    wearer = WearerId("W-1")
    contest(rig.house, wearer, text="That was not me.")
    for about in ("", "rita", "olga"):
        complain(rig.house, wearer, text="They shouted at me.", about=about)
    answered = rig.house.store.read(lambda tx: tx.complaints.listed())[1][0]
    told = "We heard the recording. You were right, and we are sorry."
    olga = rig.person()
    name = answered.complaint_id
    answer_complaint(rig.house, olga, name, outcome="upheld", text=told)
    ask_access(
        rig.house,
        olga,
        OrderId("ORD-1"),
        public_key=str(x25519.Identity.generate().to_public()),
        asked_by="the wearer",
        how="letter",
    )


def waited(rig: Rig) -> list[tuple[str, str]]:
    """Name the pages of what wearers wait for."""
    mine, answered, waits = (
        one.complaint_id for one, _ in rig.house.store.read(lambda tx: tx.complaints.listed())
    )
    ((access, _),) = rig.house.store.read(lambda tx: tx.disclosures.listed())
    return [
        ("queue with waiting wearers", "/"),
        ("contests", "/contests"),
        ("complaints", "/complaints"),
        ("complaint", f"/complaints/{waits}"),
        ("complaint about me", f"/complaints/{mine}"),
        ("complaint answered", f"/complaints/{answered}"),
        ("access", f"/disclosures/{access.disclosure_id}"),
        ("disclosures", "/disclosures"),
        ("what goes", "/retention"),
    ]


def test_every_page_passes_axe_fits_320_pixels_and_has_a_title_of_its_own(
    rig: Rig, page: Page, monkeypatch
) -> None:
    rig.staff()
    found, titles = {}, {}
    with served(rig) as address:
        for name, title in pages(rig, page, address):
            found[name], titles[name] = faults(page), title
        monkeypatch.setattr("fairtag.web.console.lists.rows", None)
        page.goto(f"{address}/reconciliation")
        found["our error"], titles["our error"] = faults(page), page.title()
        rig.staff("rita", "reviewer")
        page.context.clear_cookies()
        sign_in(page, address, "rita")
        found["pictures"], titles["pictures"] = faults(page), page.title()
        waited_for(rig)
        page.context.clear_cookies()
        sign_in(page, address)
        for name, path in waited(rig):
            page.goto(address + path)
            found[name], titles[name] = faults(page), page.title()
        page.context.clear_cookies()
        page.goto(f"{address}/my/sign-in")
        code = give_code(rig.house, "W-1", by="test").code
        page.fill("#reference", "W-1")
        page.fill("#code", code)
        page.click("main button")
        page.locator("#complaints").wait_for()
        found["the wearer's page"], titles["the wearer's page"] = faults(page), page.title()
        page.context.clear_cookies()
        sign_in(page, address, "rita")
        page.goto(f"{address}/log")
        found["not allowed"], titles["not allowed"] = faults(page), page.title()

    assert {name: told for name, told in found.items() if told} == {}
    same = {"queue", "empty queue", "alert", "alert opened", "alert closed", "reasons read"}
    same |= {"not allowed", "no such alert", "queue with waiting wearers"}
    same |= {"complaint", "complaint about me", "complaint answered"}
    others = [title for name, title in titles.items() if name not in same]
    assert len(set(others)) == len(others), titles
    assert titles["alert"] != titles["queue"]
    assert titles["queue"].startswith("(1 urgent) ")


def test_negative_control_what_is_wrong_with_a_page_is_found(page: Page) -> None:
    page.set_content("<html><body><input><p style='width:900px'>wide</p></body></html>")

    found = faults(page)

    assert "label" in found
    assert "html-has-lang" in found
    assert "wider than 320 pixels" in found


def test_every_stop_of_the_keyboard_is_seen(rig: Rig, page: Page) -> None:
    walk_out(rig, rig.wearer())
    rig.staff()
    with served(rig) as address:
        sign_in(page, address)
        page.locator("[data-kind='zone.entered'] a").click()
        page.click("#open")
        page.locator("#map path").first.wait_for(state="attached")
        page.goto(page.url.partition("/open")[0])
        unseen = []
        for _ in range(24):
            page.keyboard.press("Tab")
            if not page.evaluate(SEEN):
                unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))

    assert unseen == []

"""One officer alone at night, by keys only: from the alert to the place, and to the police.

The bars are of the model, not of the machine that runs the tests: see `tests.e2e.pace`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.chromium import served, sign_in
from tests.e2e.pace import Night
from tests.rig import Rig, walk_out

from fairtag.app.disclosure.emergency import reviews

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ALERT = "[data-kind='zone.entered'] a"
TO_THE_PLACE_S, TO_THE_POLICE_S = 15, 5 * 60
RINGS_S = (
    10  # target of the police for nine emergency calls of ten (National Call Handling Standards)
)
LOOKS_UP_S = 30  # the number of the control room, on the list on the wall; our own guess
LISTENS_S = 30  # who calls, their incident number; our own guess


@pytest.fixture
def night(rig: Rig, page: Page) -> Iterator[Night]:
    """Sit an officer at the queue; somebody walks into a zone."""
    rig.staff()
    device = rig.wearer()
    with served(rig) as address:
        sign_in(page, address)
        page.get_by_text("Live: new alerts appear by themselves.").wait_for()
        walk_out(rig, device)
        rig.house.changes.publish()
        page.locator(ALERT).wait_for()
        yield Night(page)


def by_tab(night: Night, *, is_skipping: bool = True) -> None:
    """From the queue to the place, for somebody who knows Tab and Enter and nothing else.

    Going somewhere is one thought: skip link, Tab and Enter belong together (the model's rule 3).
    """
    night.read(ALERT)
    night.think()
    _into_main(night, is_skipping=is_skipping)
    night.tab_to(ALERT)
    night.press("Enter")
    night.page.locator("#open").wait_for()
    night.think()
    _into_main(night, is_skipping=is_skipping)
    night.tab_to("#open")
    night.press("Enter")


def _into_main(night: Night, *, is_skipping: bool) -> None:
    if is_skipping:
        night.tab_to(".govuk-skip-link")
        night.press("Enter")


def shown(night: Night) -> str:
    """See where the device is now."""
    expect(night.page.locator("#current")).to_be_visible()
    return night.page.locator("#current").inner_text()


def test_the_current_place_and_its_doubt_are_on_the_screen_in_15_seconds(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    by_tab(night)
    told = shown(night)

    assert re.search(r"53\.50\d+, -2\.237\d+", told)
    assert "right within 8 m; that holds most of the time, not always" in told
    assert "seconds ago" in told or "just now" in told or "minute" in told
    is_seen = "document.getElementById('current').getBoundingClientRect().top < innerHeight"
    assert night.page.evaluate(is_seen)  # nobody has to scroll for it
    with capsys.disabled():
        print(f"\n{night.told('to the place')}")  # noqa: T201 - the figures of this proof
    assert night.modelled_s <= TO_THE_PLACE_S


def test_negative_control_without_a_skip_link_it_takes_too_long(night: Night) -> None:
    by_tab(night, is_skipping=False)
    shown(night)

    assert night.modelled_s > TO_THE_PLACE_S


def test_the_police_are_told_and_it_is_written_down_in_five_minutes(
    rig: Rig, night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    by_tab(night)
    shown(night)
    night.read("#current")
    night.tab_to("#tell")
    night.press("Enter")
    night.page.locator("#recipient").wait_for()
    expect(night.page.locator("#recipient")).to_be_focused()
    night.wait(LOOKS_UP_S + RINGS_S + LISTENS_S)
    night.type("GMP control, PC 1234")
    night.press("Tab")
    night.type("0161 872 5050")
    night.press("Tab")
    night.type("0412/26")
    night.press("Tab")
    night.think()
    night.press("Space")
    night.tab_to("#show")
    night.press("Enter")
    expect(night.page.locator("#minimum")).to_contain_text("Canaryella Sealington")
    night.speak(night.read("#minimum"))
    night.speak(night.page.locator("#minimum").inner_text())  # it is read back
    expect(night.page.locator("#said")).to_be_focused()
    night.think()
    night.tab_to("#record")
    night.press("Enter")
    night.page.locator("#steps").wait_for()
    night.read("h1")

    assert [one.is_told for one in reviews(rig.house)] == [True]
    with capsys.disabled():
        print(f"\n{night.told('to the police, written down')}")  # noqa: T201 - as above
    assert night.modelled_s <= TO_THE_POLICE_S

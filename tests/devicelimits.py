"""A wearer's device and a service that sends more than it may: what does the device ask?

The app's own files run in a browser. `driven` moves its modules from instant to instant; `served`
lets the whole app speak with a service that sends everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.door import TOKEN, Door

from fairtag.terms.instants import MINUTE, Micros, parse, text

NIGHT = [{"from": "21:00", "to": "08:00"}]
# Tuesday and Wednesday, GMT: what the service sends, and what the device must make of it.
SENT = (
    ("night", "2026-11-03T07:59:00Z", "protected"),
    ("first", "2026-11-03T08:30:00Z", None),
    ("near", "2026-11-03T08:40:00Z", "too_near"),
    ("second", "2026-11-03T10:30:00Z", None),
    ("third", "2026-11-03T12:30:00Z", None),
    ("fourth", "2026-11-03T14:30:00Z", None),
    ("fifth", "2026-11-03T16:30:00Z", None),
    ("sixth", "2026-11-03T18:30:00Z", "too_many"),
    ("late", "2026-11-03T21:00:00Z", "protected"),
    ("in-24-h", "2026-11-04T08:10:00Z", "too_many"),
    ("next", "2026-11-04T09:00:00Z", None),
)
# Sunday, 25 October 2026: the clocks go back, the day has 25 hours. Somebody works late and rests
# from 09:00 to 18:00; more than 24 hours lie between the first and the last one.
LONG_DAY = (
    ("long-1", "2026-10-24T23:05:00Z", None),  # 00:05 BST
    ("long-2", "2026-10-25T02:00:00Z", None),
    ("long-3", "2026-10-25T04:00:00Z", None),
    ("long-4", "2026-10-25T06:00:00Z", None),
    ("long-5", "2026-10-25T08:00:00Z", None),
    ("long-6", "2026-10-25T23:50:00Z", "too_many"),
)
BY_DAY = [{"from": "09:00", "to": "18:00"}]
# Hours that leave no nine of rest are no hours: the usual night holds beside them.
SHORT_NIGHT = (("short", "2026-11-10T22:30:00Z", "protected"),)
SHORT = [{"from": "03:00", "to": "04:00"}]
# An order's own gap of an hour, though the device was asked half an hour ago.
OWN_GAP = (("own-1", "2026-11-12T12:00:00Z", None), ("own-2", "2026-11-12T12:40:00Z", "too_near"))
MUST = {name: why for part in (LONG_DAY, SENT, SHORT_NIGHT, OWN_GAP) for name, _, why in part}

DRIVE = """async ({ sent, zone, hours, gap_s, minutes }) => {
  const [clock, prompts, store] = await Promise.all(
    ["clock", "prompts", "store"].map((name) => import(`/app/${name}.js`)));
  for (const [id, at] of sent) {
    await clock.sync(at, 1);
    const expires_at = new Date(Date.parse(at) + minutes * 60000).toISOString();
    await prompts.take([{ kind: "prompt", id, not_before: at, expires_at, nonce: "", gap_s }]);
    await prompts.tick({ zone, hours });
  }
  return Object.fromEntries((await store.prompts.all()).map((one) => [one.id, one.why ?? null]));
}"""


@contextmanager
def device(browser: Browser, *, bent: dict[str, str] | None = None) -> Iterator[Page]:
    """Open a phone; `bent` replaces words of its limits by others."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    if bent:
        page.route("**/app/limits.js", lambda route: _bend(route, bent))
    yield page
    context.close()


def _bend(route: Any, bent: dict[str, str]) -> None:
    answer = route.fetch()
    body = answer.text()
    for old, new in bent.items():
        assert old in body  # the control takes out what is there
        body = body.replace(old, new)
    route.fulfill(response=answer, body=body)


def driven(page: Page, address: str) -> dict[str, str | None]:
    """Let the modules of a device get all of it; gives why each question was refused, or None."""
    page.goto(f"{address}/app/")
    page.locator("#code").wait_for()  # nobody paired it: it asks nothing by itself
    found: dict[str, str | None] = {}
    for part, hours, gap_s in (
        (LONG_DAY, BY_DAY, 0), (SENT, NIGHT, 0), (SHORT_NIGHT, SHORT, 0), (OWN_GAP, NIGHT, 3600),
    ):  # fmt: skip
        sent = [[name, at] for name, at, _ in part]
        told = {"sent": sent, "zone": "Europe/London", "hours": hours, "gap_s": gap_s}
        found |= page.evaluate(DRIVE, told | {"minutes": 30})
    return found


def wrong(found: dict[str, str | None]) -> list[str]:
    """List the questions that a device asked and may not, or refused for no good reason."""
    return [name for name, why in found.items() if why != MUST[name]]


SHAKES = """() => {
  window.shaken = 0;
  navigator.vibrate = () => { window.shaken += 1; return true; };
}"""
KEPT = """async () => {
  const { prompts } = await import("/app/store.js");
  return Object.fromEntries((await prompts.all()).filter((one) => one.state !== "waiting")
    .map((one) => [one.id, one.why ?? null]));
}"""


def served(page: Page, address: str, door: Door) -> dict[str, str | None]:
    """Let the whole app meet a service that sends all of `SENT`; gives why it refused each."""
    door.at = Micros(parse(SENT[0][1]) - 2 * MINUTE)
    page.goto(f"{address}/app/#pair={TOKEN}")
    page.click("#connect")
    page.locator("#to-past").wait_for()
    page.evaluate(SHAKES)
    for n, (name, at, _) in enumerate(SENT, 1):
        begins = parse(at)
        door.at = begins
        ends = text(Micros(begins + 25 * MINUTE))
        door.prompt(name, not_before=text(begins), expires_at=ends)
        until(page, lambda n=n: len(page.evaluate(KEPT)) == n)  # type: ignore[misc]
    return dict(page.evaluate(KEPT))


def until(page: Page, check: Callable[[], bool]) -> None:
    """Wait until the device did something."""
    for _ in range(300):
        if check():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the device did not do it")


def shaken(page: Page) -> int:
    """Tell how often the device shook."""
    return int(page.evaluate("window.shaken"))

"""A wearer with a phone: asked, taking a picture, without a network, needing help, at the end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from tests.e2e.door import AFTERNOON, NONCE, TOKEN, Door, opened
from tests.e2e.lens import film, portrait
from tests.e2e.phones import browser_with, lens, pair, phone, play, show, take

from fairtag.terms.instants import HOUR, MINUTE, Micros, parse, text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
__all__ = ["play"]  # a fixture
ASKED = ".card.asking #go"
KEPT = """async () => {
  const [{ name }] = await indexedDB.databases();
  const asked = (one) => new Promise((done) => { one.onsuccess = () => done(one.result); });
  const opened = await asked(indexedDB.open(name));
  const kept = [];
  for (const store of opened.objectStoreNames) {
    kept.push(await asked(opened.transaction(store).objectStore(store).getAll()));
  }
  opened.close();
  return JSON.stringify(kept);
}"""


@pytest.fixture(scope="module")
def bright(play: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = film(tmp_path_factory.mktemp("film") / "bright.mjpeg")
    with browser_with(play, *lens(made)) as browser:
        yield browser


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with opened(door) as where:
        yield where


@pytest.fixture
def page(bright: Browser, address: str) -> Iterator[Page]:
    with phone(bright) as made:
        pair(made, address)
        yield made


def until(page: Page, check) -> None:
    """Wait for what the service was told."""
    for _ in range(300):
        if check():
            return
        page.wait_for_timeout(200)
    raise AssertionError("the service was not told")


def signature(manifest: dict) -> str:
    key = hashlib.sha256(TOKEN.encode()).digest()
    lines = ["p-1", NONCE, manifest["captured_at"], ",".join(manifest["sha256"])]
    made = hmac.new(key, "\n".join(lines).encode(), hashlib.sha256)
    return base64.b64encode(made.digest()).decode()


def test_the_token_is_in_no_address_and_is_taken_out_of_the_bar(
    bright: Browser, door: Door, address: str
) -> None:
    with phone(bright) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        pair(page, address)

        assert TOKEN not in page.url
        assert not any(TOKEN in one for one in asked)
    del door


def test_a_wrong_code_is_told_without_blame(bright: Browser, address: str) -> None:
    with phone(bright) as page:
        page.goto(f"{address}/app/")
        page.fill("#code", "not-the-code")
        page.click("#connect")

        expect(page.locator("#wrong")).to_contain_text("does not count against you")


def test_a_question_is_answered_with_three_signed_pictures(page: Page, door: Door) -> None:
    door.prompt()
    page.click(ASKED)
    take(page)
    page.click("#send")
    expect(page.locator(".both")).to_have_text(re.compile(r"^Taken 14:\d\d, received 14:\d\d\.$"))
    until(page, lambda: "shown" in door.states())
    manifest = dict(door.told)["check-ins/p-1"]

    assert manifest["nonce"] == NONCE
    assert manifest["signature"] == signature(manifest)
    assert [hashlib.sha256(one).hexdigest() for one in door.frames] == manifest["sha256"]
    assert len(set(manifest["sha256"])) == 3
    assert all(one[:3] == b"\xff\xd8\xff" and b"Exif" not in one for one in door.frames)
    assert manifest["is_offline"] is False
    assert door.states()[:2] == ["delivered", "shown"]
    assert "expired_shown" not in door.states()


def test_negative_control_another_token_signs_otherwise(page: Page) -> None:
    signed = page.evaluate(
        """async ([id, nonce, at, hashes]) => {
          const { sign } = await import("/app/sign.js");
          const tokens = ["a-token-of-a-test", "another"];
          return Promise.all(tokens.map((one) => sign(one, id, nonce, at, hashes)));
        }""",
        ["p-1", NONCE, "2026-11-03T14:00:00.000Z", ["aa", "bb"]],
    )

    wanted = signature({"captured_at": "2026-11-03T14:00:00.000Z", "sha256": ["aa", "bb"]})
    assert signed[0] == wanted != signed[1]


def test_a_dark_picture_brings_advice_and_another_try(
    play: Playwright, tmp_path: Path, address: str, door: Door
) -> None:
    door.advice = ["more_light", "more_light", "a-code-of-tomorrow"]
    dark = film(tmp_path / "dark.mjpeg", light=0.12)
    with browser_with(play, *lens(dark)) as browser, phone(browser) as page:
        pair(page, address)
        door.prompt(minutes=90)
        page.click(ASKED)
        expect(page.locator("#hint")).to_have_text("More light on your face, please.")
        take(page)
        page.click("#send")
        expect(page.locator("h1")).to_have_text("It arrived. A better photo helps.")
        expect(page.locator(".advice li")).to_have_text(
            ["More light on your face.", "Try again in a bright place, facing the camera."]
        )
        page.click("#retake")
        take(page)
        page.click("#send")
        expect(page.locator("h1")).to_have_text("Thank you")

    assert door.paths().count("check-ins/p-1") == 2


def test_a_picture_taken_offline_arrives_later_with_the_time_it_was_taken(
    page: Page, door: Door
) -> None:
    door.prompt()
    page.click(ASKED)
    page.locator("#shoot").wait_for()
    page.context.set_offline(True)
    take(page)
    page.click("#send")
    expect(page.locator("#main")).to_contain_text("The time that counts is when you took it.")
    expect(page.locator(".strip.offline")).to_be_visible()
    assert "check-ins/p-1" not in door.paths()
    page.wait_for_timeout(1500)
    back = door.now()
    page.context.set_offline(False)
    expect(page.locator(".both")).to_contain_text("Taken 14:")
    manifest = dict(door.told)["check-ins/p-1"]

    assert manifest["is_offline"] is True
    assert parse(manifest["captured_at"]) < back
    assert manifest["signature"] == signature(manifest)


def test_the_app_opens_without_a_network_and_still_asks(page: Page, door: Door) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    begins = Micros(door.now() + 4 * MINUTE)
    door.prompt(not_before=text(begins), expires_at=text(Micros(begins + 40 * MINUTE)))
    until(page, lambda: "delivered" in door.states())
    assert page.locator(ASKED).count() == 0
    page.context.set_offline(True)
    page.reload()

    page.locator(ASKED).wait_for()
    expect(page.locator(".strip.offline")).to_be_visible()


def test_a_camera_that_is_refused_leaves_other_ways(
    play: Playwright, tmp_path: Path, address: str, door: Door
) -> None:
    picture = tmp_path / "me.jpg"
    portrait().save(picture)
    flags = ("--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream")
    with browser_with(play, *flags) as browser, phone(browser) as page:
        pair(page, address)
        door.prompt(minutes=90)
        page.click(ASKED)
        expect(page.locator(".stage")).to_contain_text("The camera is not allowed.")
        expect(page.locator("#cannot")).to_be_visible()
        expect(page.locator("#to-help")).to_be_visible()
        strange = tmp_path / "me.heic"
        strange.write_bytes(b"a kind of picture that this browser can't read")
        page.set_input_files("#file", strange)
        expect(page.locator(".stage")).to_contain_text("The photo could not be read.")
        page.set_input_files("#file", picture)
        page.click("#send")
        page.locator(".both").wait_for()

    assert len(door.frames) == 1
    assert door.frames[0] != picture.read_bytes()  # drawn anew: nothing but the picture is in it


def test_a_turn_of_the_head_has_another_way(page: Page, door: Door) -> None:
    door.prompt(challenge="turn_left")
    page.click(ASKED)
    page.click("#shoot")
    expect(page.locator("#hint")).to_have_text("Turn your head a little to your left.")
    page.click("#cant")
    page.click("#send")
    page.locator(".both").wait_for()

    assert dict(door.told)["check-ins/p-1"]["challenge"] == "none"


def test_the_other_way_is_there_before_the_movement_is_asked_for(page: Page, door: Door) -> None:
    door.prompt(challenge="look_up")
    page.click(ASKED)
    page.click("#cant")
    page.click("#shoot")
    page.locator("#send").wait_for()
    assert page.locator("#cant").count() == 0
    page.click("#send")
    page.locator(".both").wait_for()

    assert dict(door.told)["check-ins/p-1"]["challenge"] == "none"


def test_i_cannot_now_costs_one_press_and_no_blame(page: Page, door: Door) -> None:
    door.prompt()
    page.click(".card.asking #cannot")
    page.click("#why-driving")
    expect(page.locator("#main")).to_contain_text("You do not have to answer this time.")
    door.at = Micros(door.now() + 31 * MINUTE)
    page.wait_for_timeout(2500)

    told = dict(door.told)["check-ins/p-1/cannot"]
    assert told["reason"] == "driving"
    assert "expired_shown" not in door.states()


def test_help_is_one_press_and_stops_questions(page: Page, door: Door) -> None:
    door.prompt(minutes=40)
    page.locator(ASKED).wait_for()
    page.click("#help")
    expect(page.locator(".card.danger")).to_have_text(
        "In danger? Call 999 first. This app does not replace 999."
    )
    expect(page.locator("#call")).to_have_attribute("href", "tel:999")
    page.click("#help-hospital")
    expect(page.locator(".card")).to_have_text(re.compile(r"^Sent at 14:\d\d\."))
    page.click("#home")
    expect(page.locator(".card").first).to_contain_text("We do not ask you")
    assert dict(door.told)["help"]["kind"] == "hospital"
    door.at = Micros(door.now() + 41 * MINUTE)
    page.wait_for_timeout(2500)
    assert "expired_shown" not in door.states()


def test_help_pressed_offline_says_so_and_is_sent_later(page: Page, door: Door) -> None:
    page.click("#help")
    page.context.set_offline(True)
    page.click("#help-danger")
    expect(page.locator(".card")).to_contain_text("If it can't wait, call 999.")
    page.context.set_offline(False)
    expect(page.locator(".card")).to_contain_text("A person will read it.")

    assert dict(door.told)["help"]["kind"] == "danger"


@pytest.mark.parametrize("way", ["refused for now", "never answered"])
def test_a_photo_that_does_not_go_keeps_no_call_for_help_waiting(
    page: Page, door: Door, way: str
) -> None:
    door.prompt()
    page.click(ASKED)
    take(page)
    if way == "refused for now":
        door.refuse["check-ins/p-1"] = (503, {})
    else:
        door.holds.add("check-ins/p-1")
    page.click("#send")
    page.click("#help")
    page.click("#help-danger")
    expect(page.locator(".card")).to_have_text(re.compile(r"^Sent at 14:\d\d\."))

    assert dict(door.told)["help"]["kind"] == "danger"
    door.refuse.clear()
    door.holds.clear()
    until(page, lambda: "check-ins/p-1" in door.paths())


def test_help_goes_before_what_was_waiting(page: Page, door: Door) -> None:
    page.click("#to-complaints")
    page.click("#write")
    page.context.set_offline(True)
    page.fill("#text", "The officer shouted at me.")
    page.click("#send")
    page.click("#help")
    page.click("#help-danger")
    expect(page.locator(".card")).to_contain_text("If it can't wait, call 999.")
    door.refuse["help"] = (503, {})
    page.context.set_offline(False)
    until(page, lambda: "complaints" in door.paths())
    door.refuse.clear()
    until(page, lambda: "help" in door.paths())

    page.context.set_offline(True)
    show(page, "complain")
    page.fill("#text", "And again.")
    page.click("#send")
    page.click("#help")
    page.click("#help-held")
    page.context.set_offline(False)
    until(page, lambda: len(door.paths()) >= 4)
    assert [one for one in door.paths() if one != "messages"][-2:] == ["help", "complaints"]


def test_what_was_made_by_a_clock_that_was_wrong_is_sent_and_not_thrown_away(
    page: Page, door: Door
) -> None:
    page.evaluate(
        """async () => {
          const s = await import("/app/store.js");
          const told = { kind: "danger", at: "2026-10-01T00:00:00.000Z" };
          await s.outbox.add({ kind: "json", path: "help", told, made_at: Date.parse(told.at) });
        }"""
    )
    until(page, lambda: "help" in door.paths())


def test_a_question_that_the_app_cannot_answer_is_never_missed(page: Page, door: Door) -> None:
    door.prompt(modality="on_device_result", minutes=20)
    until(page, lambda: "not_delivered" in door.states())
    door.at = Micros(door.now() + 21 * MINUTE)
    page.wait_for_timeout(2500)

    assert page.locator(ASKED).count() == 0
    assert door.states() == ["not_delivered"]


def test_a_question_that_came_unseen_is_shown_when_the_app_is_seen(page: Page, door: Door) -> None:
    seen = """(told) => {
      const say = (name, get) => Object.defineProperty(document, name, { get, configurable: true });
      say("visibilityState", () => told);
      say("hidden", () => told !== "visible");
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(seen, "hidden")
    door.prompt()
    page.locator(ASKED).wait_for()
    page.wait_for_timeout(2500)
    assert "shown" not in door.states()
    page.evaluate(seen, "visible")

    until(page, lambda: "shown" in door.states())


def test_a_sixth_question_is_refused_by_the_device_and_never_shown(page: Page, door: Door) -> None:
    for n in range(6):
        door.at = Micros(AFTERNOON + n * 70 * MINUTE)
        door.prompt(f"p-{n}", minutes=60)
        until(page, lambda n=n: door.states().count("delivered") == n + 1)
    until(page, lambda: "refused_by_limit" in door.states())

    refused = [one for path, lines in door.told if path == "messages" for one in lines]
    last = [one["check_in_id"] for one in refused if one["state"] == "refused_by_limit"]
    assert last == ["p-5"]
    show(page, "past")
    expect(page.locator(".list")).to_contain_text("We asked too often or too late.")


def test_nothing_is_asked_at_a_protected_hour(page: Page, door: Door) -> None:
    door.at = parse("2026-11-03T22:30:00Z")
    door.prompt(minutes=60)
    until(page, lambda: "refused_by_limit" in door.states())

    assert page.locator(ASKED).count() == 0
    assert "shown" not in door.states()


def test_what_was_shown_and_not_answered_is_told_and_blames_nobody(page: Page, door: Door) -> None:
    door.prompt(minutes=20)
    until(page, lambda: "shown" in door.states())
    door.at = Micros(door.now() + 21 * MINUTE)
    until(page, lambda: "expired_shown" in door.states())
    show(page, "past")

    expect(page.locator(".list")).to_contain_text("If something stopped you, tell us.")
    page.click("#say-p-1")
    page.fill("#text", "I was in the shower.")
    page.click("#send")
    expect(page.locator(".card")).to_contain_text("A person will read it.")
    assert dict(door.told)["check-ins/p-1/statement"] == {"text": "I was in the shower."}
    show(page, "past")
    expect(page.locator(".list")).to_contain_text("You wrote something about this.")


def test_what_came_too_late_to_be_answered_never_counts_as_shown(page: Page, door: Door) -> None:
    now = door.now()
    door.prompt(not_before=text(Micros(now - HOUR)), expires_at=text(Micros(now + 14 * MINUTE)))
    page.locator(ASKED).wait_for()
    door.at = Micros(door.now() + 15 * MINUTE)
    until(page, lambda: "not_delivered" in door.states())

    assert "expired_shown" not in door.states()


def test_a_question_that_is_taken_back_goes_and_counts_for_nothing(page: Page, door: Door) -> None:
    door.prompt(minutes=25)
    page.locator(ASKED).wait_for()
    door.item("message", id="p-1", text={"en": "You need not answer."})
    page.locator(ASKED).wait_for(state="detached")
    door.at = Micros(door.now() + 26 * MINUTE)
    page.wait_for_timeout(2500)

    assert "expired_shown" not in door.states()


def test_hours_come_by_the_inbox_and_hold_at_once(page: Page, door: Door) -> None:
    config = {"protected_hours": "13:00-23:00", "time_zone": "Europe/London", "paused": True}
    door.item("config", config=config | {"paused_until": None})
    expect(page.locator(".note").first).to_contain_text("between 13:00 and 23:00")
    expect(page.locator(".card").first).to_have_text("We do not ask you for now.")
    door.prompt()
    until(page, lambda: "delivered" in door.states())
    page.wait_for_timeout(1500)

    assert page.locator(ASKED).count() == 0


SHAKES = """() => {
  window.shaken = 0;
  navigator.vibrate = () => { window.shaken += 1; return true; };
}"""


def test_a_question_is_felt_by_day(page: Page, door: Door) -> None:
    page.evaluate(SHAKES)
    door.prompt()
    page.locator(ASKED).wait_for()

    assert page.evaluate("window.shaken") == 1


def test_at_night_only_danger_to_life_is_felt_and_once(page: Page, door: Door) -> None:
    page.evaluate(SHAKES)
    door.at = parse("2026-11-03T23:00:00Z")
    door.prompt()
    door.item("message", text={"en": "Your officer would like to talk."})
    until(page, lambda: "refused_by_limit" in door.states())
    page.wait_for_timeout(1500)
    assert page.evaluate("window.shaken") == 0
    door.item("message", danger=True, text={"code": "inbox.danger"})
    show(page, "messages")
    expect(page.locator(".list .danger")).to_contain_text("Please call 999 now.")
    page.wait_for_timeout(1500)

    assert page.evaluate("window.shaken") == 1


def test_a_phone_that_becomes_another_device_keeps_nothing_of_the_first(
    page: Page, door: Door, address: str
) -> None:
    door.prompt(minutes=200)
    page.locator(ASKED).wait_for()
    door.items.clear()
    door.me["device_id"] = "D-2"
    page.evaluate("token => { location.hash = `pair=${token}`; }", TOKEN)
    expect(page.locator(".card")).to_contain_text("connected already")
    page.click("#connect")
    page.locator("#to-past").click()

    expect(page.locator("#main")).to_contain_text("Nothing here yet.")
    del address


def test_a_link_to_connect_is_not_lost_to_news(page: Page, door: Door, address: str) -> None:
    page.evaluate(
        """async (token) => {
          const { changed } = await import("/app/queue.js");
          for (let n = 0; n < 50; n += 1) changed();
          location.hash = `pair=${token}`;
        }""",
        TOKEN,
    )
    expect(page.locator(".card")).to_contain_text("connected already")
    page.wait_for_timeout(300)
    expect(page.locator("#code")).to_have_value(TOKEN)
    del door, address


def test_three_first_pictures_are_taken_when_invited(page: Page, door: Door) -> None:
    door.me["enrolment"] = {"id": "i-1", "expires_at": "2026-11-10T00:00:00Z"}
    page.evaluate(
        """async () => { const s = await import("/app/store.js"); await s.put("me_at", 0); }"""
    )
    page.click(ASKED)
    take(page)
    page.click("#send")
    until(page, lambda: "enrolments/i-1" in door.paths())

    assert len(door.frames) == 3
    assert dict(door.told)["enrolments/i-1"]["nonce"] == "i-1"


def test_a_stop_deletes_everything_and_is_confirmed(page: Page, door: Door) -> None:
    door.prompt()
    page.locator(ASKED).wait_for()
    door.item("stop")
    expect(page.locator("h1")).to_have_text("This has ended")
    expect(page.locator("#main")).to_contain_text("The service knows.")

    assert "wiped" in door.paths()
    held = page.evaluate(
        """async () => {
          const s = await import("/app/store.js");
          const kept = await Promise.all(["token", "me", "asked", "language"].map(s.get));
          return [...kept, await s.prompts.all(), await s.outbox.all()].flat().filter(Boolean);
        }"""
    )
    assert held == []
    page.reload()
    expect(page.locator("#code")).to_have_value("")


def test_nothing_about_anybody_is_kept_on_the_device(page: Page, door: Door) -> None:
    door.prompt()
    page.click(ASKED)
    take(page)
    page.click("#send")
    page.locator(".both").wait_for()
    kept = page.evaluate(
        """async () => {
          const s = await import("/app/store.js");
          const all = [await s.get("me"), await s.prompts.all(), await s.outbox.all()];
          return JSON.stringify(all);
        }"""
    )

    assert "photos" not in kept  # what was sent is not kept
    for word in ("name", "nationality", "birth", "template", "lat", "lon"):
        assert f'"{word}"' not in kept
    stored = page.evaluate("Object.keys(localStorage).length + document.cookie.length")
    assert stored == 0


def test_what_waits_for_seven_days_is_gone(page: Page) -> None:
    left = page.evaluate(
        """async () => {
          const s = await import("/app/store.js");
          const now = Date.now();
          await s.outbox.add({ kind: "photos", path: "x", made_at: now - 8 * 86400e3 });
          await s.outbox.add({ kind: "later", path: "y", made_at: now - 6 * 86400e3 });
          await s.purge(now);
          return (await s.outbox.all()).map((one) => one.path);
        }"""
    )

    assert left == ["y"]


def test_a_complaint_written_offline_is_sent_later_and_its_answer_is_shown(
    page: Page, door: Door
) -> None:
    page.click("#to-complaints")
    expect(page.locator("#main")).to_contain_text("You have not complained.")
    page.click("#write")
    page.context.set_offline(True)
    page.fill("#text", "The officer shouted at me.")
    page.fill("#whom", "otto")
    page.click("#send")
    expect(page.locator(".card")).to_contain_text("Not sent yet")
    assert "complaints" not in door.paths()

    page.context.set_offline(False)

    until(page, lambda: "complaints" in door.paths())
    assert dict(door.told)["complaints"] == {"text": "The officer shouted at me.", "about": "otto"}
    told = {"received_on": "2026-11-03", "answer_by": "2026-12-01", "is_late": False}
    told |= {"answered_at": "2026-11-03T13:00:00Z", "outcome": "upheld", "by": "sara"}
    door.complaints = [told | {"answer": "You were right, and we are sorry."}]
    show(page, "complaints")
    expect(page.locator(".answer")).to_have_text("You were right, and we are sorry.")
    kept = page.evaluate(KEPT)
    assert "we are sorry" not in kept


@pytest.mark.parametrize("is_standing", [False, True])
def test_a_stopped_order_says_so_on_the_first_page(
    bright: Browser, door: Door, address: str, *, is_standing: bool
) -> None:
    with phone(bright) as page:
        pair(page, address)
        assert page.locator("#stopped").count() == 0
    order = door.of_me()["order"]
    door.me = {"order": order | {"stopped_since": text(AFTERNOON), "is_standing": is_standing}}

    with phone(bright) as page:
        pair(page, address)

        what = "around an alert only" if is_standing else "nothing is recorded or judged"
        expect(page.locator("#stopped")).to_contain_text(what)
        expect(page.locator("#stopped")).to_contain_text("15 January")

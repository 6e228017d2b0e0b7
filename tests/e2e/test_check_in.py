"""A check-in from the wearer's camera to the record, with the real service, engine and profile.

The profile is the demo's: no other may decide. The face is a portrait in the public domain.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from starlette.testclient import TestClient
from tests.answers import CHECK_IN, NOON, asked_wearer, enrol, prompt_of
from tests.e2e.chromium import served
from tests.e2e.lens import another, film, portrait
from tests.e2e.phones import browser_with, lens, phone, play, take
from tests.e2e.test_reviewing import comes_in, go_as, looks
from tests.reviewers import never_known
from tests.rig import HandClock, Rig

from fairtag.app.checkins.book import Answer
from fairtag.app.judging import Engine
from fairtag.app.run_service import Pulse
from fairtag.bootstrap import open_house
from fairtag.terms.instants import DAY, SECOND, Micros
from fairtag.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
__all__ = ["play"]  # a fixture
SPEED = 10  # the demo's clock is faster: the app asks its inbox every two seconds
ASKED = ".card.asking #go"


@dataclass(slots=True)
class Running:
    """A clock that runs as a demo's does."""

    begun: float

    @property
    def at(self) -> Micros:
        return Micros(NOON + int((time.monotonic() - self.begun) * SPEED * SECOND))

    def now(self) -> Micros:
        return self.at


@contextmanager
def desk(folder: Path, clock: Any = None) -> Iterator[Rig]:
    clock = clock or Running(begun=time.monotonic())
    with open_house(folder, kind="demo", clock=clock) as opened:
        house = replace(opened, speed=float(SPEED))
        engine = Engine(house)
        engine.start()
        with TestClient(Site(house, Pulse()), base_url="http://127.0.0.1:8080") as client:
            yield Rig(house=house, clock=clock, folder=folder, client=client, engine=engine)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A house with the real engine, in which one wearer is enrolled with three pictures."""
    with desk(tmp_path / "data") as opened:
        asked_wearer(opened)
        enrol(opened, pictures=[jpeg(angle) for angle in (-3, 0, 3)])
        yield opened


def jpeg(angle: float) -> bytes:
    out = io.BytesIO()
    portrait().rotate(angle, expand=False).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def bright(play: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = film(tmp_path_factory.mktemp("film") / "bright.mjpeg")
    with browser_with(play, *lens(made)) as browser:
        yield browser


def pair(page: Page, rig: Rig, address: str, device: str = "D-1") -> None:
    page.goto(f"{address}/app/#pair={rig.tokens[device]}")
    page.locator("#connect").wait_for()
    page.click("#connect")
    page.locator("#to-past").wait_for()


def answers(rig: Rig, check_in_id: str) -> list[Answer]:
    return rig.house.store.read(lambda tx: tx.answers.of_prompt(check_in_id))


def test_a_question_a_picture_and_a_match(rig: Rig, bright: Browser) -> None:
    with served(rig) as address, phone(bright) as page:
        pair(page, rig, address)
        prompt = prompt_of(rig)
        page.click(ASKED)
        take(page)
        page.click("#send")
        expect(page.locator(".both")).to_contain_text("received 12:")
        (one,) = answers(rig, prompt.check_in_id)

        assert (one.result, one.frames, one.doubts, one.timing) == ("match", 3, (), "in_time")
        page.click("#home")
        page.click("#to-past")
        expect(page.locator(".list")).to_contain_text("It has arrived.")
        told = page.evaluate("import('/app/store.js').then((s) => s.get('me'))")
        assert "score" not in json.dumps(told)
        assert "Canaryella" not in json.dumps(told)


def test_a_dark_picture_brings_advice_from_the_engine(
    rig: Rig, play: Playwright, tmp_path: Path
) -> None:
    dark = film(tmp_path / "dark.mjpeg", light=0.15)
    with served(rig) as address, browser_with(play, *lens(dark)) as browser, phone(browser) as page:
        pair(page, rig, address)
        prompt = prompt_of(rig)
        page.click(ASKED)
        take(page)
        page.click("#send")
        expect(page.locator("#retake")).to_be_visible()
        expect(page.locator(".advice")).to_contain_text("light")

        (one,) = answers(rig, prompt.check_in_id)
        assert one.result == "refer"
        page.click("#retake")
        take(page)
        page.click("#send")
        page.locator(".both").wait_for()
    assert len(answers(rig, prompt.check_in_id)) == 2


def test_a_movement_that_is_not_seen_may_be_left_out_in_one_step(rig: Rig, bright: Browser) -> None:
    """A picture held before the camera does not turn: another try, or people; never a 'no'."""
    check_in = {name: value for name, value in CHECK_IN.items() if name != "challenge"}
    rig.wearer(2, conditions=[check_in, {"id": "t1", "kind": "trail"}])
    enrol(rig, 2, pictures=[jpeg(angle) for angle in (-3, 0, 3)])
    with served(rig) as address, phone(bright) as page:
        pair(page, rig, address, "D-2")
        prompt = prompt_of(rig, 2, nonce="00" * 15 + "01")  # asks for a turn to the left
        page.click(ASKED)
        page.click("#shoot")
        expect(page.locator("#hint")).to_contain_text("Turn your head")
        page.locator("#send").wait_for()
        page.click("#send")
        expect(page.locator(".advice")).to_contain_text("I can't do this")
        (first,) = answers(rig, prompt.check_in_id)
        assert (first.result, first.reason, first.challenge) == ("refer", "challenge", "no")

        page.click("#retake")
        page.click("#cant")
        page.click("#shoot")
        page.locator("#send").wait_for()
        page.click("#send")
        page.locator(".both").wait_for()
        second = answers(rig, prompt.check_in_id)[-1]
        assert (second.reason, second.challenge) == ("challenge_left_out", "left_out")
        assert (second.pad, second.doubts) == ("none", ())


def test_a_picture_taken_offline_arrives_late_and_counts(rig: Rig, bright: Browser) -> None:
    with served(rig) as address, phone(bright) as page:
        pair(page, rig, address)
        prompt = prompt_of(rig)
        page.click(ASKED)
        page.locator("#shoot").wait_for()
        page.context.set_offline(True)
        take(page)
        page.click("#send")
        expect(page.locator("#main")).to_contain_text("when you took it")
        assert answers(rig, prompt.check_in_id) == []
        rig.clock.begun -= 80 / SPEED  # a minute and more passes without a network
        page.context.set_offline(False)
        expect(page.locator(".both")).to_be_visible()

        (one,) = answers(rig, prompt.check_in_id)
        assert (one.result, one.timing) == ("match", "in_time")
        assert one.captured_at < one.received_at - 60 * SECOND


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Rig]:
    """The same house, with two reviewers whose accounts two administrators made days ago."""
    folder = tmp_path / "data"
    with desk(folder, HandClock(Micros(NOON - 2 * DAY))) as early:
        for name, by in (("rita", "adam"), ("rob", "eve")):
            early.person(name, "reviewer", by=by)
    with desk(folder) as opened:
        asked_wearer(opened)
        enrol(opened, pictures=[jpeg(angle) for angle in (-3, 0, 3)])
        never_known(opened)
        yield opened


def test_somebody_else_goes_to_two_people_and_the_wearer_reads_what_they_said(
    staffed: Rig, play: Playwright, tmp_path: Path
) -> None:
    """The machine says nothing but 'people, please look'; each of the two decides blind."""
    rig, made = staffed, film(tmp_path / "other.mjpeg", of=another())
    with served(rig) as address, browser_with(play, *lens(made)) as browser:
        with phone(browser) as page:
            pair(page, rig, address)
            prompt = prompt_of(rig)
            page.click(ASKED)
            take(page)
            page.click("#send")
            page.locator(".both").wait_for()
            (one,) = answers(rig, prompt.check_in_id)
            assert (one.result, one.reason) == ("refer", "low_score")
            with browser.new_context().new_page() as screen:
                for name in ("rita", "rob"):
                    go_as(screen, address, name, "/reviewing")
                    looks(screen, "2")
            assert rig.house.store.read(lambda tx: tx.answers.outcome(one.answer_id)) == "no_match"
        with phone(browser) as page:  # the app asks how things stand again, as after some minutes
            pair(page, rig, address)
            page.click("#to-past")
            expect(page.locator(".list")).to_contain_text("not sure that it is you")
            comes_in(rig, page, address)
            page.get_by_text("were not sure that this picture shows you").wait_for()

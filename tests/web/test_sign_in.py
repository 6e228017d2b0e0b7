"""Coming in: one-time links, a throttle, sessions that end by idling, by time and by sign-out."""

from __future__ import annotations

from argon2 import Type
from tests import quick
from tests.rig import PASSWORD, Rig
from tests.web.desk import Desk, at_desk, change, visitor

from fairtag.app.sign_in import IDLE, SESSION, add_user
from fairtag.terms.instants import DAY, MINUTE, Micros


def new_link(rig: Rig, name: str = "nina") -> str:
    return add_user(rig.house, name, role="officer", authority="ho", by="test")


def set_up(rig: Rig, link: str, password: str = PASSWORD, again: str | None = None):
    form = {"password": password, "again": password if again is None else again}
    return visitor(rig).client.post(link, data=form, follow_redirects=False)


def uses(rig: Rig, desk: Desk) -> int:
    """Look at a page; that the session is in use is written down a moment later, so wait for it."""
    status = desk.get("/duty").status_code
    rig.house.store.transact(lambda _: None)
    return int(status)


def enter(rig: Rig, name: str = "nina", password: str = PASSWORD):
    form = {"name": name, "password": password}
    return visitor(rig).client.post("/sign-in", data=form, follow_redirects=False)


def test_a_service_makes_guessing_slow() -> None:
    # Source: RFC 9106 §4, the second recommended choice. Tests themselves use a cheaper one.
    told = (quick.HASHER.type, quick.HASHER.time_cost, quick.HASHER.memory_cost)
    assert told == (Type.ID, 3, 64 * 1024)


def test_a_set_up_link_works_once(rig: Rig) -> None:
    link = new_link(rig)
    assert set_up(rig, link).headers["location"] == "/sign-in?done=setup"
    assert enter(rig).status_code == 303

    again = set_up(rig, link, "another horse battery")

    assert again.status_code == 422
    assert "used or over" in again.text
    assert enter(rig, password="another horse battery").status_code == 401


def test_a_set_up_link_ends_after_a_day_and_when_a_newer_one_is_made(rig: Rig) -> None:
    old = new_link(rig)
    newer = new_link(rig)
    assert set_up(rig, old).status_code == 422

    rig.clock.at = Micros(rig.clock.at + DAY)

    assert set_up(rig, newer).status_code == 422


def test_a_weak_or_differing_password_does_not_spend_the_link(rig: Rig) -> None:
    link = new_link(rig)
    for password, again in (
        ("short", "short"),
        ("password1234567", "password1234567"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa"),
        (PASSWORD, PASSWORD + "x"),
    ):
        answer = set_up(rig, link, password, again)
        assert answer.status_code == 422
        assert answer.text.count("<title>Error: ") == 1
        assert PASSWORD not in answer.text
    assert set_up(rig, link).status_code == 303


def test_guesses_wait_longer_and_the_right_password_comes_in_after_the_wait(rig: Rig) -> None:
    set_up(rig, new_link(rig))
    codes = [enter(rig, password=f"guess number {n}").status_code for n in range(7)]
    assert codes[:5] == [401] * 5
    assert codes[-1] == 429

    paused = enter(rig)
    assert paused.status_code == 429
    assert int(paused.headers["retry-after"]) >= 10

    rig.clock.at = Micros(rig.clock.at + 16 * MINUTE)
    assert enter(rig).status_code == 303


def test_an_unknown_name_is_refused_with_the_same_words(rig: Rig) -> None:
    set_up(rig, new_link(rig))

    known, unknown = enter(rig, password="wrong wrong wrong"), enter(rig, "nobody-here")

    assert known.status_code == unknown.status_code == 401
    assert known.text == unknown.text


def test_each_sign_in_gets_a_new_session_and_takes_none_that_was_brought(rig: Rig) -> None:
    set_up(rig, new_link(rig))
    desk = visitor(rig)
    desk.client.cookies.set("fairtag_session", "planted", domain="127.0.0.1")
    form = {"name": "nina", "password": PASSWORD}

    answer = desk.client.post("/sign-in", data=form, follow_redirects=False)

    assert "planted" not in answer.headers["set-cookie"]
    assert enter(rig).headers["set-cookie"] != answer.headers["set-cookie"]


def test_a_page_session_ends_by_idling(rig: Rig) -> None:
    desk = at_desk(rig, "oona", "officer")
    for _ in range(3):  # in use, it goes on
        rig.clock.at = Micros(rig.clock.at + IDLE - MINUTE)
        assert uses(rig, desk) == 200

    rig.clock.at = Micros(rig.clock.at + IDLE)

    assert desk.get("/duty").headers["location"] == "/sign-in"


def test_a_session_ends_after_twelve_hours_however_busy(rig: Rig) -> None:
    desk = at_desk(rig, "oona", "officer")
    end = rig.clock.at + SESSION
    while rig.clock.at + 50 * MINUTE < end:
        rig.clock.at = Micros(rig.clock.at + 50 * MINUTE)
        assert uses(rig, desk) == 200

    rig.clock.at = Micros(end)

    assert desk.get("/duty").status_code == 303
    assert desk.ask("GET", "/api/v1/alerts").status_code == 401


def test_a_session_is_over_after_signing_out_and_after_the_account_is_disabled(rig: Rig) -> None:
    leaver, removed = at_desk(rig, "lea", "officer"), at_desk(rig, "ron", "officer")
    cookie = leaver.client.cookies["fairtag_session"]

    leaver.send("/sign-out")
    change(rig, "ron", disabled_at=rig.clock.at)

    leaver.client.cookies.set("fairtag_session", cookie, domain="127.0.0.1")
    assert leaver.get("/duty").status_code == 303
    assert removed.get("/duty").status_code == 303
    assert removed.ask("GET", "/api/v1/alerts").status_code == 401


def test_a_new_password_ends_the_sessions_under_the_old_one(rig: Rig) -> None:
    desk = at_desk(rig, "oona", "officer")
    set_up(rig, new_link(rig, "oona"))

    assert desk.get("/duty").status_code == 303


def test_a_page_session_is_no_token_and_a_token_is_no_page_session(rig: Rig) -> None:
    desk = at_desk(rig, "oona", "officer")
    cookie, token = desk.client.cookies["fairtag_session"], desk.token

    desk.token = cookie
    assert desk.ask("GET", "/api/v1/alerts").status_code == 401
    desk.client.cookies.set("fairtag_session", token, domain="127.0.0.1")
    assert desk.get("/").status_code == 303

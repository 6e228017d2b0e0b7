"""The wearer's app as it is served, and what `GET /d/v1/me` tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.answers import OFFICER, answer, asked_wearer, burst, enrol, opened_check_ins, prompt_of
from tests.rig import Rig

from fairtag.app.checkins.enrolling.enrol import open_enrolment
from fairtag.app.checkins.pause import ask_for_help
from fairtag.app.ports import Transaction
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, Micros, text
from fairtag.web.words import LANGUAGES


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Rig]:
    with opened_check_ins(tmp_path / "data") as opened:
        yield opened


def files(rig: Rig) -> list[str]:
    worker = rig.client.get("/app/sw.js").text
    return json.loads(re.search(r"const FILES = (\[.*?\]);", worker)[1])  # type: ignore[index]


def me(rig: Rig, device: str = "D-1") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {rig.tokens[device]}"}
    answer = rig.client.get("/d/v1/me", headers=headers)
    assert answer.status_code == 200
    return answer.json()


def logged(rig: Rig, what: str) -> list[Any]:
    entries = rig.house.store.read(lambda tx: tx.audit.entries(after=0, limit=10_000))
    return [one.entry for one in entries if one.entry.what == what]


def decided(tx: Transaction, answer_id: str, said: str, at: Micros) -> None:
    tx.answers.decided(answer_id, said, at=at)


class Inline(HTMLParser):
    """Collects what a strict policy would not run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in told):
            self.found.append(tag)
        self.found += [one for one in told if one == "style" or one.startswith("on")]


def test_the_app_needs_no_inline_script_and_its_policy_allows_none(rig: Rig) -> None:
    page = rig.client.get("/app/")
    seen = Inline()
    seen.feed(page.text)

    assert seen.found == []
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert page.headers["permissions-policy"].startswith("camera=(self), geolocation=()")


def test_negative_control_an_inline_script_is_noticed() -> None:
    seen = Inline()
    seen.feed(
        "<p onclick='x()' style='color:red'>a</p><script>x()</script><script src='a'></script>"
    )

    assert seen.found == ["onclick", "style", "script"]


def test_every_file_of_the_app_is_served_with_its_type(rig: Rig) -> None:
    listed = files(rig)

    assert {f"words/{one}.json" for one in LANGUAGES} < set(listed)
    for name in listed:
        answer = rig.client.get(f"/app/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "cache-control" in answer.headers
    assert rig.client.get("/app/app.js").headers["content-type"].startswith("text/javascript")
    assert rig.client.get("/app/icon-192.png").content[:4] == b"\x89PNG"


def test_every_module_is_imported_from_a_file_that_is_there(rig: Rig) -> None:
    known = {one for one in files(rig) if one.endswith(".js")}
    for name in known:
        source = rig.client.get(f"/app/{name}").text
        folder = name.rpartition("/")[0]
        for target in re.findall(r'from "(\.[^"]+)"', source):
            path = Path(folder, target).as_posix()
            assert path.replace("pages/../", "") in known, (name, target)


@pytest.mark.parametrize(
    "path", ["/app/nothing.js", "/app/../site.py", "/app/%2e%2e/site.py", "/app/static/app.js"]
)
def test_nothing_else_is_there(rig: Rig, path: str) -> None:
    assert rig.client.get(path).status_code == 404


def test_the_app_takes_no_form_and_knows_its_own_address(rig: Rig) -> None:
    assert rig.client.post("/app/").status_code == 405
    moved = rig.client.get("/app", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, "/app/")


def test_a_file_that_did_not_change_is_not_sent_again(rig: Rig) -> None:
    tag = rig.client.get("/app/app.js").headers["etag"]

    again = rig.client.get("/app/app.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_app_says_whether_it_is_a_rehearsal(rig: Rig) -> None:
    told = rig.client.get("/app/config.json").json()

    assert told == {"emergency": "999", "is_demo": False, "is_rehearsal": True, "speed": 1.0}


def test_me_tells_times_and_words_and_neither_name_nor_place(rig: Rig) -> None:
    rig.wearer()
    told = me(rig)

    assert told["order"]["authority"] == "Home Office"
    curfew = next(one for one in told["conditions"] if one["kind"] == "curfew")
    assert curfew["now_until"] is None
    # Tuesday 3 November 2026, GMT
    assert curfew["next"] == {"from": "2026-11-03T19:00:00Z", "to": "2026-11-04T07:00:00Z"}
    zone = next(one for one in told["conditions"] if one["kind"] == "exclusion_zone")
    assert zone["always"]
    assert told["protected_hours"] == [{"from": "21:00", "to": "08:00"}]
    assert told["collected"] == ["place", "device"]
    for word in ("Canaryella", "Sealington", "Freedonian", "1991-02-03", "53.4", "-2.2"):
        assert word not in json.dumps(told)


def test_a_curfew_that_runs_says_until_when(rig: Rig) -> None:
    rig.wearer()
    rig.pass_time(20 * HOUR)

    curfew = next(one for one in me(rig)["conditions"] if one["kind"] == "curfew")
    assert curfew["now_until"] == "2026-11-04T07:00:00Z"
    assert curfew["next"] == {"from": "2026-11-10T19:00:00Z", "to": "2026-11-11T07:00:00Z"}


def test_an_absence_is_taken_out_of_what_comes(rig: Rig) -> None:
    away = {
        "condition_id": "*",
        "covers": ["conditions"],
        "from": "2026-11-03T18:00:00Z",
        "to": "2026-11-04T12:00:00Z",
        "reason": "medical",
        "recorded_at": text(rig.clock.at),
        "by": "olga",
    }
    rig.wearer(absences=[away])

    curfew = next(one for one in me(rig)["conditions"] if one["kind"] == "curfew")
    assert curfew["next"]["from"] == "2026-11-10T19:00:00Z"


def test_each_look_is_written_down_as_the_wearers_own(rig: Rig) -> None:
    rig.wearer()
    before = len(logged(rig, "wearer.app"))
    me(rig)

    (entry,) = logged(rig, "wearer.app")[before:]
    assert (entry.actor, entry.operation, entry.wearer_id) == ("wearer", "consultation", "W-1")


def test_a_device_under_no_order_is_told_nothing_and_nothing_is_opened(rig: Rig) -> None:
    rig.wearer()
    rig.pass_time(70 * DAY)

    told = me(rig)
    assert told["order"] is None
    assert told["conditions"] == []
    assert logged(rig, "wearer.app") == []


def test_without_a_credential_nothing_is_told(rig: Rig) -> None:
    assert rig.client.get("/d/v1/me").status_code == 401
    assert rig.client.post("/d/v1/wiped", json={}).status_code == 401


def test_past_check_ins_are_told_in_a_word_and_coming_ones_are_not(desk: Rig) -> None:
    asked_wearer(desk)
    enrol(desk)
    matched = prompt_of(desk)
    answer(desk, matched, burst("ann"))
    desk.pass_time(2 * HOUR)
    referred = prompt_of(desk)
    answer(desk, referred, burst("bob", since=7))
    later = Micros(desk.clock.at + 2 * HOUR)
    prompt_of(desk, check_in_id="ci-later", at=later, until=Micros(later + HOUR))
    desk.pass_time(HOUR)

    told = me(desk)["check_ins"]
    assert [(one["check_in_id"], one["outcome"]) for one in told] == [
        (referred.check_in_id, "waits"),
        (matched.check_in_id, "confirmed"),
    ]
    (bobs,) = desk.house.store.read(lambda tx: tx.answers.of_prompt(referred.check_in_id))
    decide = partial(decided, answer_id=bobs.answer_id, said="cant_tell", at=desk.clock.at)
    desk.house.store.transact(decide)
    assert me(desk)["check_ins"][0]["outcome"] == "cant_tell"
    assert "score" not in json.dumps(told)
    assert "low_score" not in json.dumps(told)


def test_a_pause_and_an_invitation_are_told_to_the_device_that_they_are_for(desk: Rig) -> None:
    asked_wearer(desk)
    asked_wearer(desk, 2)
    until = Micros(desk.clock.at + DAY)
    made = open_enrolment(
        desk.house, OFFICER, OrderId("ORD-1"), device_id=DeviceId("D-1"), until=until
    )
    ask_for_help(desk.house, DeviceId("D-1"), kind="hospital", at=None)

    mine, other = me(desk), me(desk, "D-2")
    assert mine["is_paused"]
    assert mine["paused_until"] == text(Micros(desk.clock.at + DAY))
    assert mine["enrolment"] == {
        "id": made.invitation_id,
        "expires_at": text(until),
        "taken": 0,
    }
    assert (other["is_paused"], other["enrolment"]) == (False, None)


def test_a_wiped_device_is_written_down(rig: Rig) -> None:
    device = rig.wearer()
    headers = {"Authorization": f"Bearer {rig.tokens[device]}"}
    answer = rig.client.post("/d/v1/wiped", headers=headers, json={})

    assert answer.status_code == 200
    (entry,) = logged(rig, "device.wiped")
    assert (entry.operation, entry.actor, entry.order_id) == ("erasure", "D-1", "ORD-1")

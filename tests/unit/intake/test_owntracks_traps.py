"""Traps of OwnTracks over HTTP, a test each."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from nacl.secret import SecretBox
from tests.unit.intake.say import (
    AT,
    FIXED,
    LAT,
    LON,
    NOW,
    SECRET,
    kinds,
    location,
    names,
    owntracks_says,
    request,
    the_life,
    the_position,
    the_reason,
)

from fairtag.intake import owntracks
from fairtag.intake.messages import Decoded, Position
from fairtag.intake.request import Why
from fairtag.terms.instants import SECOND, Micros


def boxed(told: object, secret: bytes = SECRET, **outer: Any) -> dict[str, Any]:
    """Seal as the app does: the passphrase is the key, cut or padded with zeros."""
    sealed = SecretBox(secret[:32].ljust(32, b"\0")).encrypt(json.dumps(told).encode())
    return {"_type": "encrypted", "data": base64.b64encode(sealed).decode()} | outer


def test_speed_is_in_kilometres_an_hour() -> None:
    assert the_position(owntracks_says(location(vel=36))).speed_mps == pytest.approx(10)


def test_minus_one_and_zero_are_unknown() -> None:
    place = the_position(owntracks_says(location(vel=-1, cog=-1, acc=0, batt=-1)))
    assert (place.speed_mps, place.accuracy_m, place.battery_pct) == (None, None, None)


def test_an_accuracy_of_kilometres_is_told_as_it_is() -> None:
    assert the_position(owntracks_says(location(acc=5000))).accuracy_m == 5000


def test_a_time_may_come_as_text() -> None:
    assert the_position(owntracks_says(location(tst=str(AT)))).at == FIXED


def test_the_last_will_is_the_brokers_word_and_no_sign_of_life() -> None:
    assert owntracks_says({"_type": "lwt", "tst": str(AT)}) == Decoded(ignored=1)


@pytest.mark.parametrize("tst", [0, -1, AT - 978_307_200, "then", None, True])
def test_a_time_that_cannot_be_is_kept_apart(tst: object) -> None:
    """978,307,200 s too early is Overland counting from 2001: it is never mended in silence."""
    assert the_reason(owntracks_says(location(tst=tst))) in (Why.CLOCK, Why.WRONG_TYPE, Why.MISSING)


def test_a_location_without_a_time_is_kept_apart() -> None:
    told = location()
    del told["tst"]
    assert the_reason(owntracks_says(told)) is Why.MISSING


def test_the_time_is_that_of_the_fix_not_of_the_message() -> None:
    assert the_position(owntracks_says(location(created_at=AT + 20))).at == FIXED


def test_the_same_fix_with_a_new_created_at_is_a_duplicate() -> None:
    first = owntracks_says(location(created_at=AT, batt=80, _id="aaaa"))
    again = owntracks_says(location(created_at=AT + 20, batt=79, _id="bbbb", t="p"))
    assert names(first) == names(again)


def test_a_fix_repeated_much_later_is_a_sign_of_life_beside_it() -> None:
    first = owntracks_says(location(batt=80))
    told = location(created_at=AT + 3600, batt=60)
    again = owntracks_says(told, received_at=Micros((AT + 3601) * SECOND))
    assert kinds(again) == ["Position", "StatusReport"]
    assert names(again)[0] == names(first)[0]
    assert again.messages[1].at == (AT + 3600) * SECOND


@pytest.mark.parametrize("created_at", [25, AT - 3600, AT + 10**6, "soon", {}])
def test_a_created_at_that_cannot_be_adds_nothing(created_at: object) -> None:
    assert the_position(owntracks_says(location(created_at=created_at))).at == FIXED


def test_two_places_of_one_second_are_two_fixes() -> None:
    said = owntracks_says(location(), location(lat=LAT + 0.001))
    assert kinds(said) == ["Position", "Position"]
    assert len(set(names(said))) == 2


def test_a_list_of_messages_is_read_one_by_one() -> None:
    said = owntracks_says(location(), {"_type": "location"}, location(tst=AT + 1))
    assert kinds(said) == ["Position", "Position"]
    assert [one.why for one in said.refused] == [Why.MISSING]


def test_a_list_of_any_length_is_read_to_its_end() -> None:
    pieces = [location(tst=AT - n) for n in range(12_000)]
    assert len(owntracks_says(*pieces).messages) == 12_000


def test_a_flood_of_bad_pieces_is_kept_whole_in_few_items() -> None:
    said = owntracks_says(*range(12_000))
    assert len(said.refused) == 1_001
    assert said.refused[-1].why == Why.TOO_MANY
    assert said.refused[-1].raw.endswith(b"\n11999")


@pytest.mark.parametrize(
    "told",
    [
        {"_type": "waypoint", "desc": "work", "lat": LAT, "lon": LON, "rad": 150, "tst": AT},
        {"_type": "waypoints", "waypoints": [{"_type": "waypoint", "lat": LAT, "lon": LON}]},
        {"_type": "cmd", "action": "setWaypoints", "waypoints": {"_type": "waypoints"}},
        {"_type": "cmd", "action": "reportLocation"},
        {"_type": "configuration", "host": "example.org", "monitoring": -1},
        {"_type": "card", "name": "A name", "face": "aGVsbG8="},
        {"_type": "status", "android": {"hib": 0}},
        {"_type": "steps", "steps": 12, "from": AT, "to": AT},
    ],
    ids=lambda told: told.get("action", told["_type"]),
)
def test_a_wearer_never_creates_a_zone_or_changes_anything(told: dict[str, Any]) -> None:
    """All that stays of it is that the device lives: no name, place or setting is kept."""
    life = the_life(owntracks_says(told))
    assert (life.at, life.battery_pct) == (NOW, None)


def test_a_command_that_nobody_knows_is_kept_apart() -> None:
    assert the_reason(owntracks_says({"_type": "cmd", "action": "dance"})) is Why.UNKNOWN_FORM


@pytest.mark.parametrize("told", [{"some": "thing"}, {"_type": "new"}, {"_type": 7}, [1], "hi"])
def test_what_we_do_not_know_is_kept_apart(told: object) -> None:
    said = owntracks.decode(request(json.dumps(told)), secret=SECRET)
    assert said.messages == ()
    assert len(said.refused) == 1


def test_a_beacon_has_no_place() -> None:
    told = {"_type": "transition", "event": "enter", "t": "b", "acc": 0, "tst": AT}
    assert the_life(owntracks_says(told | {"lat": 0, "lon": 0})).at == FIXED
    assert the_life(owntracks_says(told | {"lat": LAT, "lon": LON})).at == FIXED


def test_an_unmarked_transition_at_zero_zero_has_no_place() -> None:
    told = {"_type": "transition", "event": "enter", "lat": 0, "lon": 0, "acc": 0, "tst": AT}
    assert the_life(owntracks_says(told)).at == FIXED


def test_a_transition_is_a_position_and_its_region_counts_for_nothing() -> None:
    told = {"_type": "transition", "event": "leave", "desc": "home", "t": "c", "wtst": 1}
    place = the_position(owntracks_says(told | {"lat": LAT, "lon": LON, "acc": 3, "tst": AT}))
    assert (place.lat, place.accuracy_m) == (LAT, 3)


def test_zero_zero_with_an_accuracy_is_a_place() -> None:
    assert the_position(owntracks_says(location(lat=0.0, lon=0.0, acc=15))).lat == 0


def test_an_empty_body_is_legal_and_says_nothing() -> None:
    assert owntracks.decode(request(b" \n"), secret=SECRET) == Decoded(ignored=1)


def test_a_sealed_message_is_opened_with_the_devices_own_secret() -> None:
    assert the_position(owntracks_says(boxed(location()))).at == FIXED


def test_a_long_passphrase_is_cut_to_32_bytes() -> None:
    long = b"0123456789" * 5
    body = json.dumps(boxed(location(), long)).encode()
    assert the_position(owntracks.decode(request(body), secret=long)).at == FIXED


def test_lines_of_the_apps_encoder_do_no_harm() -> None:
    told = boxed(location())
    told["data"] = "\n".join(told["data"][n : n + 60] for n in range(0, len(told["data"]), 60))
    assert the_position(owntracks_says(told)).at == FIXED


@pytest.mark.parametrize("data", ["SomeText", "", None, 5, "%%%", "AAAA", "é"])
def test_what_the_secret_does_not_open_is_kept_apart(data: object) -> None:
    told = {"_type": "encrypted", "data": data}
    assert the_reason(owntracks_says(told)) is Why.UNREADABLE_SECRET


def test_another_devices_secret_opens_nothing() -> None:
    assert the_reason(owntracks_says(boxed(location(), b"another"))) is Why.UNREADABLE_SECRET


@pytest.mark.parametrize("inner", [[location()], "text", {"_type": "encrypted", "data": "x"}])
def test_a_box_holds_one_message(inner: object) -> None:
    assert the_reason(owntracks_says(boxed(inner))) in (Why.WRONG_TYPE, Why.UNKNOWN_FORM)


def test_the_inner_message_counts_not_the_outer_id() -> None:
    """A resend is sealed anew, under another outer id: it is the same message."""
    told = location(_id="inner")
    first, again = boxed(told, _id="outer"), boxed(told, _id="other")
    assert first["data"] != again["data"]
    assert names(owntracks_says(first)) == names(owntracks_says(again))
    assert names(owntracks_says(first)) != names(owntracks_says(boxed(location(lat=1.0))))


@pytest.mark.parametrize(
    "claim",
    [
        {"topic": "owntracks/D-2/phone"},
        {"topic": "owntracks/any/D-2"},
        {"topic": "owntracks/D-2/phone/event"},
        {"tid": "D-2"},
    ],
)
def test_the_name_of_another_of_our_devices_is_kept_apart(claim: dict[str, str]) -> None:
    said = owntracks_says(location(**claim), is_device=lambda name: name in ("D-1", "D-2"))
    assert the_reason(said) is Why.FOREIGN_ID


@pytest.mark.parametrize("topic", ["owntracks/jane/phone", "owntracks/D-1/x", "a", "", 5, None])
def test_what_a_phone_calls_itself_is_its_own_affair(topic: object) -> None:
    said = owntracks_says(location(topic=topic), is_device=lambda name: name in ("D-1", "D-2"))
    assert isinstance(said.messages[0], Position)


def test_neither_topic_nor_tid_is_needed() -> None:
    told = location()
    del told["tid"]
    assert the_position(owntracks_says(told)).device_id == "D-1"


def test_the_answer_is_an_empty_list_or_a_command() -> None:
    assert json.loads(owntracks.answer(is_over=False)) == []
    (command,) = json.loads(owntracks.answer(is_over=True))
    assert command["_type"] == "cmd"


def test_no_command_touches_a_setting_that_wipes_the_phones_queue() -> None:
    """The Android app drops what it has not sent when one of these changes."""
    (command,) = json.loads(owntracks.answer(is_over=True))
    wiping = {"url", "host", "port", "username", "clientId", "mode", "tlsClientCrt"}
    assert command["configuration"].keys().isdisjoint(wiping)
    assert command["configuration"]["monitoring"] == -1

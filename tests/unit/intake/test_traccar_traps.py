"""Traps of what a Traccar server forwards, a test each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.intake.say import (
    FIXED,
    codes,
    forwarded,
    kinds,
    names,
    request,
    the_life,
    the_position,
    the_reason,
    traccar_says,
)

from fairtag.intake import traccar
from fairtag.intake.messages import Decoded
from fairtag.intake.request import Why
from fairtag.terms.instants import SECOND

LATER = "2026-11-03T00:00:20.000+00:00"


def event(kind: str, **told: Any) -> dict[str, Any]:
    return {"id": 7, "deviceId": 1, "type": kind, "eventTime": LATER, "attributes": {}} | told


def test_speed_is_in_knots() -> None:
    place = the_position(traccar_says(forwarded(speed=2.5)))
    assert place.speed_mps == pytest.approx(1.2861, abs=1e-4)


def test_an_accuracy_of_zero_is_unknown() -> None:
    assert the_position(traccar_says(forwarded(accuracy=0.0))).accuracy_m is None
    assert the_position(traccar_says(forwarded(accuracy=5))).accuracy_m == 5


@pytest.mark.parametrize("offset", ["+00:00", "+0000", "Z"])
def test_old_and_new_servers_write_offsets_otherwise(offset: str) -> None:
    told = forwarded(fixTime=f"2026-11-03T00:00:00.000{offset}")
    assert the_position(traccar_says(told)).at == FIXED


@pytest.mark.parametrize("old", [{"outdated": True}, {"valid": False}])
def test_the_last_known_place_with_a_new_time_is_a_sign_of_life(old: dict[str, bool]) -> None:
    told = forwarded(deviceTime=LATER, attributes={"batteryLevel": 44}, **old)
    life = the_life(traccar_says(told))
    assert (life.at, life.battery_pct) == (FIXED + 20 * SECOND, 44)


def test_two_heartbeats_with_one_old_fix_are_two_signs_of_life() -> None:
    first = traccar_says(forwarded(outdated=True))
    second = traccar_says(forwarded(outdated=True, deviceTime=LATER))
    assert names(first) != names(second)


def test_a_device_whose_clock_runs_ahead_is_not_heard_before_it_speaks() -> None:
    """Else its next fix would be out of order, and judged again, for ever."""
    ahead = "2026-11-03T00:01:40.000+00:00"
    assert the_position(traccar_says(forwarded(deviceTime=ahead))).at == FIXED


def test_a_server_that_holds_no_fix_forwards_zeros() -> None:
    told = forwarded(latitude=0.0, longitude=0.0, accuracy=0.0)
    assert the_life(traccar_says(told)).at == FIXED


def test_a_forwarded_position_has_no_id_of_its_own_and_is_known_by_its_content() -> None:
    attributes = {"batteryLevel": 80, "distance": 3.2, "totalDistance": 100.0, "hours": 5}
    other = {"batteryLevel": 80, "distance": 0.0, "totalDistance": 103.2, "motion": True}
    first = traccar_says(forwarded(id=0, attributes=attributes))
    pulled = traccar_says(forwarded(id=18336, attributes=other, serverTime=LATER))
    assert names(first) == names(pulled)
    assert names(first) != names(traccar_says(forwarded(latitude=1.0)))


@pytest.mark.parametrize(
    ("alarm", "code"),
    [
        ("removing", "strap_open"),
        ("tampering", "case_open"),
        ("lowBattery", "battery_low"),
        ("powerOff", "power_off"),
        ("jamming", "jamming"),
        ("sos", "sos"),
    ],
)
def test_an_alarm_of_a_band_is_one_of_our_events(alarm: str, code: str) -> None:
    assert codes(traccar_says(forwarded(attributes={"alarm": alarm}))) == [code]


def test_several_alarms_come_in_one_word() -> None:
    said = traccar_says(forwarded(attributes={"alarm": "removing,lowBattery,overspeed"}))
    assert codes(said) == ["strap_open", "battery_low"]


def test_an_alarm_without_a_fix_has_the_devices_time() -> None:
    told = forwarded(outdated=True, deviceTime=LATER, attributes={"alarm": "sos"})
    said = traccar_says(told)
    assert kinds(said) == ["StatusReport", "Event"]
    assert {one.at for one in said.messages} == {FIXED + 20 * SECOND}


def test_a_server_tells_one_alarm_twice() -> None:
    """Once with the position, once as an event: the same name, so the second is a duplicate."""
    with_place = traccar_says(forwarded(deviceTime=LATER, attributes={"alarm": "removing"}))
    alone = traccar_says(forwarded(), event=event("alarm", attributes={"alarm": "removing"}))
    assert names(alone)[0] == names(with_place)[-1]


@pytest.mark.parametrize(
    "kind", ["deviceOffline", "deviceUnknown", "deviceInactive", "deviceOnline", "geofenceEnter"]
)
def test_a_gateways_opinion_is_no_sign_of_life(kind: str) -> None:
    assert traccar_says(event=event(kind)) == Decoded(ignored=1)


def test_an_old_server_names_the_time_of_an_event_otherwise() -> None:
    told = event("alarm", attributes={"alarm": "sos"}, serverTime=LATER)
    del told["eventTime"]
    assert codes(traccar_says(event=told)) == ["sos"]


def test_members_that_are_null_are_absent() -> None:
    told = forwarded(attributes=None, network=None, deviceTime=None, speed=None)
    assert the_position(traccar_says(told, event=None, geofence=None)).at == FIXED


def test_a_mock_location_stays_marked() -> None:
    assert the_position(traccar_says(forwarded(attributes={"mock": True}))).is_mock is True


@pytest.mark.parametrize("device", [None, {}, {"id": 7, "name": "x"}, {"uniqueId": ""}, [], "x"])
def test_a_record_that_names_no_device_is_kept_apart(device: object) -> None:
    assert the_reason(traccar_says(forwarded(), device=device)) in (Why.MISSING, Why.WRONG_TYPE)


def test_another_device_is_a_claim_for_the_caller_to_compare() -> None:
    said = traccar_says(forwarded(), device={"uniqueId": "D-2"})
    assert the_position(said).device_id == "D-2"


def test_an_empty_body_says_nothing() -> None:
    assert traccar.decode(request(b"")) == Decoded(ignored=1)


@pytest.mark.parametrize("position", [None, [], {}, {"fixTime": "then"}])
def test_a_record_without_a_position_is_kept_apart(position: object) -> None:
    told = {"position": position, "device": {"uniqueId": "D-1"}}
    assert the_reason(traccar.decode(request(json.dumps(told))))

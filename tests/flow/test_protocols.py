"""The units and sentinels of each protocol, told apart; payloads of our own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairtag.intake import native, osmand, overland, owntracks, traccar
from fairtag.intake.messages import Decoded, Event, EventCode, Position, StatusReport
from fairtag.intake.request import Request
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND, Micros

AT = 1_793_664_000  # 2026-11-03T00:00:00Z, in seconds
NOW = Micros((AT + 30) * SECOND)


def request(body: bytes = b"", *, query: str = "", kind: str = "application/json") -> Request:
    return Request(
        method="POST" if body else "GET",
        query=query,
        content_type=kind,
        body=body,
        received_at=NOW,
        device_id=DeviceId("D-1"),
    )


def position(decoded: Decoded) -> Position:
    assert decoded.refused == ()
    (found,) = decoded.messages
    assert isinstance(found, Position)
    return found


def from_osmand(**told: Any) -> Position:
    fields = {"id": "D-1", "lat": "53.48", "lon": "-2.24", "timestamp": AT} | told
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    return position(osmand.decode(request(query=query)))


def from_osmand_json(**coords: Any) -> Position:
    place = {"latitude": 53.48, "longitude": -2.24, "accuracy": 7} | coords
    told = {"location": {"timestamp": "2026-11-03T00:00:00Z", "coords": place}, "device_id": "D-1"}
    return position(osmand.decode(request(json.dumps(told).encode())))


def from_owntracks(**told: Any) -> Position:
    place = {"_type": "location", "lat": 53.48, "lon": -2.24, "tst": AT, "tid": "d1"} | told
    return position(owntracks.decode(request(json.dumps(place).encode()), secret=b"x"))


def from_overland(**told: Any) -> Position:
    point = {"type": "Point", "coordinates": [-2.24, 53.48]}
    fields = {"timestamp": "2026-11-03T00:00:00Z"} | told
    feature = {"type": "Feature", "geometry": point, "properties": fields}
    return position(overland.decode(request(json.dumps({"locations": [feature]}).encode())))


def from_traccar(**told: Any) -> Position:
    place = {
        "deviceId": 1,
        "fixTime": "2026-11-03T00:00:00.000+00:00",
        "latitude": 53.48,
        "longitude": -2.24,
        "valid": True,
        "attributes": {},
    } | told
    body = json.dumps({"position": place, "device": {"id": 1, "uniqueId": "D-1"}}).encode()
    return position(traccar.decode(request(body)))


@pytest.mark.parametrize(
    ("found", "metres_a_second"),
    [
        (lambda: from_osmand(speed=10), 5.144),  # knots
        (lambda: from_osmand_json(speed=10), 10.0),
        (lambda: from_owntracks(vel=36), 10.0),  # km/h
        (lambda: from_overland(speed=10), 10.0),
        (lambda: from_traccar(speed=10), 5.144),  # knots
    ],
    ids=["osmand", "osmand json", "owntracks", "overland", "traccar"],
)
def test_a_speed_has_its_protocols_unit(found: Any, metres_a_second: float) -> None:
    assert found().speed_mps == pytest.approx(metres_a_second, abs=1e-3)


@pytest.mark.parametrize(
    "found",
    [
        lambda: from_osmand_json(speed=-1),
        lambda: from_owntracks(vel=-1),
        lambda: from_overland(speed=-1),
    ],
)
def test_minus_one_is_no_speed(found: Any) -> None:
    assert found().speed_mps is None


@pytest.mark.parametrize(
    "found",
    [
        lambda: from_osmand(accuracy=0),
        from_osmand,
        lambda: from_owntracks(acc=0),
        lambda: from_owntracks(acc=-1),
        lambda: from_overland(horizontal_accuracy=-1),
        lambda: from_traccar(accuracy=0.0),
    ],
)
def test_no_accuracy_is_not_precise(found: Any) -> None:
    assert found().accuracy_m is None


def test_a_battery_is_a_share_or_a_percentage() -> None:
    assert from_overland(battery_level=0.42).battery_pct == pytest.approx(42)
    assert from_owntracks(batt=42).battery_pct == pytest.approx(42)
    assert from_osmand(batt=42).battery_pct == pytest.approx(42)


@pytest.mark.parametrize("stamp", [AT, AT * 1000, "2026-11-03T00:00:00Z"])
def test_osmand_writes_its_time_in_three_ways(stamp: Any) -> None:
    assert from_osmand(timestamp=stamp).at == AT * SECOND


def test_every_decoder_tells_the_instant_of_the_fix_not_of_arrival() -> None:
    told = [from_osmand(), from_osmand_json(), from_owntracks(), from_overland(), from_traccar()]
    assert {one.at for one in told} == {AT * SECOND}
    assert {one.received_at for one in told} == {NOW}


def test_an_event_and_a_position_share_a_native_request() -> None:
    lines = [
        {"type": "event", "seq": 1, "at": "2026-11-03T00:00:00Z", "code": "strap_open"},
        {"type": "position", "seq": 2, "at": "2026-11-03T00:00:00Z", "lat": 1.0, "lon": 2.0},
        {"type": "position", "seq": 3, "at": "2026-11-03T00:00:00Z", "lat": 181.0, "lon": 2.0},
    ]
    found = native.decode(request("\n".join(map(json.dumps, lines)).encode()))
    assert [type(one) for one in found.messages] == [Event, Position]
    assert isinstance(found.messages[0], Event)
    assert found.messages[0].code is EventCode.STRAP_OPEN
    assert [one.seq for one in found.refused] == [3]


def test_a_message_without_a_place_says_that_the_device_lives() -> None:
    told = {"_type": "lwt", "tst": AT}
    found = owntracks.decode(request(json.dumps(told).encode()), secret=b"x")
    assert not [one for one in found.messages if not isinstance(one, StatusReport)]
    assert not found.refused


def test_two_devices_in_one_body_are_claims_not_identities() -> None:
    told = {"type": "position", "device_id": "D-2", "at": "2026-11-03T00:00:00Z"}
    found = native.decode(request(json.dumps(told | {"lat": 1.0, "lon": 2.0}).encode()))
    assert found.messages == ()
    assert len(found.refused) == 1

"""Every protocol says the same thing: our own decoders read what the devices write."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from fairtag.intake import native, osmand, overland, owntracks, traccar
from fairtag.intake.messages import Decoded, Event, Position
from fairtag.intake.request import Request as Received
from fairtag.sim.wire import Request, Speaker, Tongue, at_once, can_say, request_of
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND, Micros, parse

AT = "2026-11-03T20:00:00Z"
TOKEN = "a-token-of-this-device-longer-than-32-bytes"
FIX: dict[str, Any] = {
    "type": "position",
    "device_id": "D-0001",
    "epoch": 0,
    "seq": 1,
    "at": AT,
    "received_at": "2026-11-03T20:00:02Z",
    "lat": 53.48,
    "lon": -2.24,
    "accuracy_m": 9.0,
    "source": "gnss",
    "speed_mps": 10.0,
    "battery_pct": 71.0,
}
SOS = {"type": "event", "device_id": "D-0001", "epoch": 0, "seq": 2, "at": AT, "code": "sos"}
ALARMING = [Tongue.NATIVE, Tongue.OSMAND_FORM, Tongue.OSMAND_JSON, Tongue.OSMAND_QUERY]
ALARMING += [Tongue.TRACCAR]


def asked(tongue: Tongue, *messages: dict[str, Any]) -> Request:
    who = Speaker(device_id="D-0001", token=TOKEN, tongue=tongue, nonce=lambda n: b"n" * n)
    return request_of(who, messages)


def read(request: Request, *, secret: str = TOKEN) -> Decoded:
    told = Received(
        method=request.method,
        query=urlsplit(request.path).query,
        content_type=request.headers.get("content-type", ""),
        body=request.content,
        received_at=Micros(parse(AT) + 30 * SECOND),
        device_id=DeviceId("D-0001"),
    )
    match urlsplit(request.path).path.split("/")[2]:
        case "osmand":
            return osmand.decode(told)
        case "owntracks":
            return owntracks.decode(told, secret=secret.encode())
        case "overland":
            return overland.decode(told)
        case "traccar":
            return traccar.decode(told)
        case _:
            return native.decode(told)


@pytest.mark.parametrize("tongue", Tongue)
def test_a_position_means_the_same_in_every_protocol(tongue: Tongue) -> None:
    decoded = read(asked(tongue, FIX))
    assert decoded.refused == ()
    (fix,) = decoded.messages
    assert isinstance(fix, Position)
    assert (fix.lat, fix.lon, fix.at) == (53.48, -2.24, parse(AT))
    assert fix.accuracy_m == 9.0
    assert fix.speed_mps == pytest.approx(10, abs=0.01)
    assert fix.battery_pct == pytest.approx(71)


@pytest.mark.parametrize("tongue", ALARMING)
def test_an_alarm_means_the_same_where_there_is_a_word_for_it(tongue: Tongue) -> None:
    decoded = read(asked(tongue, SOS))
    assert decoded.refused == ()
    assert [one.code for one in decoded.messages if isinstance(one, Event)] == ["sos"]


def test_what_a_protocol_has_no_word_for_is_not_said() -> None:
    assert [tongue for tongue in Tongue if can_say(tongue, SOS)] == sorted(
        ALARMING, key=list(Tongue).index
    )
    assert not can_say(Tongue.OSMAND_FORM, SOS | {"code": "off_body"})
    assert all(can_say(tongue, FIX) for tongue in Tongue)


def test_an_encrypted_message_hides_the_place_and_opens_with_its_credential_only() -> None:
    request = asked(Tongue.OWNTRACKS_ENCRYPTED, FIX)
    assert b"53.48" not in request.content
    assert msgspec.json.decode(request.content)["_type"] == "encrypted"
    assert read(request, secret="another").messages == ()
    assert len(read(request, secret="another").refused) == 1


@pytest.mark.parametrize("tongue", [Tongue.NATIVE, Tongue.OVERLAND])
def test_a_batch_holds_many(tongue: Tongue) -> None:
    later = FIX | {"seq": 2, "at": "2026-11-03T20:00:10Z"}
    request = asked(tongue, FIX, later)
    assert request.said == 2
    assert len(read(request).messages) == 2
    assert at_once(tongue) >= 100

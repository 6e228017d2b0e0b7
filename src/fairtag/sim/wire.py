"""How does each protocol put a message on the wire? Requests, as real clients write them.

Positions and events as contract §4 names them go in. A protocol says only what its clients can
say: OwnTracks and Overland know no alarms.
Units: OsmAnd and Traccar speak knots, OwnTracks km/h, Overland and OsmAnd's JSON m/s.
Source: Traccar Client 9 and 10, Traccar's forward.type=json, OwnTracks' booklet, Overland-iOS.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec
from nacl.secret import SecretBox

from fairtag.intake.alarms import ALARMS
from fairtag.terms.instants import SECOND, parse

_KNOT_MPS = 1852 / 3600  # Source: the international nautical mile, 1,852 m
_KMH = 3.6
_WORDS = {code.value: word for word, code in ALARMS.items()}
_JSON = {"content-type": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
Message = Mapping[str, Any]


class Tongue(StrEnum):
    """Ways in which an invented device may speak."""

    NATIVE = "native"
    OSMAND_QUERY = "osmand query"
    OSMAND_FORM = "osmand form"
    OSMAND_JSON = "osmand json"
    OWNTRACKS = "owntracks"
    OWNTRACKS_ENCRYPTED = "owntracks encrypted"
    OVERLAND = "overland"
    TRACCAR = "traccar forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, and how many messages are said when it is answered."""

    path: str
    method: str = "POST"
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    said: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks: the credential is the device's, or its gateway's for Traccar."""

    device_id: str
    token: str
    tongue: Tongue
    nonce: Callable[[int], bytes] = bytes  # unpredictable bytes for the secret box


def at_once(tongue: Tongue) -> int:
    """Tell how many messages go into one request."""
    # Source: Overland sends 50 to 1,000 at once; the native number is ours.
    return {Tongue.NATIVE: 500, Tongue.OVERLAND: 100}.get(tongue, 1)


def request_of(who: Speaker, due: Sequence[Message]) -> Request:
    """Say the messages that are due, at most `at_once` of them."""
    match who.tongue:
        case Tongue.NATIVE:
            return _native(who, due)
        case Tongue.OVERLAND:
            return _overland(who, due)
        case Tongue.OWNTRACKS | Tongue.OWNTRACKS_ENCRYPTED:
            return _owntracks(who, due[0])
        case Tongue.TRACCAR:
            told = msgspec.json.encode(_traccar(who, due[0]))
            return Request(path="/d/traccar", content=told, headers=_bearer(who) | _JSON)
        case Tongue.OSMAND_QUERY | Tongue.OSMAND_FORM | Tongue.OSMAND_JSON:
            return _osmand(who, due[0])


def can_say(tongue: Tongue, message: Message) -> bool:
    """Tell whether the protocol has words for a message."""
    if tongue is Tongue.NATIVE or message["type"] == "position":
        return True
    if tongue in (Tongue.OWNTRACKS, Tongue.OWNTRACKS_ENCRYPTED, Tongue.OVERLAND):
        return False
    return message["code"] in _WORDS


def _bearer(who: Speaker) -> dict[str, str]:
    return {"authorization": f"Bearer {who.token}"}


def _seconds(message: Message) -> int:
    return parse(message["at"]) // SECOND


def _native(who: Speaker, due: Sequence[Message]) -> Request:
    told = [{k: v for k, v in one.items() if k != "received_at"} for one in due]
    content = b"\n".join(msgspec.json.encode(one) for one in told)
    kind = {"content-type": "application/x-ndjson"}
    return Request(
        path="/d/v1/messages", content=content, headers=_bearer(who) | kind, said=len(due)
    )


def _overland(who: Speaker, due: Sequence[Message]) -> Request:
    told = {"locations": [_feature(who, one) for one in due]}
    content = msgspec.json.encode(told)
    return Request(path="/d/overland", content=content, headers=_bearer(who) | _JSON, said=len(due))


def _feature(who: Speaker, one: Message) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
        "properties": {
            "timestamp": one["at"],
            "horizontal_accuracy": round(one["accuracy_m"]),
            "speed": round(one["speed_mps"]),
            "course": -1,
            "altitude": 40,
            "motion": ["walking"] if one["speed_mps"] > 1 else ["stationary"],
            "battery_state": "unplugged",
            "battery_level": round(one["battery_pct"] / 100, 2),
            "device_id": who.device_id,
        },
    }


def _osmand(who: Speaker, one: Message) -> Request:
    path = f"/d/osmand/{who.token}"
    if who.tongue is Tongue.OSMAND_JSON:
        return Request(path=path, content=msgspec.json.encode(_json(who, one)), headers=_JSON)
    pairs = urlencode(_pairs(who, one))
    if who.tongue is Tongue.OSMAND_QUERY:
        return Request(method="GET", path=f"{path}?{pairs}")
    return Request(path=path, content=pairs.encode(), headers=_FORM)


def _pairs(who: Speaker, one: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"id": who.device_id, "timestamp": _seconds(one)}
    if one["type"] == "event":
        return told | {"alarm": _WORDS[one["code"]]}
    return told | {
        "lat": one["lat"],
        "lon": one["lon"],
        "speed": round(one["speed_mps"] / _KNOT_MPS, 2),
        "accuracy": one["accuracy_m"],
        "batt": one["battery_pct"],
    }


def _json(who: Speaker, one: Message) -> dict[str, Any]:
    location: dict[str, Any] = {"timestamp": one["at"]}
    if one["type"] == "event":
        return {"location": location | {"alarm": _WORDS[one["code"]]}, "device_id": who.device_id}
    location |= {
        "coords": {
            "latitude": one["lat"],
            "longitude": one["lon"],
            "accuracy": one["accuracy_m"],
            "speed": one["speed_mps"],
            "heading": -1,
        },
        "is_moving": one["speed_mps"] > 1,
        "battery": {"level": round(one["battery_pct"] / 100, 2), "is_charging": False},
    }
    return {"location": location, "device_id": who.device_id}


def _owntracks(who: Speaker, one: Message) -> Request:
    told: dict[str, Any] = {
        "_type": "location",
        "tid": who.device_id[-2:],
        "lat": one["lat"],
        "lon": one["lon"],
        "tst": _seconds(one),
        "acc": round(one["accuracy_m"]),
        "vel": round(one["speed_mps"] * _KMH),
        "batt": round(one["battery_pct"]),
        "t": "t",
    }
    if who.tongue is Tongue.OWNTRACKS_ENCRYPTED:
        told = {"_type": "encrypted", "data": _boxed(msgspec.json.encode(told), who)}
    basic = base64.b64encode(f"{who.device_id}:{who.token}".encode()).decode()
    headers = _JSON | {"authorization": f"Basic {basic}"}
    return Request(path="/d/owntracks", content=msgspec.json.encode(told), headers=headers)


def _boxed(plain: bytes, who: Speaker) -> str:
    """Seal as the apps do: the passphrase itself, cut or padded with zeros, is the key."""
    box = SecretBox(who.token.encode()[: SecretBox.KEY_SIZE].ljust(SecretBox.KEY_SIZE, b"\0"))
    sealed = box.encrypt(plain, who.nonce(SecretBox.NONCE_SIZE))
    return base64.b64encode(sealed).decode()


def _traccar(who: Speaker, one: Message) -> dict[str, Any]:
    device = {"id": 1, "uniqueId": who.device_id, "name": who.device_id, "status": "online"}
    when = one["at"].removesuffix("Z") + ".000+00:00"
    if one["type"] == "event":
        alarm = {"alarm": _WORDS[one["code"]]}
        event = {"type": "alarm", "eventTime": when, "attributes": alarm}
        return {"event": event, "device": device}
    position = {
        "id": 0,  # forwarded before Traccar stores it
        "deviceId": 1,
        "protocol": "watch",
        "fixTime": when,
        "deviceTime": when,
        "outdated": False,
        "valid": True,
        "latitude": one["lat"],
        "longitude": one["lon"],
        "speed": round(one["speed_mps"] / _KNOT_MPS, 4),
        "accuracy": one["accuracy_m"],
        "attributes": {"batteryLevel": one["battery_pct"]},
    }
    return {"position": position, "device": device}

"""Whatever an authenticated device sends, it gets a 2xx, nothing is lost and nothing breaks."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from tests.rig import Rig

POSITION = {"type": "position", "at": "2026-11-03T00:00:00Z", "lat": 53.48, "lon": -2.24}


def native(**changed: Any) -> bytes:
    return json.dumps(POSITION | changed).encode()


BODIES: dict[str, bytes] = {
    "empty": b"",
    "malformed": b'{"type": "position", "at"',
    "not text": b"\xff\xfe\x00\x01",
    "wrong types": native(lat=["53"], lon={}),
    "not a number": b'{"type":"position","at":"2026-11-03T00:00:00Z","lat":NaN,"lon":-2.24}',
    "infinite": b'{"type":"position","at":"2026-11-03T00:00:00Z","lat":Infinity,"lon":1}',
    "off the Earth": native(lat=91.0),
    "far past": native(at="1970-01-01T00:00:00Z"),
    "far future": native(at="2199-01-01T00:00:00Z"),
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "twice the same key": b'{"type":"position","type":"event","at":"2026-11-03T00:00:00Z"}',
    "a list": b"[1, 2, 3]",
    "a word": b'"hello"',
    "nulls": b'{"type":null,"lat":null,"lon":null,"at":null}',
    "a huge number": b'{"type":"position","at":1e999,"lat":1e400,"lon":1}',
}
KEPT = {  # what is stored although a part of it can't be right: the part is unknown
    "negative accuracy": native(accuracy_m=-1),
    "a speed beyond all": native(speed_mps=1e308),
}


def send(rig: Rig, protocol: str, token: str, body: bytes, **headers: str) -> Any:
    paths = {
        "native": "/d/v1/messages",
        "osmand": f"/d/osmand/{token}",
        "owntracks": f"/d/owntracks/{token}",
        "overland": "/d/overland",
    }
    told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
    return rig.client.post(paths[protocol], content=body, headers=told)


def quarantined(rig: Rig) -> int:
    return sum(rig.house.store.read(lambda tx: tx.quarantine.count()).values())


@pytest.mark.parametrize("protocol", ["native", "osmand", "owntracks", "overland"])
@pytest.mark.parametrize("name", BODIES)
def test_bad_content_is_taken_and_kept_apart(rig: Rig, protocol: str, name: str) -> None:
    token = rig.tokens[rig.wearer()]
    before = rig.house.store.read(lambda tx: tx.journal.last())
    answer = send(rig, protocol, token, BODIES[name])
    is_dropped = name == "far past" and answer.status_code == 410
    assert 200 <= answer.status_code < 300 or is_dropped
    assert rig.house.store.read(lambda tx: tx.journal.last()) == before
    if name not in ("empty", "far past"):
        assert quarantined(rig) >= 1
    rig.judge()


@pytest.mark.parametrize("name", KEPT)
def test_a_part_that_cannot_be_is_unknown(rig: Rig, name: str) -> None:
    token = rig.tokens[rig.wearer()]
    answer = send(rig, "native", token, KEPT[name])
    assert answer.status_code == 200
    kept = rig.house.store.read(lambda tx: tx.journal.last()) == 2
    assert kept or quarantined(rig) == 1
    rig.judge()


def test_a_truncated_gzip_is_kept_apart(rig: Rig) -> None:
    token = rig.tokens[rig.wearer()]
    packed = gzip.compress(native() * 50)[:-20]
    answer = send(rig, "native", token, packed, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 200
    assert quarantined(rig) == 1


def test_a_small_body_that_unpacks_to_a_flood_is_refused(rig: Rig) -> None:
    token = rig.tokens[rig.wearer()]
    packed = gzip.compress(b" " * 40_000_000)
    assert send(rig, "native", token, packed, **{"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize("protocol", ["native", "overland"])
def test_unknown_and_revoked_devices_are_401(rig: Rig, protocol: str) -> None:
    device = rig.wearer()
    token = rig.tokens[device]
    assert send(rig, protocol, "unknown", native()).status_code == 401
    rig.house.store.transact(lambda tx: tx.devices.revoke(device, at=rig.clock.at))  # type: ignore[arg-type]
    assert send(rig, protocol, token, native()).status_code == 401


def test_the_wrong_password_of_a_known_device_is_401(rig: Rig) -> None:
    device = rig.wearer()
    basic = base64.b64encode(f"{device}:wrong".encode()).decode()
    answer = rig.client.post(
        "/d/owntracks", json={"_type": "location"}, headers={"Authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 401


def test_content_that_was_quarantined_does_not_block_what_follows(rig: Rig) -> None:
    device = rig.wearer()
    answer = rig.say(device, rig.line(device, lat=999), rig.line(device))
    assert answer.json()["quarantined"][0]["seq"] == 1
    assert answer.json()["stored"][device] == {"epoch": 0, "upto": 2, "missing": []}

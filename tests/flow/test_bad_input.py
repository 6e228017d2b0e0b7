"""Whatever an authenticated device sends, it gets a 2xx, nothing is lost and nothing breaks.

Every kind of bad content times every protocol, through the real door (contract §6).
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from nacl.secret import SecretBox
from tests.rig import HOME, Rig, opened_rig

from fairtag.app.add_device import add_device
from fairtag.app.books import Gateway
from fairtag.intake.messages import Position
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND, Micros, parse, text
from fairtag.web.device_api.app import MAX_BODY_BYTES, DeviceDoor

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Fields = dict[str, Any]


def stamp(at: Any) -> Any:
    """Write an instant as seconds; what is none stays as it is."""
    return parse(at) // SECOND if isinstance(at, str) and at.endswith("Z") else at


def native(told: Fields) -> bytes:
    names = {"id": "device_id", "accuracy": "accuracy_m", "speed": "speed_mps"}
    return json.dumps(
        {"type": "position", "seq": 1} | {names.get(k, k): v for k, v in told.items()}
    ).encode()


def pairs(told: Fields) -> bytes:
    fields = {k: v for k, v in told.items() if k != "at"} | {"timestamp": told["at"]}
    return urlencode(fields).encode()


def app_json(told: Fields) -> bytes:
    coords = {
        "latitude": told["lat"],
        "longitude": told["lon"],
        "accuracy": told["accuracy"],
        "speed": told["speed"],
    }
    location = {"timestamp": told["at"], "coords": coords}
    return json.dumps({"location": location, "device_id": told["id"]}).encode()


def owntracks(told: Fields) -> bytes:
    place = {"lat": told["lat"], "lon": told["lon"], "acc": told["accuracy"], "vel": told["speed"]}
    return json.dumps(
        place
        | {"_type": "location", "tst": stamp(told["at"]), "topic": f"owntracks/{told['id']}/x"}
    ).encode()


def overland(told: Fields) -> bytes:
    point = {"type": "Point", "coordinates": [told["lon"], told["lat"]]}
    about = {
        "timestamp": told["at"],
        "device_id": told["id"],
        "horizontal_accuracy": told["accuracy"],
        "speed": told["speed"],
    }
    feature = {"type": "Feature", "geometry": point, "properties": about}
    return json.dumps({"locations": [feature]}).encode()


def traccar(told: Fields) -> bytes:
    position = {
        "fixTime": told["at"],
        "latitude": told["lat"],
        "longitude": told["lon"],
        "accuracy": told["accuracy"],
        "speed": told["speed"],
    }
    return json.dumps({"position": position, "device": {"uniqueId": told["id"]}}).encode()


@dataclass(frozen=True)
class Way:
    """One way of speaking to the door."""

    path: str  # under /d/; TOKEN stands for the credential
    write: Callable[[Fields], bytes]
    kind: str = JSON
    is_query: bool = False
    is_sealed: bool = False


WAYS = {
    "native": Way("v1/messages", native),
    "osmand query": Way("osmand/TOKEN", pairs, is_query=True),
    "osmand form": Way("osmand/TOKEN", pairs, kind=FORM),
    "osmand json": Way("osmand/TOKEN", app_json),
    "owntracks": Way("owntracks", owntracks),
    "owntracks sealed": Way("owntracks", owntracks, is_sealed=True),
    "overland": Way("overland", overland),
    "traccar": Way("traccar", traccar),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
BODY_WAYS = {name: way for name, way in WAYS.items() if not way.is_query and not way.is_sealed}
every_body = pytest.mark.parametrize("way", BODY_WAYS.values(), ids=BODY_WAYS)


class Line:
    """A device and a gateway at the door; counts what becomes of each request."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.device = rig.wearer(1)
        self.other = rig.wearer(2)
        gateway = Gateway(
            gateway_id=DeviceId("gw"),
            operator="test",
            retention_days=7,
            devices=frozenset({DeviceId(self.device)}),
        )
        self.gateway = add_device(rig.house, "gw", by="test", gateway=gateway).token
        self._seconds = count(1)

    def fields(self, **changed: Any) -> Fields:
        """Make a position that no other test has sent."""
        at = text(Micros(self.rig.clock.at - next(self._seconds) * SECOND))
        place = {"id": self.device, "at": at, "lat": HOME[0], "lon": HOME[1]}
        return place | {"accuracy": 8, "speed": 1} | changed

    def token(self, way: Way) -> str:
        return self.gateway if way.path == "traccar" else self.rig.tokens[self.device]

    def send(self, way: Way, raw: Any, *, token: str | None = None, **headers: str) -> Any:
        """Send bytes the way's way."""
        token = self.token(way) if token is None else token
        path = f"/d/{way.path}".replace("TOKEN", token)
        told = {"Content-Type": way.kind} | headers
        if way.path == "owntracks":
            told["Authorization"] = basic(f"{self.device}:{token}")
        elif "TOKEN" not in way.path:
            told["Authorization"] = f"Bearer {token}"
        if way.is_query:
            return self.rig.client.get(f"{path}?{quote(raw, safe='=&%+,-.:')}", headers=told)
        body = sealed(raw, token) if way.is_sealed else raw
        return self.rig.client.post(path, content=body, headers=told)

    def journal(self) -> int:
        """Count the messages that were stored."""
        entries = self.rig.house.store.read(lambda tx: tx.journal.after(0, limit=100_000))
        return sum(len(one.messages) for one in entries)

    def waiting(self) -> dict[str, int]:
        return self.rig.house.store.read(lambda tx: tx.quarantine.count())

    def outcome(self, way: Way, raw: Any, **headers: str) -> tuple[int, int, int]:
        """Tell the status, and how many messages and quarantined pieces are new."""
        journal, waiting = self.journal(), sum(self.waiting().values())
        status = self.send(way, raw, **headers).status_code
        return status, self.journal() - journal, sum(self.waiting().values()) - waiting

    def newest(self) -> Position:
        """Give the newest message, a position."""
        entries = self.rig.house.store.read(lambda tx: tx.journal.after(0, limit=100_000))
        found = entries[-1].messages[-1]
        assert isinstance(found, Position)
        return found


def basic(told: str) -> str:
    return "Basic " + base64.b64encode(told.encode()).decode()


def sealed(raw: bytes, token: str) -> bytes:
    data = SecretBox(token[:32].encode()).encrypt(raw)
    return json.dumps({"_type": "encrypted", "data": base64.b64encode(data).decode()}).encode()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with opened_rig(tmp_path_factory.mktemp("bad") / "data") as rig:
        yield Line(rig)
        rig.judge()  # nothing that was let in breaks the judge


RAW: dict[str, bytes] = {
    "malformed": b'{"type": "position", "at"',
    "not text": b"\xff\xfe\x00\x01",
    "invalid UTF-8 in a text": b'{"_type":"location","topic":"\xc3\x28"}',
    "NUL bytes": b"\x00" * 20,
    "a lone surrogate": b'{"type":"position","_type":"\\ud800","at":"\\udfff"}',
    "not a number": b'{"type":"position","lat":NaN,"lon":-2.24}',
    "infinite": b'{"type":"position","lat":Infinity,"lon":-Infinity}',
    "a number beyond all": b'{"type":"position","at":1e999,"lat":1e400,"lon":1}',
    "a huge integer": b'{"type":"position","lat":' + b"9" * 6000 + b"}",
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "a deep object": b'{"a":' * 100_000,
    "deep just below the limit": b'{"a":' * 900 + b"1" + b"}" * 900,
    "twice the same key": b'{"type":"position","type":"event","_type":"location","_type":"cmd"}',
    "twice the same key, hidden": b'{"type" :"position","x":"\\":","type":"event","y":"\\":"}',
    "a list": b"[1, 2, 3]",
    "a word": b'"hello"',
    "a number": b"5",
    "null": b"null",
    "nulls": b'{"type":null,"_type":null,"location":null,"locations":null,"device":null}',
    "an object of nothing": b"{}",
    "a page": b"<html><body>hello</body></html>",
}


@every_way
@pytest.mark.parametrize("name", RAW)
def test_what_is_no_message_is_kept_apart(line: Line, way: Way, name: str) -> None:
    raw = RAW[name][:20_000] if way.is_query else RAW[name]  # an address has an end
    status, stored, apart = line.outcome(way, raw)
    assert (status, stored) == (200, 0)
    assert apart >= 1


BAD_FIELDS: dict[str, Fields] = {
    "a latitude of another type": {"lat": ["53"]},
    "a longitude of another type": {"lon": {}},
    "a latitude in words": {"lat": "north"},
    "a latitude beyond the pole": {"lat": 90.5},
    "a longitude beyond the antimeridian": {"lon": -180.5},
    "a latitude of 1e308": {"lat": 1e308},
    "a latitude of 400 digits": {"lat": 10**400},
    "a time of another type": {"at": ["2026"]},
    "a time in words": {"at": "yesterday"},
    "a time of the far past": {"at": "1970-01-01T00:00:00Z"},
    "a time before 2015": {"at": "2014-12-31T23:59:59Z"},
    "a time of the far future": {"at": "2199-01-01T00:00:00Z"},
    "a time three minutes ahead": {"at": "2026-11-03T00:03:00Z"},
    "the id of another device": {"id": "D-2"},
}


@every_way
@pytest.mark.parametrize("name", BAD_FIELDS)
def test_a_place_time_or_name_that_cannot_be_is_kept_apart(line: Line, way: Way, name: str) -> None:
    raw = way.write(line.fields(**BAD_FIELDS[name]))
    assert line.outcome(way, raw) == (200, 0, 1)


ODD_FIELDS: dict[str, tuple[Fields, str]] = {
    "a negative accuracy": ({"accuracy": -8}, "accuracy_m"),
    "an accuracy of zero": ({"accuracy": 0}, "accuracy_m"),
    "an accuracy in words": ({"accuracy": "good"}, "accuracy_m"),
    "a speed of 1e308": ({"speed": 1e308}, "speed_mps"),
    "a speed of 400 digits": ({"speed": 10**400}, "speed_mps"),
    "a negative speed": ({"speed": -1}, "speed_mps"),
    "a speed of another type": ({"speed": [1]}, "speed_mps"),
}


@every_way
@pytest.mark.parametrize("name", ODD_FIELDS)
def test_a_part_that_cannot_be_is_unknown_and_loses_no_position(
    line: Line, way: Way, name: str
) -> None:
    changed, part = ODD_FIELDS[name]
    assert line.outcome(way, way.write(line.fields(seq=1000 + line.journal()) | changed)) == (
        200,
        1,
        0,
    )
    place = line.newest()
    assert (place.lat, getattr(place, part)) == (HOME[0], None)


@every_way
def test_the_same_message_without_fault_is_stored(line: Line, way: Way) -> None:
    """The table's own control: what is bad is the part that was changed."""
    assert line.outcome(way, way.write(line.fields(seq=1000 + line.journal()))) == (200, 1, 0)
    place = line.newest()
    assert (place.accuracy_m, place.device_id) == (8, line.device)


@every_body
@pytest.mark.parametrize("raw", [b"", b" \r\n\t"], ids=["nothing", "blanks"])
def test_an_empty_body_says_nothing(line: Line, way: Way, raw: bytes) -> None:
    assert line.outcome(way, raw) == (200, 0, 0)


@every_body
def test_ten_megabytes_are_too_many(line: Line, way: Way) -> None:
    assert line.outcome(way, b" " * 10_000_000) == (413, 0, 0)


def test_ten_megabytes_without_a_length_are_too_many(line: Line) -> None:
    parts = (b" " * 1_000_000 for _ in range(10))
    assert line.send(WAYS["native"], parts).status_code == 413


def test_four_mebibytes_are_taken(line: Line) -> None:
    assert line.outcome(WAYS["native"], b" " * MAX_BODY_BYTES) == (200, 0, 0)


PACKED: dict[str, tuple[bytes, str]] = {
    "cut": (gzip.compress(b'{"a": 1}' * 50)[:-20], "gzip"),
    "no packing at all": (b'{"a": 1}', "gzip"),
    "rubbish behind it": (gzip.compress(b"{}") + b"rubbish", "gzip"),
    "of a kind that nobody knows": (b'{"a": 1}', "lzma"),
}


@every_body
@pytest.mark.parametrize("name", PACKED)
def test_a_broken_packing_is_kept_apart_as_it_came(line: Line, way: Way, name: str) -> None:
    raw, encoding = PACKED[name]
    assert line.outcome(way, raw, **{"Content-Encoding": encoding}) == (200, 0, 1)


@every_body
def test_a_small_body_that_unpacks_to_a_flood_is_refused(line: Line, way: Way) -> None:
    packed = gzip.compress(b" " * 40_000_000)
    assert line.outcome(way, packed, **{"Content-Encoding": "gzip"}) == (413, 0, 0)


@every_body
def test_a_packed_body_is_read_to_the_end_of_its_last_member(line: Line, way: Way) -> None:
    raw = way.write(line.fields(seq=1000 + line.journal()))
    packed = gzip.compress(raw[:20]) + gzip.compress(raw[20:])
    assert line.outcome(way, packed, **{"Content-Encoding": "gzip"}) == (200, 1, 0)


@every_way
@pytest.mark.parametrize("token", ["unknown", "x" * 5000, "%00", "%ff%fe"])
def test_an_unknown_credential_is_401(line: Line, way: Way, token: str) -> None:
    before = line.journal(), line.waiting()
    answer = line.send(way, way.write(line.fields()), token=token.ljust(32, "x"))
    assert answer.status_code == 401
    assert "do" in answer.json()
    assert (line.journal(), line.waiting()) == before


def test_a_credential_opens_its_own_kind_of_door_only(line: Line) -> None:
    device, gateway = line.rig.tokens[line.device], line.gateway
    told = line.fields()
    assert line.send(WAYS["traccar"], traccar(told), token=device).status_code == 401
    assert line.send(WAYS["native"], native(told), token=gateway).status_code == 401


@every_way
def test_a_revoked_device_is_401(rig: Rig, way: Way) -> None:
    line = Line(rig)
    assert line.send(way, way.write(line.fields())).status_code == 200
    for name in (line.device, "gw"):
        rig.house.store.transact(
            lambda tx, name=name: tx.devices.revoke(DeviceId(name), at=rig.clock.at)
        )
    assert line.send(way, way.write(line.fields())).status_code == 401


def test_the_wrong_password_of_a_known_device_is_401(line: Line) -> None:
    headers = {"Authorization": basic(f"{line.device}:wrong")}
    answer = line.rig.client.post("/d/owntracks", json={"_type": "location"}, headers=headers)
    assert answer.status_code == 401


def ask(line: Line, path: bytes, *headers: tuple[bytes, bytes], query: bytes = b"") -> int:
    """Ask the door itself, with bytes that no client library would write."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path.decode(errors="replace"),
        "query_string": query,
        "headers": list(headers),
    }
    asyncio.run(DeviceDoor(line.rig.house)(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic",
        b"Basic !!!!",
        b"Basic Og==",
        b"Basic " + base64.b64encode(b"no colon"),
        b"Basic " + base64.b64encode(b"\xff\xfe:\xff"),
        b"Bearer \xff\xfe\x00",
        b"Digest username=x",
        b"\x00\x01",
        b"Bearer " + b"x" * 100_000,
    ],
    ids=range(12),
)
@pytest.mark.parametrize("path", [b"/d/v1/messages", b"/d/owntracks", b"/d/overland", b"/d/osmand"])
def test_a_broken_authorization_is_401(line: Line, path: bytes, told: bytes) -> None:
    assert ask(line, path, (b"authorization", told)) == 401


def test_no_authorization_is_401(line: Line) -> None:
    assert ask(line, b"/d/v1/messages") == 401
    assert ask(line, b"/d/osmand/\xff\xfe") == 401


@pytest.mark.parametrize("query", [b"\xff\xfe", b"lat=\xff&lon=%FF", b"%00=%00", b"id=%ED%A0%80"])
def test_bytes_in_a_query_that_are_no_text_are_kept_apart(line: Line, query: bytes) -> None:
    before = sum(line.waiting().values())
    path = f"/d/osmand/{line.rig.tokens[line.device]}".encode()
    headers = ((b"content-type", b"\xff\xfe"), (b"content-encoding", b""), (b"x-\xff", b"\x00"))
    assert ask(line, path, *headers, query=query) == 200
    assert sum(line.waiting().values()) == before + 1


@pytest.mark.parametrize("path", [b"/d/", b"/d/none", b"/d/v1", b"/d/v1/x", b"/d/osmand/a/b"])
def test_another_address_is_404(line: Line, path: bytes) -> None:
    assert ask(line, path) == 404


def test_every_reason_has_a_name_and_no_payload(line: Line) -> None:
    line.send(WAYS["native"], b'{"secret": "canary"}')
    line.send(WAYS["native"], native(line.fields(id="D-2")))
    assert "foreign_id" in line.waiting()
    assert "canary" not in str(line.waiting())


def test_numbers_at_the_end_of_their_range_are_answered(line: Line) -> None:
    raw = native(line.fields(seq=2**53 - 1, epoch=2**53 - 1))
    answer = line.send(WAYS["native"], raw)
    assert answer.json()["stored"][line.device]["upto"] == 2**53 - 1
    assert line.outcome(WAYS["native"], native(line.fields(seq=2**63))) == (200, 0, 1)


def test_content_that_was_quarantined_does_not_block_what_follows(rig: Rig) -> None:
    device = rig.wearer()
    answer = rig.say(device, rig.line(device, lat=999), rig.line(device))
    assert answer.json()["quarantined"][0]["seq"] == 1
    assert answer.json()["stored"][device] == {"epoch": 0, "upto": 2, "missing": []}

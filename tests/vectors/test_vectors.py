"""Payloads from other projects' own tests, sent through the real door: each gives what is stated.

They are read from a folder beside the checkout (or named by FAIRTAG_SHARED) and not kept here.
Units: as each protocol's; `expected.normalized` is in SI units and percent.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nacl.secret import SecretBox
from tests.rig import Rig, opened_rig

from fairtag.app.add_device import add_device
from fairtag.app.books import Gateway
from fairtag.intake import owntracks
from fairtag.intake.messages import Message, Position
from fairtag.intake.request import Request
from fairtag.terms.ids import DeviceId, is_id
from fairtag.terms.instants import EARLIEST, SECOND, Micros, parse, text

SHARED = Path(os.environ.get("FAIRTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
FOLDER = SHARED / "vectors"
VECTORS: list[dict[str, Any]] = [
    json.loads(line)
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.strip()
]
BY_HTTP = [one for one in VECTORS if one["transport"] == "http"]
BY_MQTT = [one for one in VECTORS if one["transport"] == "mqtt"]
pytestmark = pytest.mark.skipif(
    not VECTORS, reason=f"NO VECTORS: {FOLDER} is missing; name its parent in FAIRTAG_SHARED"
)

# Where fairtag differs on purpose: what it does, and why.
NEEDLESS = ("stored", "the credential makes an id needless (contract §6)")
DIFFERENCES: dict[str, tuple[str, str]] = {
    "osmand_query-002": NEEDLESS,
    "owntracks_android-010": NEEDLESS,
    "owntracks_android-020": ("quarantined", "no _type: what nobody can name is kept apart"),
    "traccar_forward-001": ("405", "forward.type=url names no device; the contract takes json"),
}
# Their times lie before 2015: a lost clock's, kept apart (contract §4). With a later time they give
# what is stated.
OLD = frozenset(
    {
        "osmand_query-001",
        "osmand_query-002",
        "osmand_query-005",
        "osmand_query-006",
        "osmand_query-007",
        "osmand_query-010",
        "owntracks_android-029",
        "owntracks_android-030",
        "owntracks_android-031",
        "owntracks_android-032",
        "traccar_client_android-001",
        "traccar_client_android-002",
        "traccar_client_android-003",
    }
)
_OLD_STAMP = re.compile(r'(timestamp=|"tst":\s*)(\d{9,10})\b')
_OLD_YEAR = re.compile(r"timestamp=20(?:0\d|1[0-4])-")


def stated(vector: dict[str, Any]) -> str:
    """Turn the stated result into what the door does."""
    accept = str(vector["expected"]["accept"]).split()[0]
    if accept == "False":
        return "401" if is_without_credential(vector) else "quarantined"
    return {"True": "stored", "quarantine": "quarantined", "ignore": "ignored"}.get(accept, accept)


def wanted(vector: dict[str, Any]) -> str:
    return DIFFERENCES.get(vector["id"], (stated(vector), ""))[0]


def is_without_credential(vector: dict[str, Any]) -> bool:
    """The source's own test is about a client that sends no password."""
    return "Authorization" not in vector["headers"] and vector["path"] == "/owntracks/test"


def said(vector: dict[str, Any]) -> list[dict[str, Any]]:
    told = vector["expected"].get("normalized") or from_plaintext(vector)
    return told if isinstance(told, list) else [told]


def from_plaintext(vector: dict[str, Any]) -> dict[str, Any]:
    """Read the fields of a sealed vector, which states its plaintext instead of them."""
    plain = vector["expected"].get("plaintext")
    if plain is None:
        return {}
    return {
        "fix_time": text(Micros(plain["tst"] * SECOND)),
        "lat": plain["lat"],
        "lon": plain["lon"],
        "accuracy_m": plain["acc"],
        "speed_mps": plain["vel"] / 3.6,
        "battery_pct": plain["batt"],
    }


def device_of(vector: dict[str, Any]) -> str:
    """Name the device as the payload does, where it can be a name."""
    names = [one.get("device_ref") for one in said(vector)]
    return next((name for name in names if is_id(name)), "D-1")


def moved(vector: dict[str, Any]) -> dict[str, Any]:
    """Give an old vector a time of 2017 to 2024; the rest is as it was."""
    if vector["id"] not in OLD:
        return vector
    copy = dict(vector)
    for part in ("query", "body"):
        told = copy.get(part) or ""
        told = _OLD_STAMP.sub(lambda m: f"{m[1]}{int(m[2]) % 10**8 + 1_500_000_000}", told)
        copy[part] = _OLD_YEAR.sub("timestamp=2024-", told)
    return copy


class Door:
    """One device under an order since 2015, and what became of what it sent."""

    def __init__(self, rig: Rig, device: str) -> None:
        self.rig = rig
        term = {"starts_at": "2015-01-01T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}
        review = {"kind": "court", "by": "2026-11-30", "instrument": "Order of an invented court"}
        worn = {"type": "non_fitted", "fix_every_s": 60, "report_every_s": 60}
        rig.wearer(
            1,
            **term,
            review=review,
            vulnerability_assessed_at="2014-12-01",
            conditions=[{"id": "t1", "kind": "trail"}],
            devices=[{"device_id": device, "charged_by_wearer": True} | worn],
        )
        self.device = device
        self.token = add_device(rig.house, device, by="test").token
        gateway = Gateway(
            gateway_id=DeviceId("gw"),
            operator="test",
            retention_days=7,
            devices=frozenset({DeviceId(device)}),
        )
        self.gateway = add_device(rig.house, "gw", by="test", gateway=gateway).token

    def send(self, vector: dict[str, Any], *, is_signed_in: bool = True) -> Any:
        headers = dict(vector["headers"])
        scheme = headers.pop("Authorization", "")
        path, token = self._path(vector, scheme)
        if is_signed_in and "/" not in path.removeprefix("/d/"):
            headers["Authorization"] = self._credential(scheme, token)
        elif not is_signed_in:
            path = path.replace(token, "none")
        return self.rig.client.request(
            vector["method"],
            f"{path}?{vector['query']}" if vector["query"] else path,
            content=(vector.get("body") or "").encode(),
            headers=headers,
        )

    def _path(self, vector: dict[str, Any], scheme: str) -> tuple[str, str]:
        if vector["protocol"] == "osmand":
            return f"/d/osmand/{self.token}", self.token
        if vector["protocol"] == "traccar_forward":
            return "/d/traccar", self.gateway
        is_owntracks = '"_type"' in (vector.get("body") or "")
        if vector["protocol"] == "overland" and not is_owntracks:
            return "/d/overland", self.token
        return ("/d/owntracks" if scheme else f"/d/owntracks/{self.token}"), self.token

    def _credential(self, scheme: str, token: str) -> str:
        """Sign in by the scheme of the vector, with our own credential."""
        if scheme.startswith("Basic") and scheme.endswith(":"):
            return f"Basic {token}:"
        if scheme.startswith("Basic"):
            return "Basic " + base64.b64encode(f"{self.device}:{token}".encode()).decode()
        return f"Bearer {token}"

    def stored(self) -> list[Message]:
        entries = self.rig.house.store.read(lambda tx: tx.journal.after(0, limit=99))
        return [one for entry in entries for one in entry.messages]

    def quarantined(self) -> int:
        return sum(self.rig.house.store.read(lambda tx: tx.quarantine.count()).values())

    def outcome(self, status: int) -> str:
        if not 200 <= status < 300:
            return str(status)
        if self.stored():
            return "stored" if not self.quarantined() else "stored in part"
        return "quarantined" if self.quarantined() else "ignored"


@pytest.fixture
def door(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Door]:
    vector = request.node.callspec.params["vector"]
    with opened_rig(tmp_path / "data") as rig:
        yield Door(rig, device_of(vector))


def resealed(vector: dict[str, Any], token: str) -> dict[str, Any]:
    """Seal with our secret what the source sealed with its own."""
    key = vector.get("secrets", {}).get("encryption_key", "")
    if not key or vector["expected"]["accept"] is not True:
        return vector
    told = json.loads(vector["body"])
    box = SecretBox(key.encode().ljust(32, b"\0"))
    plain = box.decrypt(base64.b64decode(told["data"]))
    told["data"] = base64.b64encode(SecretBox(token[:32].encode()).encrypt(plain)).decode()
    return vector | {"body": json.dumps(told)}


def check_fields(messages: list[Message], vector: dict[str, Any]) -> None:
    """Compare what was stored with what the payload means; some state no fields."""
    if said(vector) == [{}]:
        return
    assert len(messages) == len(said(vector))
    for message, meant in zip(messages, said(vector), strict=True):
        check_time(message, meant, is_moved=vector["id"] in OLD)
        battery_pct = getattr(message, "battery_pct", None)
        assert battery_pct == pytest.approx(meant.get("battery_pct"), abs=1e-6)
        if isinstance(message, Position):
            # A place is kept to 1e-7 degree, a centimetre: rounded once, where it comes in.
            assert (message.lat, message.lon) == (round(meant["lat"], 7), round(meant["lon"], 7))
            assert message.accuracy_m == (meant.get("accuracy_m") or None)  # 0 is unknown
            assert message.speed_mps == pytest.approx(meant.get("speed_mps"), abs=1e-4)
            assert message.is_mock == meant.get("mock")
        else:
            assert not (meant.get("lat") and meant.get("lon"))


def check_time(message: Message, meant: dict[str, Any], *, is_moved: bool) -> None:
    at = meant.get("fix_time") or meant.get("event_time")
    if is_moved:
        assert EARLIEST < message.at < message.received_at
    elif at is None or at == "<receive time>":
        assert message.at == message.received_at
    else:
        assert message.at == parse(at)


def check_reply(vector: dict[str, Any], answer: Any) -> None:
    reply = vector["expected"].get("reply")
    if isinstance(reply, dict):
        assert (answer.status_code, answer.json()) == (reply["status"], reply["json"])
    elif isinstance(reply, str):
        assert answer.status_code == 200
        assert isinstance(answer.json(), list)


def check_resend(door: Door, told: dict[str, Any]) -> None:
    """The same request a minute later is a duplicate, unless it has no time of its own."""
    before = door.stored()
    door.rig.clock.at = Micros(door.rig.clock.at + 60 * SECOND)
    assert door.send(told).status_code == 200
    has_own_time = all(one.at < one.received_at for one in before)
    assert len(door.stored()) == len(before) * (1 if has_own_time else 2)
    assert door.quarantined() == 0


def each(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=lambda one: one["id"])


@each(BY_HTTP)
def test_a_vector_gives_what_is_stated_and_no_more_when_it_comes_again(
    door: Door, vector: dict[str, Any]
) -> None:
    told = moved(resealed(vector, door.token))
    assert door.send(told, is_signed_in=False).status_code == 401
    assert (door.stored(), door.quarantined()) == ([], 0)

    answer = door.send(told, is_signed_in=not is_without_credential(vector))

    assert door.outcome(answer.status_code) == wanted(vector)
    check_reply(vector, answer)
    if wanted(vector) == "stored":
        check_fields(door.stored(), vector)
        check_resend(door, told)


@each([one for one in BY_HTTP if one["id"] in OLD])
def test_a_vector_of_a_lost_clock_is_kept_apart(door: Door, vector: dict[str, Any]) -> None:
    assert door.outcome(door.send(vector).status_code) == "quarantined"


@each(BY_MQTT)
def test_a_vector_of_mqtt_has_the_same_meaning(vector: dict[str, Any]) -> None:
    body = moved(vector)["body"].encode()
    now = parse("2026-11-03T00:00:00Z")
    asked = Request(method="POST", body=body, received_at=now, device_id=DeviceId("D-1"))
    decoded = owntracks.decode(asked, secret=b"")
    assert decoded.refused == ()
    if stated(vector) == "stored":
        check_fields(list(decoded.messages), vector)
    else:  # a command to a device: from one, it places nobody
        assert stated(vector) == "server-to-device"
        assert not [one for one in decoded.messages if isinstance(one, Position)]


def test_no_difference_is_listed_in_vain() -> None:
    known = {one["id"]: one for one in VECTORS}
    assert DIFFERENCES.keys() | OLD <= known.keys()
    assert all(stated(known[name]) != does for name, (does, _) in DIFFERENCES.items())
    assert all(moved(known[name]) != known[name] for name in OLD)


def test_every_protocol_of_the_door_has_its_vectors() -> None:
    found = Counter(one["protocol"] for one in BY_HTTP)
    assert found.keys() == {"osmand", "owntracks", "overland", "traccar_forward"}
    assert min(found.values()) >= 3


@each(BY_HTTP[:1])
def test_a_field_that_is_wrong_is_seen(door: Door, vector: dict[str, Any]) -> None:
    """The comparison bites: break what is meant, and it fails."""
    door.send(vector)
    check_fields(door.stored(), vector)
    broken = {"id": "broken", "expected": {"normalized": said(vector)[0] | {"battery_pct": 3}}}
    with pytest.raises(AssertionError):
        check_fields(door.stored(), broken)

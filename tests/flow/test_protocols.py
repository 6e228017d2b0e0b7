"""Each protocol through the real door: what is stored, and what the client hears.

Units and traps of each decoder stand in tests/unit/intake.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.rig import HOME, Rig

from fairtag.app.add_device import add_device
from fairtag.app.books import Gateway
from fairtag.intake.messages import Message
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros, text

Ask = Callable[..., Any]


def osmand(rig: Rig, device: str, at: int, **told: Any) -> Any:
    fields = {"id": device, "lat": HOME[0], "lon": HOME[1], "accuracy": 8}
    fields |= {"timestamp": at // SECOND} | told
    return rig.client.get(f"/d/osmand/{rig.tokens[device]}", params=fields)


def app_json(rig: Rig, device: str, at: int, **told: Any) -> Any:
    coords = {"latitude": HOME[0], "longitude": HOME[1], "accuracy": 8}
    location = {"timestamp": text(Micros(at)), "coords": coords} | told
    body = {"location": location, "device_id": device}
    return rig.client.post(f"/d/osmand/{rig.tokens[device]}", json=body)


def owntracks(rig: Rig, device: str, at: int, **told: Any) -> Any:
    place = {"_type": "location", "lat": HOME[0], "lon": HOME[1], "acc": 8, "tst": at // SECOND}
    return rig.client.post("/d/owntracks", json=place | told, auth=(device, rig.tokens[device]))


def overland(rig: Rig, device: str, at: int, **told: Any) -> Any:
    point = {"type": "Point", "coordinates": [HOME[1], HOME[0]]}
    about = {"timestamp": text(Micros(at)), "horizontal_accuracy": 8} | told
    feature = {"type": "Feature", "geometry": point, "properties": about}
    headers = {"Authorization": f"Bearer {rig.tokens[device]}"}
    return rig.client.post("/d/overland", json={"locations": [feature]}, headers=headers)


def traccar(rig: Rig, device: str, at: int, **told: Any) -> Any:
    if "gw" not in rig.tokens:
        gateway = Gateway(
            gateway_id=DeviceId("gw"),
            operator="test",
            retention_days=7,
            devices=frozenset({DeviceId("D-1")}),
        )
        rig.tokens["gw"] = add_device(rig.house, "gw", by="test", gateway=gateway).token
    position = {"fixTime": text(Micros(at)), "latitude": HOME[0], "longitude": HOME[1]}
    body = {"position": position | {"accuracy": 8} | told, "device": {"uniqueId": device}}
    headers = {"Authorization": f"Bearer {rig.tokens['gw']}"}
    return rig.client.post("/d/traccar", json=body, headers=headers)


def native(rig: Rig, device: str, at: int, **told: Any) -> Any:
    line = {"type": "position", "at": text(Micros(at)), "lat": HOME[0], "lon": HOME[1]}
    return rig.client.post(
        "/d/v1/messages",
        content=json.dumps(line | {"accuracy_m": 8} | told),
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )


WAYS: dict[str, tuple[Ask, bytes]] = {
    "osmand": (osmand, b""),
    "osmand json": (app_json, b""),
    "owntracks": (owntracks, b"[]"),
    "overland": (overland, b'{"result":"ok"}'),
    "traccar": (traccar, b""),
}
every_way = pytest.mark.parametrize(("ask", "reply"), WAYS.values(), ids=WAYS)


def stored(rig: Rig) -> list[Message]:
    """List what the journal holds of the one wearer."""
    (order_id,) = {one.order_id for one in rig.house.store.read(lambda tx: tx.orders.facts())}
    return rig.house.store.read(lambda tx: tx.journal.past(order_id, since=Micros(0), upto=10**6))


def waiting(rig: Rig) -> dict[str, int]:
    return rig.house.store.read(lambda tx: tx.quarantine.count())


@every_way
def test_a_fix_is_stored_at_its_own_time_and_the_client_may_forget_it(
    rig: Rig, ask: Ask, reply: bytes
) -> None:
    device = rig.wearer()
    answer = ask(rig, device, rig.clock.at - 3 * MINUTE)
    assert (answer.status_code, answer.content) == (200, reply)
    (fix,) = stored(rig)
    assert (fix.at, fix.received_at) == (rig.clock.at - 3 * MINUTE, rig.clock.at)
    assert waiting(rig) == {}


@every_way
def test_a_fix_that_comes_again_is_acknowledged_again_and_stored_once(
    rig: Rig, ask: Ask, reply: bytes
) -> None:
    device = rig.wearer()
    at = rig.clock.at
    ask(rig, device, at)
    rig.pass_time(10 * MINUTE)
    answer = ask(rig, device, at)
    assert (answer.status_code, answer.content) == (200, reply)
    assert len(stored(rig)) == 1
    assert waiting(rig) == {}


@every_way
def test_a_fix_outside_the_order_leaves_nothing(rig: Rig, ask: Ask, reply: bytes) -> None:
    device = rig.wearer()
    answer = ask(rig, device, rig.clock.at - 5 * DAY)
    assert answer.status_code == 200
    if ask is owntracks:  # the only one of them that has a stop command
        assert answer.json()[0]["configuration"]["monitoring"] == -1
    else:
        assert answer.content == reply
    assert stored(rig) == []
    assert waiting(rig) == {}


def test_the_native_path_says_gone_when_no_order_covers_the_time(rig: Rig) -> None:
    device = rig.wearer()
    assert native(rig, device, rig.clock.at - 5 * DAY).status_code == 410
    assert native(rig, device, rig.clock.at).json()["stored"] == {}
    answer = native(rig, device, rig.clock.at, seq=1).json()
    assert answer["stored"] == {device: {"epoch": 0, "upto": 1, "missing": []}}


def test_a_numbered_message_with_other_content_is_a_conflict(rig: Rig) -> None:
    """A number may be used once: another content under it is a cloned key, not a resend."""
    device = rig.wearer()
    native(rig, device, rig.clock.at, seq=1)
    native(rig, device, rig.clock.at, seq=1)
    assert (len(stored(rig)), waiting(rig)) == (1, {})
    native(rig, device, rig.clock.at, seq=1, lat=1.0)
    assert (len(stored(rig)), waiting(rig)) == (1, {"conflict": 1})


def test_the_same_fix_with_another_charge_is_a_duplicate_and_no_conflict(rig: Rig) -> None:
    device = rig.wearer()
    owntracks(rig, device, rig.clock.at, batt=80, created_at=rig.clock.at // SECOND)
    owntracks(rig, device, rig.clock.at, batt=79, created_at=rig.clock.at // SECOND + 9)
    assert (len(stored(rig)), waiting(rig)) == (1, {})


def test_two_places_of_one_second_are_both_stored(rig: Rig) -> None:
    device = rig.wearer()
    owntracks(rig, device, rig.clock.at)
    owntracks(rig, device, rig.clock.at, lat=HOME[0] + 0.0001)
    assert len(stored(rig)) == 2


def rest_for_two_hours(rig: Rig, device: str, *, is_heard: bool) -> list[str]:
    """Lie still: the phone repeats its last fix every ten minutes, or says nothing."""
    fixed_at = rig.clock.at
    owntracks(rig, device, fixed_at)
    for _ in range(12):
        rig.pass_time(10 * MINUTE)
        if is_heard:
            owntracks(rig, device, fixed_at, created_at=rig.clock.at // SECOND, t="p")
            rig.judge()
    return rig.kinds()


def test_a_phone_that_repeats_its_last_fix_is_not_silent(rig: Rig) -> None:
    """It has no new fix, which is the location's matter and the support's, never a silence."""
    assert "contact.lost" not in rest_for_two_hours(rig, rig.wearer(), is_heard=True)


def test_a_phone_that_says_nothing_is_silent(rig: Rig) -> None:
    assert "contact.lost" in rest_for_two_hours(rig, rig.wearer(), is_heard=False)


def test_the_last_will_of_a_broker_is_no_sign_of_life(rig: Rig) -> None:
    device = rig.wearer()
    owntracks(rig, device, rig.clock.at, _type="lwt")
    assert stored(rig) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda rig, device: osmand(rig, device, rig.clock.at, alarm="sos"),
        lambda rig, device: app_json(rig, device, rig.clock.at, extras={"alarm": "sos"}),
        lambda rig, device: traccar(rig, device, rig.clock.at, attributes={"alarm": "sos"}),
    ],
    ids=["osmand", "the app's button", "traccar"],
)
def test_a_call_for_help_reaches_an_officer(rig: Rig, call: Ask) -> None:
    call(rig, rig.wearer())
    rig.judge()
    assert rig.kinds() == ["wearer.help"]


def test_a_waypoint_of_a_phone_makes_no_zone(rig: Rig) -> None:
    device = rig.wearer()
    before = rig.house.store.read(lambda tx: tx.orders.facts())
    told = {"_type": "waypoints", "waypoints": [{"_type": "waypoint", "rad": 50}]}
    assert owntracks(rig, device, rig.clock.at, **told).content == b"[]"
    assert rig.house.store.read(lambda tx: tx.orders.facts()) == before


def test_a_phone_that_calls_itself_by_another_devices_name_is_kept_apart(rig: Rig) -> None:
    device, other = rig.wearer(1), rig.wearer(2)
    owntracks(rig, device, rig.clock.at, topic="owntracks/jane/phone")
    assert waiting(rig) == {}
    owntracks(rig, device, rig.clock.at - SECOND, topic=f"owntracks/{other}/phone")
    assert waiting(rig) == {"foreign_id": 1}


def test_a_gateway_speaks_for_its_own_devices_only(rig: Rig) -> None:
    traccar(rig, rig.wearer(1), rig.clock.at)
    assert waiting(rig) == {}
    assert traccar(rig, rig.wearer(2), rig.clock.at).status_code == 200
    assert waiting(rig) == {"foreign_id": 1}


def test_a_token_in_the_path_counts_before_a_header(rig: Rig) -> None:
    device = rig.wearer()
    path = f"/d/owntracks/{rig.tokens[device]}"
    headers = {"Authorization": "Basic not-base64:"}
    assert rig.client.post(path, content=b"", headers=headers).status_code == 200


def test_overlands_owntracks_mode_sends_its_token_bare_and_a_time_of_1992(rig: Rig) -> None:
    device = rig.wearer()
    told = {"_type": "location", "lat": HOME[0], "lon": HOME[1], "acc": 30}
    early = (rig.clock.at // SECOND) - 978_307_200  # it counts from 2001
    headers = {"Authorization": f"Basic {rig.tokens[device]}:"}
    answer = rig.client.post("/d/owntracks", json=told | {"tst": early}, headers=headers)
    assert answer.json() == []
    assert (stored(rig), waiting(rig)) == ([], {"clock": 1})

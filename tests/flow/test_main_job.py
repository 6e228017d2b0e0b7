"""Device traffic in, an alert that a person handles out: through the real doors and store."""

from __future__ import annotations

import json
import re

from tests.rig import PASSWORD, Rig, walk_out

from fairtag.app.judging import Engine, clean_replay
from fairtag.terms.instants import HOUR


def test_a_walk_into_the_zone_is_one_urgent_alert(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    assert rig.kinds() == ["zone.entered"]
    (alert,) = rig.alerts()
    assert (alert["priority"], alert["for"], alert["state"]) == ("urgent", "authority", "raised")


def test_the_same_request_twice_changes_nothing(rig: Rig) -> None:
    device = rig.wearer()
    line = rig.line(device, type="event", code="strap_open")
    first, second = rig.say(device, line), rig.say(device, line)
    assert first.json()["stored"] == second.json()["stored"]
    assert rig.kinds() == ["tamper.strap"]


def test_one_battery_item_a_device(rig: Rig) -> None:
    device = rig.wearer()
    rig.event(device, "battery_low")
    rig.event(device, "battery_critical")
    rig.event(device, "power_off")
    assert sum(kind.startswith("battery") for kind in rig.kinds()) == 1


def test_silence_is_noticed_and_never_counts_against_the_wearer(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    for _ in range(25):
        rig.pass_time(HOUR)
    found = rig.alerts()
    assert {"contact.lost", "monitoring.silent_24h"} & {one["kind"] for one in found}
    assert {one["for"] for one in found} == {"support"}


def test_a_restart_goes_on_where_the_last_commit_was(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    before = rig.alerts()
    rig.engine = Engine(rig.house)
    rig.engine.start()
    rig.event(device, "battery_low")
    assert [one["alert_id"] for one in rig.alerts()][: len(before)] == [
        one["alert_id"] for one in before
    ]
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_an_alert_is_handled_by_api(rig: Rig) -> None:
    device = rig.wearer()
    rig.event(device, "strap_open")
    (alert,) = rig.alerts()
    path = f"/api/v1/alerts/{alert['alert_id']}"
    staff = rig.staff()
    assert rig.client.post(f"{path}/acknowledge", headers=staff).json()["acknowledged_by"] == "olga"
    other = rig.client.post(f"{path}/acknowledge", headers=rig.staff("omar", "officer"))
    assert (other.status_code, other.json()["code"]) == (409, "FT-501")
    short = rig.client.post(f"{path}/close", headers=staff, json={"cause": "test", "reason": "x"})
    assert (short.status_code, short.json()["code"]) == (422, "FT-503")
    told = {"cause": "equipment", "reason": "The strap sensor is worn out."}
    assert rig.client.post(f"{path}/close", headers=staff, json=told).json()["state"] == "closed"
    assert rig.kinds() == []


def test_the_api_is_shut_without_a_token(rig: Rig) -> None:
    for path in ("/api/v1/alerts", "/api/v1/findings", "/api/v1/alerts/a_x"):
        answer = rig.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "FT-601")


def test_a_page_shows_positions_only_after_a_logged_opening(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    (alert,) = rig.alerts()
    path = f"/alerts/{alert['alert_id']}"
    assert rig.client.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    rig.client.post("/sign-in", data={"name": "olga", "password": PASSWORD})
    page = rig.client.get(path).text
    assert "53.50" not in page
    assert "Canaryella" not in page
    assert "Rehearsal" in page
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found is not None
    form = {"csrf": found[1], "purpose": "handle_alert"}
    opened = rig.client.post(f"{path}/open", data=form).text
    assert "53.5059" in opened
    assert "Canaryella" in opened
    log = rig.house.store.read(lambda tx: tx.audit.entries())
    looks = [one.entry for one in log if one.entry.what == "alert.evidence"]
    assert [(one.actor, one.purpose, one.wearer_id) for one in looks] == [
        ("olga", "handle_alert", "W-1")
    ]
    assert rig.client.post(f"{path}/open", data=form | {"csrf": "x"}).status_code == 403
    wrong = rig.client.post(f"{path}/open", data=form | {"purpose": "curiosity"})
    assert wrong.status_code == 403
    assert "53.5059" not in wrong.text


def test_a_message_outside_the_order_is_counted_and_dropped(rig: Rig) -> None:
    device = rig.wearer()
    line = rig.line(device, at="2026-10-01T00:00:00Z")
    assert rig.say(device, line).status_code == 410
    assert rig.house.store.read(lambda tx: tx.journal.last()) == 1  # the ruling alone
    mixed = rig.say(device, rig.line(device), rig.line(device, at="2026-10-01T00:00:01Z"))
    assert mixed.status_code == 200


def test_bad_content_gets_a_2xx_and_waits_in_quarantine(rig: Rig) -> None:
    device = rig.wearer()
    header = {"Authorization": f"Bearer {rig.tokens[device]}"}
    for body in (b"{", b"\xff\xfe", b'{"type":"position"}', b"[" * 100_000, b'{"type":"nonsense"}'):
        answer = rig.client.post("/d/v1/messages", content=body, headers=header)
        assert answer.status_code == 200, body[:20]
        assert answer.json()["quarantined"], body[:20]
    foreign = json.dumps(rig.line(device, device_id="D-9")).encode()
    answer = rig.client.post("/d/v1/messages", content=foreign, headers=header)
    assert answer.json()["quarantined"]
    big = rig.client.post("/d/v1/messages", content=b" " * 10_000_000, headers=header)
    assert big.status_code == 413
    assert rig.client.post("/d/v1/messages", content=b"").status_code == 401


def test_every_protocol_reaches_the_same_judge(rig: Rig) -> None:
    device = rig.wearer()
    token = rig.tokens[device]
    at = rig.clock.at // 1_000_000
    sent = [
        rig.client.get(
            f"/d/osmand/{token}",
            params={"lat": 53.48, "lon": -2.24, "timestamp": at, "accuracy": 5},
        ),
        rig.client.post(
            "/d/owntracks",
            auth=(device, token),
            json={
                "_type": "location",
                "lat": 53.48,
                "lon": -2.24,
                "tst": at + 1,
                "acc": 5,
                "tid": "d1",
            },
        ),
        rig.client.post(
            "/d/overland",
            headers={"Authorization": f"Bearer {token}"},
            json={
                "locations": [
                    {
                        "type": "Feature",
                        "geometry": {"type": "Point", "coordinates": [-2.24, 53.48]},
                        "properties": {
                            "timestamp": "2026-11-03T00:00:02Z",
                            "horizontal_accuracy": 5,
                        },
                    }
                ]
            },
        ),
    ]
    assert [one.status_code for one in sent] == [200, 200, 200]
    assert rig.house.store.read(lambda tx: tx.journal.last()) == 1 + len(sent)


def test_reconciliation_lists_a_device_without_credential(rig: Rig) -> None:
    device = rig.wearer()
    rig.client.post("/sign-in", data={"name": "nobody", "password": "x"})
    rig.staff()
    rig.client.post("/sign-in", data={"name": "olga", "password": PASSWORD})
    rig.house.store.transact(lambda tx: tx.devices.revoke(device, at=rig.clock.at))  # type: ignore[arg-type]
    assert "Device can&#39;t sign in" in rig.client.get("/reconciliation").text

"""Positions, names and free text stand only in the answer to a logged opening (G3, G4)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from tests.rig import HOME, Rig, walk_out
from tests.web.desk import Desk, at_desk

from fairtag.app.openings import read, writing
from fairtag.app.wearer.looks import read_page
from fairtag.audit.entries import Entry, Receipt
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import HOUR, MINUTE, Micros
from fairtag.web.console import alert_pages

NAME, PLACE, SAID = "Canaryella", "53.50", "rang and was told of the hospital"
OPEN = {"purpose": "handle_alert"}


def alerted(rig: Rig, number: int = 1) -> str:
    walk_out(rig, rig.wearer(number))
    return next(one["alert_id"] for one in rig.alerts() if one["order_id"] == f"ORD-{number}")


def entries(rig: Rig, what: str) -> list[Entry]:
    log = rig.house.store.read(lambda tx: tx.audit.entries())
    return [one.entry for one in log if one.entry.what == what]


def break_log(rig: Rig) -> None:
    """Take both sinks: a folder where the file should be, and a table that takes nothing."""
    file = rig.folder / "log" / "access.log"
    file.unlink()
    file.mkdir()
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"
        )


def shows(page: str) -> set[str]:
    return {told for told in (NAME, PLACE, SAID) if told in page}


def test_nothing_is_shown_before_an_opening_and_all_of_it_after(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    desk.send(f"/alerts/{alert}/contacts", how="phone", reached="yes", told=SAID)

    before = desk.get(f"/alerts/{alert}").text
    after = desk.send(f"/alerts/{alert}/open", **OPEN).text

    assert shows(before) == set()
    assert "oona, phone, reached" in before
    assert shows(after) == {NAME, PLACE, SAID}
    (receipt,) = re.findall(r"the access log says so \(entry (\d+)\)", after)
    logged = rig.house.store.read(lambda tx: tx.audit.entries(after=int(receipt) - 1, limit=1))
    assert logged[0].entry.what == "alert.evidence"


def test_each_view_is_one_entry_with_who_why_and_which_hour(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    assert entries(rig, "alert.evidence") == []
    for _ in range(2):
        desk.get(f"/alerts/{alert}")
        desk.send(f"/alerts/{alert}/open", **OPEN)

    found = entries(rig, "alert.evidence")

    assert len(found) == 2
    assert {(one.actor, one.operation, one.purpose) for one in found} == {
        ("oona", "consultation", "handle_alert")
    }
    assert {(one.wearer_id, one.order_id, one.alert_id) for one in found} == {
        ("W-1", "ORD-1", alert)
    }
    start, end = found[0].window or (0, 0)
    assert HOUR <= end - start <= HOUR + 15 * MINUTE


def test_a_refused_opening_is_an_entry_too(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    for purpose in ("", "curiosity", "review_handling", "HANDLE_ALERT"):
        page = desk.send(f"/alerts/{alert}/open", purpose=purpose)
        assert page.status_code == 403
        assert shows(page.text) == set()

    assert len(entries(rig, "alert.evidence.refused")) == 4
    assert entries(rig, "alert.evidence") == []


def test_a_notice_the_wearer_has_read_is_not_delayed_and_the_alert_opens_without(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "nora", "officer")
    form = {"purpose": "handle_alert"}
    desk.send(f"/alerts/{alert}/open", **form)
    read_page(rig.house, WearerId("W-1"))

    refused = desk.send(f"/alerts/{alert}/open", **form, delay="danger")

    assert refused.status_code == 409
    assert "the wearer has seen it already" in refused.text
    assert shows(refused.text) == set()
    assert shows(desk.send(f"/alerts/{alert}/open", **form).text)


def test_the_entry_is_on_disk_before_anything_is_unsealed(rig: Rig, monkeypatch) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    seen: list[bytes] = []
    unsealed = read._unsealed

    def watched(*told: Any) -> Any:
        # The newest entry tells digests of rows; the one before it is the look.
        seen.append((rig.folder / "log" / "access.log").read_bytes().splitlines()[-2])
        return unsealed(*told)

    monkeypatch.setattr(read, "_unsealed", watched)
    desk.send(f"/alerts/{alert}/open", **OPEN)

    assert b"alert.evidence" in seen[0]
    assert b"oona" in seen[0]


def test_with_no_log_to_write_to_everything_personal_stays_shut(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    desk.send(f"/alerts/{alert}/contacts", how="phone", reached="yes", told=SAID)
    break_log(rig)

    opened = desk.send(f"/alerts/{alert}/open", **OPEN)
    read = desk.send(f"/alerts/{alert}/texts", purpose="review_handling")
    closed = desk.send(f"/alerts/{alert}/close", cause="test", reason="This was a rehearsal.")

    for page in (opened, read, closed):
        assert page.status_code == 503
        assert "Use the phone procedure" in page.text
        assert shows(page.text) == set()
    assert "This was a rehearsal." in closed.text  # what was typed is not lost


def test_with_no_log_alarms_queue_sign_in_and_taking_go_on(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    rig.staff()
    break_log(rig)

    assert desk.send(f"/alerts/{alert}/acknowledge").status_code == 303
    assert rig.event("D-1", "sos").status_code == 200
    rig.pass_time(MINUTE)
    assert "The wearer asks for help" in desk.get("/").text
    form = {"name": "olga", "password": "correct horse battery"}
    assert desk.client.post("/sign-in", data=form, follow_redirects=False).status_code == 303


def test_negative_control_an_opening_that_does_not_log_is_noticed(rig: Rig, monkeypatch) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    monkeypatch.setattr(writing, "write", lambda *_, **__: Receipt(ref="", n=0))
    break_log(rig)

    page = desk.send(f"/alerts/{alert}/open", **OPEN)

    assert shows(page.text) >= {NAME, PLACE}
    assert entries(rig, "alert.evidence") == []


def test_a_closed_alert_shows_its_reason_only_to_a_logged_reader(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "sue", "supervisor")
    desk.send(f"/alerts/{alert}/close", cause="excused", reason=f"{NAME} {SAID}")

    page = desk.get(f"/alerts/{alert}").text
    assert shows(page) == set()
    assert "second person" in page
    assert desk.send(f"/alerts/{alert}/open", **OPEN).status_code == 403

    read = desk.send(f"/alerts/{alert}/texts", purpose="review_handling").text
    assert SAID in read
    assert PLACE not in read
    (entry,) = entries(rig, "alert.texts")
    assert (entry.actor, entry.purpose, entry.alert_id) == ("sue", "review_handling", alert)


def test_negative_control_texts_printed_without_an_opening_are_noticed(
    rig: Rig, monkeypatch
) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    desk.send(f"/alerts/{alert}/contacts", how="phone", reached="yes", told=SAID)

    def leaky(tx: Any, one: Any) -> Any:
        return tx.alerts.contacts(one.order_id)

    monkeypatch.setattr(alert_pages, "_bare", leaky)

    assert shows(desk.get(f"/alerts/{alert}").text) == {SAID}


def test_a_page_shuts_itself_when_the_lease_of_an_hour_is_over(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")

    page = desk.send(f"/alerts/{alert}/open", **OPEN).text

    assert 'data-lease-s="3600"' in page
    assert "/static/lease.js" in page


def test_nothing_older_than_the_hour_before_the_alert_is_shown(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device, lat=53.4955, lon=HOME[1]))
    rig.pass_time(90 * MINUTE)
    walk_out(rig, device)
    alert = next(one["alert_id"] for one in rig.alerts() if one["kind"] == "zone.entered")

    page = at_desk(rig, "oona", "officer").send(f"/alerts/{alert}/open", **OPEN).text

    assert PLACE in page
    assert "53.4955" not in page


def test_no_answer_holds_two_wearers(rig: Rig) -> None:
    first = alerted(rig)
    device = rig.wearer(2, wearer=second_wearer())
    for step in range(12):
        rig.pass_time(MINUTE)
        lat = HOME[0] + (0 if step < 4 else 0.0262) + step * 2e-5
        rig.say(device, rig.line(device, lat=lat, lon=HOME[1] + 0.0077))
    second = next(one["alert_id"] for one in rig.alerts() if one["order_id"] == "ORD-2")
    desk = at_desk(rig, "sue", "supervisor")

    one = desk.send(f"/alerts/{first}/open", **OPEN).text
    two = desk.send(f"/alerts/{second}/open", **OPEN).text

    assert ("Canaryella" in one, "Ottoline" in one) == (True, False)
    assert ("Canaryella" in two, "Ottoline" in two) == (False, True)
    assert longitudes(one) & longitudes(two) == set()
    assert longitudes(two)
    for path in ("/", "/reconciliation", "/log", "/duty"):
        page = desk.get(path).text
        assert longitudes(page) == set()
        assert not {"Canaryella", "Ottoline"} & set(re.findall(r"\w+", page))


def second_wearer() -> dict[str, Any]:
    return {
        "wearer_id": "W-2",
        "names": {"given": "Ottoline", "family": "Other"},
        "date_of_birth": "1980-05-06",
        "language": "en",
    }


def longitudes(page: str) -> set[str]:
    """Find longitudes of fixes; the two wearers' zones are the same on purpose."""
    return set(re.findall(r">(-2\.2\d{4})<", page))


CANARY = re.compile(r"Canaryella|Sealington|1991-02-03|Freedonian|53\.4|53\.5|-2\.2|hospital")


def everything_by_api(desk: Desk, alert: str) -> list[str]:
    paths = (
        "/api/v1/alerts",
        "/api/v1/alerts?state=raised",
        "/api/v1/alerts?state=acknowledged",
        "/api/v1/alerts?state=closed",
        f"/api/v1/alerts/{alert}",
        "/api/v1/findings",
        "/api/charter",
        "/api/openapi.json",
        "/readyz",
    )
    return [desk.ask("GET", path).text for path in paths]


def test_the_staff_api_holds_no_position_no_name_and_no_free_text(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "sue", "supervisor")
    desk.send(f"/alerts/{alert}/contacts", how="phone", reached="yes", told=SAID)
    told = {"cause": "excused", "reason": f"{NAME} {SAID} at {HOME}"}
    closed = desk.ask("POST", f"/api/v1/alerts/{alert}/close", json=told)
    assert closed.json()["state"] == "closed"

    for text in (closed.text, *everything_by_api(desk, alert)):
        assert CANARY.search(text) is None


def test_negative_control_a_name_in_the_api_is_noticed() -> None:
    assert CANARY.search('{"words": "Canaryella is at 53.505"}')


@pytest.mark.parametrize("role", ["caseworker", "contractor"])
def test_a_role_that_opens_nothing_sees_that_a_call_was_made_but_not_its_words(
    rig: Rig, role: str
) -> None:
    device = rig.wearer()
    rig.event(device, "battery_low")
    alert = rig.alerts()[0]["alert_id"]
    at_desk(rig, "oona", "officer").send(f"/alerts/{alert}/contacts", how="phone", told=SAID)

    page = at_desk(rig, "carl", role).get(f"/alerts/{alert}").text

    assert "oona, phone" in page
    assert SAID not in page


def test_time_passes_and_the_window_does_not_grow_backwards(rig: Rig) -> None:
    alert, desk = alerted(rig), at_desk(rig, "oona", "officer")
    rig.clock.at = Micros(rig.clock.at + 40 * MINUTE)

    desk.send(f"/alerts/{alert}/open", **OPEN)

    (entry,) = entries(rig, "alert.evidence")
    began = rig.house.store.read(lambda tx: tx.alerts.get(alert)).began_at  # type: ignore[arg-type]
    assert (entry.window or (0, 0))[0] == began - HOUR


def test_an_alert_from_late_data_shows_the_positions_it_rests_on(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    lines = []
    for minute in range(12):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        lat = 53.4808 if minute < 4 else 53.5058 + minute * 2e-5
        lines.append(rig.line(device, lat=lat, lon=-2.2376))
    rig.pass_time(5 * HOUR)  # without a network
    rig.say(device, *lines)
    alert = next(one["alert_id"] for one in rig.alerts() if one["kind"] == "zone.entered")

    opened = at_desk(rig, "oona", "officer").send(f"/alerts/{alert}/open", **OPEN)

    assert "53.506" in opened.text

"""Silence is the worst failure: every gap between the books is a support alert with an owner."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.rig import PASSWORD, START, Rig, order_of

from fairtag.alerts.model import DutyEntry
from fairtag.app.add_device import add_device, revoke_device
from fairtag.app.books import Gateway
from fairtag.app.escalate_alerts import escalate, open_alerts
from fairtag.app.judging import Engine
from fairtag.app.put_order import mark_order
from fairtag.app.reconcile import reconcile, rows
from fairtag.app.set_duty import set_duty
from fairtag.app.sign_in import add_user
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text


@pytest.fixture(autouse=True)
def on_duty(rig: Rig) -> None:
    add_user(rig.house, "ann", role="supervisor", authority="ho", by="test")
    entry = DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")
    set_duty(rig.house, [entry], by="test")


def compared(rig: Rig) -> list[str]:
    """Compare once; lists the kinds that were found and not yet told."""
    before = open_kinds(rig)
    reconcile(rig.house, since=Micros(rig.clock.at - MINUTE))
    return [kind for kind in open_kinds(rig) if kind not in before]


def open_kinds(rig: Rig) -> list[str]:
    """List kinds of open alerts without a session, which would end in a night."""
    return [one.kind for one in rig.house.store.read(open_alerts)]


def days_pass(rig: Rig, days: float, *, judged: bool = True) -> None:
    """Let days pass, hour by hour as the service would."""
    for _ in range(round(days * 24)):
        if judged:
            rig.pass_time(HOUR)
        else:
            rig.clock.at = Micros(rig.clock.at + HOUR)


def no_gap(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))


def order_without_device(rig: Rig) -> None:
    """Its only device is fitted later."""
    later = text(Micros(rig.clock.at + 10 * DAY))
    rig.wearer(devices=[{**order_of()["devices"][0], "from": later}])


def device_not_registered(rig: Rig) -> None:
    rig.wearer(devices=[{**order_of()["devices"][0], "device_id": "D-9"}])


def device_revoked(rig: Rig) -> None:
    revoke_device(rig.house, rig.wearer(), by="test")


def data_without_order(rig: Rig) -> None:
    rig.tokens["D-7"] = add_device(rig.house, "D-7", by="test").token
    rig.say("D-7", rig.line("D-7"))


def starts_tomorrow(rig: Rig) -> None:
    rig.wearer(starts_at=text(Micros(rig.clock.at + 20 * HOUR)))
    revoke_device(rig.house, "D-1", by="test")


def starts_tomorrow_without_device(rig: Rig) -> None:
    later = text(Micros(rig.clock.at + 10 * DAY))
    devices = [{**order_of()["devices"][0], "from": later}]
    rig.wearer(starts_at=text(Micros(rig.clock.at + 20 * HOUR)), devices=devices)


def two_orders(rig: Rig) -> None:
    rig.wearer(1)
    rig.wearer(2, wearer=order_of(1)["wearer"])


def ended_and_left(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    mark_order(rig.house, OrderId("ORD-1"), "end", at=rig.clock.at, by="test", reason="Served.")
    days_pass(rig, 7)


def ended_and_sending(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    mark_order(rig.house, OrderId("ORD-1"), "end", at=rig.clock.at, by="test", reason="Served.")
    rig.pass_time(MINUTE)
    rig.say(device, rig.line(device))


def suspended_for_long(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    now = rig.clock.at
    mark_order(rig.house, OrderId("ORD-1"), "suspend", at=now, by="test", reason="Hospital.")
    days_pass(rig, 7)


def unreadable_data(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, {"type": "nonsense"})


def second_device_never_heard(rig: Rig) -> None:
    one = order_of()["devices"][0]
    rig.wearer(devices=[one, {**one, "device_id": "D-2"}])
    add_device(rig.house, "D-2", by="test")
    for _ in range(26):
        rig.pass_time(HOUR)
        rig.say("D-1", rig.line("D-1"))


def judge_is_dead(rig: Rig) -> None:
    device = rig.wearer()
    answer = rig.client.post(
        f"/d/osmand/{rig.tokens[device]}?lat=53.48&lon=-2.24&timestamp={rig.clock.at // 1_000_000}"
    )
    assert answer.status_code == 200
    rig.clock.at = Micros(rig.clock.at + 6 * MINUTE)


def judge_is_dead_and_a_device_silent(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    days_pass(rig, 1.1, judged=False)


Scene = Callable[[Rig], None]
GAPS: list[tuple[Scene, set[str]]] = [
    (no_gap, set()),
    (order_without_device, {"monitoring.no_device"}),
    (device_not_registered, {"monitoring.no_credential"}),
    (device_revoked, {"monitoring.no_credential"}),
    (data_without_order, {"monitoring.no_order"}),
    (starts_tomorrow, {"monitoring.starts_soon"}),
    (starts_tomorrow_without_device, {"monitoring.starts_soon"}),
    (two_orders, {"monitoring.two_orders"}),
    (ended_and_left, {"monitoring.device_left"}),
    (ended_and_sending, {"monitoring.no_order"}),
    (suspended_for_long, {"monitoring.suspended_long"}),
    (unreadable_data, {"input.quarantined"}),
    (judge_is_dead, {"house.judging_behind"}),
    (judge_is_dead_and_a_device_silent, {"monitoring.unheard"}),
]


@pytest.mark.parametrize(("scene", "kinds"), GAPS, ids=lambda one: getattr(one, "__name__", ""))
def test_each_gap_is_one_support_alert_with_an_owner(
    rig: Rig, scene: Scene, kinds: set[str]
) -> None:
    scene(rig)

    assert set(compared(rig)) == kinds
    assert compared(rig) == []  # once, not every minute
    told = [one for one in rig.alerts() if one["kind"] in kinds]
    assert len(told) == len(kinds)
    assert {one["for"] for one in told} <= {"support"}
    assert {one["owner"] for one in told} <= {"ann"}


@pytest.mark.parametrize(("scene", "kinds"), GAPS[1:], ids=lambda one: getattr(one, "__name__", ""))
def test_a_house_that_never_compares_tells_nothing(rig: Rig, scene: Scene, kinds: set[str]) -> None:
    """Negative control of the test above: without the comparison the gap is silent."""
    scene(rig)

    assert not kinds & set(open_kinds(rig))


def test_silences_that_the_judge_tells_are_not_told_twice(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    days_pass(rig, 2)

    assert "monitoring.silent_24h" in rig.kinds()
    assert compared(rig) == []
    assert gaps(rig) == {"monitoring.silent_24h"}


def test_a_second_device_that_never_spoke_is_told_by_the_judge_and_not_twice(rig: Rig) -> None:
    second_device_never_heard(rig)

    assert rig.kinds() == ["monitoring.not_started"]
    assert compared(rig) == []


def test_an_order_that_never_began_is_told_by_the_judge_after_24_hours(rig: Rig) -> None:
    rig.wearer()
    days_pass(rig, 23 / 24)
    assert rig.kinds() == []
    days_pass(rig, 3 / 24)

    assert rig.kinds() == ["monitoring.not_started"]
    assert compared(rig) == []
    assert gaps(rig) == {"monitoring.not_started"}


def test_after_72_hours_the_authority_is_asked_and_support_still_has_it(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    days_pass(rig, 3.2)

    told = {one["kind"]: one for one in rig.alerts()}
    assert told["monitoring.practicable"]["for"] == "authority"
    assert told["monitoring.silent_24h"]["for"] == "support"
    assert "72 hours" in told["monitoring.silent_24h"]["words"]["en"]
    assert gaps(rig) == {"monitoring.silent_72h"}
    assert compared(rig) == []
    assert escalate(rig.house) >= 1
    acts = rig.house.store.read(
        lambda tx: tx.alerts.acts(told["monitoring.practicable"]["alert_id"])
    )
    assert [act.what for act in acts] == ["raised", "escalated"]


def test_installed_but_never_a_position_is_told(rig: Rig) -> None:
    device = rig.wearer()
    for _ in range(26):
        rig.pass_time(HOUR)
        rig.say(device, rig.line(device, type="event", code="charge_start"))

    assert "monitoring.never_fixed" in rig.kinds()
    assert gaps(rig) == {"monitoring.never_fixed"}
    assert compared(rig) == []


def gaps(rig: Rig) -> set[str]:
    found = rig.house.store.read(lambda tx: rows(tx, now=rig.clock.at))
    return {row.gap for row in found if row.gap is not None}


def test_a_silence_that_was_allowed_is_no_gap_of_the_judge(rig: Rig) -> None:
    absence = {
        "condition_id": "*",
        "covers": ["contact"],
        "from": text(START),
        "to": text(Micros(START + 20 * DAY)),
        "reason": "medical",
        "recorded_at": text(START),
        "by": "test",
    }
    rig.say(rig.wearer(absences=[absence]), rig.line("D-1"))
    days_pass(rig, 2, judged=False)

    assert "monitoring.unheard" not in compared(rig)


def test_a_device_behind_a_gateway_needs_no_credential_of_its_own(rig: Rig) -> None:
    rig.wearer(devices=[{**order_of()["devices"][0], "device_id": "D-9"}])
    gateway = Gateway(
        gateway_id=DeviceId("G-1"),
        operator="An invented centre",
        retention_days=7,
        devices=frozenset({DeviceId("D-9")}),
    )
    add_device(rig.house, "G-1", by="test", gateway=gateway)

    assert compared(rig) == []
    revoke_device(rig.house, "G-1", by="test")
    assert compared(rig) == ["monitoring.no_credential"]


def test_a_suspended_order_is_listed_and_its_device_is_not_taken_for_a_stray(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    now = rig.clock.at
    mark_order(rig.house, OrderId("ORD-1"), "suspend", at=now, by="test", reason="Hospital.")
    rig.pass_time(HOUR)
    rig.say(device, rig.line(device))

    assert compared(rig) == []
    assert [
        row.order_id for row in rig.house.store.read(lambda tx: rows(tx, now=rig.clock.at))
    ] == ["ORD-1"]


def test_a_gap_that_closes_marks_its_alert_and_a_person_closes_it(rig: Rig) -> None:
    device_revoked(rig)
    compared(rig)

    add_device(rig.house, "D-1", by="test")
    compared(rig)

    (alert,) = rig.alerts()
    assert (alert["is_over"], alert["state"]) == (True, "raised")


def test_a_gap_that_opens_again_is_the_same_open_alert(rig: Rig) -> None:
    device_revoked(rig)
    compared(rig)
    (first,) = rig.alerts()
    add_device(rig.house, "D-1", by="test")
    compared(rig)
    revoke_device(rig.house, "D-1", by="test")
    compared(rig)

    (alert,) = rig.alerts()
    assert (alert["alert_id"], alert["is_over"]) == (first["alert_id"], False)


def test_a_gap_that_somebody_closed_and_is_still_there_comes_back_after_a_day(rig: Rig) -> None:
    device_revoked(rig)
    compared(rig)
    (alert,) = rig.alerts()
    told = {"cause": "equipment", "reason": "A new one is on its way."}
    path = f"/api/v1/alerts/{alert['alert_id']}/close"
    rig.client.post(path, headers=rig.staff(), json=told)

    assert compared(rig) == []
    rig.clock.at = Micros(rig.clock.at + DAY + HOUR)
    assert "monitoring.no_credential" in compared(rig)


def test_a_backlog_that_is_judged_again_marks_the_alert(rig: Rig) -> None:
    judge_is_dead(rig)
    compared(rig)
    rig.engine = Engine(rig.house)
    rig.engine.start()
    rig.judge()
    compared(rig)

    (said,) = (one for one in rig.alerts() if one["kind"] == "house.judging_behind")
    assert (said["is_over"], said["priority"]) == (True, "urgent")


def test_a_service_that_has_just_started_is_not_called_behind(rig: Rig) -> None:
    judge_is_dead(rig)

    reconcile(rig.house, since=rig.clock.at)

    assert "house.judging_behind" not in rig.kinds()


def test_matters_raised_while_nobody_was_on_duty_get_an_owner(rig: Rig) -> None:
    rig.house.store.transact(lambda tx: tx.alerts.set_duty([]))
    device_revoked(rig)
    compared(rig)
    assert {one["owner"] for one in rig.alerts()} == {None}

    entry = DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")
    set_duty(rig.house, [entry], by="test")
    compared(rig)

    assert {one["owner"] for one in rig.alerts()} == {"ann"}


def test_the_page_lists_each_gap(rig: Rig) -> None:
    order_without_device(rig)
    rig.event(rig.wearer(2), "fault")
    data_without_order(rig)
    rig.staff()
    rig.client.post("/sign-in", data={"name": "olga", "password": PASSWORD})

    page = rig.client.get("/reconciliation").text

    shown = [re.sub(r"<[^>]+>", " ", row).split() for row in page.split("<tr")[2:]]
    told = [" ".join(row) for row in shown]
    assert any("No device serves the order ORD-1 W-1" in row for row in told)
    assert any("Data without an order" in row and "D-7" in row for row in told)
    assert any("ORD-2 W-2 D-2" in row and "Data without" not in row for row in told)


def test_comparing_writes_nothing_when_all_agrees(rig: Rig) -> None:
    no_gap(rig)
    before = rig.house.changes.version()

    assert reconcile(rig.house, since=Micros(rig.clock.at - MINUTE)) == 0
    assert rig.house.changes.version() == before

"""Rounds that look at a stretch of wearers each find together what one over everybody finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.rig import Rig, order_of

from fairtag.app import run_service
from fairtag.app.add_device import add_device, revoke_device
from fairtag.app.compare_books import rows
from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.put_order import mark_order
from fairtag.app.reconcile import reconcile
from fairtag.app.retention.plan import concerned, due_list, listed
from fairtag.app.turns import EVERYBODY, Stretch, Turn
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros, text


def stretches(rig: Rig, most: int) -> Iterator[Stretch]:
    turn = Turn(most)
    while True:
        rig.house.store.read(turn.move)
        yield turn.here
        if turn.is_over:
            return


@pytest.fixture
def house(rig: Rig) -> Rig:
    """Six wearers with gaps of every sort, and a device that nobody ever wore."""
    for number in range(1, 5):
        rig.say(rig.wearer(number), rig.line(f"D-{number}"))
    revoke_device(rig.house, "D-2", by="test")
    mark_order(rig.house, OrderId("ORD-3"), "suspend", at=rig.clock.at, by="test", reason="Ill.")
    later = text(Micros(rig.clock.at + 10 * DAY))
    rig.wearer(5, devices=[{**order_of(5)["devices"][0], "from": later}])
    mine = order_of(6)
    rig.wearer(6)
    rig.wearer(7, wearer=mine["wearer"])  # a second order of the same wearer
    rig.tokens["D-9"] = add_device(rig.house, "D-9", by="test").token
    rig.client.post(f"/d/osmand/{rig.tokens['D-9']}?lat=53.48&lon=-2.24&timestamp=1")
    rig.clock.at = Micros(rig.clock.at + 8 * DAY)
    return rig


@pytest.mark.parametrize("most", [1, 2, 5, 100])
def test_stretches_hold_each_wearer_once_and_in_order(house: Rig, most: int) -> None:
    found = list(stretches(house, most))
    for number in range(1, 7):
        assert sum(one.holds(WearerId(f"W-{number}")) for one in found) == 1
    assert found[0].after == ""
    assert [one.upto for one in found[:-1]] == [one.after for one in found[1:]]
    assert found[-1].upto is None
    assert not EVERYBODY.holds(None)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_stretches_find_the_rows_of_everybody(house: Rig, most: int) -> None:
    now = house.clock.at
    whole = house.house.store.read(lambda tx: rows(tx, now=now))
    parts = [
        row
        for among in stretches(house, most)
        for row in house.house.store.read(lambda tx, among=among: rows(tx, now=now, among=among))
    ]
    assert len({row.gap for row in whole}) >= 5
    assert sorted(map(repr, parts)) == sorted(map(repr, whole))


def test_stretches_raise_and_settle_what_one_round_does(house: Rig) -> None:
    def kinds() -> list[tuple[str, bool]]:
        found = house.house.store.read(open_alerts)
        return sorted((f"{one.kind} {one.order_id} {one.device_id}", one.is_over) for one in found)

    since = Micros(house.clock.at - MINUTE)
    for among in stretches(house, 2):
        reconcile(house.house, since=since, among=among)
    raised = kinds()
    assert len(raised) >= 5
    assert reconcile(house.house, since=since) == 0
    assert kinds() == raised

    house.tokens["D-2"] = add_device(house.house, "D-2", by="test").token
    first, *others = stretches(house, 2)
    assert first.holds(WearerId("W-2"))
    for among in others:  # those do not look at this wearer, and so say nothing
        reconcile(house.house, since=since, among=among)
    assert kinds() == raised
    reconcile(house.house, since=since, among=first)
    assert ("monitoring.no_credential ORD-2 D-2", True) in kinds()


def test_whoever_may_be_asked_is_known_without_opening_an_order(rig: Rig) -> None:
    rig.wearer(1)
    asked = {
        "id": "p1",
        "kind": "check_in",
        "modality": "human_call",
        "max_per_day": 1,
        "allowed": [{"from": "09:00", "to": "20:00"}],
        "answer_within_min": 30,
        "min_gap_min": 60,
    }
    rig.wearer(2, conditions=[*order_of(2)["conditions"], asked])
    assert rig.house.store.read(lambda tx: tx.orders.asked()) == ["W-2"]


def test_a_list_of_some_wearers_is_that_part_of_the_whole_list(rig: Rig) -> None:
    for number in range(1, 4):
        rig.say(rig.wearer(number), rig.line(f"D-{number}"))
    rig.engine.keep_all()
    at = Micros(rig.clock.at + 400 * DAY)  # everything that goes by itself is due by then
    whole = due_list(rig.house, as_of=at, by="machine")
    assert whole.items
    chosen = concerned(rig.house, as_of=at, by="machine")
    assert chosen == sorted({one.wearer_id for one in whole.items})
    for some in ([chosen[0]], chosen):
        told = rig.house.store.read(
            lambda tx, some=some: listed(tx, rig.house, as_of=at, by="machine", wearers=some)
        )
        assert told.items == tuple(one for one in whole.items if one.wearer_id in some)
    assert concerned(rig.house, as_of=rig.clock.at, by="machine") == []


def test_keys_come_in_parts_with_all_of_a_wearers(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        rig.say(rig.wearer(number), rig.line(f"D-{number}"))
    every = rig.house.vault.periods()
    most = max(sum(one.wearer_id == f"W-{number}" for one in every) for number in range(1, 5))
    monkeypatch.setattr("fairtag.adapters.vault._A_PART", most + 1)
    parts = list(rig.house.vault.owned())
    assert len(parts) > 1
    assert [one for part in parts for one in part] == every
    for part in parts:
        assert rig.house.vault.periods(sorted({one.wearer_id for one in part})) == part


def test_all_stretches_of_a_turn_know_when_the_former_one_began(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each would take the service for one that has just started, and never see it behind."""
    for number in (1, 2, 3):
        rig.wearer(number)
    told: list[int] = []
    monkeypatch.setattr(
        run_service, "reconcile", lambda _, *, since, among: told.append(since) or len(among)
    )
    started = rig.clock.at
    books = run_service.Books(started)
    books.turn = Turn(most=1)
    begun = []
    for _ in range(3):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        begun.append(rig.clock.at)
        books.compare(rig.house)
        while not books.turn.is_over:
            rig.clock.at = Micros(rig.clock.at + 2 * SECOND)
            books.compare(rig.house)

    of_a_turn = len(told) // 3
    assert of_a_turn >= 3
    assert told == [one for one in (started, *begun[:2]) for _ in range(of_a_turn)]

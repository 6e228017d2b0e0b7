"""An order that is still is stored as it lies among many, and lies there again without a judge."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.rig import HOME, Rig, opened_rig

from fairtag.app.judging import Engine, clean_replay, memory
from fairtag.orders.kept import rulings as kept_rulings
from fairtag.rules.judge import OrderJudge
from fairtag.rules.many import quiet
from fairtag.rules.view import PAUSE
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse

MORNING = parse("2026-11-03T09:00:00Z")  # a Tuesday; nothing begins before the evening
ORDER = OrderId("ORD-1")


@pytest.fixture
def still(tmp_path: Path) -> Any:
    """Open a house in which two orders are still, and their states are written."""
    with opened_rig(tmp_path / "data", at=MORNING) as rig:
        for number in (1, 2):
            rig.wearer(number)
        for minute in range(4):
            minute_of(rig, minute)
        rig.engine.keep_all()
        yield rig


def minute_of(rig: Rig, minute: int) -> None:
    rig.clock.at = Micros(rig.clock.at + MINUTE)
    for device in ("D-1", "D-2"):
        rig.say(device, rig.line(device, lat=HOME[0] + minute * 1e-5))


def again(rig: Rig) -> None:
    """Start the judge again."""
    rig.engine = Engine(rig.house)
    rig.engine.start()


def no_judge(*_: object, **__: object) -> None:
    pytest.fail("a judge was made")


def column(rig: Rig, name: str) -> list[Any]:
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        return [row[0] for row in db.execute(f"SELECT {name} FROM states ORDER BY order_id")]  # noqa: S608


def write(rig: Rig, told: str, *values: object) -> None:
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        db.execute(told, values)


def test_it_wakes_speaks_and_is_written_without_a_judge(
    still: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(still)
    dumps, lain = column(still, "sealed"), column(still, "still")
    with monkeypatch.context() as alone:
        alone.setattr(OrderJudge, "__init__", no_judge)
        minute_of(still, 5)
        assert still.engine.keep_all() == 2

    assert column(still, "sealed") == dumps
    assert not set(column(still, "still")) & set(lain)
    assert still.engine.digest_input() == clean_replay(still.house)
    again(still)
    assert still.engine.digest_input() == clean_replay(still.house)


def test_negative_control_a_state_that_lost_what_moved_it_is_seen(still: Rig) -> None:
    again(still)
    minute_of(still, 5)
    still.engine.keep_all()
    write(still, "UPDATE states SET still = NULL WHERE order_id = ?", ORDER)
    again(still)

    assert still.engine.digest_input() != clean_replay(still.house)


def test_one_that_other_rules_wrote_is_left_to_its_judge_and_loses_nothing(
    still: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(still)
    minute_of(still, 5)
    still.engine.keep_all()
    monkeypatch.setattr(quiet, "stamp_of", lambda _: b"other")
    monkeypatch.setattr(kept_rulings, "_STAMP", b"x" * kept_rulings._STAMP_BYTES)
    again(still)
    minute_of(still, 6)

    assert still.engine._judges._judges
    assert still.engine.digest_input() == clean_replay(still.house)


def test_what_a_judge_decides_after_waking_is_whole_when_it_wakes_again(still: Rig) -> None:
    for minute in (5, 6):
        again(still)
        minute_of(still, minute)
        still.event("D-1", "strap_open" if minute == 5 else "strap_closed")
        still.engine.keep_all()
    again(still)

    assert still.engine.digest_input() == clean_replay(still.house)
    assert "tamper.strap" in still.kinds()
    still.pass_time(HOUR)  # nobody speaks: timers fall of orders that nobody woke
    assert still.kinds().count("contact.lost") == 2
    assert still.engine.digest_input() == clean_replay(still.house)


def test_orders_beyond_what_memory_may_hold_lie_in_the_store_and_their_timers_fall(
    still: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_MOST_BYTES", 0)
    monkeypatch.setattr(memory, "_MOST", 0)
    again(still)
    for minute in (5, 6):
        minute_of(still, minute)
        assert ORDER in still.engine._judges._quiet
        still.engine.keep_all()
        assert ORDER not in still.engine._judges._quiet
        assert still.engine._judges._quiet.size == 0
    still.pass_time(HOUR)

    assert sorted(still.kinds()) == ["contact.lost", "contact.lost"]
    assert still.engine.digest_input() == clean_replay(still.house)


def test_a_state_that_could_not_be_written_is_written_whole_later(still: Rig) -> None:
    again(still)
    still.event("D-1", "strap_open")
    write(still, "INSERT INTO erasure_items VALUES ('R', 'W-1', '*', '*')")
    still.engine.keep_all()
    write(still, "DELETE FROM erasure_items")
    minute_of(still, 5)
    still.engine.keep_all()
    again(still)

    assert still.engine.digest_input() == clean_replay(still.house)


def test_orders_pause_at_times_of_their_own(still: Rig) -> None:
    again(still)
    views = [still.engine.known(OrderId(f"ORD-{n}"))._view for n in (1, 2)]  # type: ignore[union-attr]
    pauses = [one.pause_after(MORNING) for one in views]

    assert len(set(pauses)) == 2
    for view, pause in zip(views, pauses, strict=True):
        assert MORNING < pause <= MORNING + PAUSE
        assert view.pause_after(Micros(pause - 1)) == pause
        assert view.pause_after(pause) == pause + PAUSE

"""States are written long after their orders spoke; nothing is lost or told twice for that."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.rig import HOME, Rig, opened_rig, walk_out

from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.judging import Engine, clean_replay, memory
from fairtag.app.judging.book import JudgeState
from fairtag.app.trail.compact import compact
from fairtag.rules.finding import as_json
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, parse

START = parse("2026-11-03T18:30:00Z")  # a Tuesday; the curfew begins at 19:00
NEVER = 1_000 * DAY
W = WearerId("W-1")


@pytest.fixture
def lagging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let states lag for as long as nobody asks for them."""
    monkeypatch.setattr(memory, "_LAG_TIME", NEVER)


def evening(rig: Rig, chance: random.Random, restarts: float = 0.0) -> None:
    """Live through an evening with a walk, silences and a late upload; the judge dies at times."""
    for number in (1, 2):
        rig.wearer(number)
    kept: dict[str, list[dict[str, Any]]] = {"D-1": [], "D-2": []}
    life = random.Random(7)
    for minute in range(0, 150, 3):
        rig.pass_time(3 * MINUTE)
        for device, late in kept.items():
            away = 0.02 if 45 <= minute < 90 and device == "D-1" else 0.0
            speak(rig, device, late, life, away)
            if chance.random() < restarts:
                rig.engine = Engine(rig.house)
    for device, late in kept.items():
        rig.say(device, *late)
    rig.pass_time(90 * MINUTE)


def speak(
    rig: Rig, device: str, late: list[dict[str, Any]], life: random.Random, away: float
) -> None:
    """Say where the device is, or keep it for later; perhaps something happens to it."""
    line = rig.line(device, lat=HOME[0] - away + life.gauss(0, 3e-5), lon=HOME[1])
    if life.random() < 0.2:
        late.append(line)
    elif life.random() < 0.9:
        rig.say(device, line)
    if life.random() < 0.1:
        rig.event(device, life.choice(["strap_open", "strap_closed", "sos"]))


def told(rig: Rig) -> list[bytes]:
    feed = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=10_000))
    assert set(Counter((one.finding_id, one.rev) for _, one in feed).values()) == {1}
    return [as_json(one) for _, one in feed]


def alerts(rig: Rig) -> list[tuple[str, tuple[str, ...]]]:
    found = rig.house.store.read(lambda tx: tx.alerts.listed(states=["raised"], limit=1_000))
    return sorted((one.kind, tuple(one.findings)) for one in found)


def positions(rig: Rig) -> tuple[int, int]:
    return rig.house.store.read(lambda tx: (tx.verdicts.judged_upto(), tx.verdicts.whole_upto()))


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[bytes], list[tuple[str, tuple[str, ...]]]]:
    with opened_rig(tmp_path_factory.mktemp("data"), at=START) as rig:
        evening(rig, random.Random(0))
        return told(rig), alerts(rig)


@pytest.mark.parametrize("seed", range(4))
def test_a_judge_that_dies_at_any_time_finds_the_same_once(
    tmp_path: Path,
    seed: int,
    undisturbed: tuple[list[bytes], list[tuple[str, tuple[str, ...]]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(memory, "_LAG_TIME", chance.choice([0, 10 * MINUTE, HOUR, NEVER]))
    with opened_rig(tmp_path, at=START) as rig:
        evening(rig, chance, restarts=0.2)
        rig.engine = Engine(rig.house)
        rig.engine.start()

        assert told(rig) == undisturbed[0]
        assert alerts(rig) == undisturbed[1]
        assert rig.engine.digest_input() == clean_replay(rig.house)


@pytest.mark.usefixtures("lagging")
def test_negative_control_a_restart_that_judges_nothing_again_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk_out(rig, rig.wearer())

    def nothing(*_: object) -> Iterator[list[Any]]:
        return iter(())

    monkeypatch.setattr(Engine, "_between", nothing)
    rig.engine = Engine(rig.house)
    rig.engine.start()

    assert rig.engine.digest_input() != clean_replay(rig.house)


@pytest.mark.usefixtures("lagging")
def test_what_a_restart_finds_and_nobody_was_told_is_told(rig: Rig) -> None:
    walk_out(rig, rig.wearer())
    before = told(rig)
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        db.execute("DELETE FROM findings")
    rig.engine = Engine(rig.house)
    rig.engine.start()

    assert before
    assert told(rig) == before


def test_states_are_written_a_bounded_number_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_AT_ONCE", 2)
    devices = [rig.wearer(number) for number in range(1, 6)]
    for device in devices:
        rig.say(device, rig.line(device))
    judged, whole = positions(rig)
    assert whole < judged
    rig.clock.at = Micros(rig.clock.at + 2 * MINUTE)
    wholes = []
    for _ in range(3):
        rig.engine.step()
        wholes.append(positions(rig)[1])

    assert wholes == sorted(set(wholes))
    assert wholes[-1] == judged


@pytest.mark.usefixtures("lagging")
def test_a_quiet_end_leaves_nothing_behind(rig: Rig) -> None:
    walk_out(rig, rig.wearer())
    judged, whole = positions(rig)
    assert whole < judged
    assert rig.engine.keep_all() == 1
    assert positions(rig) == (judged, judged)
    assert rig.engine.keep_all() == 0
    rig.engine = Engine(rig.house)
    rig.engine.start()

    assert rig.engine.digest_input() == clean_replay(rig.house)


@pytest.mark.usefixtures("lagging")
def test_rows_that_a_state_lacks_do_not_become_chunks(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    rig.clock.at = Micros(rig.clock.at + 5 * HOUR)
    assert compact(rig.house) == 0
    rig.judge()
    rig.engine.keep_all()
    rig.clock.at = Micros(rig.clock.at + 5 * HOUR)

    assert compact(rig.house) > 0


def test_a_late_state_of_an_erased_wearer_is_not_written(rig: Rig) -> None:
    rig.wearer()
    state = JudgeState(order_id=OrderId("ORD-1"), wearer_id=W, upto=1, due=None, dump=b"x")
    rig.house.store.transact(lambda tx: tx.verdicts.put_states([state]))
    assert rig.house.store.read(lambda tx: tx.verdicts.state(state.order_id)) == state
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        db.execute("DELETE FROM states")
        db.execute("INSERT INTO erasure_items VALUES ('R', 'W-1', '*', '*')")
    rig.house.store.transact(lambda tx: tx.verdicts.put_states([state]))
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        assert db.execute("SELECT count(*) FROM states").fetchone() == (0,)


def test_timers_fall_once_each_and_judges_that_nobody_needs_are_let_go(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_MOST", 2)
    devices = [rig.wearer(number) for number in range(1, 6)]
    for device in devices:
        rig.say(device, rig.line(device))
    rig.pass_time(10 * MINUTE)
    assert len(rig.engine._judges._judges) == 2
    rig.pass_time(HOUR)

    assert rig.kinds() == ["contact.lost"] * len(devices)
    assert rig.engine.tick() == 0
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_a_quiet_request_needs_no_judge(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 0)
    device = rig.wearer()
    for minute in range(4):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        rig.say(device, rig.line(device, lat=HOME[0] + minute * 1e-5))
    rig.engine.keep_all()
    assert not rig.engine._judges._judges
    rig.clock.at = Micros(rig.clock.at + MINUTE)
    rig.say(device, rig.line(device, lat=HOME[0] + 5e-5))

    assert not rig.engine._judges._judges
    assert positions(rig)[1] < positions(rig)[0]
    assert rig.engine.digest_input() == clean_replay(rig.house)
    assert rig.engine.keep_all() == 1
    rig.event(device, "strap_open")
    assert rig.kinds() == ["tamper.strap"]
    assert rig.engine.digest_input() == clean_replay(rig.house)


@pytest.mark.usefixtures("lagging")
def test_what_goes_to_a_judge_counts_from_its_own_place(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two entries of one step the first goes to a judge and the second is taken at once."""
    first, second = rig.wearer(1), rig.wearer(2)
    for minute in range(4):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        for device in (first, second):
            rig.say(device, rig.line(device, lat=HOME[0] + minute * 1e-5))
    rig.engine.keep_all()
    before = positions(rig)[1]
    rig.clock.at = Micros(rig.clock.at + MINUTE)
    with monkeypatch.context() as waiting:
        waiting.setattr(Engine, "step", lambda _: 0)
        rig.event(first, "strap_open")
        rig.say(second, rig.line(second, lat=HOME[0] + 5e-5))
    assert rig.engine.step() == 2

    assert positions(rig) == (before + 2, before)
    rig.engine = Engine(rig.house)
    rig.engine.start()
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_timers_of_many_fall_some_in_a_round_and_all_in_the_end(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_FALLEN", 2)
    for number in range(1, 6):
        rig.say(rig.wearer(number), rig.line(f"D-{number}"))
    while rig.engine.step():
        pass
    rig.clock.at = Micros(rig.clock.at + DAY)  # contact is lost with all of them
    fell = []
    while now := rig.engine.tick():
        fell.append(now)
        while rig.engine.step():
            pass
    assert max(fell) == 2
    assert sum(fell) >= 5
    kinds = [one.kind for one in rig.house.store.read(open_alerts)]
    assert kinds.count("contact.lost") == 5
    assert rig.engine.digest_input() == clean_replay(rig.house)

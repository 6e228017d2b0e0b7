"""The judge's memory is what the last commit says, whatever fails in between."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from tests.rig import Rig, walk_out

from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.app.judging import Engine, clean_replay, engine, memory
from fairtag.app.ports import Store
from fairtag.terms.errors import Busy
from fairtag.terms.instants import Micros, text


class FailingStore:
    """A store whose next commits fail, as a full disk's do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0  # of commits that are refused
        self.lost = 0  # of those that are taken and then fail
        self.is_slow = False  # commits wait until they are let go
        self.urgent: list[bool] = []  # of each commit
        self.waiting: list[tuple[Any, Future[Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def submit(self, work: Any, *, is_urgent: bool = False) -> Any:
        if self.failures:
            self.failures -= 1
            raise Busy("no space left on device")
        self.urgent.append(is_urgent)
        if self.lost:
            self.lost -= 1
            lost: Future[Any] = Future()
            lost.set_exception(Busy("no space left on device"))
            return lost
        if self.is_slow:
            self.waiting.append((work, Future()))
            return self.waiting[-1][1]
        return self._store.submit(work, is_urgent=is_urgent)

    def let_go(self) -> None:
        self.is_slow = False
        for work, future in self.waiting:
            future.set_result(self._store.submit(work).result())
        self.waiting = []


def failing(rig: Rig) -> FailingStore:
    store = FailingStore(rig.house.store)
    rig.engine = Engine(replace(rig.house, store=store))
    rig.engine.start()
    return store


def test_a_commit_that_failed_is_judged_again_as_if_it_never_was(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    walk_out(rig, device)
    rig.client.post(
        "/d/v1/messages",
        json=rig.line(device, type="event", code="strap_open"),
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )
    store.failures = 2
    for _ in range(2):
        with pytest.raises(Busy):
            rig.engine.step()
    rig.judge()

    assert sorted(rig.kinds()) == ["tamper.strap", "zone.entered"]
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_negative_control_a_judge_that_goes_on_regardless_is_noticed(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    rig.say(device, rig.line(device))
    rig.pass_time(60_000_000)
    rig.client.post(
        "/d/v1/messages",
        json=rig.line(device, type="event", code="strap_open"),
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )
    store.failures = 1
    with pytest.raises(Busy):
        rig.engine.step()
    rig.engine._is_whole = True
    rig.judge()

    assert rig.kinds() != ["tamper.strap"] or rig.engine.digest_input() != clean_replay(rig.house)


def test_what_somebody_is_to_be_told_goes_before_what_devices_say(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    rig.say(device, rig.line(device))
    assert store.urgent
    assert not any(store.urgent)

    rig.event(device, "strap_open")

    assert rig.kinds() == ["tamper.strap"]
    assert store.urgent[-1]


def much_said(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> FailingStore:
    """Let more wait than a step takes, for two orders; each step takes two entries."""
    monkeypatch.setattr(engine, "_LEAST", 2)
    monkeypatch.setattr(engine, "_MOST", 2)
    devices = [rig.wearer(1), rig.wearer(2)]
    store = failing(rig)
    rig.judge()
    for _ in range(4):
        for device in devices:
            rig.clock.at = Micros(rig.clock.at + 30_000_000)
            rig.client.post(
                "/d/v1/messages",
                json=rig.line(device),
                headers={"Authorization": f"Bearer {rig.tokens[device]}"},
            ).raise_for_status()
    return store


def test_a_step_is_judged_while_the_one_before_is_written(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = much_said(rig, monkeypatch)
    before = rig.engine.upto
    store.is_slow = True

    assert rig.engine.step() == 2
    assert rig.engine.upto == before  # judged, and not written
    assert rig.house.store.read(lambda tx: tx.verdicts.judged_upto()) == before

    store.let_go()
    rig.judge()
    assert rig.engine.upto == rig.house.store.read(lambda tx: tx.journal.last())
    assert rig.engine.upto == rig.house.store.read(lambda tx: tx.verdicts.judged_upto())
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_a_commit_that_is_lost_while_the_next_step_is_judged_takes_both_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = much_said(rig, monkeypatch)
    before = rig.engine.upto
    store.lost = 1

    assert rig.engine.step() == 2
    with pytest.raises(Busy):
        rig.engine.step()
    assert rig.engine.keep_all() == 0  # what is in memory was not written
    assert rig.house.store.read(lambda tx: tx.verdicts.judged_upto()) == before

    rig.judge()
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_negative_control_a_lost_commit_that_nobody_heeds_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = much_said(rig, monkeypatch)
    store.lost = 1
    assert rig.engine.step() == 2
    flight = rig.engine._flight
    assert flight is not None
    rig.engine._flight = None  # as if it had landed
    while rig.engine.step():
        pass
    assert rig.house.store.read(lambda tx: tx.verdicts.whole_upto()) >= flight.upto - 2
    assert memory_lost(rig) != clean_replay(rig.house)


@pytest.mark.parametrize("is_heeded", [True, False])
def test_a_start_waits_for_what_is_still_with_the_writer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, *, is_heeded: bool
) -> None:
    """Judging fails while a commit is in flight. The start that does not wait for it is the
    negative control: it reads a position before it, and later the states that came with it.
    """
    monkeypatch.setattr(memory, "_LAG", 0)
    store = much_said(rig, monkeypatch)
    store.is_slow = True
    assert rig.engine.step() == 2
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_judge_all", broken)
        with pytest.raises(ArithmeticError):
            rig.engine.step()
    if is_heeded:
        threading.Timer(0.2, store.let_go).start()
        rig.engine.start()
        assert not store.waiting
    else:
        rig.engine._flight = None
        rig.engine.start()
        store.let_go()
    after = rig.house.store.read(lambda tx: tx.verdicts.judged_upto())
    assert (rig.engine.upto == after) == is_heeded
    rig.judge()
    if is_heeded:
        assert rig.engine.digest_input() == memory_lost(rig) == clean_replay(rig.house)


def broken(*_: object) -> None:
    raise ArithmeticError


def test_a_start_that_finds_something_anew_leaves_no_state_that_says_too_much(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after new rules: a finding lacks; the service dies right after it is written."""
    monkeypatch.setattr(memory, "_LAG_TIME", 10**15)
    device = rig.wearer()
    failing(rig)
    rig.judge()
    for line in [
        rig.line(device, type="event", code="strap_open"),
        *(rig.line(device) for _ in range(6)),
    ]:
        rig.clock.at = Micros(rig.clock.at + 30_000_000)
        told = line | {"at": text(rig.clock.at)}
        rig.client.post(
            "/d/v1/messages", json=told, headers={"Authorization": f"Bearer {rig.tokens[device]}"}
        ).raise_for_status()
    while rig.engine.step():
        pass
    assert isinstance(rig.house.store, SqliteStore)
    rig.house.store.transact(lambda tx: tx.verdicts._db.execute("DELETE FROM findings"))  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "_MOST", 2)
    monkeypatch.setattr(memory, "_LAG", 0)
    with monkeypatch.context() as patch:
        land = Engine._land

        def land_and_die(one: Engine) -> None:
            land(one)
            broken()

        patch.setattr(Engine, "_land", land_and_die)
        with pytest.raises(ArithmeticError):
            Engine(rig.house).start()
    assert memory_lost(rig) == clean_replay(rig.house)


def test_states_that_could_not_be_written_at_the_end_leave_no_whole_memory(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = much_said(rig, monkeypatch)
    rig.judge()
    store.lost = 1
    with pytest.raises(Busy):
        rig.engine.keep_all()
    rig.pass_time(60_000_000)
    rig.say("D-2", rig.line("D-2"))
    assert memory_lost(rig) == clean_replay(rig.house)


def memory_lost(rig: Rig) -> list[tuple[Any, bytes]]:
    """Start again from what is stored, and tell the states."""
    rig.engine = Engine(rig.house)
    rig.engine.start()
    rig.judge()
    return rig.engine.digest_input()


@pytest.mark.parametrize("is_careless", [False, True])
def test_a_state_lacks_what_was_said_while_it_was_written(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, *, is_careless: bool
) -> None:
    """The careless way is the negative control: it takes a state for whole when it is written."""
    monkeypatch.setattr(memory, "_LAG", 0)  # each step writes the states of those who spoke
    much_said(rig, monkeypatch)
    if is_careless:
        gave, wrote = memory.Judges.gave, memory.Judges.wrote

        def later(judges: memory.Judges, states: Any, *, left_out: Any) -> None:
            gave(judges, states)
            wrote(judges, states, left_out=left_out)

        monkeypatch.setattr(memory.Judges, "gave", lambda *_: None)
        monkeypatch.setattr(memory.Judges, "wrote", later)
    for _ in range(4):
        assert rig.engine.step() == 2
    assert rig.engine._flight is not None

    rig.engine._land()
    assert rig.house.store.read(lambda tx: tx.verdicts.whole_upto()) == rig.engine.upto
    assert (memory_lost(rig) == clean_replay(rig.house)) != is_careless

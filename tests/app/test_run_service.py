"""Timers fall due under load, and a thread that fails or hangs is seen."""

from __future__ import annotations

from typing import Any

import pytest

from fairtag.app import run_service
from fairtag.app.run_service import Beat, Pulse


class BusyEngine:
    """An engine that always has something to judge."""

    upto = 7

    def __init__(self, pulse: Pulse, rounds: int, *, fails: bool = False) -> None:
        self.ticks = 0
        self.fails = fails
        self._left = rounds
        self._pulse = pulse

    def step(self) -> int:
        self._left -= 1
        if self._left == 0:
            self._pulse.stop.set()
        if self.fails:
            raise RuntimeError("disk")
        return 1

    def tick(self) -> int:
        self.ticks += 1
        return 0


def test_timers_fall_due_while_data_never_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_service, "_TICK_S", 0.0)
    pulse = Pulse()
    engine: Any = BusyEngine(pulse, rounds=5)
    run_service._judge(engine, pulse)
    assert engine.ticks == 5
    assert pulse.is_well
    assert pulse.judged_upto == 7


def test_a_round_that_fails_is_seen_and_a_good_one_ends_it() -> None:
    pulse = Pulse()
    engine: Any = BusyEngine(pulse, rounds=1, fails=True)
    run_service._judge(engine, pulse)
    assert not pulse.is_well
    pulse.judge.strike(is_good=True)
    assert pulse.is_well


def test_a_thread_that_hangs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    beat = Beat()
    assert beat.is_well  # not started is no failure
    beat.strike(is_good=True)
    assert beat.is_well
    monkeypatch.setattr(run_service, "_LATE_S", -1.0)
    assert not beat.is_well

"""What clocks tell are whole milliseconds, however fast they run."""

from __future__ import annotations

import time

import pytest

from fairtag.adapters import clock
from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.terms.instants import Micros

ODD = 1_795_000_000_123_456_789  # ns


@pytest.fixture(autouse=True)
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.time, "time_ns", lambda: ODD)


def test_the_machines_clock_tells_the_millisecond_that_has_begun() -> None:
    assert MachineClock().now() == 1_795_000_000_123_000


@pytest.mark.parametrize("speed", [1, 7.3, 60])
def test_a_scaled_clock_tells_one_too(speed: float) -> None:
    since = Micros(MachineClock().now() - 1_000_000)
    told = ScaledClock(start=Micros(41), since=since, speed=speed).now()
    assert told % 1_000 == 0
    assert 0 <= 41 + speed * 1_000_000 - told < 1_000


def test_negative_control_the_machine_tells_more() -> None:
    assert time.time_ns() // 1_000 % 1_000

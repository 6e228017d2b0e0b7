"""Stretches of time and wall clocks are looked up for many instants as for each."""

from __future__ import annotations

import numpy as np
import pytest

from fairtag.sim.lives.spans import NONE, Spans
from fairtag.sim.lives.wall import wall_of
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse
from fairtag.terms.local import Interval, wall_minute


def between(start: int, end: int) -> Interval:
    return Interval(start=Micros(start), end=Micros(end))


def test_what_holds_is_told_by_its_place_in_the_sequence() -> None:
    spans = Spans([between(50, 60), between(10, 20), between(20, 30), between(70, 70)])
    at = np.array([0, 10, 19, 20, 30, 55, 60, 70, 99])
    assert spans.at(at).tolist() == [NONE, 1, 1, 2, NONE, 0, NONE, NONE, NONE]


def test_nothing_holds_among_none() -> None:
    assert Spans([]).hold(np.array([0, 1])).tolist() == [False, False]


@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize(
    "noon", ["2026-10-24T12:00:00Z", "2026-03-28T12:00:00Z", "2026-04-04T12:00:00Z"]
)
def test_the_wall_clock_is_that_of_each_instant(zone: str, noon: str) -> None:
    """Saturdays before the clocks change: in London in October and March, on Lord Howe in April."""
    times = np.arange(parse(noon), parse(noon) + 36 * HOUR, 5 * MINUTE)
    for at, shown in zip(times.tolist(), wall_of(times, zone).tolist(), strict=True):
        day, minute = wall_minute(Micros(at), zone)
        assert shown == parse(f"{day}T00:00:00Z") + minute * MINUTE


def test_the_days_of_the_test_have_a_change() -> None:
    """Negative control: one offset for the whole day would be noticed."""
    times = np.arange(parse("2026-10-24T12:00:00Z"), parse("2026-10-26T00:00:00Z"), HOUR)
    offsets = wall_of(times, "Europe/London") - times
    assert set(offsets.tolist()) == {0, HOUR}

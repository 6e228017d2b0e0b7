"""Which rows of a stream may be one walk? Those that can do nothing but move a belief."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.rules.nights import at, fix, fixes

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules import quiet
from fairtag.rules.quiet import Now, arrived_with, quiet_until
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import DAY, MINUTE, Micros

OWN = replace(DEFAULTS, silence_s=1_800, rejudged_days=7)
DAYS = DAY // MINUTE


def until(*told: Position, first: int = 0, **changed: Any) -> int:
    now = {
        "clock": at(0),
        "hold": None,
        "heard": at(0),
        "fixed": at(0),
        "at": at(0),
        "silent": Micros(0),
    } | changed
    return quiet_until(positions_of(told), first, Now(**now), OWN)


def row(minute: float, received: float | None = None, **more: Any) -> Position:
    arrived = at(minute if received is None else received)
    return replace(fix(minute, **more), received_at=arrived)


QUIET = [row(n) for n in range(1, 6)]


def test_a_steady_stream_is_quiet_from_any_row_on() -> None:
    assert until(*QUIET) == 5
    assert until(*QUIET, first=3, at=at(3)) == 5
    assert until(*QUIET, first=4) == 5


NO_WITNESS = [{"source": Source.CELL}, {"accuracy_m": OWN.usable_m + 1}, {"is_mock": True}]


@pytest.mark.parametrize("more", NO_WITNESS)
@pytest.mark.parametrize("place", [0, 3, 4])
def test_a_position_that_is_no_witness_passes_quietly(more: dict[str, Any], place: int) -> None:
    told = [*QUIET]
    told[place] = replace(told[place], **more)

    assert until(*told) == 5


@pytest.mark.parametrize("more", NO_WITNESS)
def test_the_one_that_tells_for_how_long_no_place_was_known_is_not_quiet(
    more: dict[str, Any],
) -> None:
    masts = [row(n, **more) for n in range(1, 41)]

    assert until(*masts) == 29  # the thirtieth minute after the last fix
    assert until(*masts, fixed=at(5)) == 34
    assert until(*masts[:20], row(20.5), *masts[20:]) == 41  # a fix in between
    assert until(row(1), *(row(n, **more) for n in range(2, 41))) == 30


def test_what_did_not_happen_later_is_not_quiet() -> None:
    assert until(row(1), row(1, 2), row(3)) == 1
    assert until(row(2), row(1, 3)) == 1
    assert until(row(0), at=at(0)) == 0
    assert until(row(0.01), at=at(0)) == 1


def test_what_did_not_arrive_later_is_not_quiet() -> None:
    assert until(row(1, 5), row(2, 4.9)) == 1
    assert until(row(1), clock=at(1.1)) == 0
    assert until(row(1), clock=at(1)) == 1


@pytest.mark.parametrize(("minute", "end"), [(29.9, 1), (30, 0)])
def test_a_silence_is_not_quiet_whatever_else_was_heard(minute: float, end: int) -> None:
    assert until(row(minute), clock=at(29), heard=at(0)) == end
    assert until(row(1), row(1 + minute)) == 1 + end


@pytest.mark.parametrize(("late", "end"), [(7 * DAYS, 1), (7 * DAYS + 0.01, 0)])
def test_what_is_too_late_to_be_judged_is_not_quiet(late: float, end: int) -> None:
    assert until(row(1, 1 + late), heard=at(late), clock=at(late)) == end


@pytest.mark.parametrize(("hold", "end"), [(3, 2), (3.01, 3), (1, 0), (99, 5)])
def test_a_timer_is_not_quiet_by_either_clock(hold: float, end: int) -> None:
    assert until(*QUIET, hold=at(hold)) == end
    assert until(*(replace(one, received_at=at(one_n)) for one_n, one in enumerate(QUIET, 1))) == 5
    ahead = [row(n + 10, n) for n in range(1, 6)]  # a device whose clock is ahead
    assert until(*ahead, hold=at(hold + 10)) == end


def test_a_timer_is_not_the_only_thing_that_is_not_quiet() -> None:
    assert until(row(1), row(1, 2), row(3), hold=at(99)) == 1
    assert until(row(1, 2.9), hold=at(3)) == 1
    assert until(row(1, 3), hold=at(3)) == 0  # it falls before what comes at its instant


def test_a_row_that_happened_a_microsecond_later_is_quiet() -> None:
    assert until(replace(row(1), at=Micros(at(0) + 1))) == 1


@pytest.mark.parametrize(("silent", "end"), [(0.99, 5), (1, 0)])
def test_what_happened_in_a_silence_that_is_over_is_not_quiet(silent: float, end: int) -> None:
    assert until(*QUIET, silent=at(silent)) == end


def test_an_arrival_is_not_cut() -> None:
    told = [row(1), *(row(n, 6) for n in (2, 3, 4, 4, 5))]

    assert until(*told) == 1
    assert until(*told[1:]) == 0
    assert until(*told[:4]) == 4
    assert until(*told, first=1, at=at(1)) == 1
    # A receipt that goes back is another arrival.
    assert until(row(1, 5), row(2, 6), row(3, 5)) == 2


def test_many_rows_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "_MOST", 3)

    assert until(*QUIET) == 3
    assert until(*QUIET, first=3, at=at(3)) == 5
    assert until(row(1), row(2, 4), row(3, 4), row(4), row(5)) == 1


def test_what_arrived_with_a_row() -> None:
    columns = positions_of([row(1), row(2, 3), row(3), row(4)])

    assert [arrived_with(columns, n) for n in range(4)] == [1, 3, 3, 4]
    assert arrived_with(positions_of(fixes([1, 1])), 0) == 2


def test_negative_control_a_stream_that_forgets_the_timer_would_be_quiet() -> None:
    assert until(*QUIET, hold=at(2)) < until(*QUIET)

"""Where windows, the order and what was recorded cut each other, and until when nothing binds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.property.lives import CONDITIONS, NIGHTLY
from tests.unit.rules.nights import at, order, span

from fairtag.orders.model import Covers
from fairtag.rules.duty import Duty, counted_from, duty_at, free_times, idle_until, is_free
from fairtag.terms.instants import DAY, MINUTE, Micros
from fairtag.terms.local import Interval

CURFEW = CONDITIONS[0]
ALWAYS = replace(CURFEW, timetable=())
LONG = at(-99_999)


def bound(condition: object, minute: float, ruling: object, *free: Interval) -> Duty | None:
    return duty_at(condition, ruling, free, at(minute), bound_from=LONG)  # type: ignore[arg-type]


def test_without_a_timetable_the_order_binds_all_the_time() -> None:
    told = order(ALWAYS, during=span(0, 100))

    assert [bound(ALWAYS, minute, told) is not None for minute in (-0.1, 0, 99.9, 100)] == [
        False,
        True,
        True,
        False,
    ]
    assert bound(ALWAYS, 5, told) == Duty(
        during=span(0, 100), span=span(0, 100), after_absence=False
    )


def test_the_order_and_its_recording_cut_a_window_which_stays_known() -> None:
    told = order(CURFEW, during=span(60, 600))
    found = duty_at(CURFEW, told, (), at(100), bound_from=at(90))

    assert found == Duty(during=span(90, 600), span=span(0, 720), after_absence=False)
    assert bound(CURFEW, 100, told) == Duty(
        during=span(60, 600), span=span(0, 720), after_absence=False
    )


@pytest.mark.parametrize(
    ("holes", "expected"),
    [
        ([(-50, 40)], (40, 720, True)),
        ([(700, 900)], (0, 700, False)),
        ([(100, 101)], None),
        ([(100.1, 101)], (0, 100.1, False)),
        ([(99, 100)], (100, 720, True)),
        ([(10, 20), (5, 15)], (20, 720, True)),
        ([(200, 300), (150, 160)], (0, 150, False)),
        ([(720, 800), (-90, -1)], (0, 720, False)),
    ],
)
def test_leave_cuts_the_stretch_that_holds_an_instant(
    holes: list[tuple[float, float]], expected: tuple[float, float, bool] | None
) -> None:
    found = bound(CURFEW, 100, order(CURFEW), *(span(*one) for one in holes))

    if expected is None:
        assert found is None
    else:
        start, end, after_absence = expected
        assert found == Duty(
            during=span(start, end), span=span(0, 720), after_absence=after_absence
        )


def test_windows_of_each_day_and_over_midnight() -> None:
    """Monday 19:00 to Tuesday 07:00 is 0 to 720; Tuesday evening begins a day later."""
    one_night = replace(CURFEW, timetable=(replace(NIGHTLY, days=frozenset({0})),))
    told = order(one_night)

    assert bound(one_night, 719, told) is not None
    assert bound(one_night, 24 * 60, told) is None
    assert bound(CURFEW, 24 * 60, told).span == span(1_440, 2_160)
    assert bound(one_night, 7 * 24 * 60, told).span == span(10_080, 10_800)


def idle(minute: float, *free: Interval, bound_from: Micros = LONG, **more: object) -> float:
    until = idle_until(CURFEW, order(CURFEW, **more), free, at(minute), bound_from=bound_from)
    return (until - at(0)) / MINUTE


def test_until_when_nothing_binds_at_least() -> None:
    assert idle(-100) == 0
    assert idle(721) == 1_440
    assert idle(730) == 1_440
    assert idle(10, span(5, 50)) == 50
    assert idle(10, bound_from=at(30)) == 30
    assert idle(721, bound_from=at(721)) == 1_440  # what binds from now on binds in the evening
    assert idle(-100, during=span(-50, 900)) == -50
    midnight = 5 * 60.0  # 19:00 and five hours
    assert idle(10, span(5, 500)) == midnight
    assert (at(midnight) % DAY) == 0
    saturday = replace(CURFEW, timetable=(replace(NIGHTLY, days=frozenset({5})),))
    assert idle_until(saturday, order(saturday), (), at(10), bound_from=LONG) == at(midnight)
    later = order(ALWAYS, during=span(50, 100))
    assert idle_until(ALWAYS, later, (), at(10), bound_from=LONG) == at(50)


def test_what_does_not_count_is_listed_in_order() -> None:
    assert free_times("c1", Covers.CONDITIONS, (), [span(5, 9), span(1, 3)]) == (
        span(1, 3),
        span(5, 9),
    )
    assert is_free([span(1, 3)], at(1))
    assert not is_free([span(1, 3)], at(3))
    assert not is_free([], at(3))


@pytest.mark.parametrize(
    ("hole", "expected"),
    [((30, 60), 60), ((30.1, 60), 0), ((-9, 0), 0), ((-9, 0.1), 0.1), ((0, 9), 9)],
)
def test_a_wait_that_leave_touches_counts_from_its_end(
    hole: tuple[float, float], expected: float
) -> None:
    assert counted_from(at(0), 30 * MINUTE, [span(*hole)]) == at(expected)


def test_negative_control_leave_that_is_not_told_binds() -> None:
    assert bound(CURFEW, 100, order(CURFEW)) is not None
    assert bound(CURFEW, 100, order(CURFEW), span(50, 150)) is None

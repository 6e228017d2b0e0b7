"""When something binds: windows, holes in them, suspensions, and waits that skip what is free."""

from __future__ import annotations

from dataclasses import replace

from tests.property.lives import BEGIN, CONDITIONS, NIGHTLY, Run, Stay, absence, lived, ruling

from fairtag.intake.messages import Source
from fairtag.orders.model import Covers
from fairtag.rules.duty import counted_from, duty_at, free_times
from fairtag.rules.finding import Kind
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

NINETEEN = Micros(BEGIN + 2 * HOUR)
CURFEW = CONDITIONS[0]


def span(start_min: int, end_min: int) -> Interval:
    return Interval(
        start=Micros(NINETEEN + start_min * MINUTE), end=Micros(NINETEEN + end_min * MINUTE)
    )


def duty(at_min: int, *free: Interval, bound_from: int = BEGIN) -> tuple[int, int, bool] | None:
    """Give beginning and end of the stretch in minutes after 19:00."""
    at = Micros(NINETEEN + at_min * MINUTE)
    found = duty_at(CURFEW, ruling(), free, at, bound_from=Micros(bound_from))
    if found is None:
        return None
    assert found.span == span(0, 720)
    edges = [(one - NINETEEN) // MINUTE for one in (found.during.start, found.during.end)]
    return edges[0], edges[1], found.after_absence


def test_the_window_alone() -> None:
    assert duty(-1) is None
    assert duty(0) == (0, 720, False)
    assert duty(719) == (0, 720, False)
    assert duty(720) is None


def test_leave_cuts_the_window_into_stretches() -> None:
    holes = (span(60, 120), span(200, 260))

    assert duty(30, *holes) == (0, 60, False)
    assert duty(60, *holes) is None
    assert duty(120, *holes) == (120, 200, True)
    assert duty(300, *holes) == (260, 720, True)


def test_leave_that_ends_as_the_window_begins_is_no_leave_from_it() -> None:
    assert duty(30, span(-60, 0)) == (0, 720, False)


def test_nothing_binds_before_it_was_recorded() -> None:
    recorded = NINETEEN + 90 * MINUTE

    assert duty(89, bound_from=recorded) is None
    assert duty(90, bound_from=recorded) == (90, 720, False)


def test_spans_that_touch_all_week_never_end() -> None:
    day = replace(NIGHTLY, from_min=7 * 60, to_min=19 * 60)
    always = replace(CURFEW, timetable=(NIGHTLY, day))
    year = Interval(start=ruling().during.start, end=Micros(ruling().during.start + 365 * DAY))
    order = replace(ruling(), during=year)

    found = duty_at(always, order, (), Micros(NINETEEN + 100 * DAY), bound_from=order.recorded_at)

    assert found is not None
    assert found.during == year


def test_free_times_are_the_leave_of_that_condition_and_kind_in_order() -> None:
    one, two = absence(200, 10, 0), absence(100, 10, 0)
    other = replace(absence(0, 10, 0), condition_id="x1")
    tamper = replace(absence(50, 10, 0), covers=frozenset({Covers.TAMPER}))
    told = [one, two, other, tamper]

    found = free_times("c1", Covers.CONDITIONS, told, [span(0, 5)])

    assert found == (two.during, span(0, 5), one.during)
    assert free_times(None, Covers.TAMPER, told, ())[:2] == (other.during, tamper.during)


def test_a_wait_skips_what_is_free() -> None:
    wait = 30 * MINUTE

    def counted(*free: Interval) -> int:
        return (counted_from(NINETEEN, wait, free) - NINETEEN) // MINUTE

    assert counted() == 0
    assert counted(span(10, 60)) == 60
    assert counted(span(10, 60), span(80, 100)) == 100
    assert counted(span(10, 60), span(91, 100)) == 60
    assert counted(span(31, 60)) == 0
    assert counted(span(-20, 0)) == 0


def test_in_a_suspension_nothing_is_judged_and_silence_counts_from_its_end() -> None:
    pause = Interval(start=Micros(NINETEEN + HOUR), end=Micros(NINETEEN + 5 * HOUR))
    run = Run((replace(ruling(), suspended=(pause,)),))
    for message in lived([Stay(125, 0, 6.0, Source.GNSS, 5), Stay(150, 900, 6.0, Source.GNSS, 5)]):
        run.take(message)
    run.tick(Micros(BEGIN + DAY))

    told = [(one.kind, str(one.state), (one.decided_at - NINETEEN) // MINUTE) for one in run.found]

    assert (Kind.CURFEW_LEFT, "closed", 60) in told
    assert (Kind.CONTACT_LOST, "opened", 330) in told
    assert not any(60 < minute < 300 for _, _, minute in told)

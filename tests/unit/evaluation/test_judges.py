from __future__ import annotations

import numpy as np
import pytest
from tests.unit.evaluation.specimens import (
    CURFEW,
    EVENING,
    NOON,
    ZONE,
    attendance,
    case,
    every_minute,
    fix,
    fixes,
    minute,
    ruling,
    span,
)

from fairtag.evaluation.case import Case
from fairtag.evaluation.judges import JUDGES, Episode, duties
from fairtag.intake.columns import positions_of
from fairtag.terms.instants import HOUR, Micros

EACH, LESS, SOME = "each fix", "less accuracy", "3 of 3"
SIMPLE = (EACH, LESS, SOME)


def told(name: str, one: Case) -> list[tuple[str, float, float | None, float]]:
    """List what a judge said: kind, began, ended, decided, in minutes since 19:00."""

    def since(at: Micros) -> float:
        return round((at - EVENING) / 60e6, 2)

    return [
        (e.kind, since(e.began), None if e.ended is None else since(e.ended), since(e.decided))
        for e in JUDGES[name](one).episodes
    ]


def test_leaving_is_told_when_grace_is_over() -> None:
    one = case(ruling(CURFEW), fixes(every_minute((30, 0), (20, 300), (10, 0))))

    # Outside from 19:30 on; five minutes later the fix of 19:35 is received at 19:35:02.
    for name in SIMPLE:
        assert told(name, one) == [("curfew.left", 30.0, 50.0, 35.03)]


def test_out_already_when_the_curfew_begins_is_a_late_start() -> None:
    walk = [(n - 10.0, 300.0) for n in range(30)] + [(20.0 + n, 0.0) for n in range(10)]
    one = case(ruling(CURFEW), fixes(walk))

    for name in SIMPLE:
        assert told(name, one) == [("curfew.late_start", 0.0, 20.0, 5.03)]


def test_within_grace_nothing_is_told() -> None:
    one = case(ruling(CURFEW), fixes(every_minute((30, 0), (5, 300), (10, 0))))

    for name in SIMPLE:
        assert told(name, one) == []


def test_an_absence_frees_and_its_end_binds() -> None:
    order = ruling(CURFEW, leave=span(10, 60))
    one = case(order, fixes(every_minute((15, 0), (75, 300), (10, 0))))

    for name in SIMPLE:
        assert told(name, one) == [("curfew.late_return", 60.0, 90.0, 65.03)]
    bound = duties(CURFEW, order, one.during)
    assert [(d.during, d.after_absence) for d in bound[:2]] == [
        (span(0, 10), False),
        (span(60, 720), True),
    ]


def test_nothing_is_told_after_the_curfews_end() -> None:
    morning = [(700.0 + n, 0.0 if n < 25 else 300.0) for n in range(60)]
    one = case(ruling(CURFEW), fixes(morning))

    for name in SIMPLE:
        assert told(name, one) == []


def test_one_fix_in_a_zone_is_enough_for_who_takes_each() -> None:
    one = case(ruling(ZONE), fixes([*every_minute((5, 300), (1, 0), (5, 300))]))

    assert told(EACH, one) == [("zone.entered", 5.0, 6.0, 5.03)]
    assert told(LESS, one) == [("zone.entered", 5.0, 6.0, 5.03)]
    assert told(SOME, one) == []


def test_accuracy_is_taken_off_in_the_wearers_favour() -> None:
    near = fixes(every_minute((5, 300), (5, 60), (5, 300)), accuracy_m=50.0)
    one = case(ruling(ZONE), near)  # 40 m inside, claiming 50 m

    assert len(told(EACH, one)) == 1
    assert told(LESS, one) == []


def test_an_unknown_accuracy_is_none_for_one_rule_and_too_wide_for_the_other() -> None:
    one = case(ruling(ZONE), fixes(every_minute((5, 300), (9, 60), (5, 300)), accuracy_m=None))

    assert len(told(LESS, one)) == 1
    assert told(SOME, one) == []


def test_three_in_a_row_over_two_minutes() -> None:
    one = case(ruling(ZONE), fixes(every_minute((5, 300), (9, 0), (5, 300))))

    assert told(SOME, one) == [("zone.entered", 5.0, 14.0, 7.03)]


@pytest.mark.parametrize("step", [0.5, 0.99])
def test_three_in_a_row_wait_for_two_minutes(step: float) -> None:
    quick = [(n * step, 0.0) for n in range(3)] + [(3.0, 300.0)]

    assert told(SOME, case(ruling(ZONE), fixes(quick))) == []


def test_a_wide_fix_breaks_no_row() -> None:
    rows = [fix(0, 0), fix(1, 900, accuracy_m=400.0), fix(2, 0), fix(3, 0)]
    one = case(ruling(ZONE), positions_of(rows))

    ((_, began, _, decided),) = told(SOME, one)
    assert (began, decided) == (0.0, 3.03)


def test_late_data_are_judged_by_event_time_and_decided_when_they_came() -> None:
    """The newest first, all at 20:30: the wearer was out from 19:30 to 19:50."""
    at = minute(90)
    walk = every_minute((30, 0), (20, 300), (10, 0))
    rows = [fix(n, east, received_at=at) for n, east in reversed(walk)]
    one = case(ruling(CURFEW), positions_of(rows))

    for name in SIMPLE:
        assert told(name, one) == [("curfew.left", 30.0, 50.0, 90.0)]


def test_an_appointment_is_missed_when_too_short_a_stay_was_seen() -> None:
    order = ruling(attendance(60, 120, stay_min=30))
    stays = [(float(n), 0.0 if 80 <= n < 100 else 500.0) for n in range(140)]
    one = case(order, fixes(stays, since=NOON))

    for name in SIMPLE:
        (said,) = JUDGES[name](one).episodes
        assert (said.kind, said.began) == ("attendance.missed", Micros(NOON + HOUR))
        assert said.decided == minute(120, NOON) + 2_000_000


def test_an_appointment_is_kept_by_a_long_enough_stay_and_unknown_without_a_fix() -> None:
    order = ruling(attendance(60, 120, stay_min=30))
    stays = [(float(n), 0.0 if 80 <= n < 111 else 500.0) for n in range(140)]
    silent = [(n, east) for n, east in stays if not 60 <= n < 120]

    for name in SIMPLE:
        assert JUDGES[name](case(order, fixes(stays, since=NOON))).episodes == ()
        assert JUDGES[name](case(order, fixes(silent, since=NOON))).episodes == ()


def test_fairtag_gives_episodes_too() -> None:
    one = case(ruling(CURFEW), fixes(every_minute((30, 0), (40, 400), (30, 0))))

    (said,) = JUDGES["fairtag"](one).episodes

    assert isinstance(said, Episode)
    assert (said.condition_id, said.kind, said.is_withdrawn) == ("c1", "curfew.left", False)
    assert minute(30) <= said.began <= minute(32)
    assert said.decided >= minute(35)


def test_no_position_is_no_word() -> None:
    empty = fixes([(0.0, 0.0)])
    none = type(empty)(
        device_id=empty.device_id,
        epoch=0,
        **{
            name: getattr(empty, name)[:0]
            for name in empty.__slots__
            if isinstance(getattr(empty, name), np.ndarray)
        },
    )

    for judge in JUDGES.values():
        assert judge(case(ruling(CURFEW, ZONE), none)).episodes == ()

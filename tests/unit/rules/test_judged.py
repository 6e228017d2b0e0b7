"""What a second judging finds, and when what decided it happened."""

from __future__ import annotations

from msgspec.structs import replace

from fairtag.rules.anew.judged import IN_TIME, Judged, Late
from fairtag.rules.finding import Kind, State
from fairtag.rules.matter import Matter
from fairtag.terms.instants import Micros

TEN, TWENTY, THIRTY, FORTY = (Micros(n) for n in (10, 20, 30, 40))
OUT = Matter(kind=Kind.CURFEW_LEFT, began_at=TEN)
BACK = replace(OUT, ended_at=TWENTY, closed_at=THIRTY)


def test_nothing_is_late_unless_it_is_said() -> None:
    assert Late(oldest=False, newest=False) == IN_TIME
    assert Late(oldest=True) != IN_TIME


def test_a_matter_stands_as_it_was_met_last() -> None:
    judged = Judged([])

    judged.add([OUT], TWENTY)
    judged.add([BACK], FORTY)

    assert judged.matters == [BACK]


def test_it_was_opened_by_what_it_was_met_with_first() -> None:
    judged = Judged([])

    judged.add([OUT], TWENTY)
    judged.add([BACK], FORTY)

    assert judged.decided_at(BACK, State.OPENED) == TWENTY
    assert judged.decided_at(BACK, State.CLOSED) == THIRTY
    assert judged.decided_at(OUT, State.CLOSED) == TWENTY  # it has no end


def test_one_that_is_over_when_it_is_met_was_decided_when_it_was_closed() -> None:
    judged = Judged([])

    judged.add([BACK], FORTY)

    assert judged.decided_at(BACK, State.OPENED) == THIRTY


def test_one_that_goes_on_from_before_was_opened_where_it_began() -> None:
    judged = Judged([OUT])

    judged.add([BACK], FORTY)

    assert judged.matters == [BACK]
    assert judged.decided_at(BACK, State.OPENED) == TEN


def test_a_part_of_another_matter_is_one_of_its_own() -> None:
    part = replace(BACK, part_of=(Kind.CURFEW_LATE_START, TEN))
    judged = Judged([])

    judged.add([BACK, part, replace(BACK, began_at=TWENTY)], FORTY)

    assert len(judged.matters) == 3

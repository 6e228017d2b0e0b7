"""A pause excuses check-ins, as far as it was known at an instant."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.rules.nights import at, span

from fairtag.orders.model import Absence, Covers
from fairtag.rules.excused.absences import Excuse, absences_of
from fairtag.terms.instants import LATEST, Micros


def pause(**more: Any) -> Excuse:
    """Give one from 19:00 to 20:00, recorded at 19:05."""
    told = {"kind": "cannot", "start": at(0), "free_until": at(60), "recorded_at": at(5)}
    return Excuse(**(told | more))


def ends(one: Excuse, as_of: float | None = None) -> list[Micros]:
    known = None if as_of is None else at(as_of)
    return [absence.during.end for absence in absences_of([one], known)]


def test_a_pause_is_an_absence_from_all_check_ins_and_from_nothing_else() -> None:
    assert absences_of([pause()], None) == (
        Absence(
            condition_id="*",
            covers=frozenset({Covers.CHECK_INS}),
            during=span(0, 60),
            recorded_at=at(5),
            reason="cannot",
            by="machine",
        ),
    )


@pytest.mark.parametrize(("as_of", "is_known"), [(4.9, False), (5, True), (90, True)])
def test_a_pause_is_known_from_when_it_was_recorded(as_of: float, *, is_known: bool) -> None:
    assert ends(pause(), as_of) == [at(60)] * is_known


def test_a_pause_that_nobody_has_ended_has_no_end() -> None:
    assert ends(pause(free_until=None)) == [LATEST]
    assert ends(pause(free_until=None), 9_999) == [LATEST]


@pytest.mark.parametrize(
    ("ended", "as_of", "end"),
    [
        (30, None, 30),
        (30, 30, 30),
        (30, 29.9, 60),  # nobody knew then that it ends before
        (90, None, 60),
        (-9, None, 0),  # never before it began
        (-9, 5, 0),
    ],
)
def test_a_person_may_end_a_pause_before_its_time(
    ended: float, as_of: float | None, end: float
) -> None:
    assert ends(pause(ended_at=at(ended)), as_of) == [at(end)]


def test_a_pause_without_an_end_ends_when_a_person_says_so() -> None:
    assert ends(pause(free_until=None, ended_at=at(30))) == [at(30)]


@pytest.mark.parametrize(("until", "counts"), [(-1, 0), (0, 0), (0.1, 1)])
def test_a_pause_that_is_over_before_it_begins_is_none(until: float, counts: int) -> None:
    assert len(ends(pause(free_until=at(until)))) == counts


def test_pauses_keep_their_order_and_what_they_are() -> None:
    outage = pause(kind="outage", start=at(90), free_until=at(99))

    found = absences_of(iter([outage, pause()]), at(6))

    assert [(one.reason, one.during.start) for one in found] == [
        ("outage", at(90)),
        ("cannot", at(0)),
    ]

"""In which silences a message may turn up that the device kept."""

from __future__ import annotations

import pytest
from tests.unit.rules.nights import at, fix

from fairtag.rules.book import Told
from fairtag.rules.excused.silences import last_silence, silences_of
from fairtag.rules.finding import Cause, Kind, State
from fairtag.rules.matter import Matter
from fairtag.terms.ids import DeviceId, FindingId
from fairtag.terms.instants import Micros

MINE, OTHER = DeviceId("D-1"), DeviceId("D-2")


def told(
    begin: float,
    end: float | None,
    device_id: DeviceId = MINE,
    kind: Kind = Kind.CONTACT_LOST,
    cause: str | None = None,
) -> Told:
    ended = None if end is None else at(end)
    matter = Matter(kind=kind, device_id=device_id, began_at=at(begin), ended_at=ended, cause=cause)
    return Told(finding_id=FindingId("f_1"), rev=1, state=State.CLOSED, matter=matter)


@pytest.mark.parametrize(
    ("minute", "found"), [(10, set()), (10.01, {0}), (20, {0}), (20.01, set())]
)
def test_a_silence_reaches_from_after_its_beginning_to_its_end(
    minute: float, found: set[int]
) -> None:
    assert silences_of([told(10, 20)], fix(minute)) == found


def test_only_silences_of_the_device_that_are_over_and_not_explained_count() -> None:
    book = [
        told(0, 100, kind=Kind.BATTERY_LOW),
        told(0, 90, OTHER),
        told(0, 80, cause=Cause.OFFLINE),
        told(0, None),
        told(0, 30),
        told(20, 40),
    ]

    assert silences_of(book, fix(25)) == {4, 5}
    assert last_silence(book, MINE) == at(40)
    assert last_silence(book, OTHER) == at(90)


def test_who_was_never_silent_has_none() -> None:
    assert last_silence([], MINE) == Micros(0)

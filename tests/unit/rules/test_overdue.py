"""While a review is overdue, positions go with their hour: what was found by them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as changed

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS
from tests.unit.rules.nights import at, event, fix, fixes, order, span, worn
from tests.unit.rules.streams import Desk

from fairtag.app.trail import compact
from fairtag.intake.messages import EventCode, Message, Position
from fairtag.orders.model import Lapse, Ruling, Trail
from fairtag.rules.anew import snapshots
from fairtag.rules.anew.snapshots import Snapshot, reach_of
from fairtag.rules.finding import Finding, Kind, State
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import PAUSE, view_of
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros

CURFEW, ZONE, *_ = CONDITIONS
IN_ZONE_M = 1_500.0
BEGAN, REVIEWED = -60, 2 * 24 * 60  # minutes
TRAILED = order(ZONE, Trail(id=ConditionId("t1")))


def overdue(until: float = 9 * 24 * 60) -> Ruling:
    """Give an order of which only the zone binds from an hour before 19:00 on."""
    lapse = Lapse(during=span(BEGAN, until), standing=frozenset({ZONE.id}))
    return changed(TRAILED, lapsed=(lapse,))


class Hourly(Desk):
    """A judge whose positions are erased soon after their hour, save the last ones of before."""

    def past(self, since: Micros) -> list[Message]:
        gone = (self.judge._memory.clock - HOUR) // HOUR * HOUR
        return [one for one in super().past(since) if not _is_gone(one, gone)]


def _is_gone(one: Message, gone: int) -> bool:
    return isinstance(one, Position) and at(BEGAN) <= one.at and one.received_at < gone


def lived(rulings: tuple[Ruling, ...], minutes: Iterable[int]) -> Hourly:
    """Be in the zone from 20:00 to 20:20, and at home before and after."""
    desk = Hourly(rulings)
    for minute in minutes:
        desk.take(fix(minute, IN_ZONE_M if 60 <= minute < 80 else 0.0))
    return desk


def states(found: Iterable[Finding]) -> list[State]:
    return [one.state for one in found if one.kind is Kind.ZONE_ENTERED]


TOLD = [State.OPENED, State.CLOSED]


def test_a_review_that_is_made_at_last_takes_nothing_back() -> None:
    desk = lived((overdue(),), range(-120, REVIEWED, 2))
    assert states(desk.found) == TOLD
    reviewed = overdue(REVIEWED)

    desk.found += desk.judge.rule((reviewed,), at(REVIEWED), past=desk.past)
    desk.take(*fixes(range(REVIEWED, REVIEWED + 30, 2)))

    assert states(desk.found) == TOLD


@pytest.mark.parametrize(
    ("rulings", "told"),
    [
        ((overdue(),), TOLD),
        # It does not know what is erased, and so takes the finding back.
        ((TRAILED,), [*TOLD, State.WITHDRAWN]),
    ],
    ids=["overdue", "negative control"],
)
def test_what_comes_late_takes_nothing_back_for_want_of_what_is_erased(
    rulings: tuple[Ruling, ...], told: list[State]
) -> None:
    desk = lived(rulings, range(-120, 360, 2))
    assert states(desk.found) == TOLD

    desk.take(replace(fix(71, IN_ZONE_M), received_at=at(360)))

    assert states(desk.found) == told


def late(minutes: Iterable[float], *, arrived: float) -> list[Position]:
    return [replace(fix(one, IN_ZONE_M), received_at=at(arrived)) for one in minutes]


def test_what_is_half_an_hour_late_is_judged() -> None:
    desk = Hourly((overdue(),))
    for minute in range(-120, 360, 2):
        if not 328 <= minute <= 336:
            desk.take(fix(minute, IN_ZONE_M if 60 <= minute < 80 else 0.0))

    desk.take(*late(range(328, 337), arrived=358.5))

    assert states(desk.found) == [*TOLD, *TOLD]


def test_what_is_later_is_said_to_be_too_late() -> None:
    desk = lived((overdue(),), [one for one in range(-120, 360, 2) if not 228 <= one <= 236])

    desk.take(*late(range(228, 237), arrived=359))

    assert states(desk.found) == TOLD
    assert desk.found[-1].kind is Kind.INPUT_TOO_LATE


def calls(desk: Desk) -> list[tuple[State, float, bool]]:
    return [
        (one.state, (one.began_at - at(0)) / MINUTE, one.late)
        for one in desk.found
        if one.kind is Kind.WEARER_HELP
    ]


def called(minute: float, *, arrived: float, device_id: str = "D-1") -> Message:
    told = event(minute, EventCode.SOS, device_id=DeviceId(device_id))
    return replace(told, received_at=at(arrived))


def over(minute: float) -> list[tuple[State, float, bool]]:
    return [(State.OPENED, minute, True), (State.CLOSED, minute, True)]


def test_a_call_for_help_is_never_too_late() -> None:
    desk = lived((overdue(),), range(-120, 360, 2))

    desk.take(called(200, arrived=359))
    desk.take(called(-9_999_999, arrived=359))  # before the order
    desk.take(called(201, arrived=359, device_id="D-9"))  # not the wearer's

    assert calls(desk) == over(200)


def test_nothing_that_is_judged_again_takes_a_call_back() -> None:
    """It lies before all that is judged again, or just there, and comes with other late data."""
    desk = lived((overdue(),), range(-120, 360, 2))
    reach = (desk.judge._reach(desk.judge._view) - at(0)) / MINUTE

    desk.take(called(reach, arrived=359), *late([340], arrived=359))
    desk.take(*late([reach + 1], arrived=359.1))

    assert calls(desk) == over(reach)


def test_a_call_that_goes_on_is_told_once() -> None:
    """Pressed again and again since 0:01, for longer than is judged again; some come late."""
    desk = lived((overdue(),), range(-120, 300, 2))
    for minute in range(301, 400, 2):
        desk.take(fix(minute))
        if minute % 10 == 1 and minute not in (331, 371):
            desk.take(called(minute, arrived=minute + 0.1))

    before = calls(desk)

    desk.take(called(331, arrived=399.5))  # in one that ended at 336
    desk.take(called(351, arrived=399.6))  # in one that goes on
    desk.take(called(290, arrived=399.7))  # another one

    assert [(one[0], one[1]) for one in before][-1] == (State.OPENED, 381)
    assert calls(desk) == [*before, *over(290)]


def test_a_call_that_is_told_once_is_not_told_again() -> None:
    """It came by two ways: one with the device's number, one without."""
    desk = lived((overdue(),), range(-120, 360, 2))
    desk.take(called(200, arrived=359))
    desk.take(*fixes(range(360, 800, 2)))

    desk.take(replace(called(200, arrived=801), seq=7))

    assert calls(desk) == over(200)


def test_a_call_after_one_that_is_over_is_another() -> None:
    desk = lived((overdue(),), range(-120, 200, 2))
    desk.take(called(200.5, arrived=200.6))  # to 215.5
    for minute in range(202, 360, 2):
        desk.take(fix(minute))
    before = calls(desk)

    desk.take(called(215.5, arrived=359), called(215.6, arrived=359))

    assert calls(desk) == [*before, *over(215.6)]


def test_two_devices_that_call_at_one_instant_are_two_calls() -> None:
    both = changed(overdue(), devices=(worn("D-1"), worn("D-2")))
    desk = lived((both,), range(-120, 360, 2))

    desk.take(called(200, arrived=359), called(200, arrived=359, device_id="D-2"))

    told = [one for one in desk.found if one.kind is Kind.WEARER_HELP]
    assert [one.device_id for one in told] == ["D-1", "D-1", "D-2", "D-2"]
    assert len({one.finding_id for one in told}) == len(told) / 2
    assert all(one.evidence[0].at == at(200) for one in told)
    assert calls(desk) == [*over(200), *over(200)]


def test_nor_what_is_judged_from_before_it_after_a_week() -> None:
    week = 7 * 24 * 60
    desk = Desk((TRAILED,))
    for minute in range(-120, week + 120, 20):
        desk.take(fix(minute))

    begins = desk.judge._start_before(at(130), desk.judge._view)
    desk.take(called(110, arrived=week + 113), *late([130], arrived=week + 113))
    desk.take(*late([150], arrived=week + 115))

    assert begins < at(110)
    assert calls(desk) == over(110)


def test_a_call_of_before_moves_nothing_that_goes_on() -> None:
    """Another call goes on, and a strap is open on a device that was not yet worn then."""
    first, second = worn("D-1"), worn("D-2", during=span(250, 9_999))
    desk = Desk((changed(overdue(), devices=(first, second)),))
    for minute in range(-120, 360, 2):
        desk.take(fix(minute))
    strap = event(352, EventCode.STRAP_OPEN, device_id=DeviceId("D-2"), seq=1)
    desk.take(replace(strap, received_at=at(359)))
    desk.take(called(358.5, arrived=359))
    before = list(desk.found)

    desk.take(called(100, arrived=359))
    desk.tick(at(360))

    told = [(one.kind, one.state) for one in desk.found[len(before) :]]
    assert told == [
        (Kind.INPUT_TOO_LATE, State.OPENED),
        (Kind.WEARER_HELP, State.OPENED),
        (Kind.WEARER_HELP, State.CLOSED),
    ]
    assert {one.began_at for one in desk.found[len(before) + 1 :]} == {at(100)}
    assert [one.kind for one in desk.judge._memory.track.open_matters()] == [
        Kind.WEARER_HELP,
        Kind.TAMPER_STRAP,
    ]


@pytest.mark.parametrize("noticed", [20, 44, 90])
def test_what_does_not_bind_is_withdrawn_when_the_lapse_is_noticed_late(noticed: float) -> None:
    """The service was down for a while; nothing is erased by a mark that was not there yet."""
    before = order(CURFEW, ZONE, Trail(id=ConditionId("t1")))
    desk = Desk((before,))
    for minute in range(-120, int(noticed), 2):
        desk.take(fix(minute, IN_ZONE_M if minute >= 0 else 0.0))
    lapsed = changed(before, lapsed=overdue().lapsed)

    desk.found += desk.judge.rule((lapsed,), at(noticed), past=desk.past)

    told = [one.state for one in desk.found if one.kind is Kind.CURFEW_LEFT]
    assert told == [State.OPENED, State.WITHDRAWN]
    assert states(desk.found) == [State.OPENED]


@pytest.mark.parametrize("arrives", [600, 1_800, 5 * 24 * 60])
def test_after_the_review_late_data_are_judged(arrives: int) -> None:
    """From where nothing was erased on: the track as it stood when the review was made."""
    ends = 300.0
    desk = lived((overdue(ends),), [n for n in range(-120, arrives, 2) if not 310 <= n <= 320])

    desk.take(*late(range(310, 321), arrived=arrives))

    assert states(desk.found) == [*TOLD, *TOLD]


def reach(clock: float, *stands: tuple[float, float], ends: float = 600) -> Micros:
    found = [Snapshot(now=at(now), track=b"", next_at=at(then)) for now, then in stands]
    view = view_of((overdue(ends),), at(clock), DEFAULTS)
    return reach_of(found, view, at(clock), Micros(99))


def test_it_reaches_to_where_three_quarters_of_an_hour_are_kept() -> None:
    assert reach(300, (200, 201), (256, 256.9), (256, 257)) == at(256)
    assert reach(300, (256, 256.9), (258, 259)) == at(258)
    assert reach(300, (256, 256.9)) == 99
    assert reach(BEGAN + 43) == EARLIEST
    assert reach(BEGAN + 43.1) == 99


def test_the_store_keeps_longer_than_the_judge_relies_on() -> None:
    """And where judging is behind, it goes back from there: `tests/app/test_compact.py`."""
    assert compact._REST >= snapshots._KEPT_OF_HOURS + 15 * MINUTE


def test_it_reaches_to_the_review_when_it_was_made() -> None:
    assert reach(900, (590, 599.9), (595, 600), (700, 702)) == at(595)
    assert reach(900, (590, 599.9), (700, 702)) == at(700)


def test_a_track_is_kept_every_quarter_of_an_hour_and_at_the_end() -> None:
    view = view_of((overdue(100),), at(0), DEFAULTS)
    turn = view.pause_after(at(0))

    assert at(0) < turn <= at(15)
    assert view.pause_after(turn) == turn + 15 * MINUTE
    assert view.pause_after(at(99.9)) == at(100)
    assert view.pause_after(Micros(at(BEGAN) - 1)) - at(BEGAN) < PAUSE
    assert view.pause_after(at(100)) % PAUSE == view.pause_after(Micros(at(100) + DAY)) % PAUSE

"""A recorded stream is judged as the store judges it: names, orders, arrivals and the clock."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, absence
from tests.unit.rules.nights import AWAY_M, at, event, fix, fixes, order, span, worn
from tests.unit.rules.streams import Desk

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import EventCode, Message, ref_of
from fairtag.orders.model import Ruling
from fairtag.rules import replay as by
from fairtag.rules.finding import Kind, sort_key
from fairtag.rules.replay import (
    Recorded,
    Replayed,
    by_order,
    name_of,
    replay,
    replay_columns,
    replay_recorded,
)
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import DAY, MINUTE, Micros

CURFEW, ZONE, *_ = CONDITIONS
ZONED = order(ZONE)
INSIDE = fixes(range(20), 1_500.0)


def judged(*told: Message, orders: tuple[Ruling, ...] = (ZONED,), **more: object) -> Replayed:
    return replay([(one,) for one in orders], told, **more)  # type: ignore[arg-type]


def counts(done: Replayed) -> tuple[int, int, int, int]:
    return done.unknown, done.outside, done.duplicates, done.conflicts


def test_a_stream_gives_what_its_messages_give() -> None:
    sos = event(9.5, EventCode.SOS)
    told = [*INSIDE[:10], sos, *INSIDE[10:]]
    desk = Desk((ZONED,))
    for one in told:
        desk.take(one)
    desk.tick(told[-1].received_at)

    done = judged(*told)

    assert done.findings == sorted(desk.found, key=sort_key) != []
    assert counts(done) == (0, 0, 0, 0)


def test_at_the_end_the_clock_goes_on_and_later_messages_are_left_out() -> None:
    assert not judged(*INSIDE).findings[1:]
    lost = judged(*INSIDE, until=at(60)).findings
    assert [one.kind for one in lost] == [Kind.ZONE_ENTERED, Kind.CONTACT_LOST]

    early = judged(*INSIDE, until=at(1))
    exact = judged(*INSIDE, until=INSIDE[-1].received_at)
    assert (early.findings, exact.findings) == ([], judged(*INSIDE).findings)
    assert judged().findings == []
    assert judged(until=at(5_000)).findings[0].kind is Kind.MONITORING_NOT_STARTED


def test_the_clock_of_receipt_only_rises() -> None:
    back = [replace(one, received_at=Micros(one.received_at - 5 * MINUTE)) for one in INSIDE[15:]]

    done = judged(*INSIDE[:15], *back)

    clock = [one.received_at for one in by._until([*INSIDE[:15], *back], None)]
    assert clock == sorted(clock)
    assert clock[15] == INSIDE[14].received_at
    assert done.findings[0].decided_at in clock


def test_a_message_twice_counts_once_and_its_name_with_other_content_is_a_conflict() -> None:
    told = [fix(0, seq=1), fix(0, seq=1), fix(3, seq=1), fix(4), fix(4), fix(4, device_id="D-2")]
    told.append(fix(5, seq=1))
    both = order(ZONE, devices=(worn(), worn("D-2")))

    assert counts(judged(*told, orders=(both,))) == (0, 0, 2, 2)


def test_what_belongs_to_no_order_is_counted() -> None:
    bound = order(ZONE, devices=(worn(during=span(0, 60)),))

    strange = [fix(minute, device_id="D-9") for minute in (5, 8, 6)]

    done = judged(fix(-1), fix(0), fix(60), *strange, orders=(bound,))

    assert counts(done) == (3, 2, 0, 0)
    assert judged(*strange, until=strange[2].received_at).unknown == 2
    assert (Replayed().findings, Replayed().sides) == ([], [])


@pytest.mark.parametrize(("days", "outside"), [(7, 0), (7.01, 1)])
def test_a_week_after_the_end_nothing_is_taken_any_more(days: float, outside: int) -> None:
    ended = order(ZONE, during=span(-600, 30))
    late = replace(fix(5), received_at=Micros(at(30) + round(days * DAY)))

    assert judged(late, orders=(ended,)).outside == outside


def test_a_device_of_two_orders_belongs_to_the_one_at_that_time() -> None:
    first = order(ZONE, devices=(worn(during=span(-60, 30)),))
    other = changed(order(ZONE, devices=(worn(during=span(30, 90)),)), order_id="ORD-2")

    done = judged(*fixes(range(60), 1_500.0), orders=(first, other))

    opened = [one.order_id for one in done.findings if one.state == "opened"]
    assert opened == ["ORD-1", "ORD-2"]
    assert [one.order_id for one in done.sides] == sorted(one.order_id for one in done.sides)


def test_without_an_end_the_clock_goes_on_to_the_last_receipt() -> None:
    """Another order's device has said nothing for a day by then."""
    other = changed(order(ZONE, devices=(worn("D-2"),)), order_id="ORD-2")

    done = judged(*fixes(range(0, 2_000, 400)), orders=(ZONED, other))

    assert Kind.MONITORING_NOT_STARTED in {
        one.kind for one in done.findings if one.order_id == "ORD-2"
    }


def test_all_that_was_taken_is_known_when_older_data_come() -> None:
    strap, sos = event(0, EventCode.STRAP_OPEN), event(5, EventCode.SOS)
    old = event(-1, EventCode.CASE_OPEN, after_s=10 * 60)

    states = [
        one.state for one in judged(strap, sos, old).findings if one.kind is Kind.TAMPER_STRAP
    ]
    assert states == ["opened"]


def test_columns_that_were_taken_are_known_when_older_data_come() -> None:
    sos, old = event(20, EventCode.SOS), event(-1, EventCode.CASE_OPEN, after_s=30 * 60)

    found = judged(*INSIDE, sos, old).findings

    assert [one.state for one in found if one.kind is Kind.ZONE_ENTERED] == ["opened"]


def test_a_name_with_other_content_is_not_judged() -> None:
    done = judged(fix(0, seq=1), event(1, EventCode.STRAP_OPEN, seq=1))

    assert counts(done) == (0, 0, 0, 1)
    assert done.findings == []
    assert counts(judged(fix(0, seq=1), fix(0, seq=1))) == (0, 0, 1, 0)


def test_sides_are_told_as_they_were_judged_last() -> None:
    home, out = fixes(range(20)), fixes(range(20, 40), AWAY_M)
    plain = judged(*home, *out, orders=(order(CURFEW),)).sides
    late = [replace(one, received_at=at(50)) for one in home[5:]]

    again = judged(*home[:5], *out, *late, orders=(order(CURFEW),)).sides

    assert again == plain
    assert [str(one.side) for one in plain][-1] == "against"


def test_columns_and_other_messages_give_what_the_stream_gives() -> None:
    """Some came late with an event, one in time with another, and leave was recorded at last."""
    leave = absence(130, 60, 180)  # minutes after 17:00
    bound = (order(CURFEW, absences=(leave,)),)
    late = [replace(one, received_at=at(42)) for one in fixes(range(5, 20))]
    others = [event(20, EventCode.SOS), event(42, EventCode.STRAP_OPEN, after_s=0)]
    told = [*fixes(range(5)), *fixes(range(20, 42), AWAY_M), *late]

    found = replay_columns(bound, positions_of(told), others, until=at(90))
    mixed = sorted([*told, *others], key=lambda one: one.received_at)
    whole = replay([bound], mixed, until=at(90))

    assert found.findings == whole.findings
    assert found.sides == whole.sides != []
    assert {str(one.cause) for one in found.findings} >= {"excused"}
    assert {one.kind for one in found.findings} >= {Kind.WEARER_HELP, Kind.TAMPER_STRAP}


def test_columns_are_followed_once_whatever_lies_between_them() -> None:
    """A second time, those of a week ago would come too late."""
    rare = (order(ZONE, devices=(worn(report_every_s=86_400, fix_every_s=86_400),)),)
    told = fixes(range(0, 12 * 1_440, 500))
    others = [event(day * 1_440 + 7, EventCode.SOS) for day in (3, 10, 11)]

    found = replay_columns(rare, positions_of(told), others, until=at(12 * 1_440)).findings

    assert {one.kind for one in found} == {Kind.WEARER_HELP}


def test_the_settings_are_those_of_the_replay() -> None:
    own = replace(DEFAULTS, linger_s=77)
    columns = replay_columns((ZONED,), positions_of(INSIDE), [], until=at(60), settings=own)

    assert columns.findings == judged(*INSIDE, until=at(60), settings=own).findings
    assert judged(*INSIDE, settings=own).findings[0].settings == own.digest


def test_positions_of_one_device_and_epoch_are_columns() -> None:
    assert by._only_device([fix(0), fix(1)]) == ("D-1", 0)
    assert by._only_device([fix(0, epoch=3)]) == ("D-1", 3)
    assert by._only_device([fix(0), fix(1, epoch=1)]) is None
    assert by._only_device([fix(0), fix(1, device_id="D-2")]) is None
    assert by._only_device([fix(0), event(1, EventCode.SOS)]) is None


def test_what_was_recorded_is_judged_again_as_it_was_judged_then() -> None:
    """Leave that was recorded at 19:15 excuses what was told before, and not yet at 19:14."""
    leave = changed(absence(0, 0, 0), during=span(-60, 99), recorded_at=at(15), condition_id="x1")
    excused = changed(ZONED, absences=(leave,))
    known = [Recorded(at(-60), (ZONED,)), Recorded(at(15), (excused,))]
    gone = [event(30, EventCode.SOS), *fixes(range(31, 40), AWAY_M)]
    desk = Desk((ZONED,))
    desk.found += desk.judge.rule((ZONED,), at(-60), past=desk.past)
    for one in INSIDE[:15]:
        desk.take(one)
    desk.found += desk.judge.rule((excused,), at(15), past=desk.past)
    for one in [*INSIDE[15:], *gone]:
        desk.take(one)
    desk.tick(at(900))

    found = replay_recorded(known, [*INSIDE, *gone], until=at(900))

    assert found == sorted(desk.found, key=sort_key)
    told = {(one.kind, str(one.state)): one.decided_at for one in found}
    assert (Kind.ZONE_ENTERED, "opened") in told
    assert told[Kind.ZONE_ENTERED, "corrected"] == at(15)
    assert told[Kind.CONTACT_LOST, "opened"] > at(40)
    assert found != replay_recorded(known[:1], [*INSIDE, *gone], until=at(900))


def test_what_is_recorded_at_the_instant_of_a_receipt_is_known_when_it_is_judged() -> None:
    decided = judged(*INSIDE).findings[0].decided_at
    leave = changed(absence(0, 0, 0), during=span(-60, 99), recorded_at=decided, condition_id="x1")
    known = [Recorded(at(-60), (ZONED,)), Recorded(decided, (changed(ZONED, absences=(leave,)),))]

    assert replay_recorded(known, INSIDE, until=at(21)) == []
    later = Micros(decided + 1)
    late = [
        known[0],
        Recorded(later, (changed(ZONED, absences=(changed(leave, recorded_at=later),)),)),
    ]
    assert [one.state for one in replay_recorded(late, INSIDE, until=at(21))] == [
        "opened",
        "corrected",
    ]


def test_what_becomes_known_after_the_last_record_is_judged_from_all_that_was_taken() -> None:
    leave = changed(absence(0, 0, 0), during=span(-60, 99), recorded_at=at(25), condition_id="x1")
    known = [Recorded(at(-60), (changed(ZONED, absences=(leave,)),))]

    found = replay_recorded(known, INSIDE, until=at(26))

    assert [(str(one.state), one.cause) for one in found] == [
        ("opened", None),
        ("corrected", "excused"),
    ]


def test_settings_hold_for_what_was_recorded_too() -> None:
    strict = replace(DEFAULTS, against=1_000.0, most_against=2_000.0)
    known = [Recorded(at(-60), (ZONED,))]

    found = replay_recorded(known, INSIDE, until=at(30), settings=strict)

    assert not any(one.kind is Kind.ZONE_ENTERED for one in found)


def test_a_message_is_named_by_its_number_or_its_content() -> None:
    assert name_of(fix(0, seq=0, epoch=2)) == "2:0"
    assert name_of(fix(0)) == ref_of(fix(0))


def test_versions_are_gathered_by_order_oldest_first() -> None:
    second = changed(ZONED, version=2)
    other = changed(ZONED, order_id="ORD-2")

    assert by_order([second, other, ZONED]) == [(ZONED, second), (other,)]


def test_what_came_in_one_request_with_something_else_decides_once_too() -> None:
    mixed = [*INSIDE[10:], *INSIDE[:10], event(3, EventCode.SOS)]
    together = [replace(one, received_at=at(25)) for one in mixed]

    zone = [one for one in judged(*together).findings if one.kind is Kind.ZONE_ENTERED]
    assert [one.rev for one in zone] == [1]


def test_negative_control_an_upload_cut_in_two_is_another_stream() -> None:
    """Arrivals are judged together: what came in one request decides once."""
    mixed = [*INSIDE[10:], *INSIDE[:10]]
    together = [replace(one, received_at=at(25)) for one in mixed]
    apart = [replace(one, received_at=Micros(at(25) + n)) for n, one in enumerate(mixed)]

    assert [one.rev for one in judged(*together).findings] == [1]
    assert [one.rev for one in judged(*apart).findings] == [1, 2]

"""What a loop over many orders knows of one, when it may take it, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.property.lives import absence
from tests.unit.rules.crowd import ATTENDANCE, CURFEW, PARK, STREETS, same, seen
from tests.unit.rules.nights import at, event, fix, order, span, status, worn
from tests.unit.rules.streams import Desk

from fairtag.intake.messages import EventCode, Message
from fairtag.orders.model import Covers, DeviceType, Ruling
from fairtag.rules.doubt import new_state
from fairtag.rules.finding import Kind
from fairtag.rules.judge import Memory
from fairtag.rules.many.still import Still, settle, still_of
from fairtag.rules.matter import Matter
from fairtag.rules.places import walk as w
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import View, view_of
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros

NIGHT = order(CURFEW)
HOME = [seen(minute, battery_pct=50.0, epoch=2) for minute in range(10, 14)]
Change = Callable[[Memory], object]


def memory_of(ruling: Ruling, *told: Message) -> Memory:
    """Give what a judge remembers that took messages one by one."""
    desk = Desk((ruling,))
    for one in told:
        desk.take(one)
    return msgspec.msgpack.decode(desk.judge.dump(), type=Memory)


def asked(
    ruling: Ruling, *told: Message, change: Change = bool, times: Sequence[Micros | None] = ()
) -> Still | None:
    """Ask about an order after some messages; first its memory is changed."""
    memory = memory_of(ruling, *(told or HOME))
    change(memory)
    return still_of(memory, view(ruling), times)


def view(ruling: Ruling) -> View:
    return view_of((ruling,), at(100), DEFAULTS)


def still(ruling: Ruling, *told: Message, **more: Any) -> Still:
    found = asked(ruling, *told, **more)
    assert found is not None
    return found


# What is known


def test_all_that_moves_is_told() -> None:
    memory = memory_of(NIGHT, *HOME)
    found = still(NIGHT).moved
    noticed = memory.track.noticed["D-1"]

    assert (found.device_id, found.epoch) == ("D-1", 2)
    assert (found.clock, found.now) == (HOME[-1].received_at, at(13))
    assert (found.last_at, found.last_seq) == (at(13), HOME[-1].seq)
    assert (found.heard, found.fixed) == (HOME[-1].received_at, HOME[-1].received_at)
    assert found.battery_pct == 50.0
    assert found.honesty.tobytes() == noticed.honesty
    assert same(found.state, memory.track.beliefs.state())


def test_when_a_device_last_said_where_it_is_is_not_when_it_was_heard() -> None:
    found = still(NIGHT, *HOME, status(14)).moved

    assert (found.heard, found.fixed) == (status(14).received_at, HOME[-1].received_at)
    assert (found.now, found.last_seq) == (at(14), -1)


def test_what_is_not_known_of_a_device_is_no_number() -> None:
    def forget(memory: Memory) -> None:
        memory.track.noticed["D-1"].honesty = b""
        memory.track.noticed["D-1"].battery_pct = None

    found = still(NIGHT, change=forget).moved

    assert np.isnan(found.battery_pct)
    assert same(found.honesty, new_state())


def test_silence_and_battery_are_told() -> None:
    back = [fix(n, after_s=1) for n in range(60, 63)]
    lost = still(NIGHT, *HOME[:3], *back)
    low = still(NIGHT, *(seen(n, battery_pct=15.0) for n in range(4)))

    assert still(NIGHT).silent == 0
    assert lost.silent == back[0].received_at
    assert (still(NIGHT).is_low, low.is_low) == (False, True)
    assert still(NIGHT).wait == 1_800 * SECOND
    slow = order(CURFEW, devices=(worn(report_every_s=900),))
    assert still(slow).wait == 2_700 * SECOND


def test_edges_are_those_of_the_version() -> None:
    two = order(STREETS, CURFEW)

    assert still(two).edges is view(two).edges(1)
    assert still(two).edges.names == ("s1", "c1")


# Until when nothing but positions moves it


def test_it_holds_until_the_first_of_what_the_clock_brings() -> None:
    assert still(NIGHT, times=[at(300), None, at(200)]).hold == at(200)
    assert still(NIGHT, times=[None]).hold == NIGHT.during.end


def test_it_holds_until_another_device_is_worn() -> None:
    second = order(CURFEW, devices=(worn(), worn("D-2", span(30, 90))))

    assert still(second).hold == at(30)


def test_it_holds_until_another_devices_silence_and_not_for_its_own() -> None:
    two = order(CURFEW, devices=(worn(), worn("D-2")))
    other = fix(12.5, device_id="D-2")

    found = still(two, *HOME[:3], other, HOME[3])

    assert found.hold == other.received_at + 30 * MINUTE
    assert found.moved.device_id == "D-1"


@pytest.mark.parametrize(("minute", "is_still"), [(19.9, True), (20, False)])
def test_while_a_tag_is_worn_a_phone_is_left_to_the_judge(minute: float, *, is_still: bool) -> None:
    phone, tag = worn(type=DeviceType.NON_FITTED), worn("D-2", span(20, 999))

    def later(memory: Memory) -> None:
        memory.track.now = at(minute)

    assert (asked(order(CURFEW, devices=(phone, tag)), change=later) is not None) == is_still
    assert asked(order(CURFEW, devices=(phone,)), change=later) is not None


def test_it_holds_until_a_rules_own_timer() -> None:
    """An open matter goes on until the curfew ends, an appointment is decided at its end."""
    away = [seen(minute, 900) for minute in range(-5, 30)]

    assert still(NIGHT, *away).hold == at(720)
    assert still(order(CURFEW, ATTENDANCE), *away[:4]).hold == at(0)


def test_conditions_look_at_what_their_duty_says() -> None:
    night = order(CURFEW, STREETS, ATTENDANCE, PARK)
    found = still(night)

    assert found.wake.tolist() == [at(720), night.during.end, _NEVER, at(720)]
    assert found.looks.tolist() == [w.LOOK_AGAINST, w.LOOK_AGAINST, w.LOOK_TURNS, w.LOOK_AGAINST]
    assert (found.wake.dtype, found.looks.dtype) == (np.int64, np.int64)


_NEVER = np.iinfo(np.int64).max


def test_without_a_duty_nothing_is_looked_at_until_one_begins() -> None:
    found = still(NIGHT, *(seen(minute) for minute in range(-60, -50)))

    assert (found.wake.tolist(), found.looks.tolist()) == ([at(0)], [0])


def test_while_a_matter_is_open_its_end_is_looked_for() -> None:
    out = [seen(minute, 900 if minute > 3 else 0) for minute in range(-5, 30)]

    assert still(NIGHT, *out).looks.tolist() == [w.LOOK_KEPT]


@pytest.mark.parametrize("minutes", [(10, 14), (-60, -50)])
def test_a_condition_that_has_not_seen_its_duty_begin_or_end_looks_at_once(
    minutes: tuple[int, int],
) -> None:
    def older(memory: Memory) -> None:
        memory.track.watched["c1"].duty_from = at(-999)

    told = [seen(minute) for minute in range(*minutes)]

    assert still(NIGHT, *told, change=older).wake.tolist() == [told[-1].at]


# When it is not


def name_other(memory: Memory) -> None:
    memory.track.beliefs.device_id = "D-9"


def name_none(memory: Memory) -> None:
    memory.track.beliefs.device_id = None


def end_version(memory: Memory) -> None:
    memory.track.version = 9


def charge(memory: Memory) -> None:
    memory.track.noticed["D-1"].is_charging = True


def die(memory: Memory) -> None:
    matter = Matter(kind=Kind.BATTERY_DEAD, device_id="D-1", began_at=at(1))
    memory.track.noticed["D-1"].open[Kind.BATTERY_DEAD] = matter


def hold_refs(memory: Memory) -> None:
    memory.track.beliefs.refs = {"1": "sha256:1"}


def believe_in_others(memory: Memory) -> None:
    memory.track.beliefs.names = ("c9",)


def never_fixed(memory: Memory) -> None:
    memory.watch.heard["D-1"].fixed = None


def before_the_order(memory: Memory) -> None:
    memory.track.now = Micros(NIGHT.during.start - 1)


def forget_the_device(memory: Memory) -> None:
    del memory.track.noticed["D-1"]


def after_the_device(memory: Memory) -> None:
    memory.track.now = NIGHT.during.end


@pytest.mark.parametrize(
    "change",
    [
        name_other,
        name_none,
        forget_the_device,
        end_version,
        charge,
        die,
        hold_refs,
        believe_in_others,
        never_fixed,
        before_the_order,
        after_the_device,
    ],
)
def test_an_order_is_not_still(change: Change) -> None:
    assert asked(NIGHT) is not None
    assert asked(NIGHT, change=change) is None


def test_an_order_that_was_told_nothing_is_not_still() -> None:
    assert still_of(Memory(), view(NIGHT), ()) is None
    assert asked(NIGHT, status(1), status(2)) is None
    assert asked(NIGHT, *HOME, event(14, EventCode.CHARGE_START)) is None


def test_an_order_whose_device_is_no_longer_worn_is_not_still() -> None:
    short = order(CURFEW, devices=(worn(during=span(-60, 13)),))

    assert asked(short, *HOME) is None
    assert asked(short, *HOME[:3]) is not None


@pytest.mark.parametrize(("covers", "is_still"), [(Covers.CONTACT, False), (Covers.TAMPER, True)])
def test_leave_from_being_heard_is_not_for_the_loop(covers: Covers, *, is_still: bool) -> None:
    leave = changed(absence(0, 60, 0), covers=frozenset({covers}))

    assert (asked(changed(NIGHT, absences=(leave,))) is not None) == is_still
    assert asked(changed(NIGHT, suspended=(span(60, 90),))) is None


@pytest.mark.parametrize(("edges", "is_still"), [(32, True), (33, False), (0, True)])
def test_an_order_of_more_edges_than_the_loop_copies_is_not_still(
    edges: int, *, is_still: bool
) -> None:
    many = order(*(changed(CURFEW, id=f"c{n}") for n in range(edges)))

    assert (asked(many) is not None) == is_still


# What comes back


def test_what_moved_is_remembered() -> None:
    memory = memory_of(NIGHT, *HOME)
    moved = still(NIGHT).moved
    state = moved.state._replace(
        edges=moved.state.edges + 1, moved_m=moved.state.moved_m + 2, way=moved.state.way + 3
    )
    later = moved._replace(
        epoch=4,
        clock=at(20),
        now=at(19),
        last_at=at(18),
        last_seq=77,
        heard=at(17),
        fixed=at(16),
        battery_pct=33.0,
        honesty=moved.honesty + 1,
        state=state,
    )

    settle(memory, later)

    track, heard = memory.track, memory.watch.heard["D-1"]
    assert (memory.clock, track.now) == (at(20), at(19))
    assert track.last == (at(18), "D-1", 4, 77)
    assert (heard.last, heard.fixed) == (at(17), at(16))
    assert track.noticed["D-1"].battery_pct == 33.0
    assert track.noticed["D-1"].honesty == later.honesty.tobytes()
    assert same(track.beliefs.state(), state)


def test_a_battery_that_is_not_known_stays_unknown() -> None:
    memory = memory_of(NIGHT, *HOME)

    settle(memory, still(NIGHT).moved._replace(now=at(19), battery_pct=np.nan))

    assert memory.track.noticed["D-1"].battery_pct is None


def test_where_nothing_was_taken_nothing_is_remembered() -> None:
    """The last message may have come from another device, of which the loop knows nothing."""
    memory = memory_of(NIGHT, *HOME)
    before = msgspec.msgpack.encode(memory)

    settle(memory, still(NIGHT).moved._replace(last_seq=5, clock=at(99), heard=at(99)))

    assert msgspec.msgpack.encode(memory) == before
    assert memory.clock < at(99) < at(99) + DAY

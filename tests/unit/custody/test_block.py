"""A block says what its requests say one by one, and becomes the same chunk to the byte."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.custody.test_trail import DEVICE, ORDER, START, WEARER, a_day, two_sources

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail import codec
from fairtag.custody.trail.block import (
    Block,
    Said,
    first_n,
    in_order,
    last_n,
    numbers,
    size,
    spread,
)
from fairtag.custody.trail.codec import Bound
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import Frame
from fairtag.custody.trail.row import read_many, write
from fairtag.intake.columns import Positions, runs
from fairtag.intake.messages import Event, EventCode
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


def in_columns(told: list[JournalEntry]) -> list[JournalEntry]:
    """Give entries as intake makes them: columns where all is positions."""
    found = []
    for one in told:
        (run, *more) = runs(one.messages) if one.messages else (None,)
        if isinstance(run, Positions) and not more:
            found.append(msgspec.structs.replace(one, told=(), columns=run))
        else:
            found.append(one)
    return found


def rows(told: list[JournalEntry]) -> list[tuple[JournalEntry, bytes]]:
    empty = (msgspec.structs.replace(one, told=(), columns=None) for one in told)
    return list(zip(empty, map(write, told), strict=True))


def with_an_event() -> list[JournalEntry]:
    """Give a day of which one request tells an event, and one is a ruling."""
    told = a_day(3)
    event = Event(
        device_id=DEVICE, seq=9_999, at=START, received_at=START, code=EventCode.STRAP_OPEN
    )
    told[40] = msgspec.structs.replace(told[40], told=(event,), device_id=DEVICE)
    told[60] = msgspec.structs.replace(told[60], told=(), device_id=None, what="ruling")
    return told


def chunk_of(said: list[Said], frame: Frame) -> bytes:
    (chunk,) = codec.encode([(frame, said)])
    return chunk


@pytest.mark.parametrize(
    "told", [a_day(3), two_sources(), with_an_event(), a_day(1)[:1]], ids=range(4)
)
def test_rows_read_together_say_the_same_and_become_the_same_chunk(
    told: list[JournalEntry],
) -> None:
    told = in_columns(told)
    said = read_many(rows(told))
    assert any(isinstance(one, Block) for one in said)
    assert spread(said) == told
    assert numbers(said) == [one.n for one in told]
    assert sum(map(size, said)) == len(told)
    frame = Frame(START, last_n(said[-1]), told[0].device_id)
    chunk = chunk_of(said, frame)
    assert chunk == chunk_of(list(told), frame)
    (found,) = codec.blocks([Bound(ORDER, WEARER, frame, chunk)])
    assert spread(found) == told
    assert chunk_of(found, frame) == chunk


def test_only_what_a_block_can_say_comes_as_one() -> None:
    plain, mixed = two_sources(), with_an_event()
    faked = [
        msgspec.structs.replace(
            one, told=tuple(msgspec.structs.replace(each, is_mock=False) for each in one.told)
        )
        for one in two_sources()
    ]
    piles = [(Frame(START, one[-1].n, DEVICE), one) for one in (plain, mixed, faked)]
    chunks = codec.encode(piles)
    found = codec.blocks(
        [
            Bound(ORDER, WEARER, frame, chunk)
            for (frame, _), chunk in zip(piles, chunks, strict=True)
        ]
    )
    assert [isinstance(one[0], Block) for one in found] == [True, False, False]
    assert [spread(one) for one in found] == [plain, mixed, faked]
    assert codec.blocks([]) == []


def test_blocks_that_reach_into_each_other_are_spread_and_ordered() -> None:
    told = in_columns(two_sources())
    (even,), (odd,) = read_many(rows(told[::2])), read_many(rows(told[1::2]))
    assert in_order([odd, even]) == told
    (first,), (later,) = read_many(rows(told[:9])), read_many(rows(told[9:]))
    assert in_order([later, first]) == [first, later]
    assert [first_n(first), last_n(first)] == [told[0].n, told[8].n]


def test_negative_control_a_block_with_other_counts_says_something_else() -> None:
    told = in_columns(two_sources())
    (block,) = read_many(rows(told))
    assert isinstance(block, Block)
    counts = np.array([2, *[1] * 37, 1, 0], np.int64)
    bent = Block(
        order_id=block.order_id,
        wearer_id=block.wearer_id,
        n=block.n,
        received_at=block.received_at,
        counts=counts,
        columns=block.columns,
    )
    assert spread([bent]) != told


def test_rows_of_nobody_and_broken_rows_make_no_block() -> None:
    told = in_columns(two_sources())[:3]
    nobody = [msgspec.structs.replace(one, device_id=None) for one in told]
    assert not any(isinstance(one, Block) for one in read_many(rows(nobody)))
    other = msgspec.structs.replace(told[1], device_id=DeviceId("D-2"), received_at=Micros(START))
    assert len(read_many([rows(told)[0], rows([other])[0], rows(told)[2]])) == 3
    (entry, row) = rows(told)[0]
    with pytest.raises(TrailBroken):
        read_many([(entry, row[:-3])])

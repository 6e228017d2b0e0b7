"""A row of the journal says what was said, in columns as in messages."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.row import block, lines_of, read, write
from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros

DEVICE = DeviceId("D-1")
NOW = Micros(1_790_000_000_000_000)
maybe = st.none() | st.floats(0.001, 1e6)
places = st.builds(
    Position,
    device_id=st.just(DEVICE),
    epoch=st.just(3),
    seq=st.integers(0, 2**53 - 1),
    at=st.integers(0, 2**52),
    received_at=st.just(NOW),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    accuracy_m=maybe,
    accuracy_level=maybe,
    speed_mps=maybe,
    battery_pct=maybe,
    source=st.sampled_from(Source),
    is_mock=st.sampled_from([None, True]),
)


def entry_of(told: list[Position]) -> JournalEntry:
    return JournalEntry(
        what="messages",
        order_id=OrderId("ORD-1"),
        wearer_id=WearerId("W-1"),
        device_id=DEVICE,
        received_at=NOW,
        columns=positions_of(told),
    )


@given(st.lists(places, min_size=1, max_size=20))
def test_columns_come_back_as_they_were(told: list[Position]) -> None:
    entry = entry_of(told)
    messages, columns = read(write(entry), device_id=DEVICE, received_at=NOW)
    assert messages == ()
    assert msgspec.structs.replace(entry, columns=columns).messages == tuple(told)


@given(st.lists(places, min_size=2, max_size=9), st.data())
def test_lines_of_many_are_cut_apart(told: list[Position], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(told) - 1))
    bits, lines = lines_of(positions_of(told))
    _, columns = read(block(3, bits, lines[cut:].tobytes()), device_id=DEVICE, received_at=NOW)
    assert columns is not None
    assert [columns.message(row) for row in range(len(columns))] == told[cut:]


@given(st.lists(places, min_size=1, max_size=9))
def test_entries_are_equal_in_either_form_and_differ_otherwise(told: list[Position]) -> None:
    entry = entry_of(told)
    plain = msgspec.structs.replace(entry, columns=None, told=tuple(told))
    assert entry == plain
    assert entry.count == plain.count == len(told)
    assert entry.epoch == plain.epoch == told[0].epoch
    assert entry != msgspec.structs.replace(plain, told=tuple(told[1:]))
    assert entry != msgspec.structs.replace(entry, n=1)


def test_positions_received_at_several_times_lie_as_messages() -> None:
    told = [Position(device_id=DEVICE, at=NOW, received_at=NOW, lat=1, lon=2)] * 2
    entry = entry_of(told)
    assert entry.columns is not None
    later = replace(entry.columns, received_at=np.array([NOW, NOW + 1]))
    entry = msgspec.structs.replace(entry, columns=later)
    messages, columns = read(write(entry), device_id=DEVICE, received_at=NOW)
    assert columns is None
    assert messages == entry.messages


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\x81\xa1p\xc4\x01a", b"\x93\x01", b"\xff"])
def test_a_broken_row_says_so(raw: bytes) -> None:
    with pytest.raises(TrailBroken):
        read(raw, device_id=DEVICE, received_at=NOW)

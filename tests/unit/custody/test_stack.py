"""Rows of the journal that are read at once say what each says alone."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.stack import Row, stacked
from fairtag.custody.trail import row
from fairtag.custody.trail.entry import JournalEntry
from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros

FIX = Position(
    device_id=DeviceId("D-1"), seq=1, at=Micros(5), received_at=Micros(9), lon=-2.2, lat=53.4
)


def row_of(n: int, *fixes: Position, is_block: bool) -> Row:
    whose = {"order_id": OrderId("O"), "wearer_id": WearerId("W"), "device_id": fixes[0].device_id}
    said = {"columns": positions_of(fixes)} if is_block else {"told": fixes}
    entry = JournalEntry(what="messages", received_at=fixes[0].received_at, **whose, **said)
    return Row(n, "messages", *whose.values(), entry.received_at, row.write(entry))


def test_each_row_finds_its_own_positions() -> None:
    later = replace(FIX, seq=2, at=Micros(6), lat=53.5)
    rows = [
        row_of(1, FIX, later, is_block=True),
        Row(2, "tick", OrderId("O"), WearerId("W"), None, Micros(9), b"\x90"),
        row_of(3, replace(later, accuracy_m=8.0, epoch=3), is_block=True),
        row_of(4, FIX, is_block=False),
    ]

    told = stacked(rows)

    assert told.columns is not None
    assert (told.end - told.first).tolist() == [2, 0, 1, 1]
    assert told.epoch.tolist() == [0, 0, 3, 0]
    for n in (0, 2, 3):
        alone = positions_of([one for one in rows[n].entry().messages if isinstance(one, Position)])
        part = told.columns.part(int(told.first[n]), int(told.end[n]))
        for name in ("seq", "at", "lon", "lat", "accuracy_m", "source"):
            np.testing.assert_array_equal(getattr(part, name), getattr(alone, name))


def test_no_position_is_no_column() -> None:
    tick = Row(2, "tick", OrderId("O"), WearerId("W"), None, Micros(9), b"\x90")

    assert stacked([tick]).columns is None
    assert stacked([]).columns is None


def test_a_broken_row_is_told() -> None:
    whole = row_of(1, FIX, is_block=True)

    with pytest.raises(TrailBroken):
        stacked([whole._replace(plain=whole.plain[:-3])])

"""Columns say what the messages said."""

from __future__ import annotations

import pytest

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

FULL = Position(
    device_id=DeviceId("D-1"),
    epoch=3,
    seq=0,
    at=Micros(1_700_000_000_000_000),
    received_at=Micros(1_700_000_001_000_000),
    lat=53.48,
    lon=-2.24,
    accuracy_m=0.0,
    accuracy_level=0.95,
    source=Source.WIFI,
    speed_mps=0.0,
    battery_pct=0.0,
    is_mock=True,
)
BARE = Position(
    device_id=DeviceId("D-1"), epoch=3, at=Micros(5), received_at=Micros(6), lat=-90.0, lon=180.0
)


def test_a_row_is_the_message_again_and_what_is_unknown_stays_unknown() -> None:
    columns = positions_of([FULL, BARE])
    assert len(columns) == 2
    assert [columns.message(0), columns.message(1)] == [FULL, BARE]


def test_no_position_makes_no_columns() -> None:
    with pytest.raises(ValueError, match="at least one"):
        positions_of([])

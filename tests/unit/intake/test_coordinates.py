"""A place is rounded once, at the decoders' edge: what is judged live is what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig import START, opened_rig

from fairtag.app.trail.compact import compact
from fairtag.intake import fix
from fairtag.intake.messages import Position
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import HOUR, Micros
from fairtag.terms.local import Interval

FINE = 53.480812345678, -2.242634567891


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (53.480812345678, 53.4808123),
        (-2.24263456, -2.2426346),
        (53.4, 53.4),
        (0.0, 0.0),
        (-0.0, 0.0),
        (-0.00000004, 0.0),
        (180.0, 180.0),
    ],
)
def test_seven_decimals_are_kept(told: float, kept: float) -> None:
    assert repr(fix.coordinate(told)) == repr(kept)


@given(st.floats(-180, 180))
def test_a_rounded_place_is_a_whole_number_of_steps_and_stays(told: float) -> None:
    kept = fix.coordinate(told)
    assert round(kept * 1e7) / 1e7 == kept
    assert fix.coordinate(kept) == kept
    assert abs(kept - told) <= 0.5e-7 + 1e-13


def test_a_place_beyond_the_pole_is_not_rounded_onto_it() -> None:
    with pytest.raises(Exception, match="out_of_range"):
        fix.position(DeviceId("D-1"), START, START, lat=90.00000001, lon=0.0)


def test_what_comes_in_fine_is_the_same_in_memory_in_a_row_and_in_a_chunk(tmp_path: Path) -> None:
    heard: list[Position] = []
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        rig.say(device, rig.line(device, lat=FINE[0], lon=FINE[1]))
        ever = Interval(start=START, end=Micros(START + 40 * 24 * HOUR))
        for _ in range(2):
            (one,) = rig.house.store.read(lambda tx: tx.journal.told(OrderId("ORD-1"), ever))
            assert isinstance(one, Position)
            heard.append(one)
            rig.clock.at = Micros(rig.clock.at + 3 * HOUR)
            compact(rig.house)
        assert heard[0] == heard[1]
        assert (heard[0].lat, heard[0].lon) == (53.4808123, -2.2426346)
        assert json.loads(json.dumps(heard[0].lat)) == heard[0].lat

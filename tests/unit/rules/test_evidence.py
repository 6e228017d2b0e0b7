"""Which positions are evidence, how wide they are, and how far they lie against the wearer."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from msgspec.structs import replace

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules.places.evidence import by_satellite, is_witness, widths_m, witnesses
from fairtag.rules.places.leg import Edges, leg_of
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.flat import metres_a_degree
from fairtag.terms.geometry import Area, Circle
from fairtag.terms.ground import ground_of
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import SECOND, Micros

OWN = replace(
    DEFAULTS,
    level=0.68,
    optimism=2.0,
    least_m=9.0,
    satellite_bias_m=12.0,
    network_bias_m=40.0,
    unknown_m=75.0,
    usable_m=300.0,
)


def fix(n: int = 0, **more: object) -> Position:
    told = {
        "device_id": DeviceId("D-1"),
        "seq": n,
        "at": Micros(1_000 * SECOND + n),
        "received_at": Micros(2_000 * SECOND),
        "lat": 53.0 + n / 1000,
        "lon": -2.0 - n / 500,
        "accuracy_m": 20.0,
        "source": Source.GNSS,
    }
    return Position(**(told | more))  # type: ignore[arg-type]


# Witnesses


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, True),
        ({"accuracy_m": 300.0}, True),
        ({"accuracy_m": 300.1}, False),  # too wide to use
        ({"accuracy_m": None}, True),  # what isn't known isn't wide
        ({"accuracy_m": None, "source": Source.CELL}, False),
        ({"source": Source.CELL, "accuracy_m": 5.0}, False),  # a mast, whatever it claims
        ({"source": Source.WIFI}, True),
        ({"source": Source.UNKNOWN}, True),
        ({"is_mock": True}, False),
        ({"is_mock": False}, True),
        ({"is_mock": None}, True),
        ({"is_mock": True, "source": Source.CELL}, False),
        ({"is_mock": True, "accuracy_m": 999.0}, False),
    ],
)
def test_masts_mocks_and_wide_positions_are_no_witnesses(
    told: dict[str, object], *, expected: bool
) -> None:
    assert is_witness(fix(**told), OWN) is expected  # type: ignore[arg-type]
    assert witnesses(positions_of([fix(), fix(**told)]), OWN).tolist() == [True, expected]  # type: ignore[arg-type]


def test_satellites_and_beacons_at_home_are_seen_as_such() -> None:
    rows = positions_of([fix(source=one) for one in Source])
    told = dict(zip(Source, by_satellite(rows).tolist(), strict=True))
    assert {one for one, is_satellite in told.items() if is_satellite} == {Source.GNSS, Source.RF}


# Widths


def widths_of(columns: Positions) -> np.ndarray:
    return widths_m(columns, by_satellite(columns), OWN)


def width_m(**told: object) -> float:
    """Tell one width, among others."""
    others = [fix(accuracy_level=0.5), fix(accuracy_level=0.9, source=Source.WIFI)]
    return widths_of(positions_of([*others, fix(**told)])).tolist()[2]  # type: ignore[no-any-return, arg-type]


def deviations(share: float) -> float:
    """Tell the radius of a round normal error that holds a share: Rayleigh's distribution."""
    return math.sqrt(-2 * math.log(1 - share))


@pytest.mark.parametrize(
    ("told", "share", "bias_m"),
    [
        ({}, 0.68, 12.0),  # what the share is isn't told
        ({"accuracy_level": 0.95}, 0.95, 12.0),
        ({"accuracy_level": 0.5}, 0.5, 12.0),
        ({"accuracy_level": 0.0}, 0.68, 12.0),
        ({"accuracy_level": 0.01}, 0.05, 12.0),  # as little as that means nothing
        ({"accuracy_level": 0.999}, 0.99, 12.0),
        ({"accuracy_level": 1.0}, 0.99, 12.0),
        ({"source": Source.WIFI}, 0.68, 40.0),
        ({"source": Source.RF}, 0.68, 12.0),
    ],
)
def test_a_width_is_what_is_claimed_made_wider_and_an_error_that_no_claim_shows(
    told: dict[str, object], share: float, bias_m: float
) -> None:
    expected = math.hypot(2.0 * 20.0 / deviations(share), bias_m)
    assert width_m(**told) == pytest.approx(expected, rel=1e-12)


def test_no_receiver_is_better_than_the_best() -> None:
    assert width_m(accuracy_m=0.5) == pytest.approx(15.0)  # 9 and 12
    assert width_m(accuracy_m=0.5, source=Source.WIFI) == pytest.approx(41.0)


@pytest.mark.parametrize("accuracy_m", [None, 0.0, -1.0])
@pytest.mark.parametrize("source", [Source.GNSS, Source.WIFI])
def test_an_accuracy_that_is_not_known_is_wide(accuracy_m: float | None, source: Source) -> None:
    assert width_m(accuracy_m=accuracy_m, source=source) == pytest.approx(85.0)  # 75 and 40


def test_widths_of_no_positions_are_none() -> None:
    none = positions_of([fix()]).part(0, 0)
    assert widths_of(none).tolist() == []


def test_a_share_worse_told_makes_no_position_narrower() -> None:
    wide = [width_m(accuracy_m=one) for one in (1.0, 5.0, 10.0, 20.0, 100.0)]
    assert wide == sorted(wide)


# A leg: rows that are ready to walk

HOME = Circle(lon_deg=-2.0, lat_deg=53.0, radius_m=60)
ZONE = Circle(lon_deg=-2.1, lat_deg=53.1, radius_m=500)


def edges_of(buffers_m: tuple[float, float] = (0.0, 0.0)) -> Edges:
    return Edges(
        names=(ConditionId("home"), ConditionId("zone")),
        ground=ground_of([HOME, ZONE]),
        sign=np.array([1.0, -1.0]),
        buffer_m=np.array(buffers_m),
    )


def columns() -> Positions:
    odd = {2: {"is_mock": True}, 4: {"source": Source.WIFI, "speed_mps": 2.5, "seq": None}}
    return positions_of([fix(n, **odd.get(n, {})) for n in range(7)])


def metres(told: Positions) -> tuple[np.ndarray, np.ndarray]:
    return metres_a_degree(told.lat)


def test_a_leg_holds_the_witnesses_of_its_span_as_they_were_told() -> None:
    told = columns()
    leg = leg_of(told, metres(told), (1, 6), 3, edges_of(), OWN)
    assert (leg.version, leg.end, leg.row.tolist()) == (3, 6, [1, 3, 4, 5])
    rows = leg.rows
    assert rows.at.tolist() == told.at[[1, 3, 4, 5]].tolist()
    assert rows.seq.tolist() == [1, 3, -1, 5]
    assert rows.lon.tolist() == told.lon[[1, 3, 4, 5]].tolist()
    assert rows.lat.tolist() == told.lat[[1, 3, 4, 5]].tolist()
    assert rows.is_satellite.tolist() == [True, True, False, True]
    assert np.isnan(rows.speed_mps).tolist() == [True, True, False, True]
    assert rows.speed_mps[2] == 2.5
    assert rows.width_m.tolist() == widths_of(told)[[1, 3, 4, 5]].tolist()
    assert rows.against_m.shape == (4, 2)
    # Source: WGS 84; a degree at 53° is 67,140 m of longitude and 111,267 m of latitude
    assert rows.lon_m[0] == pytest.approx(67_140, abs=20)
    assert rows.lat_m[0] == pytest.approx(111_267, abs=20)


def test_a_leg_of_everything_and_one_of_nothing() -> None:
    assert leg_of(columns(), metres(columns()), (0, 7), 1, edges_of(), OWN).row.tolist() == [
        0,
        1,
        3,
        4,
        5,
        6,
    ]
    empty = leg_of(columns(), metres(columns()), (2, 3), 1, edges_of(), OWN)
    assert (empty.end, empty.rows.against_m.shape) == (3, (0, 2))


def test_outside_of_home_is_against_the_wearer_and_inside_of_a_zone() -> None:
    told = positions_of([fix(0), fix(0, lat=53.1, lon=-2.1)])
    rows = leg_of(told, metres(told), (0, 2), 1, edges_of(), OWN).rows
    assert rows.against_m[0, 0] == -60.0
    assert rows.against_m[1, 1] == 500.0
    assert rows.against_m[1, 0] > 500
    assert rows.against_m[0, 1] < -500


def test_a_buffer_moves_the_edge_outward() -> None:
    told = positions_of([fix(0), fix(0, lat=53.1, lon=-2.1)])
    rows = leg_of(told, metres(told), (0, 2), 1, edges_of((15.0, 25.0)), OWN).rows
    assert rows.against_m[0, 0] == -75.0
    assert rows.against_m[1, 1] == 525.0


@pytest.mark.parametrize(
    ("off_m", "accuracy_m", "buffer_m"),
    [(0.0, 20.0, 0.0), (10.0, 200.0, 0.0), (400.0, 0.5, 3000.0)],
)
def test_a_distance_is_right_as_far_as_it_says_more(
    off_m: float, accuracy_m: float, buffer_m: float
) -> None:
    """North-east of a triangle, at the corner of its box that is empty: no box will do.

    That is as far as 12 widths, where the table of evidence ends, from the moved edge.
    """
    corners = [(-2.01, 53.0), (-2.0, 53.0), (-2.01, 53.01)]
    area = Area(wkb=shapely.to_wkb(shapely.Polygon(corners)))
    edges = Edges(
        names=(ConditionId("home"),),
        ground=ground_of([area]),
        sign=np.array([1.0]),
        buffer_m=np.array([buffer_m]),
    )
    east_m, north_m = 671.3 + off_m, 1112.7 + off_m  # from the right angle
    there = fix(
        accuracy_m=accuracy_m, lon=-2.01 + 0.01 * east_m / 671.3, lat=53.0 + 0.01 * north_m / 1112.7
    )
    told = positions_of([there])
    leg = leg_of(told, metres(told), (0, 1), 1, edges, OWN)
    # How far from the long side, which goes from 671 m east to 1,113 m north
    expected = (1112.7 * east_m + 671.3 * north_m - 671.3 * 1112.7) / math.hypot(671.3, 1112.7)
    assert leg.rows.against_m[0, 0] == pytest.approx(expected - buffer_m, rel=2e-3, abs=2)

"""The lengths that doubt measures by are those of the ellipsoid."""

from __future__ import annotations

import pytest

from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.metres import from_here_m, measure
from fairtag.terms.geometry import distance_m, metres_a_degree


@pytest.mark.parametrize("lat", [-89.0, -60.0, -10.0, 0.0, 30.0, 53.48, 70.0, 89.9])
def test_a_degree_is_as_long_as_elsewhere_in_the_program(lat: float) -> None:
    state = m.new_state()
    state[m.LAT] = lat

    measure(state)

    # A few centimetres: the series there has one term more.
    assert (state[m.EAST_M], state[m.NORTH_M]) == pytest.approx(metres_a_degree(lat), abs=2.5)


@pytest.mark.parametrize(
    ("lon", "lat", "to_lon", "to_lat", "share"),
    [
        (-2.24, 53.48, -2.23, 53.47, 2e-3),
        (-2.24, 53.48, -2.10, 53.44, 2e-3),
        (-2.24, 53.48, -1.20, 54.20, 2e-2),
        (179.99, 10.0, -179.99, 10.01, 2e-3),
        (-179.99, 10.0, 179.99, 10.01, 2e-3),
    ],
)
def test_a_distance_is_that_of_the_geodesic(
    lon: float, lat: float, to_lon: float, to_lat: float, share: float
) -> None:
    state = m.new_state()
    state[[m.WAS_LON, m.WAS_LAT, m.LON, m.LAT]] = lon, lat, to_lon, to_lat

    measure(state)

    found = from_here_m(state, m.WAS_LON, m.WAS_LAT)
    assert found == pytest.approx(distance_m(lon, lat, to_lon, to_lat), rel=share)

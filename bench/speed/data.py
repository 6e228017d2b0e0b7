"""What is measured on? Invented wearers, three zones each, and a minute of positions after another.

Every number is drawn from a seed. Units: degrees WGS 84, metres, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ZONES = 3  # a wearer: where to be, where not to be, the region
_TOWNS = 200
_SPREAD_DEG = 0.08
_METRES = 111_320.0  # a degree of latitude, near enough for inventing places
_AT_HOME, _AT_ZONE = 0.65, 0.2  # chosen: the rest roams
_NOISE_M = 6.0  # source: research on phones lying still; the same for all judges


class Fixes(NamedTuple):
    """Positions in the order of arrival; shapes (n,)."""

    wearer: NDArray[np.int64]
    at: NDArray[np.int64]  # s
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Wearers, their homes, and their zones as closed rings."""

    home: NDArray[np.float64]  # (wearers, 2) lon, lat
    rings: list[NDArray[np.float64]]  # wearers * ZONES rings, each (vertices + 1, 2)

    @property
    def wearers(self) -> int:
        """Tell how many there are."""
        return len(self.home)

    def minute(self, n: int, *, seed: int = 1) -> Fixes:
        """Give one position of every wearer, in mixed order: most at home, some near a zone."""
        chance = np.random.default_rng((seed, n))
        order = chance.permutation(self.wearers)
        place = self.home[order].copy()
        away = chance.random(self.wearers)
        zone = self.home[order] + _at_zone(order)
        place[away > _AT_HOME] = zone[away > _AT_HOME]
        roams = away > _AT_HOME + _AT_ZONE
        place[roams] += chance.normal(0, 0.02, (int(roams.sum()), 2))
        place += chance.normal(0, _NOISE_M / _METRES, place.shape)
        accuracy = chance.choice([5.0, 8.0, 12.0, 35.0], self.wearers)
        at = np.full(self.wearers, 60 * n, np.int64)
        return Fixes(order, at, place[:, 0].round(7), place[:, 1].round(7), accuracy)


def world(wearers: int, *, vertices: int = 24, seed: int = 1) -> World:
    """Draw a world; each ring has as many vertices as told."""
    chance = np.random.default_rng(seed)
    home = _homes(chance, wearers)
    middle = np.stack([home, home + _at_zone(np.arange(wearers)), home], axis=1)
    radius = np.array([100.0, 300.0, 5_000.0]) / _METRES
    angle = np.linspace(0, 2 * np.pi, vertices + 1)
    ring = np.column_stack([np.cos(angle) * 1.65, np.sin(angle)])  # a circle at 53 degrees north
    ring[-1] = ring[0]
    rings = [
        middle[n, z] + ring * radius[z] * chance.uniform(0.7, 1.3)
        for n in range(wearers)
        for z in range(ZONES)
    ]
    return World(home, rings)


def homes(wearers: int, *, seed: int = 1) -> NDArray[np.float64]:
    """Draw where the wearers of a world live, without their zones; shape (wearers, 2)."""
    return _homes(np.random.default_rng(seed), wearers)


def _homes(chance: np.random.Generator, wearers: int) -> NDArray[np.float64]:
    towns = np.column_stack([chance.uniform(-5, 1.5, _TOWNS), chance.uniform(50.5, 55, _TOWNS)])
    town = towns[chance.integers(0, _TOWNS, wearers)]
    return town + chance.normal(0, _SPREAD_DEG, (wearers, 2))


def _at_zone(wearer: NDArray[np.int64]) -> NDArray[np.float64]:
    """Tell how far from home a wearer's exclusion zone lies: about a kilometre, by number."""
    turn = wearer * 2.399963  # the golden angle: neighbours by number lie apart
    return np.column_stack([np.cos(turn), np.sin(turn)]) * 0.012

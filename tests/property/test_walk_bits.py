"""The walk of belief as machine code and as plain Python: the same bits, whatever it sees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fairtag.rules.places import walk
from fairtag.rules.places.numbers import FADE, Numbers, Rows, numbers_of
from fairtag.rules.settings import DEFAULTS, table
from fairtag.terms.instants import SECOND

pytest.importorskip("numba")

EDGES = 3


def rows_of(seed: int, count: int = 400) -> Rows:
    """Invent rows: rests, ways, jumps, copies, twins, silences; all sources, speeds told or not."""
    chance = np.random.default_rng(seed)
    gaps = chance.choice([0, 0.4, 1, 5, 20, 60, 300, 901, 5000], count)
    steps = chance.choice([0, 0, 1e-5, 3e-4, 3e-4, 0.05, 359.0], (2, count))
    mps = chance.choice([np.nan, np.nan, 0.0, 0.69, 1.4, 30.0], count)
    lon = (np.cumsum(steps[0]) + 179.99) % 360 - 180
    metres = np.cumsum(chance.normal(0, 60, (count, EDGES)), axis=0)
    return Rows(
        at=np.cumsum(np.round(gaps * SECOND)).astype(np.int64) + 10**15,
        lon=lon,
        lat=53 + np.cumsum(np.where(steps[1] > 1, 0, steps[1])),
        lon_m=np.full(count, 66_389.3),
        lat_m=np.full(count, 111_295.7),
        speed_mps=mps,
        is_satellite=chance.random(count) < 0.5,
        width_m=chance.choice([5.0, 7.81, 26.1, 103.1], count),
        seq=np.arange(count) - 1,
        against_m=metres + chance.choice([0.0, 0.0, 300.0], (count, 1)),
    )


def walked(rows: Rows, numbers: Numbers, looks: list[int]) -> Iterator[bytes]:
    """Walk to the end, through all stops."""
    state, first, count = walk.new_state(EDGES), 0, len(rows.at)
    wake = rows.at[[count // 2, count // 3, -1]].copy()
    told, stops = np.array(looks, np.int8), np.zeros(EDGES, np.int8)
    while first < count:
        first = walk.walk(rows, first, count, state, numbers, table(), wake, told, stops)
        yield b"".join([str(first).encode(), stops.tobytes(), *(one.tobytes() for one in state)])


def both(
    monkeypatch: pytest.MonkeyPatch, seed: int, plain: Numbers, machine: Numbers
) -> list[list[bytes]]:
    looks = [(seed + 3 * edge) % 8 for edge in range(EDGES)]  # each, and all sums of them
    found = []
    for how, numbers in (("never", plain), ("always", machine)):
        monkeypatch.setenv("FAIRTAG_COMPILED", how)
        found.append(list(walked(rows_of(seed), numbers, looks)))
    assert walk.walk.is_machine_code
    return found


@pytest.mark.parametrize("seed", range(12))
def test_machine_code_and_plain_python_give_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    numbers = numbers_of(DEFAULTS)
    plain, machine = both(monkeypatch, seed, numbers, numbers)
    assert len(plain) > 10
    assert machine == plain


def test_negative_control_another_number_by_a_bit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = numbers_of(DEFAULTS)
    other = Numbers(*(column.copy() for column in numbers))
    other.counts[FADE] += 10**6
    plain, machine = both(monkeypatch, 1, numbers, other)
    assert machine != plain

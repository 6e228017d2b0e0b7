"""Laws of doubt: a split, a shift in time, space or turn changes no sign."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from tests.doubts import signs
from tests.unit.rules.tracks import LON, circle, fix, rest

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules.doubt import Sign, limits_of, new_state
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import DAY, MINUTE, Micros

law = settings(max_examples=60, deadline=None, derandomize=True)
LIMITS = limits_of(DEFAULTS)


def scene(kind: str, seed: int) -> list[Position]:
    """Give a piece of a track that shows a sign, or none."""
    network = {"source": Source.WIFI, "speed_mps": 0.0}
    return {
        "mock": lambda: [fix(0, is_mock=True)],
        "teleport": lambda: [*rest(0, 5, seed=seed), *rest(5, 9, 40_000.0, 0.0, seed=seed)],
        "circle": lambda: circle(40, turn=0.5 + seed % 7 / 10),
        "speed": lambda: [fix(n, n * 600.0, speed_mps=0.0) for n in range(14)],
        "frozen": lambda: [fix(n, 3.3, 7.7) for n in range(70)],
        "leap": lambda: [fix(n, 400.0 * (n > 14), **network) for n in range(30)],
        "rest": lambda: rest(0, 20, seed=seed),
    }[kind]()


KINDS = [*(one.cause for one in Sign), "rest"]
pieces = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 99)), min_size=1, max_size=5)


def track(parts: list[tuple[str, int]]) -> Positions:
    """Play pieces one after the other."""
    found: list[Position] = []
    for kind, seed in parts:
        after = found[-1].at - fix(0).at + MINUTE if found else 0
        found += [changed(one, at=Micros(one.at + after)) for one in scene(kind, seed)]
    return positions_of(found)


def part(rows: Positions, start: int, end: int) -> Positions:
    columns = [one.name for one in fields(rows) if isinstance(getattr(rows, one.name), np.ndarray)]
    return replace(rows, **{name: getattr(rows, name)[start:end] for name in columns})


def in_parts(rows: Positions, cuts: list[int], *, forgets: bool = False) -> list[tuple[int, Sign]]:
    """Look at the parts between the cuts; the memory goes through bytes, as a snapshot does."""
    state, found = new_state(), []
    edges = [0, *sorted({cut % (len(rows) + 1) for cut in cuts}), len(rows)]
    for start, end in pairwise(edges):
        state = new_state() if forgets else np.frombuffer(state.tobytes()).copy()
        found += [(start + row, one) for row, one in signs(state, LIMITS, part(rows, start, end))]
    return found


@law
@given(pieces, st.lists(st.integers(0, 1_000), max_size=6))
def test_any_split_gives_the_same_signs(parts: list[tuple[str, int]], cuts: list[int]) -> None:
    rows = track(parts)

    assert in_parts(rows, cuts) == in_parts(rows, [])


@pytest.mark.parametrize("kind", KINDS)
def test_each_scene_shows_its_sign_and_every_row_may_be_a_part(kind: str) -> None:
    rows = track([(kind, 1)])

    told = in_parts(rows, list(range(len(rows))))

    assert {one.cause for _, one in told} == {kind} - {"rest"}
    assert told == in_parts(rows, [])


@pytest.mark.parametrize("kind", KINDS[1:-1])  # a mock flag needs no memory
def test_negative_control_who_forgets_at_a_split_misses_signs(kind: str) -> None:
    rows = track([(kind, 1)])
    first = in_parts(rows, [])[0][0]

    assert (first, Sign[kind.upper()]) not in in_parts(rows, [first], forgets=True)


@law
@given(
    pieces,
    st.integers(-3_000, 3_000),
    st.floats(-180, 180, allow_nan=False),
    st.sampled_from([1, -1]),
    st.sampled_from([1, -1]),
)
def test_a_shift_and_a_mirror_change_no_sign(
    parts: list[tuple[str, int]], days: int, east_deg: float, mirror_lon: int, mirror_lat: int
) -> None:
    rows = track(parts)

    lon = LON + east_deg + mirror_lon * (rows.lon - LON)
    moved = replace(
        rows,
        at=rows.at + days * DAY,
        lon=np.round((lon + 180) % 360 - 180, 12),
        lat=mirror_lat * rows.lat,
    )

    assert in_parts(moved, []) == in_parts(rows, [])


@law
@given(pieces)
def test_the_signs_of_a_copy_are_those_of_the_first(parts: list[tuple[str, int]]) -> None:
    """The same position twice is one observation: it adds no sign on another row."""
    rows = track(parts)
    twice = [rows.message(row // 2) for row in range(2 * len(rows))]

    told = {row // 2 for row, _ in signs(new_state(), LIMITS, positions_of(twice))}

    assert told == {row for row, _ in in_parts(rows, [])}

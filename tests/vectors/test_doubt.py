"""Real phones that lay still or travelled give no sign that their positions are not theirs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace as changed
from tests.doubts import signs

from fairtag.intake import csv
from fairtag.intake.columns import SOURCES, Positions, positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules.doubt import Sign, limits_of, new_state
from fairtag.rules.settings import DEFAULTS, Settings
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND

SHARED = Path(os.environ.get("FAIRTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
TRACES = sorted((SHARED / "traces").glob("*/*.csv"))
pytestmark = pytest.mark.skipif(
    not TRACES, reason=f"NO TRACES: {SHARED / 'traces'} is missing; set FAIRTAG_SHARED"
)


def track(path: Path, *, every_s: int = 0) -> Positions:
    """Give a trace by event time, thinned to one position in so many seconds."""
    found: list[Position] = []
    said = csv.decode(path.read_bytes(), DeviceId("D-1")).messages
    for one in sorted(said, key=lambda one: one.at):
        assert isinstance(one, Position)
        if not found or one.at - found[-1].at >= every_s * SECOND:
            found.append(one)
    return positions_of(found)


def kinds(rows: Positions, settings: Settings = DEFAULTS) -> set[Sign]:
    return {sign for _, sign in signs(new_state(), limits_of(settings), rows)}


@pytest.mark.parametrize("every_s", [0, 60])
@pytest.mark.parametrize("source", [Source.UNKNOWN, Source.FUSED, Source.WIFI])
def test_no_real_phone_gives_a_sign(source: Source, every_s: int) -> None:
    for path in TRACES:
        rows = track(path, every_s=every_s)
        column = np.full(len(rows), SOURCES.index(source), np.int8)
        assert kinds(replace(rows, source=column)) == set(), path.name


def test_negative_control_wide_positions_of_a_train_would_be_doubted() -> None:
    loose = changed(DEFAULTS, doubt=changed(DEFAULTS.doubt, precise_m=100.0))

    assert {one for path in TRACES for one in kinds(track(path), loose)} == {Sign.SPEED}


def test_a_jump_put_into_a_trace_is_told() -> None:
    """Positions lie 100 km away from some minute on, as a program gives them."""
    shown = 0
    for path in TRACES:
        rows = track(path, every_s=60)
        precise = np.where(rows.accuracy_m <= DEFAULTS.doubt.precise_m)[0]
        often = np.diff(rows.at[precise]) < 300 * SECOND
        starts = [n for n in range(1, len(often) - 2) if often[n - 1 : n + 2].all()]
        if not starts:
            continue  # it never told precise positions for some minutes in a row
        lat = rows.lat.copy()
        lat[precise[starts[0]] + 1 :] += 1.0
        assert Sign.TELEPORT in kinds(replace(rows, lat=lat)), path.name
        shown += 1
    assert shown >= 20

"""Recorded traces of real phones read without a refusal, from a folder beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairtag.intake import csv
from fairtag.intake.messages import Position
from fairtag.terms.ids import DeviceId

SHARED = Path(os.environ.get("FAIRTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
TRACES = sorted((SHARED / "traces").glob("*/*.csv"))


@pytest.mark.skipif(
    not TRACES, reason=f"NO TRACES: {SHARED / 'traces'} is missing; set FAIRTAG_SHARED"
)
def test_every_row_of_a_real_trace_is_a_position() -> None:
    early = 0
    for path in TRACES:
        raw = path.read_bytes()
        said = csv.decode(raw, DeviceId("D-1"))
        assert said.refused == ()
        assert len(said.messages) == len(raw.splitlines()) - 1
        for one in said.messages:
            assert isinstance(one, Position)
            early += one.received_at < one.at
    assert early > 0  # a phone's clock runs ahead: such rows are real and read as they are

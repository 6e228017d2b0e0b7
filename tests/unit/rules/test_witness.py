"""Which positions may move a belief? Those that say where the wearer is, and no mast."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.rig import order_of

from fairtag.intake.native import decode_recorded
from fairtag.orders.read import read
from fairtag.rules.finding import Kind
from fairtag.rules.replay import by_order, replay
from fairtag.terms.instants import MINUTE, Micros, parse, text

NIGHT = parse("2026-11-03T19:30:00Z")  # Tuesday, GMT: the curfew runs since 19:00


def kinds_of(hours: int, **fix: Any) -> set[Kind]:
    """Judge hours of positions 700 m from the curfew address, each a little elsewhere."""
    lines = [
        json.dumps(
            {
                "type": "position",
                "device_id": "D-1",
                "seq": minute,
                "at": text(Micros(NIGHT + minute * MINUTE)),
                "lat": 53.4871 + (minute % 7) * 1e-5,
                "lon": -2.2426,
            }
            | fix
        )
        for minute in range(60 * hours)
    ]
    traffic = decode_recorded("\n".join(lines).encode()).messages
    ruling = read(json.dumps(order_of()).encode(), scheme=None).ruling
    return {one.kind for one in replay(by_order([ruling]), traffic).findings}


@pytest.mark.parametrize(
    "fix",
    [
        {"source": "cell", "accuracy_m": 300.0},
        {"source": "cell", "accuracy_m": 15.0},  # whatever it claims
        {"source": "unknown", "accuracy_m": 800.0},
        {"source": "gnss", "accuracy_m": 8.0, "is_mock": True},
    ],
)
def test_no_number_of_such_positions_is_evidence(fix: dict[str, Any]) -> None:
    assert not {kind for kind in kinds_of(6, **fix) if kind.startswith("curfew.")}


def test_negative_control_a_satellites_position_is() -> None:
    assert "curfew.late_start" in kinds_of(1, source="gnss", accuracy_m=8.0)


def test_positions_too_wide_to_use_say_that_the_location_is_lost() -> None:
    assert Kind.LOCATION_LOST in kinds_of(2, source="cell", accuracy_m=900.0)


def test_masts_alone_say_that_the_location_is_lost() -> None:
    assert Kind.LOCATION_LOST in kinds_of(2, source="cell", accuracy_m=300.0)

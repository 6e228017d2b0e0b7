"""Hand-made positions of one device, in metres round a point in Manchester, GMT.

Units: minutes; metres; metres a second.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from tests.doubts import signs

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules.doubt import Sign, limits_of, new_state
from fairtag.rules.settings import DEFAULTS, Settings
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import MINUTE, Micros, parse

START = parse("2026-11-03T12:00:00Z")  # Tuesday
LON, LAT = -2.2426, 53.4808
EAST_M, NORTH_M = 66_389.0, 111_295.0  # of a degree here, NIMA TR8350.2


def fix(minute: float, east_m: float = 0.0, north_m: float = 0.0, **more: object) -> Position:
    told = {
        "device_id": DeviceId("D-1"),
        "at": Micros(START + round(minute * MINUTE)),
        "received_at": Micros(START + round(minute * MINUTE)),
        "lon": LON + east_m / EAST_M,
        "lat": LAT + north_m / NORTH_M,
        "accuracy_m": 8.0,
        "source": Source.GNSS,
        "speed_mps": None,
    }
    return Position(**(told | more))  # type: ignore[arg-type]


def rest(since: float, until: float, *at_m: float, seed: int = 1, **more: object) -> list[Position]:
    """Lie still for some minutes, a position a minute with a receiver's noise of 3 m."""
    noise = random.Random(seed)
    east, north = at_m or (0.0, 0.0)
    return [
        fix(minute, east + noise.gauss(0, 3), north + noise.gauss(0, 3), **more)
        for minute in range(round(since), round(until))
    ]


def circle(
    steps: int,
    *,
    radius_m: float = 300.0,
    turn: float = 0.3,
    noise_m: float = 0.0,
    every_min: float = 1.0,
    jitter_s: float = 0.0,
    seed: int = 1,
    **more: object,
) -> list[Position]:
    """Go round; `turn` is the angle of a minute in radians."""
    chance = random.Random(seed)
    found = []
    for n in range(steps + 1):
        minute = n * every_min + chance.uniform(-jitter_s, jitter_s) / 60
        east, north = radius_m * math.cos(turn * minute), radius_m * math.sin(turn * minute)
        noise = chance.gauss(0, noise_m), chance.gauss(0, noise_m)
        found.append(fix(minute, east + noise[0], north + noise[1], **more))
    return found


def seen(fixes: Iterable[Position], settings: Settings = DEFAULTS) -> list[tuple[float, Sign]]:
    """List the minutes of signs."""
    rows = positions_of(sorted(fixes, key=lambda one: one.at))
    found = signs(new_state(), limits_of(settings), rows)
    return [((int(rows.at[row]) - START) / MINUTE, sign) for row, sign in found]


def kinds(fixes: Iterable[Position], settings: Settings = DEFAULTS) -> set[Sign]:
    return {sign for _, sign in seen(fixes, settings)}

"""How does the cost of judging grow with wearers, zones and corners? One core, columns.

Each point judges the same number of positions, so that only what is asked grows. Units: µs of one
core a position; PostGIS: of wall time, as its server has processes of its own.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import time
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import postgis
import shapely
from data import world

from fairtag.evaluation.case import Case, simulated
from fairtag.intake.columns import Positions
from fairtag.orders.model import ExclusionZone, Ruling
from fairtag.rules.judge import OrderJudge
from fairtag.terms.geometry import Area
from fairtag.terms.ids import ConditionId

WEARERS = (10, 100, 1_000, 10_000)
ZONES = (1, 4, 16, 64)
CORNERS = (8, 64, 512, 4_096)
_ROUNDS = 3
_POSITIONS = 60_000
_LIVES = 10
_FEW = 1_000  # wearers in PostGIS when corners grow
_AWAY_DEG = 0.01
_DAYS = 7


def told() -> dict[str, Any]:
    """Measure each line; a point is the median of three."""
    os.environ["FAIRTAG_COMPILED"] = "always"
    lives = [simulated("calm_at_work", n, seed=1, days=_DAYS) for n in range(1, _LIVES + 1)]
    _judged([(lives[0].ruling, lives[0].heard.positions)])  # compiled once, and not counted
    return {
        "wearers": {str(many): _cost(_of_wearers(lives, many)) for many in WEARERS},
        "zones": {str(many): _cost(_with_zones(lives, many, 24)) for many in ZONES},
        "corners": {str(many): _cost(_with_zones(lives, 1, many)) for many in CORNERS},
        "postgis_wearers": {
            str(many): _asked(many, corners=24)
            for many in WEARERS
            if many >= 100  # noqa: PLR2004
        },
        "postgis_corners": {str(many): _asked(_FEW, corners=many) for many in CORNERS},
    }


_Work = list[tuple[Ruling, Positions]]


def _of_wearers(lives: list[Case], many: int) -> _Work:
    each = max(1, _POSITIONS // many)
    chosen = [lives[n % len(lives)] for n in range(many)]
    return [(one.ruling, one.heard.positions.part(0, each)) for one in chosen]


def _with_zones(lives: list[Case], many: int, corners: int) -> _Work:
    each = _POSITIONS // len(lives)
    work = []
    for one in lives:
        middle = np.array([one.heard.positions.lon[0], one.heard.positions.lat[0]])
        zones = tuple(
            ExclusionZone(
                id=ConditionId(f"z{n}"),
                area=_round(middle + _AWAY_DEG * (n + 1), corners),
                buffer_m=0,
                timetable=(),
            )
            for n in range(many)
        )
        ruling = dataclasses.replace(one.ruling, conditions=zones)
        work.append((ruling, one.heard.positions.part(0, each)))
    return work


def _round(middle: np.ndarray[Any, Any], corners: int) -> Area:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = middle + 0.003 * np.column_stack([1.65 * np.cos(angle), np.sin(angle)])
    return Area(wkb=shapely.to_wkb(shapely.Polygon(ring.round(7))))


def _judged(work: _Work) -> int:
    for ruling, positions in work:
        OrderJudge((ruling,)).follow(positions, past=lambda _: ())
    return sum(len(positions) for _, positions in work)


def _cost(work: _Work) -> float:
    found = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        done = _judged(work)
        found.append(1e6 * (time.process_time() - begun) / done)
    return round(statistics.median(found), 2)


def _asked(wearers: int, *, corners: int) -> float | None:
    rate = postgis.told(world(wearers, vertices=corners), rounds=_ROUNDS).get("per_s")
    return round(1e6 / rate, 1) if rate else None


def draw(measured: dict[str, Any], path: Path) -> None:
    """Draw cost against size, both on log scales."""
    rows = [
        {
            "what": name.removeprefix("postgis_"),
            "who": "PostGIS" if name.startswith("postgis") else "fairtag",
            "size": int(size),
            "cost": cost,
        }
        for name, line in measured.items()
        for size, cost in line.items()
        if cost
    ]
    chart = (
        alt.Chart(alt.Data(values=rows), width=220, height=220)
        .mark_line(point=True)
        .encode(
            x=alt.X("size:Q", scale=alt.Scale(type="log"), title=None),
            y=alt.Y("cost:Q", scale=alt.Scale(type="log"), title="µs a position"),
            color=alt.Color("who:N", title=None),
            column=alt.Column("what:N", title=None, sort=["wearers", "zones", "corners"]),
        )
    )
    chart.save(str(path))

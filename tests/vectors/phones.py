"""Real phones, lying still or on a trip, before the judge: orders around them, and what is true.

Units: degrees WGS 84; metres; µs UTC; delays in seconds.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from pyproj import Geod

from fairtag.intake import csv
from fairtag.intake.messages import Position
from fairtag.orders.model import (
    Activation,
    Condition,
    Curfew,
    DeviceType,
    InclusionZone,
    Ruling,
)
from fairtag.rules.finding import Finding
from fairtag.rules.replay import replay
from fairtag.terms.geometry import Circle
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, SECOND, Micros
from fairtag.terms.local import Interval

SHARED = Path(os.environ.get("FAIRTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
STATIONARY = sorted((SHARED / "traces" / "stationary").glob("*.csv"))
TRIPS = sorted((SHARED / "traces" / "trips").glob("*.csv"))
DEVICE = DeviceId("D-1")
Spot = tuple[float, float]  # longitude, latitude
_EARTH = Geod(ellps="WGS84")


@cache
def read(path: Path) -> tuple[Position, ...]:
    """Read a trace in order of arrival."""
    said = csv.decode(path.read_bytes(), DEVICE)
    return tuple(one for one in said.messages if isinstance(one, Position))


def distance_m(one: Spot, other: Spot) -> float:
    return float(_EARTH.inv(*one, *other)[2])


def spot_of(fix: Position) -> Spot:
    return fix.lon, fix.lat


def middle(path: Path) -> Spot:
    """Give the median of a session; in nine of them it lies 70 to 760 m from the phone."""
    fixes = read(path)
    return median(one.lon for one in fixes), median(one.lat for one in fixes)


@cache
def home() -> Spot:
    """Give where the phones lay: all sessions are of one house, so the median of their medians."""
    spots = [middle(path) for path in STATIONARY]
    return median(lon for lon, _ in spots), median(lat for _, lat in spots)


def bound_to(kind: str, spot: Spot, radius_m: float, grace_min: int = 5) -> Condition:
    """Bind somebody to a circle, day and night."""
    circle = Circle(lon_deg=spot[0], lat_deg=spot[1], radius_m=radius_m)
    if kind == "inclusion_zone":
        return InclusionZone(id="n1", area=circle, buffer_m=0, timetable=())
    return Curfew(id="c1", place=circle, grace_min=grace_min, timetable=())


def told(fixes: Sequence[Position], condition: Condition) -> list[Finding]:
    """List what is told to the authority of a trace, as it is opened."""
    times = [one.at for one in fixes]
    during = Interval(start=Micros(min(times) - DAY), end=Micros(max(times) + 2 * DAY))
    worn = Activation(
        device_id=DEVICE,
        type=DeviceType.NON_FITTED,
        during=during,
        fix_every_s=60,
        report_every_s=60,
        charged_by_wearer=True,
    )
    ruling = Ruling(
        order_id="ORD-1",
        version=1,
        recorded_at=during.start,
        during=during,
        suspended=(),
        time_zone="America/Los_Angeles",
        devices=(worn,),
        absences=(),
        conditions=(condition,),
    )
    found = replay([(ruling,)], fixes).findings
    return [one for one in found if one.recipient == "authority" and one.state == "opened"]


@dataclass(frozen=True)
class Exit:
    """A phone that truly left: its last fix inside, and when it was back or the trace ended."""

    path: Path
    spot: Spot
    last_inside: Micros
    until: Micros


def true_exit(path: Path, *, radius_m: float = 50, far_m: float = 200) -> Exit:
    """Find a trip's departure.

    The circle lies round the first fix that claims 30 m or better: what comes before may be a
    network position. It is left with the first run of fixes outside that gets more than `far_m`
    away with a claim of 50 m or better, so that the phone went, not the claim. Later returns
    and second departures are not counted: at the end of trips the phones pass by for a minute.

    Raises: ValueError when a trace has no such run; each trip does.
    """
    fixes = sorted(read(path), key=lambda one: one.at)
    first = next(n for n, one in enumerate(fixes) if (one.accuracy_m or math.inf) <= 30)
    spot = spot_of(fixes[first])
    last_inside, is_far = fixes[first].at, False
    for one in fixes[first:]:
        away_m = distance_m(spot, spot_of(one))
        if away_m <= radius_m:
            if is_far:
                return Exit(path, spot, last_inside, one.at)
            last_inside = one.at
        is_far = is_far or (away_m > far_m and (one.accuracy_m or math.inf) <= 50)
    if not is_far:
        raise ValueError(path.name)
    return Exit(path, spot, last_inside, fixes[-1].at)


def delay_s(leaving: Exit, fixes: Sequence[Position], condition: Condition) -> float | None:
    """Tell how long after the last fix inside the exit was told; none if it was not."""
    times = [
        one.decided_at
        for one in told(fixes, condition)
        if leaving.last_inside < one.decided_at <= leaving.until
    ]
    return (min(times) - leaving.last_inside) / SECOND if times else None

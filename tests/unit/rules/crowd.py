"""Orders that are judged side by side, and each by its own judge to compare.

Units: minutes after 19:00; metres north and east of home; seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from shapely.geometry import Polygon
from tests.property.lives import CONDITIONS, DEGREE_M, LAT, LON, NIGHTLY
from tests.unit.rules.nights import fix
from tests.unit.rules.streams import Desk

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Message, Position
from fairtag.orders.model import ExclusionZone, InclusionZone, Ruling
from fairtag.rules.many import loop
from fairtag.rules.many.quiet import QuietOrders, side_by_side
from fairtag.rules.many.still import Still
from fairtag.terms.geometry import Area, area_of
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import SECOND, Micros

CURFEW, ZONE, _, ATTENDANCE = CONDITIONS
_EAST_DEGREE_M = 66_270  # at 53.48°
Sent = tuple[OrderId, DeviceId, int, Positions | None]


def corners(*offsets_m: tuple[float, float]) -> list[tuple[float, float]]:
    """Turn metres north and east of home into longitudes and latitudes."""
    return [(LON + east / _EAST_DEGREE_M, LAT + north / DEGREE_M) for north, east in offsets_m]


def area(*offsets_m: tuple[float, float], hole: Iterable[tuple[float, float]] = ()) -> Area:
    inner = corners(*hole)
    return area_of(Polygon(corners(*offsets_m), [inner] if inner else []))


# An angle of two streets, and a park round home with a lake in it.
STREETS = ExclusionZone(
    id="s1",
    area=area((1400, -200), (1900, -200), (1900, 300), (1700, 300), (1700, 0), (1400, 0)),
    buffer_m=40,
    timetable=(),
)
PARK = InclusionZone(
    id="p1",
    area=area(
        (-900, -900), (-700, 800), (300, 1000), (900, 600), (800, -700),
        hole=((-500, 300), (-500, 500), (-300, 500), (-300, 300)),
    ),
    buffer_m=50,
    timetable=(NIGHTLY,),
)  # fmt: skip


def seen(minute: float, north_m: float = 0.0, east_m: float = 0.0, **more: Any) -> Position:
    """Be somewhere, seen by satellite and numbered; a receiver is never still."""
    shake = round(minute * 4) % 5 * 1e-6
    lon = LON + east_m / _EAST_DEGREE_M + shake
    return fix(minute, north_m, **{"seq": 100_000 + round(minute * 60), "lon": lon} | more)


def sent(fixes: Sequence[Position], after_s: float = 1.0) -> list[Position]:
    """Let positions arrive together, so long after the last of them."""
    arrived = Micros(fixes[-1].at + round(after_s * SECOND))
    return [replace(one, received_at=arrived) for one in fixes]


def request(n: int, told: Sequence[Message]) -> Sent:
    """Ask for an order's messages to be taken; what are not all positions has no columns."""
    fixes = [one for one in told if isinstance(one, Position)]
    columns = positions_of(fixes) if len(fixes) == len(told) else None
    return name(n), told[0].device_id, told[0].received_at, columns


def name(n: int) -> OrderId:
    return OrderId(f"ORD-{n}")


class Crowd:
    """Orders with a judge each, and the same once more side by side."""

    def __init__(self, *rulings: Ruling) -> None:
        self.alone = [Desk((one,)) for one in rulings]
        self.other = [Desk((one,)) for one in rulings]
        self.quiet = QuietOrders()

    def before(self, n: int, *told: Position) -> None:
        """Let both judges of an order take positions, one after the other."""
        for desk in (self.alone[n], self.other[n]):
            for one in told:
                desk.take(one)

    def lie_down(self) -> None:
        """Put the orders side by side; all must be still."""
        for n, desk in enumerate(self.other):
            still = desk.judge.still()
            assert still is not None
            self.quiet.put(name(n), still)
            assert self.quiet.due(name(n)) == desk.judge.due

    def send(self, *told: tuple[int, list[Position]]) -> list[bool]:
        """Let requests be taken at once; what is taken goes to each order's own judge too."""
        taken = self.quiet.take(side_by_side([request(n, fixes) for n, fixes in told]))
        for (n, fixes), is_taken in zip(told, taken, strict=True):
            if is_taken:
                self.alone[n].take(*fixes)
        return taken

    def stand_up(self) -> None:
        """Give the orders back to their judges, which then remember what the others do."""
        for n, (alone, other) in enumerate(zip(self.alone, self.other, strict=True)):
            due = self.quiet.due(name(n))
            other.judge.settle(self.quiet.leave(name(n)))
            assert name(n) not in self.quiet
            assert other.judge.dump() == alone.judge.dump()
            assert other.judge.due == alone.judge.due == due
            assert alone.lines() == other.lines()


def came_of(still: Still, *told: Sequence[Message]) -> list[int]:
    """Tell what the loop says of an order's requests, one after the other."""
    quiet = QuietOrders()
    quiet.put(name(0), still)
    asked = side_by_side([request(0, one) for one in told])
    assert asked.columns is not None
    rows, taken = np.zeros(len(told), np.int64), np.zeros(len(told), np.int8)
    many = loop.take_many(
        quiet._told(asked, rows, asked.columns),
        quiet._orders,
        quiet._ground.columns,
        quiet._rules,
        quiet._copy,
        taken,
    )
    assert many == taken.tolist().count(loop.TAKEN)
    if many == 0:
        assert same(quiet.get(name(0)), still.moved)
    return taken.tolist()


def same(one: Any, other: Any) -> bool:
    """Tell whether two records hold the same, arrays and what is not a number too."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(np.array_equal(one, other, equal_nan=not isinstance(one, str)))


def minutes(first: float, end: float, step: float = 1.0) -> list[float]:
    return [first + n * step for n in range(round((end - first) / step))]

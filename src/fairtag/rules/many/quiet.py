"""Where do orders lie side by side, so that one loop takes the requests of all?

An order's row holds what its still requests change; all else stays with its own judge. Rows that
orders leave are given to others. Shapes: as in `loop`. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import NO_SEQ, Positions
from fairtag.rules.doubt import limits_of
from fairtag.rules.doubt import memory as m
from fairtag.rules.many import loop
from fairtag.rules.many.ground import Grounds
from fairtag.rules.many.still import MOST_EDGES, Moved, Still
from fairtag.rules.places import walk as w
from fairtag.rules.places import way as by_way
from fairtag.rules.places.evidence import by_satellite, widths_m, witnesses
from fairtag.rules.places.numbers import FIX_SIZE, numbers_of
from fairtag.rules.settings import DEFAULTS, Settings, table
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros


class Request(NamedTuple):
    """Positions that arrived together; none: something else came for the order."""

    order_id: OrderId
    received_at: int
    columns: Positions | None


class QuietOrders:
    """Orders that are still, side by side."""

    def __init__(self, settings: Settings = DEFAULTS) -> None:
        self._settings = settings
        self._rules = _rules(settings)
        self._ground = Grounds()
        self._rows: dict[OrderId, int] = {}
        self._devices: dict[OrderId, DeviceId] = {}
        self._free: list[int] = []
        self._free_edges: dict[int, list[int]] = {}  # first edges of blocks, by their length
        self._used, self._used_edges = 0, 0
        self._orders = _orders(64, 256)
        self._copy = loop.Copy(
            edges=np.zeros((MOST_EDGES, w.WIDTH), np.int64),
            moved_m=np.zeros(MOST_EDGES),
            way=np.zeros(by_way.SIZE),
            honesty=np.zeros(m.SIZE),
            fix=np.zeros(FIX_SIZE),
        )

    def __contains__(self, order_id: OrderId) -> bool:
        """Tell whether an order lies here."""
        return order_id in self._rows

    def put(self, order_id: OrderId, still: Still) -> None:
        """Take an order that is still, and not here."""
        edges = len(still.wake)
        row, edge = self._place(edges)
        self._rows[order_id], self._devices[order_id] = row, still.moved.device_id
        orders, moved = self._orders, still.moved
        orders.ints[row] = (
            *(0, moved.clock, moved.now, moved.last_at, moved.last_seq, moved.epoch),
            *(moved.heard, moved.fixed, still.hold, still.wait, still.silent, still.is_low),
            *(edge, edges),
        )
        orders.reals[row, loop.WAY : loop.HONESTY] = moved.state.way
        orders.reals[row, loop.HONESTY : loop.BATTERY] = moved.honesty
        orders.reals[row, loop.BATTERY] = moved.battery_pct
        span = slice(edge, edge + edges)
        orders.edges[span], orders.moved_m[span] = moved.state.edges, moved.state.moved_m
        orders.place[span] = self._ground.places(still.edges)
        orders.sign[span], orders.buffer_m[span] = still.edges.sign, still.edges.buffer_m
        orders.wake[span], orders.looks[span] = still.wake, still.looks

    def get(self, order_id: OrderId) -> Moved:
        """Give an order as it is now; it stays."""
        row, orders = self._rows[order_id], self._orders
        ints, reals = orders.ints[row].tolist(), orders.reals[row].copy()
        span = slice(ints[loop.EDGE], ints[loop.EDGE] + ints[loop.EDGES])
        return Moved(
            device_id=self._devices[order_id],
            clock=ints[loop.CLOCK],
            now=ints[loop.NOW],
            last_at=ints[loop.LAST_AT],
            last_seq=ints[loop.LAST_SEQ],
            epoch=ints[loop.EPOCH],
            heard=ints[loop.HEARD],
            fixed=ints[loop.FIXED],
            battery_pct=float(reals[loop.BATTERY]),
            honesty=reals[loop.HONESTY : loop.BATTERY],
            state=w.State(
                edges=orders.edges[span].copy(),
                moved_m=orders.moved_m[span].copy(),
                way=reals[loop.WAY : loop.HONESTY],
                fix=np.zeros(FIX_SIZE),
            ),
        )

    def leave(self, order_id: OrderId) -> Moved:
        """Give an order as it is now, and let it go."""
        moved = self.get(order_id)
        row = self._rows.pop(order_id)
        del self._devices[order_id]
        self._free.append(row)
        edge, edges = self._orders.ints[row, [loop.EDGE, loop.EDGES]].tolist()
        self._free_edges.setdefault(edges, []).append(edge)
        return moved

    def due(self, order_id: OrderId) -> Micros:
        """Tell when the order's next timer falls."""
        ints = self._orders.ints[self._rows[order_id]].tolist()
        return Micros(min(ints[loop.HOLD], ints[loop.HEARD] + ints[loop.WAIT]))

    def take(self, requests: Sequence[Request]) -> list[bool]:
        """Take what moves nothing but beliefs, in order of arrival; tells which.

        What is not taken, and all that follows for its order, is for the order's judge: let the
        order leave first.
        """
        rows = np.array([self._rows.get(one.order_id, -1) for one in requests], np.int64)
        kept = [self._columns(one) for one in requests]
        some = [one for one in kept if one is not None]
        if not some:
            return [False] * len(requests)
        told = self._told(requests, rows, [0 if one is None else len(one) for one in kept], some)
        taken = np.zeros(len(requests), np.int8)
        loop.take_many(told, self._orders, self._ground.columns, self._rules, self._copy, taken)
        return [one > 0 for one in taken.tolist()]

    def _columns(self, one: Request) -> Positions | None:
        """Give what may be taken: the loop leaves a request without rows to the judge."""
        if one.columns is None or one.columns.device_id != self._devices.get(one.order_id):
            return None
        return one.columns

    def _told(
        self,
        requests: Sequence[Request],
        rows: NDArray[np.int64],
        counts: Sequence[int],
        parts: Sequence[Positions],
    ) -> loop.Requests:
        every = _joined(parts)
        is_satellite = by_satellite(every)
        is_plain = witnesses(every, self._settings) & (every.seq != NO_SEQ)
        epochs = [0 if one.columns is None else one.columns.epoch for one in requests]
        return loop.Requests(
            order=rows,
            received_at=np.array([one.received_at for one in requests], np.int64),
            epoch=np.array(epochs, np.int64),
            first=np.cumsum([0, *counts]),
            at=every.at,
            seq=every.seq,
            lon=every.lon,
            lat=every.lat,
            width_m=widths_m(every, is_satellite, self._settings),
            is_satellite=is_satellite.astype(np.int8),
            speed_mps=every.speed_mps,
            battery_pct=every.battery_pct,
            source=every.source,
            accuracy_m=every.accuracy_m,
            is_plain=is_plain.astype(np.int8),
        )

    def _place(self, edges: int) -> tuple[int, int]:
        """Give a free row, and the first of so many free edges."""
        if not self._free and self._used == len(self._orders.ints):
            self._orders = _longer(self._orders, _OF_ORDERS)
        row = self._free.pop() if self._free else self._used
        self._used = max(self._used, row + 1)
        block = self._free_edges.get(edges)
        if block:
            return row, block.pop()
        while self._used_edges + edges > len(self._orders.edges):
            self._orders = _longer(self._orders, _OF_EDGES)
        self._used_edges += edges
        return row, self._used_edges - edges


_OF_ORDERS = ("ints", "reals")
_OF_EDGES = tuple(name for name in loop.Orders._fields if name not in _OF_ORDERS)


def _orders(orders: int, edges: int) -> loop.Orders:
    return loop.Orders(
        ints=np.zeros((orders, loop.INTS), np.int64),
        reals=np.zeros((orders, loop.REALS)),
        edges=np.zeros((edges, w.WIDTH), np.int64),
        moved_m=np.zeros(edges),
        place=np.zeros(edges, np.int64),
        sign=np.zeros(edges),
        buffer_m=np.zeros(edges),
        wake=np.zeros(edges, np.int64),
        looks=np.zeros(edges, np.int64),
    )


def _longer(orders: loop.Orders, names: Sequence[str]) -> loop.Orders:
    """Give room for half as many more."""
    grown: dict[str, Any] = {name: _grown(getattr(orders, name)) for name in names}
    return orders._replace(**grown)


def _grown(column: NDArray[np.generic]) -> NDArray[np.generic]:
    more = np.zeros((len(column) // 2, *column.shape[1:]), column.dtype)
    return np.concatenate((column, more))


def _rules(settings: Settings) -> loop.Rules:
    return loop.Rules(
        numbers=numbers_of(settings),
        table=table(),
        limits=limits_of(settings),
        low_pct=np.array([settings.battery_low_pct, settings.battery_back_pct]),
        rejudged=np.array([settings.rejudged_days * DAY], np.int64),
    )


def _joined(parts: Sequence[Positions]) -> Positions:
    """Put positions of many devices side by side; whose they are is told elsewhere."""
    names = Positions.__dataclass_fields__.keys() - {"device_id", "epoch"}
    columns = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
    return Positions(device_id=parts[0].device_id, epoch=0, **columns)

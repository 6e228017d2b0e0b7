"""Where do orders lie side by side, so that one loop takes the requests of all?

An order's row holds what its still requests change; all else stays with its own judge. Rows that
orders leave are given to others. Shapes: as in `loop`. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import NO_SEQ, Positions, joined
from fairtag.rules.doubt import limits_of
from fairtag.rules.doubt import memory as m
from fairtag.rules.many import loop
from fairtag.rules.many.ground import Grounds, grown_to
from fairtag.rules.many.kept import OF_EDGES, Laid, moved_of, read, stamp_of, write
from fairtag.rules.many.still import MOST_EDGES, Moved, Still
from fairtag.rules.places import walk as w
from fairtag.rules.places import way as by_way
from fairtag.rules.places.evidence import by_satellite, widths_m, witnesses
from fairtag.rules.places.numbers import FIX_SIZE, numbers_of
from fairtag.rules.settings import DEFAULTS, Settings, table
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros


class Requests(NamedTuple):
    """Requests in order of arrival: e of them, with all their positions side by side.

    One without positions (`first` is `end`) says something else for its order.
    """

    orders: Sequence[OrderId]
    devices: Sequence[DeviceId | None]
    received_at: Sequence[int]
    epoch: NDArray[np.int64]  # (e,)
    first: NDArray[np.int64]  # (e,): the first of its positions, and one past the last
    end: NDArray[np.int64]
    columns: Positions | None


def side_by_side(sent: Sequence[tuple[OrderId, DeviceId, int, Positions | None]]) -> Requests:
    """Put a few requests side by side: of which order and device, when received, and what."""
    told = [columns for *_, columns in sent]
    parts = [one for one in told if one is not None]
    end = np.cumsum([0 if one is None else len(one) for one in told], dtype=np.int64)
    return Requests(
        orders=[order_id for order_id, *_ in sent],
        devices=[device_id for _, device_id, *_ in sent],
        received_at=[received_at for _, _, received_at, _ in sent],
        epoch=np.array([0 if one is None else one.epoch for one in told], np.int64),
        first=np.concatenate(([0], end[:-1])),
        end=end,
        columns=joined(parts) if parts else None,
    )


class QuietOrders:
    """Orders that are still, side by side."""

    def __init__(self, settings: Settings = DEFAULTS) -> None:
        self._settings = settings
        self._rules = _rules(settings)
        self._stamp = stamp_of(settings)
        self._ground = Grounds()
        self._rows: dict[OrderId, int] = {}
        self._devices: list[DeviceId] = []  # by row
        self._free: list[int] = []
        self._free_edges: dict[int, list[int]] = {}  # first edges of blocks, by their length
        self._used, self._used_edges = 0, 0
        self._edges = 0  # that lie here
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

    @property
    def size(self) -> int:
        """Tell the bytes of the orders that lie here and of their places, without their names."""
        return len(self._rows) * _A_ROW + self._edges * _AN_EDGE + self._ground.size

    def put(self, order_id: OrderId, still: Still) -> None:
        """Take an order that is still, and not here."""
        moved, reals = still.moved, np.zeros(loop.REALS)
        reals[loop.WAY : loop.HONESTY] = moved.state.way
        reals[loop.HONESTY : loop.BATTERY] = moved.honesty
        reals[loop.BATTERY] = moved.battery_pct
        told = (
            *(0, moved.clock, moved.now, moved.last_at, moved.last_seq, moved.epoch),
            *(moved.heard, moved.fixed, still.hold, still.wait, still.silent, still.is_low),
            *(still.pause, 0, len(still.wake)),
        )
        edges: dict[str, Any] = {
            "edges": moved.state.edges,
            "moved_m": moved.state.moved_m,
            "sign": still.edges.sign,
            "buffer_m": still.edges.buffer_m,
            "wake": still.wake,
            "looks": still.looks,
        }
        laid = Laid(
            device_id=moved.device_id,
            ints=np.array(told, np.int64),
            reals=reals,
            edges=edges,
            ground=still.edges.ground,
        )
        self._lay(order_id, laid)

    def write(self, order_id: OrderId) -> bytes:
        """Write an order down as it is now, for `wake`; it stays."""
        return write(self._laid(order_id), self._stamp)

    def wake(self, order_id: OrderId, told: bytes) -> bool:
        """Take an order that was written down, and is not here; tells whether it could be."""
        laid, stamp = read(told)
        if stamp != self._stamp:
            return False  # other rules: only its judge tells whether it is still
        self._lay(order_id, laid)
        return True

    def get(self, order_id: OrderId) -> Moved:
        """Give an order as it is now; it stays."""
        return moved_of(self._laid(order_id))

    def leave(self, order_id: OrderId) -> Moved:
        """Give an order as it is now, and let it go."""
        moved = self.get(order_id)
        row = self._rows.pop(order_id)
        self._free.append(row)
        edge, edges = self._orders.ints[row, [loop.EDGE, loop.EDGES]].tolist()
        self._free_edges.setdefault(edges, []).append(edge)
        self._edges -= edges
        self._ground.drop(self._orders.place[edge : edge + edges].tolist())
        return moved

    def _lay(self, order_id: OrderId, laid: Laid) -> None:
        edges = len(laid.edges["wake"])
        row, edge = self._place(edges)
        self._edges += edges
        self._rows[order_id], self._devices[row] = row, laid.device_id
        orders = self._orders
        orders.ints[row], orders.reals[row] = laid.ints, laid.reals
        orders.ints[row, loop.IS_LEFT], orders.ints[row, loop.EDGE] = 0, edge
        orders.place[edge : edge + edges] = self._ground.add(laid.ground)
        for name in OF_EDGES:
            getattr(orders, name)[edge : edge + edges] = laid.edges[name]

    def _laid(self, order_id: OrderId) -> Laid:
        row, orders = self._rows[order_id], self._orders
        edge, edges = orders.ints[row, [loop.EDGE, loop.EDGES]].tolist()
        ints = orders.ints[row].copy()
        ints[[loop.IS_LEFT, loop.EDGE]] = 0  # where it lies here is nobody's matter
        return Laid(
            device_id=self._devices[row],
            ints=ints,
            reals=orders.reals[row].copy(),
            edges={name: getattr(orders, name)[edge : edge + edges].copy() for name in OF_EDGES},
            ground=self._ground.told(orders.place[edge : edge + edges].tolist()),
        )

    def due(self, order_id: OrderId) -> Micros:
        """Tell when the order's next timer falls."""
        ints = self._orders.ints[self._rows[order_id]].tolist()
        return Micros(min(ints[loop.HOLD], ints[loop.HEARD] + ints[loop.WAIT]))

    def take(self, requests: Requests) -> list[bool]:
        """Take what moves nothing but beliefs, in order of arrival; tells which.

        What is not taken, and all that follows for its order, is for the order's judge: let the
        order leave first.
        """
        rows = [self._rows.get(one, -1) for one in requests.orders]
        if requests.columns is None or max(rows, default=-1) < 0:
            return [False] * len(rows)
        told = self._told(requests, np.array(rows, np.int64), requests.columns)
        taken = np.zeros(len(rows), np.int8)
        loop.take_many(told, self._orders, self._ground.columns, self._rules, self._copy, taken)
        found: list[bool] = (taken == loop.TAKEN).tolist()
        return found

    def _told(self, requests: Requests, rows: NDArray[np.int64], every: Positions) -> loop.Requests:
        is_satellite = by_satellite(every)
        is_plain = witnesses(every, self._settings) & (every.seq != NO_SEQ)
        worn = (self._devices[row] if row >= 0 else None for row in rows.tolist())
        is_worn = [one == other for one, other in zip(worn, requests.devices, strict=True)]
        return loop.Requests(
            order=rows,
            received_at=np.array(requests.received_at, np.int64),
            epoch=requests.epoch,
            first=requests.first,
            # The loop leaves a request without rows, such as another device's, to the judge.
            end=np.where(is_worn, requests.end, requests.first),
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
        if row == self._used:
            self._used += 1
            self._devices.append(_NOBODY)
        block = self._free_edges.get(edges)
        if block:
            return row, block.pop()
        while self._used_edges + edges > len(self._orders.edges):
            self._orders = _longer(self._orders, _OF_EDGES)
        self._used_edges += edges
        return row, self._used_edges - edges


_NOBODY = DeviceId("")
_OF_ORDERS = ("ints", "reals")
_OF_EDGES = tuple(name for name in loop.Orders._fields if name not in _OF_ORDERS)
_A_ROW, _AN_EDGE = 8 * (loop.INTS + loop.REALS), 8 * (w.WIDTH + len(_OF_EDGES) - 1)


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
    """Give room for half as many more, or for very many."""
    columns = {name: getattr(orders, name) for name in names}
    grown: dict[str, Any] = {name: grown_to(one, len(one)) for name, one in columns.items()}
    return orders._replace(**grown)


def _rules(settings: Settings) -> loop.Rules:
    return loop.Rules(
        numbers=numbers_of(settings),
        table=table(),
        limits=limits_of(settings),
        low_pct=np.array([settings.battery_low_pct, settings.battery_back_pct]),
        rejudged=np.array([settings.rejudged_days * DAY], np.int64),
    )

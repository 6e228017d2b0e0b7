"""What does a device say of a life, and when does it arrive? As columns, the only generator.

Units: instants in µs UTC; degrees WGS 84; metres; metres a second; percent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions
from fairtag.intake.messages import Event, EventCode, Position
from fairtag.sim.cast import Player
from fairtag.sim.chance import Chance, Chances
from fairtag.sim.devices.battery import Battery
from fairtag.sim.devices.receivers import Model, Receiver
from fairtag.sim.lives.people import SETTINGS, Places, Setting, degrees_m
from fairtag.sim.lives.spans import NONE, Spans
from fairtag.sim.lives.whereabouts import Whereabouts
from fairtag.sim.papers import FIX_EVERY_S, REPORT_EVERY_S
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, SECOND, Micros

_STEP = FIX_EVERY_S * SECOND
_LATENCY = 2 * SECOND  # chosen: from the fix to the service when the network is there
_BACK = 5 * SECOND  # chosen: from the network's return to the upload
_MISSING = 0.03  # chosen: fixes indoors that a tag does not get
_CLOCK_PPM = 20.0  # Source: a common quartz crystal; set right once a day by satellite
_LEVEL = 0.68  # what a tag's radius claims to hold
_WHOLE = 10 * DAY  # so long a piece is quick, and small enough to stay near the processor
CODES = tuple(EventCode)  # a column holds the place in this list, or POSITION
POSITION = -1
Rows = NDArray[np.void]
ROW = np.dtype(
    [
        ("code", np.int8),
        ("seq", np.int64),
        ("true_at", np.int64),
        ("at", np.int64),  # as the device's clock shows
        ("received_at", np.int64),
        ("rank", np.int64),  # among those that are received at the same time
        ("lat", np.float64),
        ("lon", np.float64),
        ("accuracy_m", np.float64),
        ("source", np.int8),
        ("speed_mps", np.float64),
        ("battery_pct", np.float64),
    ],
    align=True,
)
NAMES = ROW.names or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Everything one device said, in order of arrival.

    Shapes: `places` is (m,) for m events: how many positions arrived before each of them.
    """

    positions: Positions  # none at all is possible: their length is 0 then
    events: tuple[Event, ...]
    places: NDArray[np.int64]

    def messages(self) -> Iterator[Position | Event]:
        """Give positions and events as messages, in order of arrival."""
        told = 0
        for event, place in zip(self.events, self.places.tolist(), strict=True):
            yield from map(self.positions.message, range(told, place))
            yield event
            told = place
        yield from map(self.positions.message, range(told, len(self.positions)))


def spoken(one: Player) -> Spoken:
    """Tell what a player's device says in the whole span; positions and events share one `seq`."""
    rows = np.concatenate([*arrivals(one, piece=_WHOLE)])
    is_event = rows["code"] != POSITION
    device_id = DeviceId(one.device_id)
    return Spoken(
        positions=_positions(device_id, rows[~is_event], accuracy_level=level_of(one.model)),
        events=tuple(_event(device_id, row) for row in rows[is_event]),
        places=np.cumsum(~is_event)[is_event],
    )


def level_of(model: Model) -> float:
    """Tell with which probability a model says that its radius holds; NaN: it does not say."""
    return _LEVEL if model is Model.TAG else nan


def arrivals(one: Player, *, piece: int) -> Iterator[Rows]:
    """Give all rows in order of arrival, generated piece by piece, each so many µs long.

    The length of a piece changes nothing but how soon the first comes.
    """
    voice, waiting = _Voice(one), np.zeros(0, ROW)
    for start in range(one.span.start, one.span.end, piece):
        until = min(start + piece, one.span.end)
        rows = np.concatenate([waiting, voice.says(start, until)])
        if np.any(np.diff(rows["received_at"]) < 0) or np.any(np.diff(rows["rank"]) < 0):
            rows = rows[np.lexsort((rows["rank"], rows["received_at"]))]
        # Whatever is said later arrives later than that.
        here = np.searchsorted(rows["received_at"], until, side="right")
        waiting = rows[here:]
        yield rows[:here]
    yield waiting


class _Voice:
    """What one device says, by event time."""

    def __init__(self, one: Player) -> None:
        self._one = one
        self._receiver = Receiver(
            Chances(one.seed, one.number, "receiver"), one.model, every_s=FIX_EVERY_S
        )
        lost = Chance(one.seed, one.number, "first")
        self._first = one.span.start + lost.whole(0, FIX_EVERY_S - 1) * SECOND
        self._lost = Chances(one.seed, one.number, "lost")
        self._clock = Chance(one.seed, one.number, "clock").between(-_CLOCK_PPM, _CLOCK_PPM)
        self._battery, self._where = Battery(one), Whereabouts(one)
        self._dead, self._mocked = Spans(one.plan.dead), Spans([m.during for m in one.plan.mocks])
        self._away = Spans([away.during for away in one.plan.offline])
        self._backs = np.array([*(away.during.end for away in one.plan.offline), 0], np.int64)
        self._turned = np.array([*(away.is_reversed for away in one.plan.offline), False])
        self._noticed = _events(sorted(one.plan.events))
        self._before: tuple[float, float] | None = None  # the true place a step ago
        self._said = 0

    def says(self, start: int, until: int) -> Rows:
        """Give the rows from an instant to another; the next call goes on from there."""
        skipped = max(0, -(-(start - self._first) // _STEP))
        at = np.arange(self._first + skipped * _STEP, until, _STEP)
        level, turns = self._battery.at(at)
        noticed = self._noticed
        parts = (
            _events([(at[n], _TURNS[turns[n]]) for n in np.flatnonzero(turns)]),
            self._measured(at, level),
            noticed[(noticed["true_at"] >= start) & (noticed["true_at"] < until)],
        )
        rows = np.concatenate(parts)
        rows = rows[np.argsort(rows["true_at"], kind="stable")]
        is_dead = self._dead.hold(rows["true_at"])
        rows = rows[~is_dead] if is_dead.any() else rows
        rows["seq"] = self._said + 1 + np.arange(len(rows))
        self._said += len(rows)
        self._send(rows)
        return rows

    def _measured(self, at: NDArray[np.int64], level: NDArray[np.float64]) -> Rows:
        seen = self._where.at(at)
        fixes = self._receiver.see(at, seen.places, seen.sky)
        speed = self._speed(seen.places)
        is_told = fixes.is_seen
        if self._one.model is Model.TAG:
            is_lost = self._lost.rows(len(at), 1)[:, 0] < _MISSING
            is_told &= ~(is_lost & (seen.places.setting == SETTINGS.index(Setting.INDOORS)))
        mocked = self._mocked.at(at)
        for n in set(mocked[mocked != NONE].tolist()):
            self._one.plan.mocks[n].put(fixes, at, mocked == n)
            speed[mocked == n] = 0.0  # such an app tells none
        rows = np.zeros(len(at), ROW)
        rows["code"], rows["true_at"] = POSITION, at
        rows["lat"], rows["lon"] = fixes.lat.round(6), fixes.lon.round(6)
        rows["accuracy_m"], rows["source"] = fixes.accuracy_m.round(1), fixes.source
        rows["speed_mps"], rows["battery_pct"] = speed.round(1), level.round(1)
        return rows[is_told]

    def _speed(self, places: Places) -> NDArray[np.float64]:
        """Tell how fast the true place moved since the last look."""
        if not len(places.lat):
            return np.zeros(0)
        lat, lon = self._before or (places.lat[0], places.lon[0])
        self._before = float(places.lat[-1]), float(places.lon[-1])
        a_lat, a_lon = degrees_m(places.lat)
        north, east = np.diff(places.lat, prepend=lat), np.diff(places.lon, prepend=lon)
        speed: NDArray[np.float64] = np.hypot(north * a_lat, east * a_lon) / FIX_EVERY_S
        return speed

    def _send(self, rows: Rows) -> None:
        """Tell what the clock of the device shows, and when and in which order it is received."""
        at = rows["true_at"]
        shown = at + np.rint(at % DAY * self._clock / 1_000_000).astype(np.int64)
        rows["at"] = shown // SECOND * SECOND
        every = REPORT_EVERY_S[self._one.model] * SECOND
        reported = at if every <= _STEP else -(-at // every) * every
        away = self._away.at(at)
        is_away = away != NONE
        rows["received_at"] = np.where(is_away, self._backs[away] + _BACK, reported + _LATENCY)
        rows["rank"] = np.where(is_away & self._turned[away], -rows["seq"], rows["seq"])


_TURNS: dict[Any, str] = {1: "charge_start", -1: "charge_stop"}


def _events(noticed: list[tuple[Micros, str]]) -> Rows:
    rows = np.zeros(len(noticed), ROW)
    rows["true_at"] = [at for at, _ in noticed]
    rows["code"] = [CODES.index(EventCode(code)) for _, code in noticed]
    return rows


def _event(device_id: DeviceId, row: np.void) -> Event:
    return Event(
        device_id=device_id,
        seq=int(row["seq"]),
        at=Micros(int(row["at"])),
        received_at=Micros(int(row["received_at"])),
        code=CODES[row["code"]],
    )


def _positions(device_id: DeviceId, rows: Rows, *, accuracy_level: float) -> Positions:
    def column(name: str) -> NDArray[Any]:
        return np.ascontiguousarray(rows[name])

    return Positions(
        device_id=device_id,
        epoch=0,
        seq=column("seq"),
        at=column("at"),
        received_at=column("received_at"),
        lon=column("lon"),
        lat=column("lat"),
        accuracy_m=column("accuracy_m"),
        accuracy_level=np.full(len(rows), accuracy_level),
        source=column("source"),
        speed_mps=column("speed_mps"),
        battery_pct=column("battery_pct"),
        is_mock=np.zeros(len(rows), np.bool_),  # no simulated app marks itself
    )

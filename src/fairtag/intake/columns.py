"""How do many positions of one device lie side by side? As columns, one row a position.

Units: µs UTC; degrees WGS 84; metres; metres a second; percent. NaN is unknown, and so is a
sequence number of -1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from math import nan

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.messages import Message, Position, Said, Source
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

SOURCES = tuple(Source)  # a column holds the place in this list
NO_SEQ = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Positions of one device, in the order of arrival; every column has the shape (n,)."""

    device_id: DeviceId
    epoch: int
    seq: NDArray[np.int64]
    at: NDArray[np.int64]
    received_at: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    accuracy_level: NDArray[np.float64]
    source: NDArray[np.int8]
    speed_mps: NDArray[np.float64]
    battery_pct: NDArray[np.float64]
    is_mock: NDArray[np.bool_]

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self.at)

    def part(self, first: int, end: int) -> Positions:
        """Give some rows that follow each other."""
        if first == 0 and end >= len(self.at):
            return self
        return replace(self, **{name: getattr(self, name)[first:end] for name in _COLUMNS})

    def where(self, holds: NDArray[np.bool_]) -> Positions:
        """Give the rows for which something holds."""
        if holds.all():
            return self
        return replace(self, **{name: getattr(self, name)[holds] for name in _COLUMNS})

    def rows(self, wanted: NDArray[np.int64]) -> Positions:
        """Give some rows, in the order named."""
        return replace(self, **{name: getattr(self, name)[wanted] for name in _COLUMNS})

    def message(self, row: int) -> Position:
        """Give one row as a message."""
        seq = int(self.seq[row])
        return Position(
            device_id=self.device_id,
            epoch=self.epoch,
            seq=None if seq == NO_SEQ else seq,
            at=Micros(int(self.at[row])),
            received_at=Micros(int(self.received_at[row])),
            lon=float(self.lon[row]),
            lat=float(self.lat[row]),
            accuracy_m=_known(self.accuracy_m[row]),
            accuracy_level=_known(self.accuracy_level[row]),
            source=SOURCES[self.source[row]],
            speed_mps=_known(self.speed_mps[row]),
            battery_pct=_known(self.battery_pct[row]),
            is_mock=True if self.is_mock[row] else None,
        )


def positions_of(messages: Sequence[Position]) -> Positions:
    """Put messages of one device and epoch side by side.

    Raises: ValueError when there is none.
    """
    if not messages:
        message = "columns need at least one position"
        raise ValueError(message)
    return Positions(
        device_id=messages[0].device_id,
        epoch=messages[0].epoch,
        seq=np.array([NO_SEQ if one.seq is None else one.seq for one in messages], np.int64),
        at=np.array([one.at for one in messages], np.int64),
        received_at=np.array([one.received_at for one in messages], np.int64),
        lon=np.array([one.lon for one in messages], np.float64),
        lat=np.array([one.lat for one in messages], np.float64),
        accuracy_m=_column([one.accuracy_m for one in messages]),
        accuracy_level=_column([one.accuracy_level for one in messages]),
        source=np.array([_PLACE[one.source] for one in messages], np.int8),
        speed_mps=_column([one.speed_mps for one in messages]),
        battery_pct=_column([one.battery_pct for one in messages]),
        is_mock=np.array([one.is_mock is True for one in messages], np.bool_),
    )


def joined(parts: Sequence[Positions]) -> Positions:
    """Put positions of many devices side by side; whose they are is told elsewhere.

    Raises: IndexError when there is no part.
    """
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _COLUMNS}
    return Positions(device_id=parts[0].device_id, epoch=0, **columns)


_COLUMNS = tuple(one.name for one in fields(Positions))[2:]
_PLACE = {source: n for n, source in enumerate(SOURCES)}


def _column(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([nan if value is None else value for value in values], np.float64)


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def runs(messages: Iterable[Message]) -> Iterator[Positions | Said]:
    """Put positions that follow each other side by side, as far as device and epoch stay.

    Other messages are given one by one, in their place.
    """
    for kind, group in groupby(messages, key=_kind):
        if kind is None:
            yield from (one for one in group if not isinstance(one, Position))
        else:
            yield positions_of([one for one in group if isinstance(one, Position)])


def first_of(said: Positions | Said) -> Micros:
    """Tell when the first of them happened."""
    return Micros(int(said.at[0])) if isinstance(said, Positions) else said.at


def _kind(message: Message) -> tuple[str, int] | None:
    return (message.device_id, message.epoch) if isinstance(message, Position) else None

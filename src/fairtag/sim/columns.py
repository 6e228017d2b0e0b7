"""What does a device say of a whole life, as columns? The generator of all simulated traffic.

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Event, Position
from fairtag.intake.native import decode_recorded
from fairtag.sim.cast import Player
from fairtag.sim.traffic import traffic_of
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


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
        for event, place in zip(self.events, self.places, strict=True):
            while told < place:
                yield self.positions.message(told)
                told += 1
            yield event
        while told < len(self.positions):
            yield self.positions.message(told)
            told += 1


def spoken(one: Player) -> Spoken:
    """Tell what a player's device says in the whole span; positions and events share one `seq`."""
    decoded = decode_recorded(b"\n".join(map(msgspec.json.encode, traffic_of(one))))
    positions = [told for told in decoded.messages if isinstance(told, Position)]
    is_event = np.array([isinstance(told, Event) for told in decoded.messages], np.bool_)
    return Spoken(
        positions=_side_by_side(one, positions),
        events=tuple(told for told in decoded.messages if isinstance(told, Event)),
        places=np.cumsum(~is_event)[is_event],
    )


def _side_by_side(one: Player, positions: list[Position]) -> Positions:
    if positions:
        return positions_of(positions)
    at = Micros(0)
    device_id = DeviceId(one.device_id)
    blank = positions_of([Position(device_id=device_id, at=at, received_at=at, lat=0.0, lon=0.0)])
    columns = {f.name: getattr(blank, f.name)[:0] for f in fields(Positions)[2:]}
    return replace(blank, **columns)

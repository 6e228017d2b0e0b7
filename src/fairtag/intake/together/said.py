"""What does one plain request say?

Units: µs UTC; degrees WGS 84; metres; metres a second; percent; NaN is unknown.
"""

from __future__ import annotations

import msgspec

from fairtag.intake.columns import Positions
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


class Plain(msgspec.Struct, frozen=True):
    """What one request says: some rows of columns that may hold more, by number without a gap."""

    columns: Positions
    first: int  # row
    end: int
    epoch: int
    first_seq: int
    last_seq: int
    first_at: Micros
    last_at: Micros
    # Of the positions that the device found itself; None when there is none.
    fixes: tuple[Micros, Micros] | None
    battery_pct: float | None  # the last that is known

    def positions(self, device_id: DeviceId) -> Positions:
        """Give the columns of this request alone."""
        told = self.columns
        part = told.part(self.first, self.end)
        return Positions(
            device_id=device_id,
            epoch=self.epoch,
            seq=part.seq,
            at=part.at,
            received_at=part.received_at,
            lon=part.lon,
            lat=part.lat,
            accuracy_m=part.accuracy_m,
            accuracy_level=part.accuracy_level,
            source=part.source,
            speed_mps=part.speed_mps,
            battery_pct=part.battery_pct,
            is_mock=part.is_mock,
        )

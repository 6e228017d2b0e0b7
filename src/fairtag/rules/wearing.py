"""What do a device's positions tell about the device itself? Its battery, and signs of doubt.

It looks ahead for the next row that tells something, and goes along as far as the track has come.
Units: µs UTC.
"""

from __future__ import annotations

import numpy as np

from fairtag.intake.columns import Positions
from fairtag.orders.model import Covers
from fairtag.rules import devices
from fairtag.rules.devices import Noticed
from fairtag.rules.doubt import Sign, first_sign, limits_of, new_state, rows_of
from fairtag.rules.duty import is_free
from fairtag.rules.matter import Matter
from fairtag.rules.view import View


class Wearing:
    """One device on the way through its positions."""

    def __init__(self, noticed: Noticed, columns: Positions, view: View) -> None:
        self._noticed = noticed
        self._columns = columns
        self._view = view
        self._limits = limits_of(view.settings)
        self.rows = rows_of(columns)
        self._row = 0  # as far as the track has come
        self._told = -1  # the next row whose battery tells something, if it is still to come
        known = np.frombuffer(noticed.honesty) if noticed.honesty else new_state()
        self._honesty = known.copy()  # at `_row`
        self._ahead = known.copy()  # at `_looked`
        self._looked = 0
        self._sign: Sign | None = None  # of the row before `_looked`

    def next_told(self, row: int, end: int) -> int:
        """Tell the first row whose battery tells something; `end` if none does before."""
        if self._told < row:
            settings = self._view.settings
            self._told = devices.first_telling(self._noticed, self._columns, row, end, settings)
        return self._told

    def next_sign(self, end: int) -> int:
        """Tell the first row that shows a sign; `end` if none does before."""
        if self._sign is None and self._looked < end:
            row, self._sign = first_sign(self._ahead, self._limits, self.rows, self._looked, end)
            self._looked = end if self._sign is None else row + 1
        return end if self._sign is None else min(end, self._looked - 1)

    def tell(self, row: int) -> list[Matter]:
        """Let the device's own machine take a row that tells something."""
        fix, settings = self._columns.message(row), self._view.settings
        excused = is_free(self._view.free(None, Covers.TAMPER), fix.at)
        found = devices.observe(self._noticed, fix, is_tamper_free=excused, settings=settings)
        if self._sign is not None and row == self._looked - 1:
            found += devices.doubt(self._noticed, fix, self._sign, settings)
            self._sign = None
        self._told = -1
        return found

    def pass_to(self, row: int) -> None:
        """Go along to a row, which is still to come."""
        devices.pass_by(self._noticed, self._columns, self._row, row)
        if self._looked == row:
            self._honesty[:] = self._ahead
        else:
            first_sign(self._honesty, self._limits, self.rows, self._row, row)
        self._row = row
        self._noticed.honesty = self._honesty.tobytes()

    def skip_to(self, row: int) -> None:
        """Leave out what no order covers."""
        self._row = self._looked = row
        self._told, self._sign = -1, None
        self._ahead[:] = self._honesty

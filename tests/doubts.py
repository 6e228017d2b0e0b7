"""List every sign of doubt in a device's positions."""

from __future__ import annotations

from fairtag.intake.columns import Positions
from fairtag.rules.doubt import Sign, first_sign, rows_of
from fairtag.rules.doubt.memory import Floats


def signs(state: Floats, limits: Floats, rows: Positions) -> list[tuple[int, Sign]]:
    """List the rows, in event order, that show a sign; `state` goes along."""
    found: list[tuple[int, Sign]] = []
    first, looked = 0, rows_of(rows)
    while first < len(rows):
        row, sign = first_sign(state, limits, looked, first, len(rows))
        if sign is not None:
            found.append((row, sign))
        first = row + 1
    return found

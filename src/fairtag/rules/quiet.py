"""How long does a stream of positions stay so quiet that it is one walk over columns?

Units: µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairtag.intake.columns import Positions
from fairtag.rules.places.evidence import witnesses
from fairtag.rules.settings import Settings
from fairtag.terms.instants import DAY, SECOND, Micros

_MOST = 1440  # rows that are prepared at once: what comes after a change is prepared again


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Where the judge stands."""

    clock: Micros
    hold: Micros | None  # a timer that falls whatever is heard
    heard: Micros  # when the device was heard last
    fixed: Micros  # and said where it is
    at: Micros  # event time
    silent: Micros  # end of its last silence that data may still explain


def quiet_until(columns: Positions, first: int, now: Now, settings: Settings) -> int:
    """Give the first row that may do more than move a belief about a place.

    A quiet row is a position that happened after the one before it and not in a silence, arrived
    after it and not so late that a silence could be told, and before any timer; nor is it the one
    that tells for how long the device has not known where it is. What arrived together is quiet
    together.
    """
    part = columns.part(first, first + _MOST)
    silence = settings.silence_s * SECOND
    at = np.concatenate(([now.at], part.at))
    clock = np.concatenate(([now.clock], part.received_at[:-1]))  # as each row comes
    heard = np.concatenate(([now.heard], part.received_at[:-1]))
    is_quiet = (np.diff(at) > 0) & (part.at > now.silent)
    is_quiet &= (part.received_at >= clock) & (part.received_at - heard < silence)
    fixed = np.where(witnesses(part, settings), part.received_at, now.fixed)
    is_quiet &= part.received_at - np.maximum.accumulate(fixed) < silence
    is_quiet &= part.received_at - part.at <= settings.rejudged_days * DAY
    if now.hold is not None:
        is_quiet &= (part.received_at < now.hold) & (part.at < now.hold)
    end = first + (len(part) if is_quiet.all() else int(np.argmin(is_quiet)))
    return _aligned(columns, first, end)


def arrived_with(columns: Positions, row: int) -> int:
    """Give the first row that did not arrive together with this one."""
    is_same = columns.received_at[row:] == columns.received_at[row]
    return row + (len(is_same) if is_same.all() else int(np.argmin(is_same)))


def _aligned(columns: Positions, first: int, end: int) -> int:
    """Go back to where an arrival begins, so that none is cut."""
    received = columns.received_at
    if first < end < len(columns) and received[end] == received[end - 1]:
        return first + int(np.searchsorted(received[first:end], received[end]))
    return end

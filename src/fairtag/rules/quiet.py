"""How long does a stream of positions stay so quiet that it is one walk over columns?

Units: µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairtag.intake.columns import Positions
from fairtag.rules.evidence import witnesses
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


def quiet_until(columns: Positions, first: int, now: Now, settings: Settings) -> int:
    """Give the first row that may do more than move a belief about a place.

    A quiet row is a position that happened after the one before it, arrived after it, not so late
    that a silence could be told, and before any timer; nor is it the one that tells for how long
    the device has not known where it is.
    """
    part = columns.part(first, first + _MOST)
    at = np.concatenate(([now.at], part.at))
    received = np.concatenate(([max(now.clock, now.heard)], part.received_at))
    since, silence = np.diff(received), settings.silence_s * SECOND
    is_quiet = (np.diff(at) > 0) & (since >= 0) & (since < silence)
    fixed = np.where(witnesses(part, settings), part.received_at, now.fixed)
    is_quiet &= part.received_at - np.maximum.accumulate(fixed) < silence
    is_quiet &= part.received_at - part.at <= settings.rejudged_days * DAY
    if now.hold is not None:
        is_quiet &= (part.received_at < now.hold) & (part.at < now.hold)
    return first + (len(part) if is_quiet.all() else int(np.argmin(is_quiet)))

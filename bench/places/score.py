"""Was a method right? One rule for all methods, on the side that each tells after every position.

- A matter opens with a position after which a method would accuse (`against`), within a window in
  which the condition binds, and ends with the first one after which the side is `kept`, or with the
  window.
- In a curfew it opens when the run of positions on the wrong side, or the window if that is later,
  began more than the grace (5 min) before.
- A matter whose decision lies in no true departure, give or take 10 min, is a false finding.
- A departure is found by a matter that is decided in it, at most 10 min before or 2 min after it.
  The delay runs from the true start (in a curfew: from the end of the grace; on recorded trips:
  from the last position inside) to the deciding position, and is 0 for what was decided before.
  One that is not found has an endless delay, so that no method is quick by missing.
Units: µs UTC; minutes as named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from places.cases import Case, Duties

from fairtag.rules.places.walk import AGAINST, KEPT
from fairtag.terms.instants import MINUTE

_NEAR, _AFTER = 10 * MINUTE, 2 * MINUTE
_GAP = 15 * MINUTE  # a longer silence breaks a run


@dataclass(slots=True)
class Tally:
    """What a method did in one story."""

    months: float = 0.0
    false: int = 0
    delays_min: list[float] = field(default_factory=list)  # one a true departure

    @property
    def a_month(self) -> float:
        """Tell the rate of false findings a wearer-month."""
        return self.false / self.months

    @property
    def found(self) -> float:
        """Tell the share of true departures that were found."""
        return float(np.mean(np.isfinite(self.delays_min)))


def score(
    case: Case,
    at: NDArray[np.int64],
    against_m: NDArray[np.float64],
    sides: NDArray[np.int8],
    tally: Tally,
) -> None:
    """Add a method's sides, shape (n, m), to a tally."""
    tally.months += case.months
    for c, duties in enumerate(case.duties):
        decided = _decided(at, against_m[:, c], sides[:, c], duties)
        tally.false += sum(not _is_near(one, duties) for one in decided)
        for one in duties.broken:
            if one.end - one.start <= duties.grace:
                continue
            due = one.start + duties.grace
            hits = [at for at in decided if one.start - _NEAR <= at <= one.end + _AFTER]
            delay = (min(hits) - due) / MINUTE if hits else math.inf
            tally.delays_min.append(max(0.0, delay))


def _is_near(decided: int, duties: Duties) -> bool:
    return any(one.start - _NEAR <= decided <= one.end + _NEAR for one in duties.broken)


def _decided(
    at: NDArray[np.int64],
    against_m: NDArray[np.float64],
    sides: NDArray[np.int8],
    duties: Duties,
) -> list[int]:
    """Tell when matters are opened."""
    opening = np.flatnonzero(sides == AGAINST)
    closing = np.flatnonzero(sides == KEPT)
    if not len(opening):
        return []
    since = run_starts(at, against_m > 0)
    found = []
    for window in duties.windows:
        row, last = np.searchsorted(at, (window.start, window.end)).tolist()
        while row < last:
            open_at = _opens(opening, row, last, at, since, window.start, duties.grace)
            if open_at is None:
                break
            found.append(int(at[open_at]))
            place = int(np.searchsorted(closing, open_at))
            row = int(closing[place]) if place < len(closing) else last
    return found


def _opens(
    opening: NDArray[np.int64],
    row: int,
    last: int,
    at: NDArray[np.int64],
    since: NDArray[np.int64],
    start: int,
    grace: int,
) -> int | None:
    first, end = np.searchsorted(opening, (row, last)).tolist()
    candidates = opening[first:end]
    if grace:
        began = np.maximum(since[candidates], start)
        candidates = candidates[at[candidates] > began + grace]
    return int(candidates[0]) if len(candidates) else None


def run_starts(at: NDArray[np.int64], is_on: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Tell for each row when the run of rows that are on began; later rows keep the last one's."""
    if not len(at):
        return at
    is_new = is_on.copy()
    is_new[1:] &= ~is_on[:-1] | (np.diff(at) > _GAP)
    rows = np.where(is_new, np.arange(len(at)), 0)
    return at[np.maximum.accumulate(rows)]

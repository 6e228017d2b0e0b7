"""From where may what happened be judged again? A track as it stood, now and then.

Units: µs UTC, event time.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairtag.intake.fix import MAX_AHEAD
from fairtag.orders.model import Trail
from fairtag.rules.settings import Settings
from fairtag.rules.view import View
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros

_BEHIND = HOUR  # the judge's clock may be behind the one by which positions go
_KEPT_OF_HOURS = 45 * MINUTE  # `app.trail.compact` keeps an hour; the clock may be behind it too
_NEWEST = 4  # are kept, besides one a day


class Snapshot(msgspec.Struct, kw_only=True, array_like=True):
    """A track as it stood, to judge late data again from."""

    now: Micros
    track: bytes  # none: nothing had happened
    next_at: Micros = EARLIEST  # the first of what came after it; unknown: long ago


def reach_of(snapshots: Sequence[Snapshot], view: View, clock: Micros, now: Micros) -> Micros:
    """Tell from when on all is kept that may be judged again; `now` when it is nothing.

    What rests on positions that are erased would be taken back for want of them.
    """
    erased = max(_erased_by_days(view, clock), _erased_by_hours(view, clock))
    if erased == EARLIEST:
        return EARLIEST
    whole = (one.now for one in snapshots if max(one.now, one.next_at) >= erased)
    return next(whole, now)


def _erased_by_days(view: View, clock: Micros) -> Micros:
    """Tell before when positions are gone that no trail keeps: with the day in which they came."""
    gone = (clock + _BEHIND - view.settings.rejudged_days * DAY) // DAY * DAY
    if _is_trailed(view) or view.rulings[0].recorded_at >= gone:
        return EARLIEST
    return Micros(gone + MAX_AHEAD)  # what came then says that it happened no later


def _erased_by_hours(view: View, clock: Micros) -> Micros:
    """Tell before when those are gone that came while a review was overdue: with their hour."""
    gone = clock - _KEPT_OF_HOURS + MAX_AHEAD
    lapses = (one.during for one in view.rulings[-1].lapsed)
    ends = (min(one.end, gone) for one in lapses if one.start < gone)
    return Micros(max(ends, default=EARLIEST))


def _is_trailed(view: View) -> bool:
    """Tell whether every version orders a trail, so that positions stay for its time."""
    return all(any(isinstance(c, Trail) for c in one.conditions) for one in view.rulings)


def start_before(snapshots: Sequence[Snapshot], at: Micros, reach: Micros) -> Micros:
    """Give the time of the newest snapshot before an instant, or where the reach begins."""
    return max([reach, *(one.now for one in snapshots if one.now < at)])


def thinned(snapshots: list[Snapshot], reach: Micros, settings: Settings) -> list[Snapshot]:
    """Keep the newest, one a day before, that of the reach, and one older than late data may be."""
    newest, older = snapshots[-_NEWEST:], snapshots[:-_NEWEST]
    first = {one.now // DAY: one.now for one in reversed(older)}
    kept = [one for one in older if one.now in (reach, first[one.now // DAY])]
    limit = snapshots[-1].now - (settings.rejudged_days + 1) * DAY
    while len(kept) > 1 and kept[1].now <= limit:
        kept.pop(0)
    return [*kept, *newest]

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
from fairtag.terms.instants import DAY, EARLIEST, HOUR, Micros

_BEHIND = HOUR  # the judge's clock may be behind the one by which positions go
_NEWEST = 4  # are kept, besides one a day


class Snapshot(msgspec.Struct, kw_only=True, array_like=True):
    """A track as it stood, to judge late data again from."""

    now: Micros
    track: bytes  # none: nothing had happened
    next_at: Micros = EARLIEST  # the first of what came after it; unknown: long ago


def reach_of(snapshots: Sequence[Snapshot], view: View, clock: Micros, now: Micros) -> Micros:
    """Tell from when on all is kept that may be judged again; `now` when it is nothing.

    Without a trail, positions go with the day in which they came, so many days after it; what rests
    on them would be taken back for want of them.
    """
    gone = (clock + _BEHIND - view.settings.rejudged_days * DAY) // DAY * DAY
    if _is_trailed(view) or view.rulings[0].recorded_at >= gone:
        return EARLIEST
    erased = gone + MAX_AHEAD  # what came then says that it happened no later
    whole = (one.now for one in snapshots if max(one.now, one.next_at) >= erased)
    return next(whole, now)


def _is_trailed(view: View) -> bool:
    """Tell whether every version orders a trail, so that positions stay for its time."""
    return all(any(isinstance(c, Trail) for c in one.conditions) for one in view.rulings)


def start_before(snapshots: Sequence[Snapshot], at: Micros, reach: Micros) -> Micros:
    """Give the time of the newest snapshot before an instant, or where the reach begins."""
    return max([reach, *(one.now for one in snapshots if one.now < at)])


def thinned(snapshots: list[Snapshot], settings: Settings) -> list[Snapshot]:
    """Keep the newest, one a day before, and one that is older than late data may be."""
    newest, older = snapshots[-_NEWEST:], snapshots[:-_NEWEST]
    days = {one.now // DAY: one for one in reversed(older)}
    kept = sorted(days.values(), key=lambda one: one.now)
    limit = snapshots[-1].now - (settings.rejudged_days + 1) * DAY
    while len(kept) > 1 and kept[1].now <= limit:
        kept.pop(0)
    return [*kept, *newest]

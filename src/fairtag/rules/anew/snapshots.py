"""From where may what happened be judged again? A track as it stood, now and then.

Units: µs UTC, event time.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairtag.rules.settings import Settings
from fairtag.terms.instants import DAY, EARLIEST, Micros

_NEWEST = 4  # are kept, besides one a day


class Snapshot(msgspec.Struct, kw_only=True, array_like=True):
    """A track as it stood, to judge late data again from."""

    now: Micros
    track: bytes  # none: nothing had happened
    next_at: Micros = EARLIEST  # the first of what came after it; unknown: long ago


def start_before(snapshots: Sequence[Snapshot], at: Micros, erased_before: Micros) -> Micros:
    """Give the time of the newest snapshot before an instant, or the beginning of time.

    Of an order whose positions are erased in time, one that nothing erased came after: what rests
    on those would be taken back for want of them.
    """
    before = [one.now for one in snapshots if one.now < at]
    whole = [one.now for one in snapshots if one.next_at >= erased_before]
    return max([EARLIEST, *before, *whole[:1]])


def thinned(snapshots: list[Snapshot], settings: Settings) -> list[Snapshot]:
    """Keep the newest, one a day before, and one that is older than late data may be."""
    newest, older = snapshots[-_NEWEST:], snapshots[:-_NEWEST]
    days = {one.now // DAY: one for one in reversed(older)}
    kept = sorted(days.values(), key=lambda one: one.now)
    limit = snapshots[-1].now - (settings.rejudged_days + 1) * DAY
    while len(kept) > 1 and kept[1].now <= limit:
        kept.pop(0)
    return [*kept, *newest]

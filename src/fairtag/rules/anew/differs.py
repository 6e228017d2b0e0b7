"""From when on has to be judged again, once something was recorded? Units: µs UTC, event time."""

from __future__ import annotations

from collections import Counter

from fairtag.orders.model import Ruling
from fairtag.rules.view import View
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import Micros


def first_difference(before: View, after: View) -> Micros | None:
    """Tell from which event time on two views judge differently."""
    times = [one.during.start for one in set(before.absences) ^ set(after.absences)]
    old, new = before.rulings[-1], after.rulings[-1]
    times += [one.start for one in set(old.suspended) ^ set(new.suspended)]
    times += [one.end for one in set(old.suspended) ^ set(new.suspended)]
    was, now = _turns_of(old), _turns_of(new)
    times += [at for at, _ in (was - now) + (now - was)]
    if old.during.end != new.during.end:
        times.append(min(old.during.end, new.during.end))
    times += [one.recorded_at for one in after.rulings[len(before.rulings) :]]
    return min(times, default=None)


def _turns_of(one: Ruling) -> Counter[tuple[Micros, frozenset[ConditionId]]]:
    spans = ((lapse.during, lapse.standing) for lapse in one.lapsed)
    return Counter((at, standing) for span, standing in spans for at in (span.start, span.end))

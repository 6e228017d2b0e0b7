"""Who judges? fairtag, and three rules as others use them, given every advantage that is fair.

The simple rules know the order as fairtag does (timetable, clock changes, grace, absences), see
late data in order of event time, and alert once an episode. What differs is how they take a fix.
Units: instants in µs UTC; metres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairtag.evaluation.case import Case, Fixes
from fairtag.orders.model import Appointment, Attendance, Covers, Curfew, ExclusionZone, Ruling
from fairtag.rules.duty import Binding, Duty, duty_at, free_times
from fairtag.rules.finding import AGAINST_WEARER, Finding, Kind, State
from fairtag.rules.places.between import unseen
from fairtag.rules.places.evidence import by_satellite, widths_m, witnesses
from fairtag.rules.replay import replay_columns
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.flat import metres_a_degree, turn_deg
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import Interval, occurrences

# Source: research on the same real traces; Traccar, Tile38, OwnTracks decide on each fix, Home
# Assistant on distance minus accuracy, and k of n is what installers add by hand.
N_OF_N, LASTING, MOST_ACCURACY_M = 3, 120 * SECOND, 100.0
_STEP = 5 * MINUTE  # a longer gap between two fixes inside is not counted as a stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One matter for the authority, from its alert to its end."""

    condition_id: str | None
    kind: str
    began: Micros
    ended: Micros | None
    decided: Micros
    is_withdrawn: bool = False  # or excused: it no longer counts, but somebody was alerted


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one judge said of one case."""

    episodes: tuple[Episode, ...]
    # (order, condition, event time, 'kept', 'unsure' or 'against'), each time the side changes;
    # None: this judge does not tell.
    sides: tuple[tuple[str, str, Micros, str], ...] | None = None
    # By condition, spans of event time in which the wearer may have been at the edge, unseen.
    unseen: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


Judge = Callable[[Case], Judged]


def fairtag(case: Case) -> Judged:
    """Judge as the service does."""
    heard = case.heard
    done = replay_columns((case.ruling,), heard.positions, heard.events, until=case.until)
    sides = tuple((str(o), str(c), at, str(s)) for o, c, at, s in done.sides)
    return Judged(episodes=episodes_of(done.findings), sides=sides, unseen=unseen_of(case))


def unseen_of(case: Case) -> dict[str, NDArray[np.int64]]:
    """List when the wearer may have been at each condition's edge between two positions."""
    told = case.positions.rows(case.order)
    is_witness = witnesses(told, DEFAULTS)
    seen = told.where(is_witness)
    width_m = widths_m(seen, by_satellite(seen), DEFAULTS)
    lon_m, lat_m = metres_a_degree(seen.lat)
    turns = np.diff(seen.lon)
    nearest = turns + np.array([turn_deg(one) for one in turns.tolist()])
    step_m = np.hypot(nearest * lon_m[:-1], np.diff(seen.lat) * lat_m[:-1])
    return {
        name: unseen(
            seen.at, -fixes.against_m[is_witness], width_m, seen.speed_mps, step_m, DEFAULTS
        )
        for name, fixes in case.fixes.items()
    }


def episodes_of(findings: Iterable[Finding]) -> tuple[Episode, ...]:
    """Gather records by matter; the ones for support, and parts of another matter, are no alert."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        if one.kind in AGAINST_WEARER and one.part_of is None:
            found.setdefault(one.finding_id, []).append(one)
    return tuple(_episode(records[0], records[-1]) for records in found.values())


def _episode(first: Finding, last: Finding) -> Episode:
    return Episode(
        condition_id=last.condition_id,
        kind=last.kind,
        began=last.began_at,
        ended=last.ended_at,
        decided=first.decided_at,
        is_withdrawn=last.state is State.WITHDRAWN or last.cause == "excused",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a simple rule holds after each fix that it takes; every column has the shape (n,)."""

    at: NDArray[np.int64]
    known_at: NDArray[np.int64]
    is_against: NDArray[np.bool_]
    since: NDArray[np.int64]  # when the run of fixes began that made it hold this


Rule = Callable[[Fixes], Held]


def each_fix(fixes: Fixes) -> Held:
    """Take each fix at its word: a point in a polygon."""
    return _at_once(fixes, fixes.against_m > 0)


def less_accuracy(fixes: Fixes) -> Held:
    """Take the accuracy off the distance, in the wearer's favour on both sides of an edge.

    Source: Home Assistant's `in_zone`, where a missing accuracy is 0.
    """
    return _at_once(fixes, fixes.against_m - np.nan_to_num(fixes.accuracy_m, nan=0.0) > 0)


def some_in_a_row(fixes: Fixes) -> Held:
    """Take three fixes in a row over two minutes, none wider than 100 m; one inside ends it."""
    fine = np.nan_to_num(fixes.accuracy_m, nan=np.inf) <= MOST_ACCURACY_M
    at, is_out = fixes.at[fine], fixes.against_m[fine] > 0
    first = _run_starts(is_out)
    is_enough = (np.arange(len(at)) - first + 1 >= N_OF_N) & (at - at[first] >= LASTING)
    return Held(
        at=at, known_at=fixes.known_at[fine], is_against=is_out & is_enough, since=at[first]
    )


def _at_once(fixes: Fixes, is_against: NDArray[np.bool_]) -> Held:
    since = fixes.at[_run_starts(is_against)]
    return Held(at=fixes.at, known_at=fixes.known_at, is_against=is_against, since=since)


def _run_starts(values: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give for each row the first row of its run of equal values."""
    rows = np.arange(len(values))
    is_new = np.ones(len(values), np.bool_)
    is_new[1:] = values[1:] != values[:-1]
    return np.maximum.accumulate(np.where(is_new, rows, 0))


def judge_of(rule: Rule) -> Judge:
    """Make a judge of a rule."""

    def judged(case: Case) -> Judged:
        found: list[Episode] = []
        for condition in case.located:
            held = rule(case.fixes[condition.id])
            if isinstance(condition, Attendance):
                found += _missed(condition, held, case)
            else:
                for duty in duties(condition, case.ruling, case.during):
                    found += _broken(condition, held, duty)
        return Judged(episodes=tuple(sorted(found, key=lambda one: one.decided)))

    return judged


def duties(condition: Binding, ruling: Ruling, within: Interval) -> list[Duty]:
    """List the stretches in which a condition binds, without absences."""
    free = free_times(condition.id, Covers.CONDITIONS, ruling.absences, ruling.suspended)
    windows: tuple[Interval, ...] = (ruling.during,)
    if condition.timetable:
        windows = occurrences(condition.timetable, ruling.time_zone, within=within)
    first = max(within.start, ruling.during.start, ruling.recorded_at)
    found = []
    for window in windows:
        at = Micros(max(window.start, first))
        end = min(window.end, within.end, ruling.during.end)
        while at < end:
            duty = duty_at(condition, ruling, free, at, bound_from=ruling.recorded_at)
            if duty is not None:
                found.append(duty)
            holes = (hole.end for hole in free if hole.holds(at))
            at = max(holes, default=Micros(end)) if duty is None else duty.during.end
    return found


def _broken(condition: Binding, held: Held, duty: Duty) -> Iterator[Episode]:
    """List the episodes of one stretch of duty: against for longer than the grace."""
    start, end = duty.during.start, duty.during.end
    low, high = (int(n) for n in np.searchsorted(held.at, (start, end)))
    against = held.is_against[low:high]
    edges = np.flatnonzero(np.diff(against.astype(np.int8), prepend=0, append=0))
    grace = condition.grace_min * MINUTE if isinstance(condition, Curfew) else 0
    for first, after in (low + edges).reshape(-1, 2).tolist():
        began = max(int(held.since[first]), start)
        opens = first + int(np.searchsorted(held.at[first:after], began + grace))
        if opens < after:
            was_kept = first > low or (low > 0 and not held.is_against[low - 1])
            yield Episode(
                condition_id=condition.id,
                kind=_kind(condition, duty, was_kept=was_kept),
                began=Micros(began),
                ended=Micros(int(held.at[after])) if after < high else end,
                decided=Micros(int(held.known_at[opens])),
            )


def _kind(condition: Binding, duty: Duty, *, was_kept: bool) -> Kind:
    if isinstance(condition, Curfew):
        if was_kept:
            return Kind.CURFEW_LEFT
        return Kind.CURFEW_LATE_RETURN if duty.after_absence else Kind.CURFEW_LATE_START
    return Kind.ZONE_ENTERED if isinstance(condition, ExclusionZone) else Kind.ZONE_LEFT


def _missed(condition: Attendance, held: Held, case: Case) -> Iterator[Episode]:
    """List appointments for which too short a stay was seen; without a fix, nothing is said."""
    for one in condition.appointments:
        start, end = one.during.start, one.during.end
        low, high = (int(n) for n in np.searchsorted(held.at, (start, end)))
        is_seen = low < high < len(held.at) and end <= case.during.end
        if is_seen and _stay(held, low, high) < one.stay_min * MINUTE:
            yield _missing(condition.id, one, Micros(int(held.known_at[high])))


def _stay(held: Held, low: int, high: int) -> int:
    gaps = np.minimum(np.diff(held.at[low : high + 1]), _STEP)
    return int(gaps[~held.is_against[low:high]].sum())


def _missing(condition_id: ConditionId, one: Appointment, decided: Micros) -> Episode:
    return Episode(
        condition_id=condition_id,
        kind=Kind.ATTENDANCE_MISSED,
        began=one.during.start,
        ended=one.during.end,
        decided=decided,
    )


FAIRTAG = "fairtag"
JUDGES: Mapping[str, Judge] = {
    FAIRTAG: fairtag,
    "each fix": judge_of(each_fix),
    "less accuracy": judge_of(less_accuracy),
    "3 of 3": judge_of(some_in_a_row),
}

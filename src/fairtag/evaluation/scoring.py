"""Was a judge right? Episodes against departures: found, false, late, withdrawn, unknown.

An episode is about a departure when it is of the same condition and a kind that may stand for it,
touches it give or take `TOLERANCE`, and was decided no earlier than that much before it began. One
that is about none is false: an officer was alerted, even if it was withdrawn later. A departure is
found by an episode that still counts and touches it give or take `NEAR`; what lies between the two
is neither held against a judge nor counted for it.
Units: instants and spans in µs; seconds as named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.evaluation.case import Case, Departure, family
from fairtag.evaluation.judges import Episode, Judged
from fairtag.intake.columns import SOURCES
from fairtag.intake.messages import Source
from fairtag.rules.finding import Kind
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros

TOLERANCE = 10 * MINUTE
NEAR = 2 * MINUTE
LATE = 15 * MINUTE  # Source: contract §5, `late`
CLEAR_FIXES, CLEAR_DEPTHS = 5, 3.0  # Source: the bar for departures that show
_GRID = 5 * SECOND  # how finely a stretch is looked at
BY_DEVICE = frozenset({Kind.TAMPER_STRAP, Kind.TAMPER_CASE, Kind.BODY_OFF_LONG})
_COARSE = 47 * SECOND  # no divisor of a device's interval, so that all times between fixes come
_CELL = SOURCES.index(Source.CELL)
_GNSS = SOURCES.index(Source.GNSS)

Answer = Literal["found", "unknown", "kept"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge made of one departure."""

    family: str
    length_s: float
    past_due_s: float  # what is left of it when grace is over
    answer: Answer  # not found: was it said to be unknown, or to be kept?
    delay_s: float | None = None  # from the end of the grace to the decision
    heard_s: float | None = None  # the same, but not before its first position had arrived
    is_clear: bool = False  # it shows: enough satellite fixes, deep enough for their accuracy
    is_prompt: bool = False  # the device sends each fix as it is made, and did


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """One false episode."""

    kind: str
    is_withdrawn: bool


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How one judge did on one case."""

    scenario: str
    model: str
    judge: str
    days: float
    positions: int
    alerts: int
    wrong: tuple[Wrong, ...]
    blind: int  # episodes about a place without a position that could show it
    outcomes: tuple[Outcome, ...]
    tells_sides: bool
    unknown_share: float | None = None  # of the time in which nothing was amiss


def score(case: Case, name: str, judged: Judged) -> Score:
    """Compare what a judge said with what was true."""
    false = [one for one in judged.episodes if not _is_about_any(one, case.departures)]
    return Score(
        scenario=case.scenario,
        model=case.model,
        judge=name,
        days=(case.during.end - case.during.start) / DAY,
        positions=len(case.positions),
        alerts=len(judged.episodes),
        wrong=tuple(Wrong(kind=one.kind, is_withdrawn=one.is_withdrawn) for one in false),
        blind=sum(_is_blind(one, case) for one in judged.episodes),
        outcomes=tuple(_outcome(one, case, judged) for one in case.departures),
        tells_sides=judged.sides is not None,
        unknown_share=_unknown_share(case, judged),
    )


def _is_about_any(episode: Episode, all_of_them: Sequence[Departure]) -> bool:
    return any(_is_about(episode, one, TOLERANCE) for one in all_of_them)


def _is_about(episode: Episode, departure: Departure, tolerance: int) -> bool:
    during = departure.during
    is_same = episode.condition_id == departure.condition_id
    ends_before = episode.ended is not None and episode.ended < during.start - tolerance
    return (
        is_same
        and family(episode.kind) == departure.family
        and episode.began <= during.end + tolerance
        and not ends_before
        and episode.decided >= during.start - tolerance
    )


def _is_blind(episode: Episode, case: Case) -> bool:
    """Tell whether nothing but silence or masts can have decided it: no alert may rest on that."""
    if episode.kind in BY_DEVICE:
        return False
    told = case.positions
    is_between = (told.at >= episode.began) & (told.received_at <= episode.decided)
    return not bool((is_between & (told.source != _CELL)).any())


def _outcome(departure: Departure, case: Case, judged: Judged) -> Outcome:
    found = [
        one for one in judged.episodes if not one.is_withdrawn and _is_about(one, departure, NEAR)
    ]
    due, during = departure.due_at, departure.during
    answer: Answer = "found" if found else _unfound(departure, case, judged)
    heard_at, is_late = _heard(case, due)
    decided = min((one.decided for one in found), default=None)
    device = case.device
    return Outcome(
        family=departure.family,
        length_s=(during.end - during.start) / SECOND,
        past_due_s=(during.end - due) / SECOND,
        answer=answer,
        delay_s=None if decided is None else max(0, decided - due) / SECOND,
        heard_s=None if decided is None else max(0, decided - max(due, heard_at)) / SECOND,
        is_clear=_is_clear(departure, case),
        is_prompt=device.report_every_s <= device.fix_every_s and not is_late,
    )


def _heard(case: Case, at: Micros) -> tuple[Micros, bool]:
    """Tell when the first position of this instant or later had arrived, and whether late."""
    told = case.positions
    row = int(np.searchsorted(told.at[case.order], at))
    if row == len(told):
        return at, False
    first = case.order[row]
    arrived = int(told.received_at[first])
    return Micros(arrived), arrived - int(told.at[first]) > LATE


def _is_clear(departure: Departure, case: Case) -> bool:
    fixes = case.fixes.get(ConditionId(departure.condition_id or ""))
    if fixes is None:
        return False
    during = departure.during
    is_within = (fixes.at >= during.start) & (fixes.at < during.end)
    is_deep = fixes.against_m >= CLEAR_DEPTHS * fixes.accuracy_m  # never where it is unknown
    is_seen = case.positions.source[case.order] == _GNSS
    return int((is_within & is_deep & is_seen).sum()) >= CLEAR_FIXES


def _unfound(departure: Departure, case: Case, judged: Judged) -> Answer:
    """Tell whether most of the time was said to be unknown, or to be kept."""
    start = departure.due_at if departure.due_at < departure.during.end else departure.during.start
    grid = np.arange(start, departure.during.end, _GRID)
    if len(grid) == 0:
        return "kept"
    first, end = np.searchsorted(case.usable_at, (start, departure.during.end)).tolist()
    if judged.sides is not None and first == end:
        return "unknown"
    is_unknown = _is_unknown(grid, case, judged, departure.condition_id)
    return "unknown" if is_unknown.mean() > 0.5 else "kept"  # noqa: PLR2004 - most


def _is_unknown(
    grid: NDArray[np.int64], case: Case, judged: Judged, condition_id: str | None
) -> NDArray[np.bool_]:
    """Tell which instants a judge calls unknown; shape (n,).

    Unknown is what lies between two positions after one of which the judge did not believe the
    wearer to be on the right side, or between which it says that the wearer may have been at the
    edge; and time beyond one interval in which the device owes a position.
    """
    is_unknown = _is_silent(grid, case.usable_at, case.interval)
    if judged.sides is None or condition_id is None or len(case.usable_at) == 0:
        return is_unknown
    before = np.searchsorted(case.usable_at, grid, side="right") - 1
    after = np.minimum(before + 1, len(case.usable_at) - 1)
    for row in (np.maximum(before, 0), after):
        is_unknown |= _is_unsure(case.usable_at[row], judged, condition_id)
    return is_unknown | _is_within(grid, judged.unseen.get(condition_id))


def _is_within(grid: NDArray[np.int64], spans: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    """Tell which instants lie in one of these spans, which are in order and don't overlap."""
    if spans is None or len(spans) == 0:
        return np.zeros(len(grid), np.bool_)
    last = np.searchsorted(spans[:, 0], grid, side="right") - 1
    found: NDArray[np.bool_] = (last >= 0) & (grid < spans[np.maximum(last, 0), 1])
    return found


def _unknown_share(case: Case, judged: Judged) -> float | None:
    """Tell which share of the time in which nothing was amiss a judge calls unknown.

    Saying 'unknown' of everything would miss nothing and help nobody: this is its price.
    """
    if judged.sides is None or not case.located:
        return None
    grid = np.arange(case.during.start, case.during.end, _COARSE)
    found = 0
    of = 0
    for one in case.located:
        is_fine = np.ones(len(grid), np.bool_)
        for departure in case.departures:
            if departure.condition_id == one.id:
                during = departure.during
                is_fine &= (grid < during.start) | (grid >= during.end)
        found += int(_is_unknown(grid[is_fine], case, judged, one.id).sum())
        of += int(is_fine.sum())
    return found / of


def _is_silent(
    grid: NDArray[np.int64], usable_at: NDArray[np.int64], interval: int
) -> NDArray[np.bool_]:
    last = np.searchsorted(usable_at, grid, side="right") - 1
    if len(usable_at) == 0:
        return np.ones(len(grid), np.bool_)
    return (last < 0) | (grid - usable_at[np.maximum(last, 0)] > interval)


def _is_unsure(grid: NDArray[np.int64], judged: Judged, condition_id: str) -> NDArray[np.bool_]:
    told = [(at, side) for _, name, at, side in judged.sides or () if name == condition_id]
    told.sort(key=lambda one: one[0])
    place = np.searchsorted(np.array([at for at, _ in told], np.int64), grid, side="right") - 1
    is_kept = np.array([side == "kept" for _, side in told] + [False], np.bool_)
    return ~is_kept[place]  # before the first word nothing is known: place -1 is the last entry


def length_class(outcome: Outcome) -> int:
    """Give the class of a departure's length, in minutes: 0 is shorter than one.

    A few seconds are forgiven: the truth's edges are to the second.
    """
    minutes = (outcome.length_s + _ROUNDED_S) / 60
    return max(one for one in LENGTHS if one <= minutes)


LENGTHS = (0, 1, 2, 4, 10, 25, 50)
_ROUNDED_S = 6.0

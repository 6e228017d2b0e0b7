"""How right are people? Counts over pairs whose answer is known, and over alerts closed twice.

The second of two who name an alert's cause is blind to the first one's cause and words. It decides
nothing and moves no alert: it measures.

An interval is the 95 % one of Clopper and Pearson, as in ISO/IEC 19795-1 for few trials: a count
of none wrong in five shows nothing much, and the interval says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from fairtag.alerts.model import Cause
from fairtag.review.photos import ADVERSE, Outcome, PhotoCase, PhotoReview
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros

LEAST_SAMPLE = 0.02  # ours, as for automatic matches: fewer would show nothing in a year
_TAIL = 0.025
_HALVINGS = 60  # the interval's end is then exact to 1e-18, far below what is shown


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many, and between which shares the truth lies with 95 % confidence."""

    number: int
    of: int
    low: float
    high: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor sees of one reviewer."""

    by: str
    looks: int  # at check-ins
    adverse: Share  # of those looks
    unconfirmed: Share  # of adverse looks at settled check-ins: others did not agree
    same_missed: Share  # known same pairs that were called not the same
    different_missed: Share  # known different pairs that were called the same
    cant_tell: Share  # of all looks


def share(number: int, of: int) -> Share:
    """Bound a share.

    Example:
        >>> [round(end, 3) for end in (share(0, 5).low, share(0, 5).high, share(0, 0).high)]
        [0.0, 0.522, 1.0]
    """
    low = 0.0 if number == 0 else _end(lambda p: 1 - _at_most(number - 1, of, p) < _TAIL)
    high = 1.0 if number == of else _end(lambda p: _at_most(number, of, p) > _TAIL)
    return Share(number=number, of=of, low=low, high=high)


def blind(said: Mapping[str, int]) -> Share:
    """Tell of how many matches of a machine, looked at blind, two people could not confirm it.

    'Can't tell' says nothing of a match, and counts on neither side.

    Example:
        >>> told = blind({"match": 8, "no_match": 1, "match_with_concern": 1, "cant_tell": 5})
        >>> (told.number, told.of), blind({}).of
        ((2, 10), 0)
    """
    wrong = sum(said.get(one, 0) for one in ADVERSE)
    return share(wrong, wrong + said.get(Outcome.MATCH, 0))


def figures(cases: Iterable[PhotoCase], reviews: Iterable[PhotoReview]) -> tuple[Figures, ...]:
    """Count per reviewer, by name of the account."""
    kinds = {one.case_id: one for one in cases}
    made = [one for one in reviews if one.case_id in kinds]
    ends = {one.case_id: one.settles for one in made if one.settles is not None}
    return tuple(
        _of(name, [one for one in made if one.by == name], kinds, ends)
        for name in sorted({one.by for one in made})
    )


class SecondLook(msgspec.Struct, frozen=True, kw_only=True):
    """A closed alert that was drawn, or what the second person said of it."""

    alert_id: AlertId
    owner: WearerId | None
    at: Micros
    by: str = ""  # empty: drawn by the machine
    cause: Cause | None = None  # as the second person sees it; None: drawn


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the measures page shows."""

    drawn: int
    differ: Share  # second looks that name another cause, of all second looks
    pairs: tuple[
        tuple[Cause, Cause, int], ...
    ]  # first and second cause that differ, most often first


def demand_alert_sample(part: float) -> float:
    """Give the share of closed alerts that is looked at again, if it may be set.

    Raises: UsageError.
    """
    if not LEAST_SAMPLE <= part <= 1:
        raise UsageError(f"alert_sample {part:g}: write {LEAST_SAMPLE:g} to 1")
    return part


def agreement(drawn: int, said: Iterable[tuple[Cause, Cause]]) -> Agreement:
    """Count how often the second cause is another than the first.

    Example:
        >>> told = agreement(3, [(Cause.EQUIPMENT, Cause.EQUIPMENT), (Cause.TEST, Cause.EXCUSED)])
        >>> told.differ.number, told.differ.of, agreement(0, []).differ.of
        (1, 2, 0)
    """
    whole = list(said)
    counted = Counter(one for one in whole if one[0] is not one[1])
    pairs = tuple((first, second, many) for (first, second), many in counted.most_common())
    return Agreement(drawn=drawn, differ=share(counted.total(), len(whole)), pairs=pairs)


def _of(
    name: str,
    made: Sequence[PhotoReview],
    kinds: dict[str, PhotoCase],
    ends: dict[str, Outcome],
) -> Figures:
    looks = [one for one in made if not kinds[one.case_id].is_known]
    adverse = [one for one in looks if one.outcome in ADVERSE]
    ended = [one for one in adverse if one.case_id in ends]
    same = [one for one in made if kinds[one.case_id].kind == "known_same"]
    different = [one for one in made if kinds[one.case_id].kind == "known_different"]
    return Figures(
        by=name,
        looks=len(looks),
        adverse=share(len(adverse), len(looks)),
        unconfirmed=share(sum(ends[one.case_id] not in ADVERSE for one in ended), len(ended)),
        same_missed=share(sum(one.outcome in ADVERSE for one in same), len(same)),
        different_missed=share(
            sum(one.outcome is Outcome.MATCH for one in different), len(different)
        ),
        cant_tell=share(sum(one.outcome is Outcome.CANT_TELL for one in made), len(made)),
    )


def _at_most(number: int, of: int, p: float) -> float:
    """Give the chance of at most so many of so many, each with chance p."""
    return math.fsum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(number + 1))


def _end(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high

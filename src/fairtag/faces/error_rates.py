"""How often is a matcher wrong, and how sure is that? Counts, intervals, curves, ratios.

A comparison is a match when its score reaches the threshold. Rates: false match (impostors that
match), false non-match (genuine ones that don't), failure to acquire (pictures without a template).

Which interval, all of 95 %, two-sided, so that the upper end is stricter than a one-sided bound:

- Trials of which no two share a person are independent: exact (Clopper and Pearson 1934).
- Trials that share people are not: many pictures of one person succeed or fail together, and two
  people who look alike are mixed up in every picture. There people are drawn with replacement, as
  often as there are people, and the rate is counted anew (bootstrap over identities, Bolle et al.
  2004). Where few errors were seen a bootstrap says too little, none at all when there was none:
  so the interval is never narrower than the exact one in which each person, or each two people,
  count once, however many pictures there are of them.

Source: ISO/IEC 19795-1:2021 (rates, DET), ISO/IEC 19795-10:2024 (groups, worst to best and to the
geometric mean). Units: scores as the engine gives them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.model import Rate
from fairtag.terms.counts.intervals import LEVEL, share

DRAWS = 1000
_BLOCK = 512  # people whose pairs are laid out at once
Scores = NDArray[np.float64]
People = NDArray[np.int64]
Shown = Literal["met", "exceeded", "not_demonstrated"]
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Comparisons of one kind. Shapes: (n,) each; people by their number from 0."""

    scores: Scores
    first: People
    second: People  # the same as `first` in genuine trials

    def among(self, chosen: NDArray[np.bool_]) -> Trials:
        """Keep those that are marked. Shapes: (n,)."""
        return Trials(
            scores=self.scores[chosen], first=self.first[chosen], second=self.second[chosen]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What every threshold would cost, from the lowest on. Shapes: (k,) each."""

    thresholds: Scores
    fmr: Scores
    fnmr: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far groups lie apart in one rate."""

    worst: str
    best: str
    ratio: float | None  # worst to best as counted; None when the best had no error
    at_least: float  # what the intervals leave of it
    to_mean: float | None  # worst to the geometric mean; None when a group had no error


def independent(errors: int, trials: int) -> Rate:
    """Tell a rate of trials that share nobody.

    Example:
        >>> told = independent(0, 30_000)
        >>> round(told.high * 1e4, 2), independent(0, 0).high
        (1.23, 1.0)
    """
    low, high = share(errors, trials)
    return Rate(errors=errors, trials=trials, low=low, high=high)


def of_people(wrong: NDArray[np.bool_], person: People, *, seed: int) -> Rate:
    """Tell a rate of trials that are each about one person. Shapes: (n,) each."""
    (rate,) = _rates(wrong[np.newaxis], person, person, seed=seed)
    return rate


def of_pairs(trials: Trials, thresholds: Sequence[float], *, seed: int) -> list[Rate]:
    """Tell the false match rate of impostor trials at each threshold."""
    wrong = np.array([trials.scores >= one for one in thresholds]).reshape(len(thresholds), -1)
    return _rates(wrong, trials.first, trials.second, seed=seed)


def of_genuine(trials: Trials, threshold: float, *, seed: int) -> Rate:
    """Tell the false non-match rate of genuine trials."""
    return of_people(trials.scores < threshold, trials.first, seed=seed)


def curve(genuine: Scores, impostor: Scores) -> Curve:
    """Tell both rates at every score that was seen, and above all of them.

    Shapes: (n,), (m,), neither empty.
    """
    seen = np.unique(np.concatenate([genuine, impostor]))
    thresholds = np.append(seen, np.nextafter(seen[-1], np.inf))
    below = np.searchsorted(np.sort(genuine), thresholds, side="left")
    above = len(impostor) - np.searchsorted(np.sort(impostor), thresholds, side="left")
    return Curve(thresholds=thresholds, fmr=above / len(impostor), fnmr=below / len(genuine))


def best_accuracy(genuine: Scores, impostor: Scores) -> tuple[float, float]:
    """Give the largest share of right answers that any threshold reaches, and that threshold.

    It is chosen on the same trials, and so flatters. Of equally good ones it is the strictest,
    half-way down to the next score that was seen. Shapes: (n,), (m,), neither empty.
    """
    told = curve(genuine, impostor)
    wrong = told.fmr * len(impostor) + told.fnmr * len(genuine)
    at = len(wrong) - 1 - int(np.argmin(np.round(wrong)[::-1]))
    accuracy = 1 - float(np.round(wrong[at])) / (len(genuine) + len(impostor))
    if at == 0:
        return accuracy, float(told.thresholds[0])
    lower = told.thresholds[at - 1]
    middle = (lower + told.thresholds[at]) / 2
    return accuracy, float(max(middle, np.nextafter(lower, np.inf)))


def equal_error(told: Curve) -> tuple[float, float]:
    """Give the rate at which both errors are nearest to equal, and its threshold."""
    at = int(np.argmin(np.abs(told.fmr - told.fnmr)))
    return float(told.fmr[at] + told.fnmr[at]) / 2, float(told.thresholds[at])


def threshold_at(impostor: Scores, fmr: float) -> float | None:
    """Give the lowest threshold with at most this false match rate; None when there are too few.

    Too few: fewer than the rule of three asks for. Shapes: (m,).
    """
    if not carries(len(impostor), fmr):
        return None
    ranked = np.sort(impostor)[::-1]
    allowed = math.floor(fmr * len(ranked) + 1e-9)
    return float(np.nextafter(ranked[allowed], np.inf))


def carries(trials: int, limit: float) -> bool:
    """Tell whether this many trials could show a limit at all: the rule of three.

    Source: Jovanovic and Levy 1997; ISO/IEC 19795-1 (3/n bounds the rate when none of n failed).
    Example:
        >>> carries(29_999, 1e-4), carries(30_000, 1e-4)
        (False, True)
    """
    return trials * limit >= 3 - 1e-9


def needed(limit: float) -> int:
    """Tell how many independent trials without an error keep the upper bound within a limit.

    Example:
        >>> needed(1e-4), needed(0.02)
        (36887, 183)
    """
    return math.ceil(math.log((1 - LEVEL) / 2) / math.log1p(-limit))


def shown(rate: Rate, limit: float) -> Shown:
    """Say whether a limit is met, exceeded, or not demonstrated either way."""
    if rate.high <= limit:
        return "met"
    return "exceeded" if rate.low > limit else "not_demonstrated"


def spread(rates: dict[str, Rate]) -> Spread | None:
    """Compare groups in one rate; None with fewer than two that were tried at all."""
    tried = {name: one for name, one in sorted(rates.items()) if one.trials}
    if len(tried) < 2:  # noqa: PLR2004 - a comparison needs two
        return None
    values = {name: one.errors / one.trials for name, one in tried.items()}
    worst, best = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    at_least = 1.0 if worst == best else max(1.0, tried[worst].low / tried[best].high)
    if not values[best]:
        return Spread(worst=worst, best=best, ratio=None, at_least=at_least, to_mean=None)
    mean = math.exp(math.fsum(map(math.log, values.values())) / len(values))
    return Spread(
        worst=worst,
        best=best,
        ratio=values[worst] / values[best],
        at_least=at_least,
        to_mean=values[worst] / mean,
    )


def _rates(wrong: NDArray[np.bool_], first: People, second: People, *, seed: int) -> list[Rate]:
    """Tell a rate a row of `wrong`. Shapes: (t, n); (n,), (n,)."""
    trials, counts = first.size, [int(one) for one in wrong.sum(axis=1)]
    people = np.unique(np.concatenate([first, second])).size
    if people == np.sum(np.where(first == second, 1, 2)):
        return [independent(errors, trials) for errors in counts]
    units, drawn = _drawn(wrong, first, second, people=people, seed=seed)
    exact = [share(math.ceil(one / trials * units - 1e-9), units) for one in counts]
    return [
        Rate(errors=errors, trials=trials, low=min(a, b), high=max(c, d))
        for errors, (a, c), (b, d) in zip(counts, exact, drawn, strict=True)
    ]


def _drawn(
    wrong: NDArray[np.bool_], first: People, second: People, *, people: int, seed: int
) -> tuple[int, list[tuple[float, float]]]:
    """Draw people anew `DRAWS` times; gives how many (pairs of) people there are, and bounds a row.

    The bit generator's own numbers are used: their stream is promised never to change.
    """
    pairs, errors, trials = _by_pair(wrong, first, second)
    chance = np.random.PCG64(seed)
    drawn = (
        np.bincount((chance.random_raw(people) % people).astype(np.int64), None, people)
        for _ in range(DRAWS)
    )
    often = np.array(list(drawn), dtype=np.float64)
    of = _weighed(often, pairs, trials)
    hit = np.flatnonzero(errors.any(axis=0))
    (one, other), wrong_ones = pairs[:, hit], errors[:, hit].T
    is_one = one == other
    counted = [np.where(is_one, row[one], row[one] * row[other]) @ wrong_ones for row in often]
    found = np.array(counted)[of > 0] / of[of > 0, np.newaxis]
    if not found.size:
        return len(trials), [(0.0, 1.0)] * len(wrong)
    low, high = np.quantile(found, _TAILS, axis=0)
    return len(trials), [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _weighed(often: Scores, pairs: NDArray[np.int64], trials: Scores) -> Scores:
    """Count the trials of each draw. Shapes: (draws, people); (2, p), (p,); out: (draws,).

    Pairs come by their first person, so that a block of people's rows is one slice of them.
    """
    people = often.shape[1]
    found = np.zeros(len(often))
    for start in range(0, people, _BLOCK):
        stop = min(people, start + _BLOCK)
        mine = slice(*np.searchsorted(pairs[0], (start, stop)))
        rows, columns, number = pairs[0, mine] - start, pairs[1, mine], trials[mine]
        is_one = rows + start == columns
        block = np.zeros((stop - start, people))
        block[rows[~is_one], columns[~is_one]] = number[~is_one]
        found += ((often[:, start:stop] @ block) * often).sum(axis=1)
        found += often[:, columns[is_one]] @ number[is_one]
    return found


def _by_pair(
    wrong: NDArray[np.bool_], first: People, second: People
) -> tuple[NDArray[np.int64], Scores, Scores]:
    """Gather trials by the two people (or the one) they are about, numbered from 0.

    Shapes: out: (2, p); (t, p); (p,).
    """
    names, numbers = np.unique(np.concatenate([first, second]), return_inverse=True)
    ends = numbers.reshape(2, -1)
    keys, of = np.unique(ends.min(axis=0) * len(names) + ends.max(axis=0), return_inverse=True)
    errors = np.array([np.bincount(of, row, len(keys)) for row in wrong])
    trials = np.bincount(of, minlength=len(keys)).astype(np.float64)
    return np.stack([keys // len(names), keys % len(names)]), errors, trials

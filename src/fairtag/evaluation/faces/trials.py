"""Which comparisons are made, and what did each score? Genuine ones and impostors, by group.

A score is the best frame's cosine with the mean of the enrolled pictures, as the service takes it.
Beside a cohort it is the normalised one.
Units: cosines or spreads, rounded to six decimals, so that machines agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairtag.evaluation.faces.lists import Cell, Lists, Pair, person_of
from fairtag.evaluation.faces.reading import Seen, Vector
from fairtag.faces.cohort.norm import Beside, Level, levels, normalised
from fairtag.faces.error_rates import Trials

Impostors = Literal["listed", "within_group"]
ALL = "all"
_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What can be compared: cells of which at least one picture gave a template."""

    people: tuple[str, ...]
    number: Mapping[str, int]  # of a person
    enrolled: Mapping[Cell, Vector]
    frames: Mapping[Cell, tuple[Vector, ...]]
    beside: Beside | None = None  # the cohort that scores are held against


def samples_of(lists: Lists, seen: Mapping[str, Seen], *, beside: Beside | None = None) -> Samples:
    """Put templates together, cell by cell."""
    people = tuple(sorted({person_of(one) for pair in lists.pairs for one in _cells(pair)}))
    lefts, rights = sides(lists)
    return Samples(
        people=people,
        number={name: n for n, name in enumerate(people)},
        enrolled={one: _mean(found) for one in lefts if (found := _vectors(one, seen))},
        frames={one: found for one in rights if (found := _vectors(one, seen))},
        beside=beside,
    )


def sides(lists: Lists) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """List enrolled cells and answers, each once; single pictures may be either."""
    lefts = {one.left for one in lists.pairs}
    rights = {one.right for one in lists.pairs}
    if all(len(one) == 1 for one in lefts | rights):
        lefts = rights = lefts | rights
    return tuple(sorted(lefts)), tuple(sorted(rights))


def listed(lists: Lists, samples: Samples, *, is_same: bool) -> Trials:
    """Score the pairs of the list of which both sides were acquired."""
    pairs = [
        one
        for one in lists.pairs
        if one.is_same == is_same and one.left in samples.enrolled and one.right in samples.frames
    ]
    scored = _Scorer(samples)
    scores = [scored.of(one.left, [one.right])[0] for one in pairs]
    return Trials(
        scores=_told(np.array(scores, dtype=np.float64)),
        first=_numbers(samples, [one.left for one in pairs]),
        second=_numbers(samples, [one.right for one in pairs]),
    )


def within(lists: Lists, samples: Samples, people: frozenset[str]) -> Trials:
    """Score everybody of a group against everybody else of it."""
    scored = _Scorer(samples)
    scores, firsts, seconds = [np.empty(0)], [], []
    for left, others in meetings(lists, people):
        acquired = [one for one in others if one in samples.frames]
        if left not in samples.enrolled or not acquired:
            continue
        scores.append(scored.of(left, acquired))
        firsts += [left] * len(acquired)
        seconds += acquired
    return Trials(
        scores=_told(np.concatenate(scores)),
        first=_numbers(samples, firsts),
        second=_numbers(samples, seconds),
    )


def meetings(lists: Lists, people: frozenset[str]) -> Iterator[tuple[Cell, list[Cell]]]:
    """List whom each enrolled cell of a group meets: all answers of others; each two once."""
    lefts, rights = sides(lists)
    is_either = lefts == rights
    for n, left in enumerate(lefts):
        if person_of(left) not in people:
            continue
        others = [
            one
            for one in (rights[n + 1 :] if is_either else rights)
            if person_of(one) in people and person_of(one) != person_of(left)
        ]
        if others:
            yield left, others


def in_groups(lists: Lists, samples: Samples) -> dict[str, frozenset[str]]:
    """List who is in which group; everybody is in `all`."""
    found: dict[str, set[str]] = {}
    for name in samples.people:
        for group in lists.groups.get(name, ()):
            found.setdefault(group, set()).add(name)
    return {ALL: frozenset(samples.people)} | {
        name: frozenset(found[name]) for name in sorted(found)
    }


class _Scorer:
    """Scores cells, beside a cohort where there is one; each cell is held against it once."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._enrolled: dict[Cell, Level] = {}
        self._frames: dict[Cell, Level] = {}
        if samples.beside is not None:
            for cell, vector in samples.enrolled.items():
                self._enrolled[cell] = levels(vector[np.newaxis], samples.beside)
            for cell, vectors in samples.frames.items():
                self._frames[cell] = levels(np.array(vectors), samples.beside)

    def of(self, left: Cell, rights: Sequence[Cell]) -> NDArray[np.float64]:
        """Score answers, each by its best frame. Shapes: (number of answers,)."""
        answers = [self._samples.frames[one] for one in rights]
        starts = np.cumsum([0, *(len(one) for one in answers)])[:-1]
        each = np.array([frame for one in answers for frame in one]) @ self._samples.enrolled[left]
        if self._samples.beside is not None:
            near = [self._frames[one] for one in rights]
            level = Level(
                mean=np.concatenate([one.mean for one in near]),
                spread=np.concatenate([one.spread for one in near]),
            )
            each = normalised(each, self._enrolled[left], level)
        return np.maximum.reduceat(each, starts)


def _told(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(scores, _DECIMALS), dtype=np.float64)


def _cells(pair: Pair) -> tuple[Cell, Cell]:
    return pair.left, pair.right


def _vectors(cell: Cell, seen: Mapping[str, Seen]) -> tuple[Vector, ...]:
    found = (seen[name].vector for name in cell)
    return tuple(one for one in found if one is not None)


def _mean(vectors: Sequence[Vector]) -> Vector:
    told = np.mean(vectors, axis=0)
    return np.asarray(told / np.linalg.norm(told))


def _numbers(samples: Samples, cells: Iterable[Cell]) -> NDArray[np.int64]:
    return np.array([samples.number[person_of(one)] for one in cells], dtype=np.int64)

"""How alike are two faces, beside how alike each is to strangers? Adaptive symmetric s-norm.

Each side of a comparison is held against the cohort's members that are most like it. The score
becomes the number of spreads by which it lies above those, averaged over both sides: a face that
many strangers resemble needs a higher cosine than one that nobody resembles. No group is asked for
or told: a face is held against faces. The answer is one number; which members were near is not
kept, and nobody learns it.

Source: S. Cumani et al., Comparison of speaker recognition approaches for real applications,
Interspeech 2011 (s-norm); P. Matějka et al., Analysis of score normalization in multilingual
speaker recognition, Interspeech 2017 (adaptive). Units: cosines in, spreads out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.cohort.people import Named
from fairtag.faces.compare import numbers
from fairtag.faces.model import Template
from fairtag.faces.refusals import Incomparable
from fairtag.faces.strangers import rows_turned

Doubles = NDArray[np.float64]
# The narrowest spread that is believed: cosines of the most alike strangers spread by .007 to .02
# with the reference engine. Where they seem to spread less, the score would soar on nothing; held
# at the floor it comes out lower, and people look.
LEAST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A cohort as it stands beside one wearer's templates: turned as they are, never stored."""

    sha256: str  # the cohort's
    engine: str
    nearest: int
    table: Doubles  # (people, dims), each of length 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How alike a face is to the strangers that are most like it. Shapes: () or (n,) each."""

    mean: Doubles
    spread: Doubles


def beside(named: Named, *, key: bytes | None = None) -> Beside:
    """Take a cohort as it is, or turned by a wearer's key, to meet that wearer's templates.

    Raises: UsageError for a key of another length.
    """
    table = named.cohort.table()
    return Beside(
        sha256=named.sha256,
        engine=named.cohort.engine,
        nearest=named.cohort.nearest,
        table=table if key is None else rows_turned(table, key),
    )


def levels(vectors: Doubles, cohort: Beside) -> Level:
    """Tell how alike faces are to strangers. Shapes: (n, dims), each of length 1; (n,) each."""
    near = np.sort(vectors @ cohort.table.T, axis=1)[:, -cohort.nearest :]
    return Level(mean=near.mean(axis=1), spread=np.maximum(near.std(axis=1), LEAST_SPREAD))


def normalised(cosine: Doubles, one: Level, other: Level) -> Doubles:
    """Give scores in spreads above strangers; which side is which changes nothing.

    Example:
        >>> def level(mean): return Level(mean=np.array([mean]), spread=np.array([0.01]))
        >>> np.round(normalised(np.array([0.95]), level(0.90), level(0.92)), 6).tolist()
        [4.0]
        >>> np.round(normalised(np.array([0.95]), level(0.94), level(0.94)), 6).tolist()
        [1.0]
    """
    return np.asarray(((cosine - one.mean) / one.spread + (cosine - other.mean) / other.spread) / 2)


def compare_beside(one: Template, other: Template, cohort: Beside) -> float:
    """Give the normalised score of two templates that were turned as the cohort was.

    Raises: Incomparable when they are of two engines, or not of the cohort's.
    """
    if not one.engine == other.engine == cohort.engine:
        raise Incomparable(f"{one.engine}, {other.engine} and a cohort of {cohort.engine}")
    vectors = [numbers(each) for each in (one, other)]
    if any(each.size != cohort.table.shape[1] for each in vectors):
        raise Incomparable(f"{vectors[0].size} and {vectors[1].size} numbers beside a cohort")
    a, b = (each / np.linalg.norm(each) for each in vectors)
    level = levels(np.array([a, b]), cohort)
    sides = [Level(mean=level.mean[n], spread=level.spread[n]) for n in range(2)]
    return float(normalised(np.asarray(a @ b), *sides))

"""Who goes into a cohort, and what does holding scores against it change, for whom?

A cohort is made of a folder of pictures: a file's name up to its last `_` is its person, who
becomes the mean of what the engine made of the pictures. No name goes into it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fairtag.evaluation.faces.lists import person_of
from fairtag.evaluation.faces.reading import Seen, Vector
from fairtag.faces.cohort.people import LEAST_TOLD, Cohort, Member, Named
from fairtag.faces.refusals import CohortRefused
from fairtag.terms.errors import UsageError


def members_of(seen: Mapping[str, Seen]) -> tuple[Member, ...]:
    """Make members of pictures by name, in an order that tells no name.

    A person of whom no picture gave a template is left out.
    """
    pictures: dict[str, list[tuple[str, Vector]]] = {}
    for name, one in seen.items():
        if one.vector is not None:
            pictures.setdefault(person_of((name,)), []).append((one.sha256, one.vector))
    made = [
        Member(
            vector=np.mean([vector for _, vector in found], axis=0).astype("<f4").tobytes(),
            pictures_sha256=tuple(sorted(sha256 for sha256, _ in found)),
        )
        for found in pictures.values()
    ]
    return tuple(sorted(made, key=lambda one: one.pictures_sha256))


def people_of(names: Sequence[str]) -> frozenset[str]:
    """Tell whose pictures these are, by name."""
    return frozenset(person_of((name,)) for name in names)


def composition(path: Path, people: frozenset[str]) -> dict[str, int]:
    """Count who said what of themselves, from a CSV with `person` and any columns; counts below
    `LEAST_TOLD` are left out.

    Raises: UsageError.
    """
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: can't be read as CSV") from error
    if not rows or "person" not in rows[0]:
        raise UsageError(f"{path}:1: no column person, or nobody")
    told = Counter(
        f"{column}={value.strip()}"
        for row in rows
        if row["person"] in people
        for column, value in row.items()
        if column not in (None, "person") and isinstance(value, str) and value.strip()
    )
    return {name: count for name, count in sorted(told.items()) if count >= LEAST_TOLD}


def demand_others(cohort: Cohort, seen: Mapping[str, Seen]) -> None:
    """Go on only when nobody's picture is both measured and in the cohort.

    Raises: CohortRefused.
    """
    both = cohort.pictures & {one.sha256 for one in seen.values()}
    if both:
        raise CohortRefused(f"{len(both)} pictures are measured against themselves")


def about(named: Named) -> dict[str, Any]:
    """Tell of a cohort what a report and a page tell."""
    found = named.cohort
    return {
        "sha256": named.sha256,
        "name": found.name,
        "source": found.source,
        "basis": found.basis,
        "people": len(found.members),
        "nearest": found.nearest,
        "groups": dict(found.groups),
        "data_sha256": found.data_sha256,
    }


def side_by_side(raw: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """Put two reports on the same pictures next to each other, at the same overall FMR: what the
    cohort changed, for all and for each group, and how far the groups lie apart.
    """
    both = {"raw": raw, "normalised": beside}
    points = [name for name in raw["at"] if name in beside["at"]]
    return {
        point: {name: _at(told["at"][point]) for name, told in both.items()} for point in points
    }


def _at(told: Mapping[str, Any]) -> dict[str, Any]:
    everybody = {"all": told} | told["groups"]
    return {
        "threshold": told["threshold"],
        **{
            rate: {name: [one[rate], *one[f"{rate}_95"]] for name, one in everybody.items()}
            for rate in ("fmr", "fnmr")
        },
        "spread": told["spread"],
    }

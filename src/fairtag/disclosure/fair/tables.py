"""How did check-ins go, group by group, in one month? Counts of ten or more, and nothing else.

Units: hours; months as `2026-11`, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from fairtag.disclosure.fair.cells import LEAST, Row, shown, shown_row
from fairtag.disclosure.fair.declared import NOT_SAID, QUESTIONS, Declared
from fairtag.terms.counts.intervals import Bounds, share
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import HOUR, Micros

# What is counted, and of which other count it is a part.
PARTS = {
    "referred": "check_ins",
    "missed": "check_ins",
    "no_face": "referred",
    "rejected": "referred",
    "contest_upheld": "check_ins",
    "looked_blind": "check_ins",
    "not_confirmed": "looked_blind",
}
COLUMNS = ("people", "check_ins", *PARTS)


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How one check-in went."""

    wearer_id: WearerId
    is_referred: bool = False  # no machine passed it
    is_no_face: bool = False  # no face was found in it
    is_missed: bool = False  # it was shown and nothing came
    is_rejected: bool = False  # people found another person in it
    is_contest_upheld: bool = False  # and were wrong: the wearer said so and was right
    is_looked_blind: bool = False  # a machine passed it, and people said whom it shows
    is_not_confirmed: bool = False  # and two of them could not confirm that it is the wearer
    decided_after: int | None = None  # µs from its receipt to the people's decision


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One group. None: hidden, or too few."""

    group: str
    counts: dict[str, int | None]
    median_hours: float | None  # to a decision
    # How often a machine's 'match' may be wrong: 95 % bounds of not_confirmed in looked_blind.
    wrong_95: Bounds | None = None


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a month; it is made once and never made anew."""

    month: str
    made_at: Micros
    everybody: Told
    by_question: dict[str, tuple[Told, ...]]


def tabulate(
    courses: Sequence[Course],
    said: Mapping[WearerId, Declared],
    *,
    month: str,
    made_at: Micros,
) -> Fairness:
    """Count, and hide what is too few."""
    whole = _row(courses)
    return Fairness(
        month=month,
        made_at=made_at,
        everybody=_told("all", shown_row(whole, PARTS), _median_hours(courses)),
        by_question={name: _by(name, courses, said, whole) for name in QUESTIONS},
    )


def _by(
    question: str, courses: Sequence[Course], said: Mapping[WearerId, Declared], whole: Row
) -> tuple[Told, ...]:
    groups: dict[str, list[Course]] = {name: [] for name in (*QUESTIONS[question], NOT_SAID)}
    for one in courses:
        told = said.get(one.wearer_id)
        groups[NOT_SAID if told is None else told.answers.get(question, NOT_SAID)].append(one)
    # A group to which nobody belongs is no row: it would only take another one with it.
    table = {name: _row(found) for name, found in groups.items() if found}
    counts = shown(table, whole, PARTS)
    return tuple(
        _told(
            name,
            counts[name],
            None if counts[name]["people"] is None else _median_hours(groups[name]),
        )
        for name in table
    )


def _told(group: str, counts: dict[str, int | None], median_hours: float | None) -> Told:
    wrong, looked = counts["not_confirmed"], counts["looked_blind"]
    bounds = None if wrong is None or looked is None else share(wrong, looked)
    return Told(group=group, counts=counts, median_hours=median_hours, wrong_95=bounds)


def _row(courses: Iterable[Course]) -> Row:
    found = list(courses)
    return {
        "people": len({one.wearer_id for one in found}),
        "check_ins": len(found),
        "referred": sum(one.is_referred for one in found),
        "missed": sum(one.is_missed for one in found),
        "no_face": sum(one.is_referred and one.is_no_face for one in found),
        "rejected": sum(one.is_referred and one.is_rejected for one in found),
        "contest_upheld": sum(one.is_contest_upheld for one in found),
        "looked_blind": sum(one.is_looked_blind for one in found),
        "not_confirmed": sum(one.is_looked_blind and one.is_not_confirmed for one in found),
    }


def _median_hours(courses: Iterable[Course]) -> float | None:
    """Give the median, to whole hours: an exact one would be one person's own."""
    decided = [one for one in courses if one.decided_after is not None]
    if len({one.wearer_id for one in decided}) < LEAST:
        return None
    return float(round(median(one.decided_after or 0 for one in decided) / HOUR))

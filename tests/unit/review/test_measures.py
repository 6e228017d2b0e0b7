"""How right a reviewer is: counts, and exact intervals."""

from __future__ import annotations

import pytest

from fairtag.review.measures import figures, share
from fairtag.review.photos import Outcome, PhotoCase, PhotoReview
from fairtag.terms.counts.intervals import share as other_share
from fairtag.terms.instants import Micros

NOW = Micros(0)


@pytest.mark.parametrize(("number", "of"), [(0, 1), (0, 30), (1, 30), (15, 30), (30, 30), (3, 400)])
def test_the_interval_is_that_of_clopper_and_pearson(number: int, of: int) -> None:
    """Held against the evaluation's own, which was written apart from it."""
    found = share(number, of)
    assert (found.low, found.high) == pytest.approx(other_share(number, of), abs=1e-9)


def test_a_textbook_interval() -> None:
    """0 of 30 leaves 11.57 % (Clopper and Pearson 1934); the 'rule of three' says 10."""
    assert share(0, 30).high == pytest.approx(0.1157, abs=5e-5)


def case(name: str, kind: str = "check_in") -> PhotoCase:
    return PhotoCase(case_id=name, kind=kind, made_at=NOW, waits_since=NOW)  # type: ignore[arg-type]


def said(name: str, by: str, outcome: Outcome, settles: Outcome | None = None) -> PhotoReview:
    return PhotoReview(
        review_id=f"{name}-{by}", case_id=name, by=by, at=NOW, outcome=outcome, settles=settles
    )


def test_each_reviewer_is_counted_by_what_they_said() -> None:
    cases = [case("a"), case("b"), case("c"), case("s", "known_same"), case("d", "known_different")]
    made = [
        said("a", "rita", Outcome.NO_MATCH),
        said("a", "rob", Outcome.MATCH),
        said("a", "ravi", Outcome.MATCH, Outcome.MATCH),
        said("b", "rita", Outcome.NO_MATCH),
        said("b", "rob", Outcome.NO_MATCH, Outcome.NO_MATCH),
        said("c", "rita", Outcome.CONCERN),
        said("s", "rita", Outcome.CONCERN),
        said("d", "rita", Outcome.MATCH),
        said("gone", "rita", Outcome.MATCH),
    ]

    ravi, rita, rob = figures(cases, made)

    assert (ravi.by, rita.by, rob.by) == ("ravi", "rita", "rob")
    assert (rita.looks, rita.adverse.number, rita.adverse.of) == (3, 3, 3)
    assert (rita.unconfirmed.number, rita.unconfirmed.of) == (1, 2)  # the third still waits
    assert (rita.same_missed.number, rita.same_missed.of) == (1, 1)
    assert (rita.different_missed.number, rita.different_missed.of) == (1, 1)
    assert (rita.cant_tell.number, rita.cant_tell.of) == (0, 5)
    assert (rob.adverse.number, rob.adverse.of) == (1, 2)
    assert (ravi.same_missed.of, ravi.same_missed.high) == (0, 1.0)

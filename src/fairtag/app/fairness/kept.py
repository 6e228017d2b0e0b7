"""How did check-ins go? As the store's prompts, answers, looks and decisions tell it.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fairtag.app.checkins.book import Answer
from fairtag.app.fairness.courses import Ended, course_of
from fairtag.app.ports import Store, Transaction
from fairtag.disclosure.fair.tables import Course
from fairtag.review.deciding import Outcome
from fairtag.review.photos import ADVERSE
from fairtag.terms.ids import WearerId
from fairtag.terms.local import Interval


class KeptCourses:
    """Keeps `fairtag.app.fairness.book.Courses`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def during(self, span: Interval) -> Iterable[Course]:
        """List how those went that were to be shown in a span, decided or not."""
        return self._store.read(lambda tx: list(_during(tx, span)))


def _during(tx: Transaction, span: Interval) -> Iterator[Course]:
    for wearer_id in sorted({one.wearer_id for one in tx.orders.facts()}):
        cleared = _cleared(tx, wearer_id)
        for prompt in tx.prompts.about(wearer_id, span):
            answers = tx.answers.of_prompt(prompt.check_in_id)
            ended = [end for one in answers if (end := _end(tx, one, cleared)) is not None]
            found = course_of(prompt, answers, ended)
            if found is not None:
                yield found


def _end(tx: Transaction, answer: Answer, cleared: set[str]) -> Ended | None:
    outcome = tx.answers.outcome(answer.answer_id)
    case = tx.photo_reviews.of_answer(answer.answer_id)
    if outcome is None or case is None:
        return None
    looks = [one.at for one in tx.photo_reviews.reviews(case.case_id)]
    is_cleared = outcome in ADVERSE and case.case_id in cleared
    at = max(looks, default=case.waits_since)
    return Ended(answer_id=answer.answer_id, outcome=outcome, at=at, is_upheld=is_cleared)


def _cleared(tx: Transaction, wearer_id: WearerId) -> set[str]:
    """List the cases of a wearer of which an officer found in the end that nothing was amiss."""
    newest = {one.alert_id: one.outcome for one in tx.decisions.decisions(wearer_id=wearer_id)}
    found = (
        tx.photo_reviews.of_alert(alert_id)
        for alert_id, outcome in newest.items()
        if outcome is Outcome.NO_VIOLATION
    )
    return {case.case_id for case in found if case is not None}

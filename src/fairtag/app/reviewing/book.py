"""What does the store promise about looks at pictures, decisions, and what wearers say of them?

Rows are added and never changed; each added one has a digest that its log entry names.
Units: µs UTC.
"""

from __future__ import annotations

from typing import Protocol

from fairtag.review.deciding import Decision
from fairtag.review.measures import SecondLook
from fairtag.review.photos import Deal, PhotoCase, PhotoReview
from fairtag.review.statements import Statement
from fairtag.terms.ids import AlertId, OrderId, WearerId


class SecondLookBook(Protocol):
    """Closed alerts that a second person looks at; rows stand as written."""

    def add(self, look: SecondLook) -> None:
        """Store that one was drawn, or what was said of it."""
        ...

    def listed(self) -> list[SecondLook]:
        """List all, oldest first."""
        ...


class PhotoReviewBook(Protocol):
    """Pairs of pictures, to whom they were dealt, and what each person said."""

    def add_case(self, case: PhotoCase) -> None:
        """Store a pair."""
        ...

    def case(self, case_id: str) -> PhotoCase:
        """Give one.

        Raises: PhotoCaseRefused.
        """
        ...

    def of_answer(self, answer_id: str) -> PhotoCase | None:
        """Find the pair that an answer became."""
        ...

    def cases(self, *, wearer_id: WearerId | None = None) -> list[PhotoCase]:
        """List pairs, oldest first, of one wearer or all."""
        ...

    def deal(self, deal: Deal) -> None:
        """Write down to whom a pair was given."""
        ...

    def dealt(self, *, case_id: str | None = None, by: str | None = None) -> list[Deal]:
        """List deals, oldest first."""
        ...

    def add(self, review: PhotoReview) -> str:
        """Store what a person said; gives its digest.

        Raises: PhotoCaseRefused when the pair is not known.
        """
        ...

    def reviews(self, case_id: str | None = None) -> list[PhotoReview]:
        """List what people said, oldest first, of one pair or all; notes stay sealed."""
        ...

    def of_alert(self, alert_id: AlertId) -> PhotoCase | None:
        """Find the pair for which an alert was raised."""
        ...

    def note(self, review_id: str) -> str:
        """Open what a person wrote beside an answer. Callers log first."""
        ...

    def digests(self) -> list[tuple[str, str]]:
        """List what every look is: its id and digest."""
        ...


class DecisionBook(Protocol):
    """What people decided about alerts, and what wearers say about check-ins."""

    def decide(self, decision: Decision) -> str:
        """Store a decision; gives its digest."""
        ...

    def decisions(
        self, *, alert_id: AlertId | None = None, wearer_id: WearerId | None = None
    ) -> list[Decision]:
        """List decisions, oldest first; reasons stay sealed."""
        ...

    def reasons(self, decision_id: str) -> tuple[str, str]:
        """Open a decision's reason, and what was said of an excuse. Callers log first."""
        ...

    def say(self, statement: Statement) -> str:
        """Store a wearer's words; gives their digest."""
        ...

    def statements(
        self, *, order_id: OrderId | None = None, check_in_id: str | None = None
    ) -> list[Statement]:
        """List statements, oldest first; words stay sealed."""
        ...

    def words(self, statement_id: str) -> str:
        """Open a wearer's words. Callers log first."""
        ...

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every decision and statement is: which of the two, its id and digest."""
        ...

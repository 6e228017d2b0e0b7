"""Which HTTP status has each refusal of a look, a decision or a statement?"""

from __future__ import annotations

from fairtag.review.refusals import (
    DecisionRefused,
    DecisionStale,
    PhotoCaseRefused,
    PhotoReviewRefused,
    StatementRefused,
)
from fairtag.terms.errors import FairtagError

STATUSES: tuple[tuple[type[FairtagError], int], ...] = (
    (DecisionRefused, 422),
    (DecisionStale, 409),
    (PhotoCaseRefused, 409),
    (PhotoReviewRefused, 422),
    (StatementRefused, 422),
)

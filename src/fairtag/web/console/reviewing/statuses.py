"""Which HTTP status has each refusal of a look, a decision, a statement or a complaint?"""

from __future__ import annotations

from fairtag.review.refusals import (
    ComplaintAboutYou,
    ComplaintDone,
    ComplaintRefused,
    DecisionRefused,
    DecisionStale,
    PhotoCaseRefused,
    PhotoReviewRefused,
    StatementRefused,
    UnknownComplaint,
)
from fairtag.terms.errors import FairtagError

STATUSES: tuple[tuple[type[FairtagError], int], ...] = (
    (DecisionRefused, 422),
    (DecisionStale, 409),
    (PhotoCaseRefused, 409),
    (PhotoReviewRefused, 422),
    (StatementRefused, 422),
    (ComplaintRefused, 422),
    (UnknownComplaint, 404),
    (ComplaintDone, 409),
    (ComplaintAboutYou, 403),
)

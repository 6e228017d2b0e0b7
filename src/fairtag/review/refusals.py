"""Which ways can a look at pictures, a decision or a statement be refused?

FairtagError
├── PhotoCaseRefused              FT-840  not dealt to this person, over, or decided already
├── PhotoReviewRefused            FT-841  the answer lacks what an adverse one needs
├── DecisionRefused               FT-842  this can't be decided like this, or not by this person
├── DecisionStale                 FT-843  what it rests on is not what was read
└── StatementRefused              FT-844  nothing was written, or the check-in is not theirs
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


class PhotoCaseRefused(FairtagError):
    """The pair of pictures is not, or no longer, this person's to look at."""

    code = "FT-840"
    officer = "This pair is not yours to look at now. Ask for the next pair."
    operator = "Photo case refused: not dealt to this person, its time is over, or it is decided."


class PhotoReviewRefused(FairtagError):
    """An answer about two pictures lacks something."""

    code = "FT-841"
    officer = (
        "Choose one of the four answers. When you say 'not the same' or 'the same, but', write in "
        "at least 10 characters what you see, and type your password."
    )
    operator = "Photo review refused: no such outcome, or an adverse one without a reason."


class DecisionRefused(FairtagError):
    """An alert can't be decided like this."""

    code = "FT-842"
    officer = "This was not decided. Nothing has changed. Read below what is missing."
    operator = "Decision refused: kind of matter, outcome, reason, office or a former decision."


class DecisionStale(FairtagError):
    """What a decision would rest on is not what this person has read."""

    code = "FT-843"
    officer = (
        "Something is new since you opened this page, or you have not opened what the wearer "
        "wrote. Read it again, then decide."
    )
    operator = "Decision refused: its basis changed, or its texts were not opened by this person."


class StatementRefused(FairtagError):
    """A wearer's statement is empty, too long, or about somebody else's check-in."""

    code = "FT-844"
    officer = "Nothing was kept: the text was empty or too long, or no check-in is known for it."
    wearer = (
        "Your text was not kept. Please write at least a few words, and not more than a few pages."
    )
    operator = "Statement refused: empty, too long, or no check-in of this wearer."

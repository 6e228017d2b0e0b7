"""Which ways can a look at pictures, a decision, a statement or a complaint be refused?

FairtagError
├── PhotoCaseRefused              FT-840  not dealt to this person, over, or decided already
├── PhotoReviewRefused            FT-841  the answer lacks what an adverse one needs
├── DecisionRefused               FT-842  this can't be decided like this, or not by this person
├── DecisionStale                 FT-843  what it rests on is not what was read
├── StatementRefused              FT-844  nothing was written, or the check-in is not theirs
├── ComplaintRefused              FT-792  nothing was written, or what was written does not do
├── UnknownComplaint              FT-793
├── ComplaintDone                 FT-794  it was answered, or this was done before
└── ComplaintAboutYou             FT-795  whoever it is about neither reads nor answers it
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


class ComplaintRefused(FairtagError):
    """A complaint, or what is done about one, says too little or something that can't be."""

    code = "FT-792"
    officer = "This was not written down. Read what is missing, and change it."
    wearer = (
        "Your text was not kept. Please write at least a few words, and not more than a few pages."
        " When ten of your complaints wait already, please wait for an answer first."
    )
    operator = "Complaint refused: text, day, person or outcome."


class UnknownComplaint(FairtagError):
    """No complaint has this id."""

    code = "FT-793"
    officer = "There is no complaint with this reference."
    operator = "Unknown complaint id."


class ComplaintDone(FairtagError):
    """It was answered already, or this was done about it before."""

    code = "FT-794"
    officer = "Somebody has done this already. Reload the page to see who and how."
    operator = "Complaint transition refused."


class ComplaintAboutYou(FairtagError):
    """The complaint is about this person."""

    code = "FT-795"
    officer = (
        "This complaint is about you, so another person reads and answers it. "
        "Ask a supervisor or caseworker whom it is not about."
    )
    operator = "403: a complaint is answered by another person than the one it is about."

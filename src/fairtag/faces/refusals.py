"""Which ways can a picture or a matcher be refused?

FairtagError
├── PictureRefused                FT-803  no picture that we can read
├── ProfileRefused                FT-804  this matcher may not decide
├── UnknownEnrolment              FT-830  no such invitation or enrolled picture
├── AnswerRefused                 FT-831  not what was asked for, or answered already
└── EnrolmentRefused              FT-832  over, too many tries, or no pictures to be had
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


class PictureRefused(FairtagError):
    """No picture that we can read; `detail` is a word from a closed list."""

    code = "FT-803"
    officer = "The picture could not be read. Ask for another one; it counts for nothing."
    wearer = "The picture could not be read. Please take it again. It does not count against you."
    operator = "Not a picture within the limits, or damaged."


class ProfileRefused(FairtagError):
    """A face matching profile may not decide (charter G8)."""

    code = "FT-804"
    officer = (
        "This matcher may not decide. Its error rates are too high for some people, or nobody has "
        "shown them. Every check-in goes to people."
    )
    operator = "Threshold profile refused; run `fairtag face profile` to see why."


class UnknownEnrolment(FairtagError):
    """No invitation and no enrolled picture has this id."""

    code = "FT-830"
    officer = "There is no such invitation or picture. Open a new enrolment."
    wearer = "This invitation is not known. Ask your officer. It does not count against you."
    operator = "Unknown id of an enrolment."


class AnswerRefused(FairtagError):
    """An answer to something else than was asked for, or one more than is taken."""

    code = "FT-831"
    officer = "The answer was not taken: it is not what was asked for, or there is one already."
    wearer = "You have answered already, or something else was asked for. Nothing more is needed."
    operator = "Answer refused; `detail` says why."


class EnrolmentRefused(FairtagError):
    """Enrolment can't go on like this."""

    code = "FT-832"
    officer = "No picture was taken in. Open a new enrolment, or use better or newer pictures."
    wearer = (
        "This invitation is over. Ask your officer for a new one. It does not count against you."
    )
    operator = "Enrolment refused; `detail` says why."

"""Which ways can a picture or a matcher be refused?

FairtagError
├── PictureRefused                FT-803  no picture that we can read
├── ProfileRefused                FT-804  this matcher may not decide
├── EngineRefused                 FT-805  not the weights or the plug-in that was agreed to
├── Incomparable                  FT-806  not two templates of one engine
├── PairsRefused                  FT-810  comparing these pictures so would be a search by face
├── ReportRefused                 FT-811  this report of error rates is not what was signed
├── DeclarationRefused            FT-812  what a wearer says of themselves is none of the answers
├── FairnessRefused               FT-813  no report about this time
├── UnknownEnrolment              FT-830  no such invitation or enrolled picture
├── AnswerRefused                 FT-831  not what was asked for, or answered already
├── EnrolmentRefused              FT-832  over, too many tries, or no pictures to be had
├── EnrolmentNotSeen              FT-880  no pictures wait, or who speaks has not looked at them
└── CohortRefused                 FT-833  not faces that a score may be held against
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


class PairsRefused(FairtagError):
    """Comparing these pictures so would be a search by face (charter G1)."""

    code = "FT-810"
    operator = "One picture of the list meets more others than is allowed; shorten the list."


class ReportRefused(FairtagError):
    """A report of error rates is not what was signed, or says what no report says."""

    code = "FT-811"
    officer = "This report was changed after it was signed, or another person signed it."
    operator = "Report of error rates refused: signature, key or content."


class DeclarationRefused(FairtagError):
    """What a wearer says of themselves is none of the answers that can be given."""

    code = "FT-812"
    wearer = "Please choose from the list. You need not answer; nothing depends on it."
    operator = "A declaration outside the closed lists."


class FairnessRefused(FairtagError):
    """There is no fairness report about this time."""

    code = "FT-813"
    officer = "A report covers a whole month that is over. Choose an earlier month."
    operator = "Fairness report refused: not a month, or not over yet."


class EngineRefused(FairtagError):
    """An engine is not the one that was agreed to: its weights, its code or its name differ."""

    code = "FT-805"
    officer = "The face check is out of order. Every check-in goes to people; nothing is lost."
    operator = "Weights or plug-in differ from their digest; see face_engines_allowed in settings."


class Incomparable(FairtagError):
    """A comparison takes exactly two templates of one engine."""

    code = "FT-806"
    officer = "The pictures were read by two different matchers. Take new pictures to compare with."
    operator = "Templates of two engines, or damaged ones."


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


class EnrolmentNotSeen(FairtagError):
    """No pictures wait for an officer's word, or this officer has not looked at them."""

    code = "FT-880"
    officer = (
        "Nothing was changed. Look at the pictures first, then say whether they show the wearer; "
        "if none wait here any more, somebody has said it already."
    )
    operator = "Enrolment not confirmed; `detail` says why."


class CohortRefused(FairtagError):
    """These are not faces that a score may be held against."""

    code = "FT-833"
    officer = "The faces that scores are held against are not those that were agreed to."
    operator = "Cohort refused: `fairtag face cohort show FILE` tells what it says of itself."

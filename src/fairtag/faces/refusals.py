"""Which ways can a picture or a matcher be refused?

FairtagError
├── PictureRefused                FT-803  no picture that we can read
├── ProfileRefused                FT-804  this matcher may not decide
├── EngineRefused                 FT-805  not the weights or the plug-in that was agreed to
└── Incomparable                  FT-806  not two templates of one engine
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

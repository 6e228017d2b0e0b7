"""Which ways can a picture or a matcher be refused?

FairtagError
├── PictureRefused                FT-803  no picture that we can read
└── ProfileRefused                FT-804  this matcher may not decide
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

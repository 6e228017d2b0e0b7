"""Which ways can a prompt be refused?

FairtagError
├── PromptRefused                 FT-801  one too many, too near another, or at a protected hour
└── UnknownCheckIn                FT-802
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


class PromptRefused(FairtagError):
    """One prompt too many, too near another, or at a protected hour (charter G6)."""

    code = "FT-801"
    officer = (
        "Nobody was asked. A person is asked at most five times a day, never at night, and not "
        "twice within a short time. Ring them if it can't wait, and write down why."
    )
    wearer = "You were not asked. You are asked at most five times a day, and never at night."
    operator = "Prompt refused by a limit of charter G6."


class UnknownCheckIn(FairtagError):
    """No check-in has this id."""

    code = "FT-802"
    officer = "There is no check-in with this reference."
    wearer = "This check-in is not known. It does not count against you."
    operator = "Unknown check-in id."

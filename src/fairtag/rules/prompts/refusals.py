"""Which ways can a prompt be refused?

FairtagError
├── PromptRefused                 FT-801  one too many, too near another, or at a protected hour
├── UnknownCheckIn                FT-802
├── WarningRefused                FT-807  warned of danger too often, or no device to warn
├── HoursRefused                  FT-820  too few protected hours
├── TooLateToSay                  FT-821  'cannot now' after the time to answer
├── ReportRefused                 FT-822  a report of a wearer that can't be read
└── CallRefused                   FT-823  this check-in is no call that can be recorded
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


class WarningRefused(FairtagError):
    """Danger to life is told three times a day at most, and only to a device that is there."""

    code = "FT-807"
    officer = (
        "The wearer was not warned again: ring them, or send somebody. Ring the emergency number "
        "if a life is in danger."
    )
    wearer = "You were not warned again."
    operator = "Warning of danger over its limit, or the wearer has no device."


class HoursRefused(FairtagError):
    """Protected hours are at least nine hours in one stretch, and leave some time open."""

    code = "FT-820"
    officer = (
        "Protected hours are at least nine hours in one stretch. Store the order with longer ones."
    )
    wearer = "Your protected hours are at least nine hours. Nobody asks you anything in them."
    operator = "Protected hours outside the limits of charter G6; nobody is asked."


class TooLateToSay(FairtagError):
    """The time to answer was over when the wearer said that they can't now."""

    code = "FT-821"
    officer = (
        "The time to answer was over. Ask the wearer why, and record an absence if it excuses them."
    )
    wearer = "The time to answer was over. Tell your officer what happened; they can record it."
    operator = "'Cannot now' came for a time after the window."


class ReportRefused(FairtagError):
    """What a wearer's device reports has no kind, reason or text that we know."""

    code = "FT-822"
    officer = "The wearer's message could not be read. Ring them."
    wearer = (
        "This could not be read. Choose from the list, or write some words. Ring if it is urgent."
    )
    operator = "Report of a device of ours with unknown content."


class CallRefused(FairtagError):
    """Only a check-in by call that is still open can be recorded."""

    code = "FT-823"
    officer = "This is no open check-in by call. Begin a call first; it counts as one of the five."
    operator = "No open check-in by call."

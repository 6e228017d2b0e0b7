"""Which ways can something be refused, and what does each reader do next?

FairtagError
├── UsageError                    FT-001  the command or file can't be read
├── UnknownPage                   FT-002  no such address
├── OrderRefused                  FT-101  the order isn't lawful, necessary or well formed
├── OrderConflict                 FT-102  the version, device or interval collides with a stored one
├── UnknownOrder                  FT-103
├── UnknownDevice                 FT-104
├── CredentialRefused             FT-201  missing, wrong or revoked
├── TooLarge                      FT-202
├── Busy                          FT-203  our fault, try again
│   └── NotInTime                 FT-790  the store is locked; who waits is told within a second
├── SealBroken                    FT-301  the sealed record can't be opened: changed, or its key is
gone
├── OpeningRefused                FT-302  no grant, or outside its window
│   └── NotPermitted              FT-602  the role does not allow this
├── ContestRefused                FT-739  nothing was written
├── LogUnavailable                FT-303  nothing personal opens while nobody can write it down
├── StoreRefused                  FT-401  wrong kind of store, or not safe to use
├── AlertStateRefused             FT-501  the alert isn't in a state that allows this
│   └── ReasonRefused             FT-503  the cause or the reason does not do
├── UnknownAlert                  FT-502
├── UnknownProposal               FT-504
├── ProposalStateRefused          FT-505  lapsed, decided already, or not what was agreed to
├── SecondPersonRefused           FT-506  these two accounts are not two people
└── SignInRefused                 FT-601
    ├── PasswordRefused           FT-603
    ├── SetupRefused              FT-604  the set-up link is used, over or wrong
    ├── SignInPaused              FT-605  too many wrong passwords; wait
    └── WearerCodeRefused         FT-738  the wearer's one-time code is used, over or wrong

What one room alone refuses stands in its module `refusals`: of `custody`, `faces`, `rules.prompts`,
`review`, `disclosure`, `retention` and `audit`.

A code is never used twice. Normal refusals of a device's message are values
(`intake.messages.Refused`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class FairtagError(Exception):
    """Something was refused.

    `detail` says what and where, for the operator; it never holds personal data.
    """

    code: ClassVar[str] = "FT-000"
    officer: ClassVar[str] = (
        "Something went wrong on our side. Nothing was changed. Try again, then tell support."
    )
    wearer: ClassVar[str] = "Something went wrong on our side. It does not count against you."
    operator: ClassVar[str] = "Unexpected refusal."

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail or self.operator)


class UsageError(FairtagError):
    """The command, option or file can't be read."""

    code = "FT-001"
    officer = "The file could not be read. Check that it is the right file, then send it again."
    operator = "Wrong use or unreadable input."


class UnknownPage(FairtagError):
    """The address, or this use of it, leads nowhere."""

    code = "FT-002"
    officer = "Check the address, or go back to the start."
    operator = "404 or 405 to a staff client."


class OrderRefused(FairtagError):
    """The order isn't lawful, necessary or well formed."""

    code = "FT-101"
    officer = "The order was refused. Each line below says what is missing and what to do."
    wearer = "There is no valid order, so nothing is recorded."
    operator = "Order refused; run `fairtag order check FILE`."

    def __init__(self, detail: str = "", *, problems: Sequence[tuple[str, str]] = ()) -> None:
        self.problems = tuple(problems)  # where, and what to do
        super().__init__(detail or "\n".join(f"{path}: {do}" for path, do in self.problems))


class OrderConflict(FairtagError):
    """The version, device or interval collides with one that is stored."""

    code = "FT-102"
    officer = "This collides with something already stored. The stored record was not changed."
    operator = "Immutable record exists, or a device would belong to two wearers at once."


class UnknownOrder(FairtagError):
    """No order of this id is stored."""

    code = "FT-103"
    officer = "There is no order with this reference. Check the reference."
    operator = "Unknown order id."


class UnknownDevice(FairtagError):
    """No device of this id is registered."""

    code = "FT-104"
    officer = "There is no device with this reference. Check the label on the device."
    operator = "Unknown device id; register it with `fairtag device add`."


class CredentialRefused(FairtagError):
    """The credential is missing, wrong or revoked."""

    code = "FT-201"
    officer = "The device's credential was refused. Issue a new one if the device is still in use."
    operator = "401 to a device or staff client."


class TooLarge(FairtagError):
    """The body is larger than the contract allows."""

    code = "FT-202"
    operator = "413: body over 4 MiB, or over 16 MiB unpacked."


class Busy(FairtagError):
    """The service can't store this now; the sender should try again."""

    code = "FT-203"
    officer = "The service is busy. Nothing is lost: the devices will send again."
    operator = "503 with Retry-After."


class NotInTime(Busy):
    """The store did not answer within a second, so nothing was decided or opened."""

    code = "FT-790"
    officer = (
        "The service did not answer within a second. Nothing was decided or opened. Try again now; "
        "if it can't wait, use the phone procedure of the order and tell support."
    )
    operator = "The store is locked by another process, or its writer is overloaded."


class SealBroken(FairtagError):
    """A sealed record can't be opened: it was changed, or its key is gone."""

    code = "FT-301"
    officer = (
        "This record can't be opened: it was changed, or its key has been destroyed on its date."
    )
    operator = "AES-GCM authentication failed or the data key is missing."


class OpeningRefused(FairtagError):
    """No grant covers this opening."""

    code = "FT-302"
    officer = (
        "You have no access to this record for this time. Ask the officer in charge of the alert."
    )
    wearer = "Someone asked to see your record and was refused."
    operator = "Opening refused: no grant, or outside its window."


class LogUnavailable(FairtagError):
    """The access log can't be written, so personal data stay shut."""

    code = "FT-303"
    officer = (
        "Positions stay closed because the access log can't be written. "
        "Use the phone procedure of the order."
    )
    operator = "Audit sink failed: disk full, permissions, or I/O error."


class StoreRefused(FairtagError):
    """The store is of the wrong kind, or isn't safe to use."""

    code = "FT-401"
    operator = "Wrong or unsafe store: a demo's store, a newer schema, or wrong permissions."


class AlertStateRefused(FairtagError):
    """The alert isn't in a state that allows this."""

    code = "FT-501"
    officer = "Someone has already dealt with this alert. Reload the page to see who and how."
    operator = "Alert transition refused."


class UnknownAlert(FairtagError):
    """No alert has this id."""

    code = "FT-502"
    officer = "There is no alert with this reference."
    operator = "Unknown alert id."


class UnknownProposal(FairtagError):
    """No question to a second person has this id."""

    code = "FT-504"
    officer = "There is no question with this reference."
    operator = "Unknown proposal id."


class ProposalStateRefused(FairtagError):
    """The question to a second person is not in a state that allows this."""

    code = "FT-505"
    officer = "This question has lapsed or was decided already. Ask again if it is still needed."
    operator = "Proposal transition refused."


class SecondPersonRefused(FairtagError):
    """The two accounts don't count as two people."""

    code = "FT-506"
    officer = (
        "You can't be the second person for this one. Ask a supervisor whose account was made by "
        "another administrator more than a day ago."
    )
    operator = "Four eyes refused: same person, same maker, or an account younger than 24 hours."


class SignInRefused(FairtagError):
    """Name or password is wrong, or the session is over."""

    code = "FT-601"
    officer = "The name or the password is not right, or your session is over. Try again."
    operator = "401 to a staff client."


class ReasonRefused(AlertStateRefused):
    """The cause or the reason of a closing does not do."""

    code = "FT-503"
    officer = "Choose a cause and write in at least 10 characters what you found, then close again."
    operator = "Closing refused: cause not for people, or reason too short."


class NotPermitted(OpeningRefused):
    """The person's role does not allow this."""

    code = "FT-602"
    officer = "Your role does not include this. Ask the officer or supervisor in charge."
    operator = "403 to a staff client: role not in the policy table."


class PasswordRefused(SignInRefused):
    """The password is too short or too well known."""

    code = "FT-603"
    officer = "Choose a longer password: at least 12 characters, and not one that everybody tries."
    operator = "Password refused at set-up."


class SetupRefused(SignInRefused):
    """The set-up link is used, over or wrong."""

    code = "FT-604"
    officer = "This set-up link is used or over. Ask your administrator for a new one."
    operator = "Set-up link refused; make a new one with `fairtag user add`."


class SignInPaused(SignInRefused):
    """Too many wrong passwords under this name; the next try has to wait."""

    code = "FT-605"
    officer = "There were too many wrong passwords under this name. Wait, then try again."
    operator = "429 to a staff client: sign-in throttled."

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(f"wait {wait_s} s, then try again")


class WearerCodeRefused(SignInRefused):
    """The wearer's one-time code is used, over or wrong."""

    code = "FT-738"
    officer = "This code is used, over or wrong. Print a new one with `fairtag wearer code`."
    wearer = (
        "This reference and code did not work. A code works once and for seven days. Ask your "
        "officer for a new one. It does not count against you."
    )
    operator = "Wearer's code refused."


class ContestRefused(FairtagError):
    """The wearer's text is empty or too long."""

    code = "FT-739"
    officer = "Write at least one sentence, and no more than a few pages."
    wearer = "Please write what you think is wrong, in your own words."
    operator = "Contest text refused: empty or too long."

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
│   └── RootUnreachable           FT-702  what holds the root key does not answer
├── SealBroken                    FT-301  the sealed record can't be opened: changed, or its key is
gone
├── OpeningRefused                FT-302  no grant, or outside its window
│   ├── NotPermitted              FT-602  the role does not allow this
│   ├── InterestDeclared          FT-731  this person knows this wearer
│   ├── SecondPersonNeeded        FT-732  not alone: a second person has to agree
│   ├── CoolingOff                FT-733  the same wearer too often, without an open alert
│   ├── GrantOver                 FT-734  the lease is over, or the alert was closed
│   └── BreakGlassPaused          FT-735  an earlier use was not reviewed
├── DelayRefused                  FT-736  the wearer's notice can't be delayed like this
├── UnknownGrant                  FT-737
├── ContestRefused                FT-739  nothing was written
├── LogUnavailable                FT-303  nothing personal opens while nobody can write it down
├── StoreRefused                  FT-401  wrong kind of store, or not safe to use
│   └── RootRefused               FT-701  the root key is missing, another one, or not allowed here
├── SharesRefused                 FT-703  these shares do not give the root key
├── KeyBackupRefused              FT-704  the copy of the keystore can't be made or put back
├── TrailBroken                   FT-721  a chunk of a trail says what no chunk says
├── CompactionRefused             FT-722  what was to be put together was not there any more
├── AlertStateRefused             FT-501  the alert isn't in a state that allows this
│   └── ReasonRefused             FT-503  the cause or the reason does not do
├── UnknownAlert                  FT-502
├── UnknownProposal               FT-504
├── ProposalStateRefused          FT-505  lapsed, decided already, or not what was agreed to
├── SecondPersonRefused           FT-506  these two accounts are not two people
├── LogRefused                    FT-710  the access log can't prove or take this
│   ├── NoteRefused               FT-711  this is no key, checkpoint or signature of a log
│   ├── SignerRefused             FT-712  the log's signer will not sign: smaller or another tree
│   ├── SignerAway                FT-713  the log's signer does not answer
│   ├── WitnessRefused            FT-714  a witness will not sign, or does not answer
│   └── NoProof                   FT-715  no checkpoint covers this entry, or there is none
├── RetentionTooLong              FT-740  a setting keeps longer than the code allows
├── ErasureRefused                FT-741  the list changed, or was not agreed to, or there is no run
│   ├── ErasureOverCap            FT-743  more people at once than may go without a raised limit
│   └── ClockDoubtful             FT-744  nothing is destroyed under a clock that jumped
├── HoldRefused                   FT-742  a hold without a case or an end, or there is none
├── UnknownDisclosure             FT-751
├── DisclosureRefused             FT-752  the scope, the reason or the record of a call does not do
├── RecipientRefused              FT-753  not in the register, or not for this gateway
├── DisclosureStateRefused        FT-754  refused, packed, fetched or expired already
├── PackageBroken                 FT-755  the package was changed, or is none
├── PackageIncomplete             FT-814  something that may speak for the wearer is not in it
└── SignInRefused                 FT-601
    ├── PasswordRefused           FT-603
    ├── SetupRefused              FT-604  the set-up link is used, over or wrong
    ├── SignInPaused              FT-605  too many wrong passwords; wait
    └── WearerCodeRefused         FT-738  the wearer's one-time code is used, over or wrong

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


class TrailBroken(FairtagError):
    """A chunk of a trail can't be read: it is cut short, or says what no chunk says."""

    code = "FT-721"
    officer = "A part of this record can't be read. Tell support; nothing was changed."
    operator = "An unsealed chunk of a trail is malformed, or a newer fairtag wrote it."


class CompactionRefused(FairtagError):
    """What was to be put together was not there any more; nothing was changed."""

    code = "FT-722"
    operator = "Entries or chunks were gone at the commit: two services compact one store."


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


class UnknownDisclosure(FairtagError):
    """No disclosure has this id."""

    code = "FT-751"
    officer = "There is no disclosure with this reference."
    operator = "Unknown disclosure id."


class DisclosureRefused(FairtagError):
    """The scope, the reason or the record of a call does not do."""

    code = "FT-752"
    officer = "This can't be disclosed so. Read what is missing or too much, and change it."
    operator = "Disclosure refused: scope, reason or record of a call."


class RecipientRefused(FairtagError):
    """The body is not in the register, or not for this gateway."""

    code = "FT-753"
    officer = "This body can't be told on this ground. Look it up in the register of recipients."
    operator = "Recipient or gateway refused."


class DisclosureStateRefused(FairtagError):
    """The disclosure is not in a state that allows this."""

    code = "FT-754"
    officer = "This disclosure is further on already, or over. Reload the page to see where."
    operator = "Disclosure transition refused."


class PackageBroken(FairtagError):
    """The package was changed, or is none of ours."""

    code = "FT-755"
    officer = "This package can't be trusted: a file in it is not what was sent. Ask for it again."
    operator = "Package refused: a hash differs, a file is missing, or the key does not open it."


class PackageIncomplete(FairtagError):
    """The package would lack what may speak for the wearer, so that it is not sealed."""

    code = "FT-814"
    officer = (
        "The package was not made: something that may speak for the wearer would be missing from "
        "it. Nothing has left. Tell support."
    )
    operator = "Package refused: the access log knows of an answer, word or decision it lacks."


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


class RootRefused(StoreRefused):
    """The root key is missing, is another one, or may not be used here."""

    code = "FT-701"
    operator = "Wrong, missing or forbidden root key; docs/keys.md says what to do."


class RootUnreachable(Busy):
    """What holds the root key, a Vault or a hardware module, does not answer."""

    code = "FT-702"
    operator = "Vault or the PKCS#11 module does not answer; nothing was changed."


class SharesRefused(FairtagError):
    """The shares do not give the root key."""

    code = "FT-703"
    operator = "Shares of the root key refused; any two of one split restore it."


class KeyBackupRefused(FairtagError):
    """The copy of the keystore can't be made, or can't be put back."""

    code = "FT-704"
    operator = "Keystore backup refused; it lives 30 days at most."


class LogRefused(FairtagError):
    """The access log can't prove or take something."""

    code = "FT-710"
    officer = "The access log can't prove this now. Nothing was changed. Tell support."
    operator = "Audit log: refused; see the codes below it."


class NoteRefused(LogRefused):
    """What was given is no key, checkpoint or signature of a log."""

    code = "FT-711"
    operator = "Not a C2SP key, checkpoint or signed note."


class SignerRefused(LogRefused):
    """The signer remembers a larger or another tree than the one it was shown."""

    code = "FT-712"
    officer = "The access log does not continue what was signed before. Tell the inspectorate."
    operator = "The log's signer refused: the store was rolled back or its log rewritten."


class SignerAway(LogRefused):
    """The signer does not answer."""

    code = "FT-713"
    operator = "The log's signer does not answer; it is started again by itself."


class WitnessRefused(LogRefused):
    """A witness will not sign, or does not answer."""

    code = "FT-714"
    operator = "A witness refused a checkpoint or did not answer in time."


class NoProof(LogRefused):
    """There is no such entry, or no signed checkpoint covers it yet."""

    code = "FT-715"
    officer = "There is no proof for this yet. Try again in a minute."
    operator = "No such entry, or no checkpoint covers it yet."


class RetentionTooLong(FairtagError):
    """A setting keeps records longer than the code allows."""

    code = "FT-740"
    officer = "The service does not start: it was told to keep records longer than it may."
    operator = "A retention setting is longer than the code's; it can only shorten."


class ErasureRefused(FairtagError):
    """The erasure is not what two people agreed to, or is in no state for this."""

    code = "FT-741"
    officer = "Nothing was erased. The list has changed since it was agreed to. Look at it again."
    operator = "Erasure refused: list, proposal or state of the run."


class HoldRefused(FairtagError):
    """The hold has no case or no end, or there is none of this name."""

    code = "FT-742"
    officer = "Name the case and an end within six months. Nothing was changed."
    operator = "Hold refused."


class ErasureOverCap(ErasureRefused):
    """The list is about more people than may go at once without a raised limit."""

    code = "FT-743"
    officer = (
        "Nothing was erased. The list is about more people than may go in a day. "
        "Look why it is so long; two people may raise the limit for this list."
    )
    operator = "Erasure over the cap: 50 wearers a day or 0.5 % of all."


class ClockDoubtful(ErasureRefused):
    """The machine's clock jumped, so no date is believed."""

    code = "FT-744"
    officer = "Nothing was erased, because the clock of the service is in doubt. Tell support."
    operator = "Erasure refused: the clock jumped, or devices name another time."


class InterestDeclared(OpeningRefused):
    """The person knows the wearer, so the wearer's record stays shut for them."""

    code = "FT-731"
    officer = (
        "You are recorded as knowing this wearer, so you can't open anything about them. Give this "
        "to a colleague. If a life is in danger, call 999 or 112 now."
    )
    wearer = "Someone who knows you asked to see your record and was refused."
    operator = "Opening refused: declared interest."


class SecondPersonNeeded(OpeningRefused):
    """One person alone may not open it."""

    code = "FT-732"
    officer = (
        "A second person has to agree to this. Ask for it with ‘Ask to open a window of time’. "
        "If a life is in danger, use ‘Life in danger’."
    )
    operator = "Opening refused: assignment, budget or window needs a second person."


class CoolingOff(OpeningRefused):
    """The person opened this wearer several times without an open alert."""

    code = "FT-733"
    officer = (
        "You opened this wearer several times without an open alert. Wait until the time below, "
        "or give this to a colleague."
    )
    operator = "Opening refused: repeated openings of one wearer without an open alert."


class GrantOver(OpeningRefused):
    """The grant opens nothing any more."""

    code = "FT-734"
    officer = "The time of this opening is over. Open it again if you still need it."
    operator = "Grant over: lease ended, alert closed, account closed, or another person's."


class BreakGlassPaused(OpeningRefused):
    """An earlier opening for danger to life was not reviewed in time."""

    code = "FT-735"
    officer = (
        "An earlier opening of yours for danger to life was not reviewed within 72 hours. Until "
        "it is, ask a colleague or a second person. Is a life in danger? Call 999 or 112 now."
    )
    operator = "Break-glass suspended for this person until an older one is reviewed."


class DelayRefused(FairtagError):
    """The wearer's notice can't be delayed like this."""

    code = "FT-736"
    officer = (
        "The notice was not delayed. One delay lasts 72 hours, a supervisor renews it, and after "
        "30 days in all only a court does."
    )
    operator = "Delay of a notice refused."


class UnknownGrant(FairtagError):
    """No opening has this id."""

    code = "FT-737"
    officer = "There is no opening with this reference."
    operator = "Unknown grant id."


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

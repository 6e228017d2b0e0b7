"""Which ways can keys, a trail or an opening be refused?

FairtagError
├── SharesRefused           FT-703  these shares do not give the root key
├── KeyBackupRefused        FT-704  the copy of the keystore can't be made or put back
├── TrailBroken             FT-721  a chunk of a trail says what no chunk says
├── CompactionRefused       FT-722  what was to be put together was not there any more
├── DelayRefused            FT-736  the wearer's notice can't be delayed like this
├── UnknownGrant            FT-737
├── Busy                    of `terms.errors`
│   └── RootUnreachable     FT-702  what holds the root key does not answer
├── OpeningRefused          of `terms.errors`
│   ├── InterestDeclared    FT-731  this person knows this wearer
│   ├── SecondPersonNeeded  FT-732  not alone: a second person has to agree
│   ├── CoolingOff          FT-733  the same wearer too often, without an open alert
│   ├── GrantOver           FT-734  the lease is over, or the alert was closed
│   ├── BreakGlassPaused    FT-735  an earlier use was not reviewed
│   └── ReviewsOwed         FT-860  several uses wait for their review
└── StoreRefused            of `terms.errors`
    ├── RootRefused         FT-701  the root key is missing, another one, or not allowed here
    └── KeysMissing         FT-791  there is a store, and its keys are not there
"""

from __future__ import annotations

from fairtag.terms.errors import Busy, FairtagError, OpeningRefused, StoreRefused


class RootRefused(StoreRefused):
    """The root key is missing, is another one, or may not be used here."""

    code = "FT-701"
    operator = "Wrong, missing or forbidden root key; docs/keys.md says what to do."


class RootUnreachable(Busy):
    """What holds the root key, a Vault or a hardware module, does not answer."""

    code = "FT-702"
    operator = "Vault or the PKCS#11 module does not answer; nothing was changed."


class KeysMissing(StoreRefused):
    """There is a store, and its keys are not there: new ones would open nothing of it."""

    code = "FT-791"
    operator = "Keystore missing; put its copy back, docs/keys.md says how."


class SharesRefused(FairtagError):
    """The shares do not give the root key."""

    code = "FT-703"
    operator = "Shares of the root key refused; any two of one split restore it."


class KeyBackupRefused(FairtagError):
    """The copy of the keystore can't be made, or can't be put back."""

    code = "FT-704"
    operator = "Keystore backup refused; it lives 30 days at most."


class TrailBroken(FairtagError):
    """A chunk of a trail can't be read: it is cut short, or says what no chunk says."""

    code = "FT-721"
    officer = "A part of this record can't be read. Tell support; nothing was changed."
    operator = "An unsealed chunk of a trail is malformed, or a newer fairtag wrote it."


class CompactionRefused(FairtagError):
    """What was to be put together was not there any more; nothing was changed."""

    code = "FT-722"
    operator = "Entries or chunks were gone at the commit: two services compact one store."


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


class ReviewsOwed(OpeningRefused):
    """Three uses for danger to life wait for their review by another person."""

    code = "FT-860"
    officer = (
        "Three times already you did this alone for danger to life, and nobody has reviewed it "
        "yet. Ask another officer to do it now, or a supervisor to review yours. An urgent alert "
        "still opens its own positions. Is a life in danger? Call 999 or 112 now."
    )
    operator = "Danger to life: a person has as many unreviewed openings or calls as one may have."


class DelayRefused(FairtagError):
    """The wearer's notice can't be delayed like this."""

    code = "FT-736"
    officer = (
        "The notice was not delayed. One delay lasts 72 hours, a supervisor renews it, and after "
        "30 days in all only a court does. What the wearer has seen is not hidden afterwards: "
        "open it without a delay."
    )
    operator = "Delay of a notice refused."


class UnknownGrant(FairtagError):
    """No opening has this id."""

    code = "FT-737"
    officer = "There is no opening with this reference."
    operator = "Unknown grant id."

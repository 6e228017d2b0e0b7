"""Which ways can keeping, a hold or an erasure be refused?

FairtagError
├── RetentionTooLong    FT-740  a setting keeps longer than the code allows
├── ErasureRefused      FT-741  the list changed, or was not agreed to, or there is no run
│   ├── ErasureOverCap  FT-743  more people at once than may go without a raised limit
│   └── ClockDoubtful   FT-744  nothing is destroyed under a clock that jumped
└── HoldRefused         FT-742  a hold without a case or an end, or there is none
    └── HoldKnown       FT-870  this case has a hold already: two people renew it
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


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


class HoldKnown(HoldRefused):
    """A hold of these records for this case stands, or stood: only two people let it go on."""

    code = "FT-870"
    officer = (
        "This case has a hold already, or had one. Ask a second person to renew it. "
        "Nothing was changed."
    )
    operator = "Hold refused: one of the same wearer and case is there; two people renew it."

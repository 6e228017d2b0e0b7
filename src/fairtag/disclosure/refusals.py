"""Which ways can a disclosure or its package be refused?

FairtagError
├── UnknownDisclosure       FT-751
├── DisclosureRefused       FT-752  the scope, the reason or the record of a call does not do
├── RecipientRefused        FT-753  not in the register, or not for this gateway
├── DisclosureStateRefused  FT-754  refused, packed, fetched or expired already
├── PackageBroken           FT-755  the package was changed, or is none
└── PackageIncomplete       FT-814  something that may speak for the wearer is not in it
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


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

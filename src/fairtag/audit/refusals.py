"""Which ways can the access log refuse to prove or take something?

FairtagError
└── LogRefused          FT-710  the access log can't prove or take this
    ├── NoteRefused     FT-711  this is no key, checkpoint or signature of a log
    ├── SignerRefused   FT-712  the log's signer will not sign: smaller or another tree
    ├── SignerAway      FT-713  the log's signer does not answer
    ├── WitnessRefused  FT-714  a witness will not sign, or does not answer
    └── NoProof         FT-715  no checkpoint covers this entry, or there is none
"""

from __future__ import annotations

from fairtag.terms.errors import FairtagError


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

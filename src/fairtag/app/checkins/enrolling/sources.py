"""From where may enrolment pictures come, besides the wearer? From the authority that has them.

We ask for one person's by the authority's own reference. Nothing of ours goes out with the
question: no picture, no template, no name (charter G1: there is no search by face).
Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from fairtag.terms.instants import Micros


class SourcePicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that an authority has of one person."""

    raw: bytes
    source: str  # which register, such as "Home Office case images"
    taken_at: Micros


class EnrolmentSource(Protocol):
    """Gives the pictures that an authority has under one reference."""

    def pictures(self, reference: str) -> list[SourcePicture]:
        """List them, newest first; none when nothing is known under it.

        Raises: EnrolmentRefused when the source can't be read, Busy when it does not answer.
        """
        ...

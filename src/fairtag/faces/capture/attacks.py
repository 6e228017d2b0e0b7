"""Does somebody hold a picture or a mask before the camera? A place for a tested part; none here.

No detector of presentation attacks that we found could be shipped: unknown data, no licence trail,
and one took most real faces for false ones. Without a part of its own every record says 'none'.
An identical frame twice and a challenge (`faces.capture.challenge`) stop the cheapest tricks only:
neither stops a good video or a mask.

Source: ISO/IEC 30107-3, by which such a part is to be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from fairtag.faces.model import Picture

NO_DETECTOR = "none"  # what a record's `pad` says without a detector


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector said of a burst."""

    detector: str  # name and version; the reference of its test report stands at /charter
    is_suspected: bool  # leads to people, never to a finding


class AttackDetector(Protocol):
    """A part tested by ISO/IEC 30107-3 that looks at a burst of one wearer."""

    def examine(self, frames: Sequence[Picture]) -> Attack:
        """Say whether this looks like a live face."""
        ...


def told(attack: Attack | None) -> str:
    """Give the word for the record: which detector looked, or 'none'."""
    return NO_DETECTOR if attack is None else attack.detector

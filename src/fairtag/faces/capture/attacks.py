"""Does somebody hold a picture or a mask before the camera? A place for a tested part; none ships.

No detector of presentation attacks that we found could be shipped: unknown data, no licence trail,
and one took most real faces for false ones. Without a part of its own every record says 'none'.
An identical frame twice and a challenge (`faces.capture.challenge`) stop the cheapest tricks only:
neither stops a good video or a mask.

Source: ISO/IEC 30107-3, by which such a part is to be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fairtag.faces.model import Attack, Picture, Reading

NO_DETECTOR = "none"  # what a record's `pad` says without a detector


class AttackDetector(Protocol):
    """A part tested by ISO/IEC 30107-3 that looks at a burst of one wearer; a plug-in of the entry
    point `fairtag.attack_detectors`.
    """

    def examine(self, frames: Sequence[Picture]) -> Attack:
        """Say whether this looks like a live face; asked after each frame, with all so far.

        What it says of the whole burst counts. One that fails is the outcome `engine_error`.
        """
        ...


def of_burst(readings: Sequence[Reading]) -> Attack | None:
    """Give what a detector said of a whole burst; None: none runs, or it got no picture."""
    said = [one.attack for one in readings if one.attack is not None]
    return said[-1] if said else None


def told(attack: Attack | None) -> str:
    """Give the word for the record: which detector looked, or 'none'."""
    return NO_DETECTOR if attack is None else attack.detector

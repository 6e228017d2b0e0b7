"""What kinds of signs are there?"""

from __future__ import annotations

from enum import IntEnum


class Sign(IntEnum):
    """What was seen; where one position shows several, the smallest is told."""

    MOCK = 1  # the device says that a program gives the positions
    TELEPORT = 2  # a jump that no person makes
    CIRCLE = 3  # turns and steps that are all alike
    SPEED = 4  # the speed told contradicts the way that was gone
    FROZEN = 5  # a satellite receiver repeats itself to the last digit
    LEAP = 6  # a place left at once for one far away, without a movement, and then held

    @property
    def cause(self) -> str:
        """Name the sign in a finding."""
        return self.name.lower()

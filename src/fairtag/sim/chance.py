"""How is chance drawn so that the same seed gives the same bytes everywhere?

Only `random.Random.random` is used: Python promises that its sequence for a seed stays the same in
later versions; it promises that of no other draw, and NumPy of none.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A repeatable source of draws, named by what it is for."""

    def __init__(self, *names: object) -> None:
        """Start the sequence of these names; other names give an unrelated one."""
        seed = hashlib.sha256(repr(names).encode()).digest()[:16]
        self._random = random.Random(int.from_bytes(seed, "big"))

    def share(self) -> float:
        """Draw from 0 to 1."""
        return self._random.random()

    def between(self, low: float, high: float) -> float:
        """Draw evenly between two numbers."""
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Draw one of several."""
        return things[int(self.share() * len(things))]

    def normal(self) -> float:
        """Draw from the standard normal distribution (Box and Muller, 1958)."""
        radius = math.sqrt(-2 * math.log(1 - self.share()))
        return radius * math.cos(2 * math.pi * self.share())

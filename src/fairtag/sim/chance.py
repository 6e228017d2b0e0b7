"""How is chance drawn so that the same seed gives the same bytes everywhere?

Two sequences are promised for ever, and they are the same one: of Python `random.Random.random`
(its documentation: the sequence for a seed stays the same in later versions) and of NumPy
`RandomState.random_sample` (a frozen class: the values of NumPy 1.16, NEP 19). Nothing else is
drawn: NumPy promises no sequence of its newer generators, and Python none of its other draws.
What functions such as a cosine make of a draw may differ in the last bit from machine to machine;
what is told is rounded to far less.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def _named(names: tuple[object, ...]) -> random.Random:
    seed = hashlib.sha256(repr(names).encode()).digest()[:16]
    return random.Random(int.from_bytes(seed, "big"))


class Chance:
    """A repeatable source of draws, named by what it is for."""

    def __init__(self, *names: object) -> None:
        """Start the sequence of these names; other names give an unrelated one."""
        self._random = _named(names)

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


class Chances:
    """The same sequence as `Chance` of these names, drawn as tables."""

    def __init__(self, *names: object) -> None:
        """Start the sequence of these names."""
        *words, place = _named(names).getstate()[1]
        self._random = np.random.RandomState(0)
        key = np.array(words, np.uint32)
        self._random.set_state(("MT19937", key, place, 0, 0.0))

    def rows(self, count: int, width: int) -> NDArray[np.float64]:
        """Draw shares from 0 to 1, row after row: two draws of one row are one draw of two.

        Shapes: (count, width).
        """
        return self._random.random_sample((count, width))


def normals(shares: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Make two independent standard normal draws of two shares (Box and Muller, 1958).

    Shapes: (n, 2) gives (n,): one draw is the real part, the other the imaginary one.
    """
    radius, turn = np.sqrt(-2 * np.log1p(-shares[:, 0])), 2 * math.pi * shares[:, 1]
    both: NDArray[np.complex128] = radius * np.cos(turn) + 1j * radius * np.sin(turn)
    return both

"""How are columns put one after the other, and taken off again without trust?

A column that holds only zeros is one bit. Units: bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.errors import TrailBroken

_MOST_VARINT_BYTES = 10  # 64 bits in groups of seven


class Reader:
    """Takes bytes off a chunk; what is not there is refused, never read past."""

    def __init__(self, told: bytes) -> None:
        self._told = told
        self._at = 0

    def take(self, count: int) -> bytes:
        """Take so many bytes.

        Raises: TrailBroken when there are fewer.
        """
        if count > len(self._told) - self._at:
            raise TrailBroken("it ends too soon")
        self._at += count
        return self._told[self._at - count : self._at]

    def byte(self) -> int:
        """Take one byte."""
        return self.take(1)[0]

    def natural(self) -> int:
        """Take a number of 0 or more: seven bits a byte, the lowest first."""
        value = 0
        for place in range(_MOST_VARINT_BYTES):
            told = self.byte()
            value |= (told & 0x7F) << (7 * place)
            if told < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
                return value
        raise TrailBroken("a number does not end")

    def whole(self) -> int:
        """Take a number of any sign."""
        told = self.natural()
        value = (told >> 1) ^ -(told & 1)
        if not -(2**63) <= value < 2**63:
            raise TrailBroken("a number is too large")
        return value

    def bits(self, most: int) -> NDArray[np.uint8]:
        """Look at up to `most` of the bits that follow, and take none of them."""
        here = self._told[self._at : self._at + -(-most // 8)]
        return np.unpackbits(np.frombuffer(here, np.uint8))

    def rest(self) -> bytes:
        """Look at all bytes that follow."""
        return self._told[self._at :]

    def end(self) -> None:
        """See that nothing is left.

        Raises: TrailBroken.
        """
        if self._at != len(self._told):
            raise TrailBroken("something follows its end")


def natural(value: int) -> bytes:
    """Write a number of 0 or more.

    Example:
        >>> natural(0).hex(), natural(300).hex()
        ('00', 'ac02')
    """
    told = bytearray()
    while value >= 0x80:  # noqa: PLR2004
        told.append(value & 0x7F | 0x80)
        value >>= 7
    told.append(value)
    return bytes(told)


def whole(value: int) -> bytes:
    """Write a number of any sign that 64 bits hold."""
    return natural((value << 1) ^ (value >> 63))

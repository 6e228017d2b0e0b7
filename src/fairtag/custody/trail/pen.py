"""How are numbers put one after the other, and taken off again without trust? Units: bytes."""

from __future__ import annotations

from itertools import islice
from operator import length_hint

from fairtag.custody.refusals import TrailBroken

_MOST_VARINT_BYTES = 10  # 64 bits in groups of seven, and three beside them
_MOST_ZEROS = 7  # three bits tell how many
_LARGEST = 2**63
_MORE = 0x80  # the highest bit of a byte says that more follows
_TENS = tuple(10**zeros for zeros in range(_MOST_ZEROS + 1))


class Reader:
    """Takes bytes off a chunk; what is not there is refused, never read past.

    A chunk of an hour is mostly heads of columns, read byte by byte: the iterator of its bytes
    gives each without a call of ours.
    """

    __slots__ = ("_left", "_told", "byte")

    def __init__(self, told: bytes) -> None:
        self._told, self._left = told, iter(told)
        # Takes one byte, and raises StopIteration when none is left; who reads a whole chunk
        # turns that into a refusal, once (`laying`).
        self.byte = self._left.__next__

    def take(self, count: int) -> bytes:
        """Take so many bytes.

        Raises: TrailBroken when there are fewer.
        """
        if count > length_hint(self._left):
            raise TrailBroken("it ends too soon")
        return bytes(islice(self._left, count))

    def natural(self) -> int:
        """Take a number of 0 or more: seven bits a byte, the lowest first.

        Raises: TrailBroken, StopIteration.
        """
        told = self.byte()
        return told if told < _MORE else self.longer(told)

    def longer(self, told: int) -> int:
        """Take what follows the first byte of a number, which says that more follows.

        Raises: TrailBroken, StopIteration.
        """
        value, byte = told & 0x7F, self.byte
        for place in range(7, 7 * _MOST_VARINT_BYTES, 7):
            told = byte()
            if told < _MORE:
                return value | told << place
            value |= (told & 0x7F) << place
        raise TrailBroken("a number does not end")

    def whole(self) -> int:
        """Take a number of any sign.

        Raises: TrailBroken, StopIteration.
        """
        told = self.byte()
        if told >= _MORE:
            told = self.longer(told)
            if told >> 64:
                raise TrailBroken("a number is too large")
        return (told >> 1) ^ -(told & 1)

    def rounded(self) -> int:
        """Take a number of any sign that ends in zeros.

        Raises: TrailBroken, StopIteration.
        """
        told = self.byte()
        if told >= _MORE:
            told = self.longer(told)
        turned = told >> 3
        value: int = ((turned >> 1) ^ -(turned & 1)) * _TENS[told & _MOST_ZEROS]
        if not -_LARGEST <= value < _LARGEST:
            raise TrailBroken("a number is too large")
        return value

    def rest(self) -> bytes:
        """Give all bytes that follow; nothing is taken after that."""
        return self._told[len(self._told) - length_hint(self._left) :]


def natural(value: int) -> bytes:
    """Write a number of 0 or more.

    Example:
        >>> natural(0).hex(), natural(300).hex()
        ('00', 'ac02')
    """
    if value < _MORE:
        return bytes([value])
    told = bytearray()
    while value >= _MORE:
        told.append(value & 0x7F | _MORE)
        value >>= 7
    told.append(value)
    return bytes(told)


def whole(value: int) -> bytes:
    """Write a number of any sign that 64 bits hold."""
    return natural((value << 1) ^ (value >> 63))


def rounded(value: int) -> bytes:
    """Write a number of any sign that 64 bits hold; zeros at its end take no room.

    Example:
        >>> rounded(6_000_000).hex(), rounded(0).hex(), rounded(-1).hex()
        ('66', '00', '08')
    """
    zeros = 0
    while value and zeros < _MOST_ZEROS and value % 10 == 0:
        value //= 10
        zeros += 1
    return natural(((value << 1) ^ (value >> 63)) << 3 | zeros)

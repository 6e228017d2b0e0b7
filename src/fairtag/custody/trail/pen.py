"""How are numbers put one after the other, and taken off again without trust? Units: bytes."""

from __future__ import annotations

from fairtag.terms.errors import TrailBroken

_MOST_VARINT_BYTES = 10  # 64 bits in groups of seven, and three beside them
_MOST_ZEROS = 7  # three bits tell how many
_LARGEST = 2**63


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
        """Take one byte.

        Raises: TrailBroken.
        """
        try:
            told = self._told[self._at]
        except IndexError as error:
            raise TrailBroken("it ends too soon") from error
        self._at += 1
        return told

    def natural(self) -> int:
        """Take a number of 0 or more: seven bits a byte, the lowest first.

        Raises: TrailBroken.
        """
        try:
            told = self._told[self._at]
        except IndexError as error:
            raise TrailBroken("it ends too soon") from error
        self._at += 1
        if told < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return told
        value = told & 0x7F
        for place in range(1, _MOST_VARINT_BYTES):
            told = self.byte()
            value |= (told & 0x7F) << (7 * place)
            if told < 0x80:  # noqa: PLR2004
                return value
        raise TrailBroken("a number does not end")

    def whole(self) -> int:
        """Take a number of any sign.

        Raises: TrailBroken.
        """
        told = self.natural()
        if told >> 64:
            raise TrailBroken("a number is too large")
        return (told >> 1) ^ -(told & 1)

    def rounded(self) -> int:
        """Take a number of any sign that ends in zeros.

        Raises: TrailBroken.
        """
        told = self.natural()
        turned = told >> 3
        value: int = ((turned >> 1) ^ -(turned & 1)) * 10 ** (told & _MOST_ZEROS)
        if not -_LARGEST <= value < _LARGEST:
            raise TrailBroken("a number is too large")
        return value

    def rest(self) -> bytes:
        """Take all bytes that follow."""
        return self.take(len(self._told) - self._at)


def natural(value: int) -> bytes:
    """Write a number of 0 or more.

    Example:
        >>> natural(0).hex(), natural(300).hex()
        ('00', 'ac02')
    """
    if value < 0x80:  # noqa: PLR2004
        return bytes([value])
    told = bytearray()
    while value >= 0x80:  # noqa: PLR2004
        told.append(value & 0x7F | 0x80)
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

"""What is a moment? A count of microseconds since 1970 in UTC, so that no moment is ever naive.

Units: `Micros` is µs since 1970-01-01T00:00:00Z (POSIX: leap seconds are not counted).
"""

from __future__ import annotations

from typing import NewType

from whenever import Instant, OffsetDateTime

Micros = NewType("Micros", int)

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Contract §4: a device that claims a time before its kind existed has lost its clock.
EARLIEST = Micros(1_420_070_400 * SECOND)  # 2015-01-01T00:00:00Z
# The last moment that ISO 8601 with four digits of year can write.
LATEST = Micros(253_402_300_799 * SECOND)


def parse(text: str) -> Micros:
    """Read an ISO 8601 instant with an offset.

    Raises: ValueError when there is no offset, or the text is no instant.
    Example:
        >>> parse("1970-01-01T01:00:00+01:00")
        0
        >>> parse("2026-11-03T10:00")
        Traceback (most recent call last):
        ...
        ValueError: not an instant with an offset: '2026-11-03T10:00'
    """
    try:
        moment = (
            Instant.parse_iso(text)
            if text.endswith("Z")
            else OffsetDateTime.parse_iso(text).to_instant()
        )
    except ValueError as error:
        message = f"not an instant with an offset: {text!r}"
        raise ValueError(message) from error
    return Micros(moment.timestamp(unit="nanosecond") // 1000)


def text(at: Micros) -> str:
    """Write an instant as ISO 8601 in UTC, with as many decimals as it needs.

    Example:
        >>> text(Micros(0)), text(Micros(1_500_000))
        ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.5Z')
    """
    return Instant.from_timestamp(at * 1000, unit="nanosecond").format_iso()


def seconds(span: int) -> float:
    """Turn a span of µs into seconds."""
    return span / SECOND

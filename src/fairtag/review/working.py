"""Which date lies some working days ahead?

Monday to Friday. Bank holidays are counted as working days: where one falls between, the date is
earlier than it need be, never later.
Units: instants in µs UTC; dates as YYYY-MM-DD of a time zone.
"""

from __future__ import annotations

from fairtag.terms.instants import Micros
from fairtag.terms.local import wall_minute

_SATURDAY = 6


def working_day(now: Micros, zone: str, *, ahead: int) -> str:
    """Name the last date within `ahead` working days; today is none of them.

    Example:
        >>> from fairtag.terms.instants import parse
        >>> working_day(parse("2026-11-05T10:00:00Z"), "Europe/London", ahead=5)  # a Thursday
        '2026-11-12'
    """
    day, _ = wall_minute(now, zone)
    while ahead:
        day = day.add(days=1)
        ahead -= day.day_of_week().value < _SATURDAY
    return day.format_iso()

"""By when must an order be reviewed, who is warned when, and when does it lapse?

Days are the order's local days; the review's day counts to its end. Units: µs UTC.
Source: charter G9: warnings at 28, 14, 7 and 1 days; an administrative review that is overdue by 7
days stops recording and judging.
"""

from __future__ import annotations

from functools import lru_cache

from whenever import Date

from fairtag.orders.scheme import MOST_REVIEW_MONTHS
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import instant_of, wall_minute

WARNED_DAYS = (28, 14, 7, 1)
GRACE_DAYS = 7
_DATES = 4_096  # of reviews, by their time zone: many orders share them


@lru_cache(maxsize=_DATES)
def over_at(by: str, zone: str) -> Micros:
    """Tell when the day of the review is over.

    Example:
        >>> from fairtag.terms.instants import text
        >>> text(over_at("2027-01-15", "Europe/London"))  # a Friday
        '2027-01-16T00:00:00Z'
    """
    return instant_of(Date.parse_iso(by).add(days=1), 0, zone, edge="from")


def lapses_at(by: str, zone: str) -> Micros:
    """Tell when an administrative order whose review was not made stops."""
    return Micros(over_at(by, zone) + GRACE_DAYS * DAY)


def warned_at(by: str, zone: str, now: Micros) -> tuple[int, Micros] | None:
    """Give the newest warning that is due, as days left and since when; None: none yet.

    Example:
        >>> over = over_at("2027-01-15", "UTC")
        >>> warned_at("2027-01-15", "UTC", Micros(over - 29 * DAY))
        >>> warned_at("2027-01-15", "UTC", Micros(over - 10 * DAY))[0]
        14
    """
    over = over_at(by, zone)
    due = [(days, Micros(over - days * DAY)) for days in (*WARNED_DAYS, 0)]
    reached = [one for one in due if one[1] <= now]
    return reached[-1] if reached else None


def next_refusal(by: str, *, zone: str, now: Micros, kind: str, months: int) -> str | None:
    """Tell why the next review can't be on this date; None: it can.

    Source: charter G9: three months by default, four at most; a court sets its own.
    """
    try:
        day = Date.parse_iso(by)
    except ValueError:
        return "write the date of the next review as 2027-01-15"
    today, _ = wall_minute(now, zone)
    if day <= today:
        return "the next review lies after today"
    if kind != "court" and day > today.add(months=min(months, MOST_REVIEW_MONTHS)):
        return (
            f"an administrative order is reviewed within {min(months, MOST_REVIEW_MONTHS)} months"
        )
    return None

"""How long does a copy of the keystore live, and when is a key's destruction final?

A copy is sealed under the key of the week in which it was made. That key dies 30 days after its
week began, so a copy lives 23 to 30 days, and a key that is destroyed today is in no copy that can
still be opened 30 days from now. Counted from the end of the week it would be 37 days, which is
more than the wearer is told. Source: design.md §5. Units: µs UTC.
"""

from __future__ import annotations

from fairtag.terms.instants import DAY, Micros

WEEK = 7 * DAY
LIFE = 30 * DAY


def week_of(at: Micros) -> int:
    """Number the week of an instant, from 1970 on; a week begins on a Thursday at 00:00 UTC.

    Example:
        >>> week_of(Micros(WEEK - 1)), week_of(Micros(WEEK))
        (0, 1)
    """
    return at // WEEK


def ends_at(week: int) -> Micros:
    """Tell when the key of a week is destroyed, and every copy of that week with it."""
    return Micros(week * WEEK + LIFE)


def final_by(destroyed_at: Micros) -> Micros:
    """Tell by when a destruction is final, whatever copies there are: at most 30 days later.

    Example:
        >>> final_by(Micros(0)) == LIFE, final_by(Micros(WEEK - 1)) == LIFE
        (True, True)
    """
    return ends_at(week_of(destroyed_at))

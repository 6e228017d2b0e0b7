"""Who is asked when people can't decide as many answers as orders want? A fair share each.

Source: charter G8: in referred mode no more check-ins are planned than reviewers decide in 24 h.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256


def shares(wanted: Mapping[str, int], *, capacity: int, chance: bytes) -> dict[str, int]:
    """Spread what can be decided: nobody has two more than another who wants as many.

    Whom the last ones go to is drawn by chance.

    Example:
        >>> sorted(shares({"a": 5, "b": 1, "c": 5}, capacity=7, chance=b"x").values())
        [1, 3, 3]
    """
    given = dict.fromkeys(wanted, 0)
    left = max(0, capacity)
    while left:
        open_ones = [one for one, most in wanted.items() if given[one] < most]
        if not open_ones:
            break
        lucky = sorted(open_ones, key=lambda one: sha256(chance + one.encode()).digest())
        for one in lucky[:left]:
            given[one] += 1
        left -= min(left, len(open_ones))
    return given

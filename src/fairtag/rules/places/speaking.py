"""Whose positions say where the wearer is? A fitted device's; a phone's when it has gone silent.

Units: instants and spans in µs.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairtag.terms.instants import Micros


def speaks_from(fitted: Iterable[Micros | None], at: Micros, *, silence: int) -> Micros:
    """Tell from when on a device that is not fitted says where the wearer is.

    `fitted` are the last positions of those that are. When all of them have been silent for so long
    that nobody knows any more, it speaks: they may be dead, cut off and left, or not yet fitted.
    """
    told = max((one for one in fitted if one is not None), default=None)
    return at if told is None else Micros(told + silence)

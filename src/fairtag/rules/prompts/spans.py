"""What is left of some stretches of time within others, or without them?"""

from __future__ import annotations

from collections.abc import Iterable

from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, merged


def within(spans: Iterable[Interval], others: Iterable[Interval]) -> tuple[Interval, ...]:
    """List what lies in both.

    Example:
        >>> day = Interval(start=Micros(0), end=Micros(9))
        >>> within((day,), ())
        ()
        >>> within((day,), (Interval(start=Micros(5), end=Micros(20)),))
        (Interval(start=5, end=9),)
    """
    held = merged(others)
    found = (
        (max(one.start, other.start), min(one.end, other.end))
        for one in merged(spans)
        for other in held
    )
    return tuple(Interval(start=start, end=end) for start, end in found if start < end)


def without(spans: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """List what is left when holes are cut out.

    Example:
        >>> day = Interval(start=Micros(0), end=Micros(9))
        >>> without((day,), (Interval(start=Micros(2), end=Micros(3)),))
        (Interval(start=0, end=2), Interval(start=3, end=9))
    """
    cut = merged(holes)
    left: list[Interval] = []
    for span in merged(spans):
        start = span.start
        for hole in cut:
            if hole.end <= start or hole.start >= span.end:
                continue
            if hole.start > start:
                left.append(Interval(start=start, end=hole.start))
            start = hole.end
        if start < span.end:
            left.append(Interval(start=Micros(start), end=span.end))
    return tuple(left)

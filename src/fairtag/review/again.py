"""How often do two people close one alert for the same cause? A fair sample is looked at again.

The second person is blind to the first one's cause and words. Nothing is decided by it, and no
alert is moved: it measures how alarms are handled. Source: charter G2; design.md §4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from fairtag.alerts.model import Cause
from fairtag.review.measures import Share, share
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros

LEAST_SAMPLE = 0.02  # ours, as for automatic matches: fewer would show nothing in a year


class SecondLook(msgspec.Struct, frozen=True, kw_only=True):
    """A closed alert that was drawn, or what the second person said of it."""

    alert_id: AlertId
    owner: WearerId | None
    at: Micros
    by: str = ""  # empty: drawn by the machine
    cause: Cause | None = None  # as the second person sees it; None: drawn


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the measures page shows."""

    drawn: int
    differ: Share  # second looks that name another cause, of all second looks
    pairs: tuple[
        tuple[Cause, Cause, int], ...
    ]  # first and second cause that differ, most often first


def demand_alert_sample(part: float) -> float:
    """Give the share of closed alerts that is looked at again, if it may be set.

    Raises: UsageError.
    """
    if not LEAST_SAMPLE <= part <= 1:
        raise UsageError(f"alert_sample {part:g}: write {LEAST_SAMPLE:g} to 1")
    return part


def agreement(drawn: int, said: Iterable[tuple[Cause, Cause]]) -> Agreement:
    """Count how often the second cause is another than the first.

    Example:
        >>> told = agreement(3, [(Cause.EQUIPMENT, Cause.EQUIPMENT), (Cause.TEST, Cause.EXCUSED)])
        >>> told.differ.number, told.differ.of, agreement(0, []).differ.of
        (1, 2, 0)
    """
    whole = list(said)
    counted = Counter(one for one in whole if one[0] is not one[1])
    pairs = tuple((first, second, many) for (first, second), many in counted.most_common())
    return Agreement(drawn=drawn, differ=share(counted.total(), len(whole)), pairs=pairs)

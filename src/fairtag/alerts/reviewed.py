"""When does 'people look at this check-in' end? With what people said, or with a better picture.

It never was anything against the wearer, and nobody has to close what others have settled. What two
people could not confirm goes on as a matter of its own, which a named person decides (charter G2).
Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from fairtag.alerts.gather import ENDS_WITH_REVIEW
from fairtag.alerts.model import Alert, AlertAct, AlertState, Cause
from fairtag.terms.errors import AlertStateRefused
from fairtag.terms.instants import Micros

End = Literal["match", "no_match", "match_with_concern", "cant_tell", "again"]
_SAID: dict[End, str] = {
    "match": "it is the wearer",
    "cant_tell": "nobody could tell, which counts for nothing",
    "no_match": "two people could not confirm it, see the alert about that",
    "match_with_concern": "two people could not confirm it, see the alert about that",
    "again": "a better picture came and took its place",
}


def follows_review(alert: Alert) -> bool:
    """Tell whether an alert is open, and about nothing but pictures that people look at."""
    kinds = {alert.kind, *(part.kind for part in alert.parts)}
    return alert.state is not AlertState.CLOSED and kinds <= ENDS_WITH_REVIEW


def ended(
    alert: Alert, ends: Sequence[End], *, by: str | None, now: Micros
) -> tuple[Alert, AlertAct]:
    """Close an alert with what came of its check-ins; `by` settled the last; None: nobody had to.

    Raises: AlertStateRefused when it is closed, or about something else.
    """
    if not follows_review(alert) or not ends:
        raise AlertStateRefused(f"alert is {alert.state}, or no review ends it")
    done = replace(
        alert,
        state=AlertState.CLOSED,
        closed_by=by,
        closed_at=now,
        cause=Cause.REVIEWED,
        is_over=True,
    )
    act = AlertAct(
        alert_id=alert.alert_id,
        at=now,
        what="closed",
        by=by,
        cause=Cause.REVIEWED,
        reason=_words(ends),
    )
    return done, act


def _words(ends: Sequence[End]) -> str:
    """Say how many check-ins ended how.

    Example:
        >>> _words(["match", "match", "again"])
        'Check-ins: 2: it is the wearer; 1: a better picture came and took its place.'
    """
    told = dict.fromkeys(_SAID[one] for one in ends)
    counts = {words: sum(_SAID[one] == words for one in ends) for words in told}
    return "Check-ins: " + "; ".join(f"{n}: {words}" for words, n in counts.items()) + "."

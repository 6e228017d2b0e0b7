"""How does a person move an alert? Forward only, by name, with a cause and a reason.

Units: instants in µs UTC.
"""

from __future__ import annotations

from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertAct, AlertState, Cause
from fairtag.terms.errors import AlertStateRefused, ReasonRefused
from fairtag.terms.instants import Micros

REASON_LEAST = 10  # non-blank characters: enough to say what was found
_BY_THEMSELVES = frozenset({Cause.RECOVERED, Cause.REVIEWED})
BY_PEOPLE = tuple(cause for cause in Cause if cause not in _BY_THEMSELVES)
_WITHDRAWN = "Later data did not support this; it was withdrawn."


def acknowledge(alert: Alert, *, by: str, now: Micros) -> tuple[Alert, tuple[AlertAct, ...]]:
    """Take an alert in hand; twice by the same person is once.

    Raises: AlertStateRefused when someone else was first.
    """
    if alert.state is AlertState.ACKNOWLEDGED and alert.acknowledged_by == by:
        return alert, ()
    if alert.state is not AlertState.RAISED:
        raise AlertStateRefused(f"alert is {alert.state}")
    taken = replace(
        alert,
        state=AlertState.ACKNOWLEDGED,
        acknowledged_by=by,
        acknowledged_at=now,
        owner=by,
    )
    return taken, (AlertAct(alert_id=alert.alert_id, at=now, what="acknowledged", by=by),)


def close(
    alert: Alert, *, by: str, cause: Cause, reason: str, now: Micros
) -> tuple[Alert, tuple[AlertAct, ...]]:
    """Close an alert; whoever closes one that nobody took has taken it.

    A withdrawn alert closes as a false location without words of one's own.

    Raises: AlertStateRefused when it is closed; ReasonRefused.
    """
    if alert.state is AlertState.CLOSED:
        raise AlertStateRefused("alert is closed")
    if not by:
        raise ReasonRefused("closing needs a named person")
    told = _reason(alert, cause, reason)
    acts: tuple[AlertAct, ...] = ()
    if alert.state is AlertState.RAISED:
        alert, acts = acknowledge(alert, by=by, now=now)
    done = replace(alert, state=AlertState.CLOSED, closed_by=by, closed_at=now, cause=cause)
    act = AlertAct(alert_id=alert.alert_id, at=now, what="closed", by=by, cause=cause, reason=told)
    return done, (*acts, act)


def _reason(alert: Alert, cause: Cause, reason: str) -> str:
    if cause not in BY_PEOPLE:
        raise ReasonRefused("this cause is the machine's own")
    told = reason.strip()
    if not told and alert.withdrawn and cause is Cause.FALSE_LOCATION:
        return _WITHDRAWN
    if sum(not letter.isspace() for letter in told) < REASON_LEAST:
        raise ReasonRefused(f"a reason has at least {REASON_LEAST} characters")
    return told

"""Who must be told that an alert still waits? Along the roster, then again; urgent never expires.

Units: instants in µs UTC; minutes as named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertAct, AlertState, DutyEntry
from fairtag.alerts.practicable import PRACTICABLE
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import MINUTE, Micros

Step = Literal["first", "second", "supervisor"]
STEPS: tuple[tuple[int, Step], ...] = ((5, "first"), (15, "second"), (30, "supervisor"))
AGAIN_MIN = 30  # the supervisor is reminded this often, for as long as nobody has taken it
OPEN_MIN = 60  # whoever took an urgent alert is reminded this often until it is closed

ROSTER_EMPTY = "duty.roster_empty"
_EMPTY = {
    "en": (
        "Nobody is on the duty roster, so nobody is told when an urgent alert waits. "
        "Put a first, a second and a supervisor on the roster now."
    )
}


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """What is due for one alert: its new state, what to write down, whom to tell."""

    alert: Alert
    acts: tuple[AlertAct, ...]
    to: tuple[str, ...]
    urgency: Literal["urgent", "normal"]


class RosterGap(msgspec.Struct, frozen=True, kw_only=True):
    """Which steps of the roster have nobody."""

    missing: tuple[str, ...]
    is_empty: bool
    words: dict[str, str]


def escalation(alert: Alert, roster: Sequence[DutyEntry], *, now: Micros) -> Escalation | None:
    """Find what is due for an alert; None when nothing is, or nobody is there to be told."""
    if not roster or alert.state is AlertState.CLOSED:
        return None
    if alert.kind == PRACTICABLE and alert.escalated == 0:
        return _told(replace(alert, escalated=1), now, (_at_step(roster, "supervisor"),), "normal")
    if alert.priority != "urgent":
        return None
    if alert.state is AlertState.RAISED:
        return _unanswered(alert, roster, now)
    return _unfinished(alert, roster, now)


def steps_due(waited_min: float) -> int:
    """Count the steps that are due after so many minutes without an answer.

    Example:
        >>> [steps_due(waited) for waited in (0, 4.9, 5, 15, 30, 59.9, 60, 90)]
        [0, 0, 1, 2, 3, 3, 4, 5]
    """
    along = sum(waited_min >= after for after, _ in STEPS)
    last, _ = STEPS[-1]
    again = 0 if waited_min < last else int((waited_min - last) // AGAIN_MIN)
    return along + again


def roster_gap(roster: Sequence[DutyEntry]) -> RosterGap | None:
    """Tell what the banner says about the roster; None when every step has somebody."""
    present = {entry.step for entry in roster}
    missing = tuple(step for _, step in STEPS if step not in present)
    if not missing:
        return None
    if len(missing) == len(STEPS):
        return RosterGap(missing=missing, is_empty=True, words=_EMPTY)
    told = f"The duty roster has nobody as {' and '.join(missing)}. Put somebody there."
    return RosterGap(missing=missing, is_empty=False, words={"en": told})


def empty_roster(*, alert_id: AlertId, now: Micros) -> Alert:
    """Tell the alert of an empty roster: itself urgent, for support."""
    return Alert(
        alert_id=alert_id,
        order_id=None,
        wearer_id=None,
        condition_id=None,
        device_id=None,
        kind=ROSTER_EMPTY,
        recipient="support",
        priority="urgent",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        words=_EMPTY,
        urgent_at=now,
    )


def _unanswered(alert: Alert, roster: Sequence[DutyEntry], now: Micros) -> Escalation | None:
    since = alert.raised_at if alert.urgent_at is None else alert.urgent_at
    due = steps_due((now - since) / MINUTE)
    if due <= alert.escalated:
        return None
    # After an outage every missed step is made up for, but nobody is told the same twice at once.
    steps = {STEPS[min(n, len(STEPS) - 1)][1] for n in range(alert.escalated, due)}
    to = tuple(_at_step(roster, step) for _, step in STEPS if step in steps)
    return _told(replace(alert, escalated=due), now, to, "urgent")


def _unfinished(alert: Alert, roster: Sequence[DutyEntry], now: Micros) -> Escalation | None:
    since = alert.raised_at if alert.acknowledged_at is None else alert.acknowledged_at
    due = int((now - since) // (OPEN_MIN * MINUTE))
    if due <= alert.reminded and alert.stirred_at is None:
        return None
    owner = next((entry.to for entry in roster if entry.user_id == alert.acknowledged_by), None)
    to = _at_step(roster, "supervisor") if owner is None else owner
    reminded = replace(alert, reminded=max(due, alert.reminded), stirred_at=None)
    return _told(reminded, now, (to,), "urgent")


def _at_step(roster: Sequence[DutyEntry], step: Step) -> str:
    """Give the address at a step; an empty step goes to the next one, the last to the one before.

    A step without a person must not be a step without a message.
    """
    order = [name for _, name in STEPS]
    place = order.index(step)
    for name in (*order[place:], *reversed(order[:place])):
        for entry in roster:
            if entry.step == name:
                return entry.to
    return roster[0].to


def _told(
    alert: Alert, now: Micros, to: tuple[str, ...], urgency: Literal["urgent", "normal"]
) -> Escalation:
    act = AlertAct(alert_id=alert.alert_id, at=now, what="escalated")
    return Escalation(alert=alert, acts=(act,), to=tuple(dict.fromkeys(to)), urgency=urgency)

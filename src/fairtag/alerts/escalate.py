"""Who must be told that an alert still waits? Along the roster, then again; urgent never expires.

It ends when a person closes the alert, or when nothing of it calls for anybody (`alerts.live`).
Units: instants in µs UTC; minutes as named.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from fairtag.alerts.live import calls
from fairtag.alerts.model import Alert, AlertAct, AlertState, DutyEntry
from fairtag.alerts.practicable import PRACTICABLE
from fairtag.rules.finding import URGENT
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import MINUTE, Micros

Step = Literal["first", "second", "supervisor"]
STEPS: tuple[tuple[int, Step], ...] = ((5, "first"), (15, "second"), (30, "supervisor"))
AGAIN_MIN = 30  # the supervisor is reminded this often, for as long as nobody has taken it
OPEN_MIN = 60  # whoever took an urgent alert is reminded this often until it is closed
# One message of no urgency, while they are not urgent: a question, and what came late.
TOLD_ONCE = (PRACTICABLE, *sorted(URGENT))

ROSTER_EMPTY = "duty.roster_empty"
NOT_REACHED = "duty.not_reached"
_EMPTY = {
    "en": (
        "Nobody is on the duty roster, so nobody is told when an urgent alert waits. "
        "Put a first, a second and a supervisor on the roster now."
    )
}


_UNREACHED = {
    "en": (
        "Messages to people on duty could not be handed over, several times in a row. Nobody is "
        "told of what waits here. Look at the mail server, the web address and their settings."
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
    if not calls(alert):
        return _told_once(alert, roster, now) if _is_untold(alert) else None
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
    return house_alert(ROSTER_EMPTY, _EMPTY, alert_id=alert_id, now=now, priority="urgent")


def not_reached(*, alert_id: AlertId, now: Micros) -> Alert:
    """Tell the alert of messages that reach nobody: itself urgent, for support."""
    return house_alert(NOT_REACHED, _UNREACHED, alert_id=alert_id, now=now, priority="urgent")


def house_alert(
    kind: str,
    words: dict[str, str],
    *,
    alert_id: AlertId,
    now: Micros,
    priority: Literal["urgent", "normal", "low"] = "normal",
) -> Alert:
    """Tell a matter of the house: about no wearer, for support."""
    return Alert(
        alert_id=alert_id,
        order_id=None,
        wearer_id=None,
        condition_id=None,
        device_id=None,
        kind=kind,
        recipient="support",
        priority=priority,
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        words=words,
        urgent_at=now if priority == "urgent" else None,
    )


def handed_over(
    alert: Alert, roster: Sequence[DutyEntry], *, gone: Container[str], now: Micros
) -> Escalation | None:
    """Give a matter to the first on duty when nobody has it; None when somebody does.

    `gone` are people whose account is closed: what they had in hand must not wait for them.
    """
    is_orphan = alert.owner in gone or alert.acknowledged_by in gone
    is_unowned = alert.owner is None and alert.recipient == "support"
    has_heir = alert.owner is not None and alert.owner not in gone
    if not roster or has_heir or not (is_orphan or is_unowned):
        return None
    heir = roster[0]
    told = f"to {heir.user_id}"
    act = AlertAct(alert_id=alert.alert_id, at=now, what="assigned", reason=told)
    given = replace(alert, owner=heir.user_id)
    is_told = is_orphan and alert.state is AlertState.ACKNOWLEDGED
    urgency: Literal["urgent", "normal"] = "urgent" if calls(alert) else "normal"
    return Escalation(alert=given, acts=(act,), to=(heir.to,) if is_told else (), urgency=urgency)


def _is_untold(alert: Alert) -> bool:
    """Tell whether nobody heard yet of what would have been urgent, had it not come late."""
    is_waiting = alert.state is AlertState.RAISED and alert.escalated == 0
    return is_waiting and alert.kind in URGENT and not alert.withdrawn


def _told_once(alert: Alert, roster: Sequence[DutyEntry], now: Micros) -> Escalation:
    return _told(replace(alert, escalated=1), now, (_at_step(roster, "first"),), "normal")


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
    has_it = alert.owner or alert.acknowledged_by
    owner = next((entry for entry in roster if entry.user_id == has_it), None)
    to = _at_step(roster, "supervisor") if owner is None else owner
    reminded = replace(alert, reminded=max(due, alert.reminded), stirred_at=None)
    return _told(reminded, now, (to,), "urgent")


def _at_step(roster: Sequence[DutyEntry], step: Step) -> DutyEntry:
    """Give who is told at a step; an empty step goes to the next one, the last to the one before.

    A step without a person must not be a step without a message.
    """
    order = [name for _, name in STEPS]
    place = order.index(step)
    for name in (*order[place:], *reversed(order[:place])):
        for entry in roster:
            if entry.step == name:
                return entry
    return roster[0]


def _told(
    alert: Alert, now: Micros, to: tuple[DutyEntry, ...], urgency: Literal["urgent", "normal"]
) -> Escalation:
    """Tell each person once, also one who stands at two steps."""
    act = AlertAct(alert_id=alert.alert_id, at=now, what="escalated")
    people = {entry.user_id: entry.to for entry in reversed(to)}
    addresses = tuple(dict.fromkeys(reversed(people.values())))
    return Escalation(alert=alert, acts=(act,), to=addresses, urgency=urgency)

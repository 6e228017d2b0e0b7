"""Keep the books of asking: our own outages, pauses that people ended, prompts that never left.

Called by rounds of care. Units: instants in µs UTC.
"""

from __future__ import annotations

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.checkins.asking import Pause
from fairtag.app.checkins.prompting.people import (
    is_known_to_judge,
    new_name,
    recorded_now,
    slot_of,
    tell_judge,
)
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import raise_at_once
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, SECOND, Micros
from fairtag.terms.local import Interval, wall_text

CALL_DUE = "checkin.call_due"
_OUTAGE = 60 * SECOND  # of the machine's clock without a sign of life
_KEPT = 30 * DAY  # what a device was given to show
_LOOK_BACK = 2 * DAY
_CALL = {
    "en": "This wearer's check-in is a call. Ring them before {until} and write down on the page "
    "'Check-ins' how it went. If nobody rings, it counts for nothing. "
    "This does not count against the wearer."
}


def beat(house: House) -> Interval | None:
    """Say that the service runs, every some seconds; gives an outage that is over now.

    Windows that it touched are longer by what it took, and no silence in them counts.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Interval | None:
        gone = tx.asking.beat(now, gap=round(_OUTAGE * house.speed))
        if gone is not None:
            _excuse(tx, house, gone, now)
        return gone

    return house.store.transact(work)


def settle(house: House) -> int:
    """End pauses whose matter a person closed, tell the judge, let calls be made; tells how many
    changed.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> int:
        done = _end_pauses(tx, now) + _tell(tx, now)
        for one in tx.asking.never_sent(now):
            tx.prompts.move(one.check_in_id, CheckInState.NOT_DELIVERED, at=now)
            done += 1
        tx.asking.forget_given(Micros(now - _KEPT))
        return done + _calls(tx, house, now)

    done = house.store.transact(work)
    if done:
        house.changes.publish()
    return done


def _excuse(tx: Transaction, house: House, outage: Interval, now: Micros) -> None:
    touched = tx.asking.touched(outage)
    for one in touched:
        slot = slot_of(one)
        tx.asking.pause(
            Pause(
                pause_id=new_name(house, "u"),
                wearer_id=one.wearer_id,
                kind="outage",
                start=slot.at,
                ask_until=slot.at,
                free_until=slot.until,
                recorded_at=recorded_now(tx, one.wearer_id, now),
            )
        )
    for wearer_id in sorted({one.wearer_id for one in touched}):
        tell_judge(tx, wearer_id, recorded_now(tx, wearer_id, now))


def _end_pauses(tx: Transaction, now: Micros) -> int:
    done = 0
    for one in tx.asking.pauses(is_open=True):
        alert = None if one.alert_id is None else tx.alerts.get(one.alert_id)
        if alert is None or alert.state is not AlertState.CLOSED or alert.closed_by is None:
            continue
        at = recorded_now(tx, one.wearer_id, now)
        tx.asking.end_pause(one.pause_id, at=at, by=alert.closed_by)
        tell_judge(tx, one.wearer_id, at)
        done += 1
    return done


def _tell(tx: Transaction, now: Micros) -> int:
    """Tell the judge of late answers: their windows are excused where the answer was stored."""
    late = [
        one for one in tx.asking.pauses(since=Micros(now - _LOOK_BACK)) if one.kind == "answered"
    ]
    told: set[WearerId] = set()
    for one in late:
        orders = tx.orders.facts(wearer_id=one.wearer_id)
        known = [is_known_to_judge(tx, each.order_id, one.recorded_at) for each in orders]
        if not all(known) and one.wearer_id not in told:
            at = max(one.recorded_at, recorded_now(tx, one.wearer_id, now))
            tell_judge(tx, one.wearer_id, Micros(at))
            told.add(one.wearer_id)
    return len(told)


def _calls(tx: Transaction, house: House, now: Micros) -> int:
    """Ask officers to make the calls that are due, once each."""
    done = 0
    for one in tx.asking.coming(Micros(now - _LOOK_BACK), Micros(now + 1)):
        is_due = one.modality == "human_call" and one.until > now
        if not is_due or one.state is not CheckInState.SCHEDULED or one.kind != "drawn":
            continue
        if tx.asking.was_given(one.device_id, "prompt", one.check_in_id):
            continue
        tx.asking.give(one.device_id, "prompt", one.check_in_id, at=now)
        raise_at_once(tx, _call(house, one, now))
        done += 1
    return done


def _call(house: House, one: Prompt, now: Micros) -> Alert:
    until = wall_text(one.until, one.time_zone)
    return Alert(
        alert_id=new_alert_id(house),
        order_id=one.order_id,
        wearer_id=one.wearer_id,
        condition_id=one.condition_id,
        device_id=None,
        kind=CALL_DUE,
        recipient="authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=one.at,
        words={lang: told.format(until=until) for lang, told in _CALL.items()},
    )

"""Let go each day what nobody has to decide about: quarantine, passing positions, judge's memory.

One run a day, with a certificate in the log. No two people, since these records are few days old,
and no list could be read in time; so the clock, the holds and the table are what protects them.
Units: µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.retention.announce import tell_due
from fairtag.app.retention.book import Run
from fairtag.app.retention.finish import finish
from fairtag.app.retention.plan import concerned, listed
from fairtag.audit.entries import Entry
from fairtag.retention.limits import demand_clock
from fairtag.retention.refusals import ClockDoubtful
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros, text

_BYTES = 15
_DAY = len("2026-11-25")


def keep_house(house: House) -> int:
    """Look at the clock, begin the day's run when it is time, go on with all; tells how many moved.

    Called every minute by a round of care. A list that can't be made stops no run that has begun.
    """
    try:
        begun = _begun(house)
    finally:
        moved = finish(house)
    return begun + moved


def _begun(house: House) -> int:
    """Begin the day's run when it is time, and tell of what waits for two people."""
    now = house.clock.now()
    is_due = house.store.read(lambda tx: _is_due(tx, now))
    chosen = concerned(house, as_of=now, by="machine") if is_due else None
    waits = is_due and bool(concerned(house, as_of=now, by="two people"))
    name = new_alert_id(house)

    def work(tx: Transaction) -> tuple[int, bool]:
        is_told = is_due and tell_due(tx, name, is_due=waits, now=now)
        return _begin(tx, house, now, chosen), is_told

    begun, is_told = house.store.transact(work)
    if is_told:
        house.changes.publish()
    return begun


def _is_due(tx: Transaction, now: Micros) -> bool:
    """Tell whether the day's run is still to begin, and the clock is no reason against it."""
    if tx.erasures.routine_day() == text(now)[:_DAY]:
        return False
    try:
        demand_clock(tx.erasures.clock(now))
    except ClockDoubtful:
        return False
    return True


def _begin(tx: Transaction, house: House, now: Micros, chosen: Sequence[WearerId] | None) -> int:
    """Begin the day's run about these wearers; None: not now."""
    is_due = _is_due(tx, now)
    tx.erasures.note_round(now)
    if chosen is None or not is_due:
        return 0
    tx.erasures.set_routine_day(text(now)[:_DAY])
    plan = listed(tx, house, as_of=now, by="machine", wearers=chosen)
    if not plan.items:
        return 0
    run = Run(
        run_id="e_" + base64.b32encode(house.chance(_BYTES)).decode().lower(),
        by="machine",
        digest=plan.digest,
        counts=plan.counts,
        wearers=plan.wearers,
        as_of=now,
        begun_at=now,
        until=now,
        state="destroying",
    )
    told = {"run": run.run_id, "list": run.digest, "items": str(len(plan.items))}
    counts = {f"count {kind}": str(number) for kind, number in run.counts.items()}
    tx.audit.append(
        Entry(
            at=now,
            operation="erasure",
            actor="machine",
            what="erasure.routine",
            details=told | counts,
        )
    )
    tx.erasures.begin(run, plan.items)
    return 1


def confirm_clock(house: House, *, by: str) -> None:
    """Write down that a person compared the clock and found it right."""
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        tx.audit.append(Entry(at=now, operation="admin", actor=by, what="clock.confirmed"))
        tx.erasures.confirm_clock(now)

    house.store.transact(work)

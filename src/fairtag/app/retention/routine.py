"""Let go each day what nobody has to decide about: quarantine, passing positions, judge's memory.

One run a day, with a certificate in the log. No two people, since these records are few days old,
and no list could be read in time; so the clock, the holds and the table are what protects them.
Units: µs UTC.
"""

from __future__ import annotations

import base64

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.book import Run
from fairtag.app.retention.finish import finish
from fairtag.app.retention.plan import listed
from fairtag.audit.entries import Entry
from fairtag.retention.limits import demand_clock
from fairtag.terms.errors import ClockDoubtful
from fairtag.terms.instants import Micros, text

_BYTES = 15
_DAY = len("2026-11-25")


def keep_house(house: House) -> int:
    """Look at the clock, begin the day's run when it is time, go on with all; tells how many moved.

    Called every minute by a round of care.
    """
    now = house.clock.now()
    begun = house.store.transact(lambda tx: _begin(tx, house, now))
    return begun + finish(house)


def _begin(tx: Transaction, house: House, now: Micros) -> int:
    before = tx.erasures.clock(now)
    tx.erasures.note_round(now)
    day = text(now)[:_DAY]
    if tx.erasures.routine_day() == day:
        return 0
    try:
        demand_clock(before)
    except ClockDoubtful:
        return 0
    tx.erasures.set_routine_day(day)
    plan = listed(tx, house, as_of=now, by="machine")
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

"""Go on with every erasure that is not done: lock, destroy on its day, certify, remove the rows.

Called by a round of care. Each step is written down before it is done, and may be done twice.
Units: µs UTC.
"""

from __future__ import annotations

from functools import partial

import msgspec
import structlog

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.book import Run
from fairtag.app.retention.run import finish_restored, lock_items
from fairtag.app.retention.standing import holds_standing
from fairtag.audit.entries import Entry
from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import WHOLE, Item, hashed
from fairtag.retention.holds import Hold, held
from fairtag.retention.limits import demand_clock
from fairtag.retention.refusals import ClockDoubtful
from fairtag.terms.instants import Micros, text

log = structlog.get_logger()


def finish(house: House) -> int:
    """Take every open run as far as it may go now; tells how many moved.

    One that fails stops no other: it is named in the service's log, its error is raised once all
    had their turn, so that the round counts as failed, and the next round tries it again.
    """
    runs = house.store.read(lambda tx: tx.erasures.listed(is_open=False))
    moved, failed = 0, list[Exception]()
    for run in runs:
        if run.state == "removed":
            continue
        try:
            moved += _go_on(house, run)
        except Exception as error:  # noqa: BLE001 - raised below
            # The kind only: an error's text and trace may hold what must not be in a log.
            log.error("erasure failed", run=run.run_id, error=type(error).__name__)  # noqa: TRY400
            failed.append(error)
    if failed:
        raise failed[0]
    return moved


def _go_on(house: House, run: Run) -> int:
    if run.state == "restored":
        items = house.store.read(lambda tx: tx.erasures.items(run.run_id))
        if items:
            finish_restored(house, run.run_id)
        return len(items) > 0
    if run.state == "locked":
        lock_items(house, run.run_id)  # also after a crash between the word and the deed
        if not house.store.transact(partial(_is_time, house=house, run=run)):
            return 0
    if run.state in ("locked", "destroying"):
        _destroy(house, run)
    house.store.transact(partial(_remove, run=run, now=house.clock.now()))
    house.changes.publish()
    return 1


def _is_time(tx: Transaction, *, house: House, run: Run) -> bool:
    """Say that the keys go now; not before their day, nor under a clock in doubt."""
    now = house.clock.now()
    try:
        demand_clock(tx.erasures.clock(now))
    except ClockDoubtful:
        return False
    if now < run.until or tx.erasures.get(run.run_id).state != "locked":
        return False
    free_held(tx, house, run.run_id, holds_standing(tx), now)
    items = tx.erasures.items(run.run_id)
    _log(tx, run, "erasure.destroy", now, {"items": str(len(items))})
    tx.erasures.mark(run.run_id, "destroying", at=now)
    return True


def free_held(
    tx: Transaction, house: House, run_id: str, holds: list[Hold], now: Micros
) -> tuple[Item, ...]:
    """Take out of a run what a hold keeps, and put its keys back: keeping needs no second person.

    A wearer's whole record is one item: a hold of any part of it keeps it all, until a new list.
    """
    found = tuple(one for one in tx.erasures.items(run_id) if _is_held(holds, one, now))
    if found:
        told = {"run": run_id, "items": str(len(found))}
        entry = Entry(at=now, operation="erasure", actor="machine", what="erasure.held")
        tx.audit.append(msgspec.structs.replace(entry, details=told))
        house.vault.unlock(run_id, found)
        tx.erasures.release(run_id, found)
    return found


def _is_held(holds: list[Hold], item: Item, now: Micros) -> bool:
    if item.kind == WHOLE:
        return any(one.wearer_id == item.wearer_id and one.stands_at(now) for one in holds)
    return held(holds, item.wearer_id, RecordKind(item.kind), item.period, now)


def _destroy(house: House, run: Run) -> None:
    items = house.store.read(lambda tx: tx.erasures.items(run.run_id))
    gone = house.vault.end_items(run.run_id, items)
    now = house.clock.now()
    certificate = {
        "keys": hashed(items),
        "items": str(len(items)),
        "gone": str(gone),  # with all that lay below; 0 when a crash came after the deed
        "final": text(house.vault.final_at(now)),
    }

    def work(tx: Transaction) -> None:
        _log(tx, run, "erasure.certificate", now, certificate)
        tx.erasures.mark(run.run_id, "destroyed", at=now)

    house.store.transact(work)


def _remove(tx: Transaction, *, run: Run, now: Micros) -> None:
    gone = tx.erasures.remove_rows(run.run_id, at=now)
    _log(tx, run, "erasure.rows", now, {f"rows {name}": str(n) for name, n in gone.items()})
    tx.erasures.mark(run.run_id, "removed", at=now)


def _log(tx: Transaction, run: Run, what: str, now: Micros, told: dict[str, str]) -> None:
    details = {"run": run.run_id, "list": run.digest, "by": run.by} | told
    tx.audit.append(Entry(at=now, operation="erasure", actor="machine", what=what, details=details))

"""Is the access log untouched, and does what happened have its entry?

Three comparisons, each told by its first broken place: the chain in the table, the table against
the file beside it, and the rows of what was done against their entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat

from fairtag.alerts.model import AlertState
from fairtag.app.house import House
from fairtag.app.openings import accounted
from fairtag.app.ports import Transaction
from fairtag.app.record_installation import STEPS_BY_PEOPLE
from fairtag.audit.beside import Spooled, disagreement
from fairtag.audit.entries import Entry, Line, first_broken, read

_AT_ONCE = 1000
_ALL = 10_000_000
_BEFORE_ALL = -(2**63)

_Done = tuple[str, str, str]  # what was done, to what, by whom or with what


def verify_log(house: House, spooled: Spooled) -> str | None:
    """Tell the first broken place in words; None when everything agrees.

    `spooled` is the log's second sink, which is written first.
    """
    lines = list(_lines(house))
    broken = first_broken(lines)
    if broken is not None:
        return f"entry {broken} was changed, dropped or moved"
    entries = [entry for entry in map(read, lines) if entry is not None]
    return disagreement(lines, spooled) or house.store.read(partial(_against_rows, entries=entries))


def entries_alone(tx: Transaction) -> int:
    """Count entries that were written while the file beside the table could not be."""
    return sum(one.entry.is_alone for one in tx.audit.entries(limit=_ALL))


def _lines(house: House) -> Iterator[Line]:
    after = _BEFORE_ALL
    while found := house.store.read(partial(_some, after=after)):
        yield from found
        after = found[-1].n


def _some(tx: Transaction, *, after: int) -> list[Line]:
    return tx.audit.lines(after=after, limit=_AT_ONCE)


def _against_rows(tx: Transaction, *, entries: Sequence[Entry]) -> str | None:
    """Find something that was done and has no entry; twice done needs two entries."""
    said = Counter(done for entry in entries for done in _said(entry))
    for done in _rows(tx):
        said[done] -= 1
        if said[done] < 0:
            what, whose, more = done
            told = f"{what} of {whose}{f' ({more})' if more else ''}"
            return f"{told} is in the store and the log does not say so"
    return None


def _said(entry: Entry) -> Iterator[_Done]:
    """Tell what an entry accounts for."""
    match entry.what:
        case "alert.close":
            yield ("alert.close", entry.alert_id or "", entry.actor)
        case "contact.log" | "order.put" | "order.suspend" | "order.end":
            yield (entry.what, entry.order_id or "", "")
        case "device.add":
            yield (entry.what, entry.details.get("device", ""), "")
        case "user.add" | "user.disable":
            yield (entry.what, entry.details.get("user", ""), "")
        case what if what.startswith("installation."):
            yield (what, entry.order_id or "", entry.details.get("device", ""))
        case _:
            yield from accounted.said(entry)


def _rows(tx: Transaction) -> Iterator[_Done]:
    """List what the store holds that people did."""
    yield from _about_orders(tx)
    for alert in tx.alerts.listed(states=[AlertState.CLOSED], limit=_ALL):
        if alert.closed_by is not None:
            yield ("alert.close", alert.alert_id, alert.closed_by)
    for device in tx.devices.last_seen():
        yield ("device.add", device.device_id, "")
    for person in tx.people.listed():
        yield ("user.add", person.user_id, "")
        if person.disabled_at is not None:
            yield ("user.disable", person.user_id, "")
    yield from accounted.rows(tx)


def _about_orders(tx: Transaction) -> Iterator[_Done]:
    for order in tx.orders.facts():
        yield from repeat(("order.put", order.order_id, ""), order.version)
        if order.suspended_since is not None:
            yield ("order.suspend", order.order_id, "")
    for order_id, number in tx.alerts.contacts_counted().items():
        yield from repeat(("contact.log", order_id, ""), number)
    for step in tx.devices.steps():
        if step.step in STEPS_BY_PEOPLE:
            yield (f"installation.{step.step}", step.order_id, step.device_id)

"""Is the access log untouched, and does what happened have its entry?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from fairtag.alerts.model import AlertState
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry, LoggedEntry, first_broken

_AT_ONCE = 1000
_ALL = 10_000_000


def verify_log(house: House, spooled: Iterable[Entry]) -> str | None:
    """Tell the first broken place in words; None when everything agrees.

    `spooled` are the entries of the log's second sink, which is written first.
    """
    entries = list(_entries(house))
    broken = first_broken(entries)
    if broken is not None:
        return f"entry {broken} was changed, dropped or moved"
    return _against_spool(entries, spooled) or house.store.read(
        lambda tx: _against_rows(tx, entries)
    )


def _entries(house: House) -> Iterator[LoggedEntry]:
    after = 0
    while True:
        found = house.store.read(partial(_some, after=after))
        if not found:
            return
        yield from found
        after += len(found)


def _some(tx: Transaction, *, after: int) -> list[LoggedEntry]:
    return tx.audit.entries(after=after, limit=_AT_ONCE)


def _against_spool(entries: list[LoggedEntry], spooled: Iterable[Entry]) -> str | None:
    """Every entry of the table was written to the spool first; the spool may hold more."""
    written = Counter(str(one) for one in spooled)
    for logged in entries:
        written[str(logged.entry)] -= 1
        if written[str(logged.entry)] < 0:
            return f"entry {logged.n} is in the table and not in the file beside it"
    return None


def _against_rows(tx: Transaction, entries: list[LoggedEntry]) -> str | None:
    closings = {one.entry.alert_id for one in entries if one.entry.what == "alert.close"}
    for alert in tx.alerts.listed(states=[AlertState.CLOSED], limit=_ALL):
        if alert.closed_by is not None and alert.alert_id not in closings:
            return f"alert {alert.alert_id} was closed and the log does not say so"
    stored = {one.entry.order_id for one in entries if one.entry.what == "order.put"}
    for order in tx.orders.facts():
        if order.order_id not in stored:
            return f"order {order.order_id} was stored and the log does not say so"
    return None

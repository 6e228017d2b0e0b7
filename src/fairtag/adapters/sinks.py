"""How is a look written down when one of the log's two sinks fails? In the other one, in time.

Fails: closed, within a second: a sink that hangs is given up on.
"""

from __future__ import annotations

import secrets

import msgspec

from fairtag.adapters.spool import Spool
from fairtag.app.ports import Store
from fairtag.audit.entries import Entry, Receipt, body_of
from fairtag.terms.errors import Busy, LogUnavailable

TABLE_S = 0.5  # with the file's patience it stays within a second; charter G4, design.md §5


class TwoSinks:
    """Keeps `fairtag.app.log.book.AccessLog`."""

    def __init__(self, store: Store, spool: Spool, *, table_s: float = TABLE_S) -> None:
        self._store, self._spool, self._table_s = store, spool, table_s

    def look(self, entry: Entry, *, needs_file: bool = False) -> Receipt:
        """Write an entry into the table and the file, or into the file alone.

        Raises: LogUnavailable.
        """
        # Named before it goes out: what a hanging sink still takes later is the same entry.
        entry = msgspec.structs.replace(entry, ref=entry.ref or secrets.token_hex(16))
        if needs_file:
            self._spool.write([body_of(entry)])
        try:
            waiting = self._store.submit(lambda tx: tx.audit.append(entry))
            return Receipt(ref=entry.ref, n=waiting.result(self._table_s).n)
        except (Busy, LogUnavailable, TimeoutError):
            if not needs_file:
                self._spool.write([body_of(entry)])
            return Receipt(ref=entry.ref, n=None)

    def tail(self, upto: int) -> tuple[list[bytes], int]:
        """Read the file beyond a place.

        Raises: LogUnavailable.
        """
        return self._spool.tail(upto)

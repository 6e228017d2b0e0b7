"""What does the judge remember? States, findings and how far it has read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.rules.finding import Finding
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

judged = Table(
    "judged",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("upto", Integer, nullable=False),
)
states = Table(
    "states",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
findings = Table(
    "findings",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("finding_id", String, nullable=False, index=True),
    Column("rev", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # no place and no name in it (contract §5)
    sqlite_autoincrement=True,
)

_FINDING = msgspec.json.Decoder(Finding)
# A state is always the newest one: its key does not follow the calendar.
_ALWAYS = Micros(0)


class SqliteVerdicts:
    """Keeps `fairtag.app.ports.Verdicts`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def judged_upto(self) -> int:
        """Tell the journal position up to which everything was judged."""
        found = self._db.execute("SELECT upto FROM judged WHERE one = 1").fetchone()
        return 0 if found is None else int(found[0])

    def set_judged_upto(self, n: int) -> None:
        """Move the position."""
        self._db.execute("INSERT OR REPLACE INTO judged VALUES (1, ?)", (n,)).close()

    def states(self) -> Iterable[tuple[OrderId, bytes]]:
        """List the judge's states, opened."""
        found = self._db.execute("SELECT order_id, wearer_id, sealed FROM states ORDER BY order_id")
        for order_id, wearer_id, sealed in found.fetchall():
            yield (
                OrderId(order_id),
                self._vault.unseal(
                    sealed,
                    wearer_id=WearerId(wearer_id),
                    kind=RecordKind.STATE,
                    at=_ALWAYS,
                    row=f"state/{order_id}",
                ),
            )

    def put_state(self, order_id: OrderId, wearer_id: WearerId, state: bytes) -> None:
        """Replace the state of an order."""
        sealed = self._vault.seal(
            state,
            wearer_id=wearer_id,
            kind=RecordKind.STATE,
            at=_ALWAYS,
            row=f"state/{order_id}",
        )
        self._db.execute(
            "INSERT OR REPLACE INTO states VALUES (?, ?, ?)", (order_id, wearer_id, sealed)
        ).close()

    def add(self, finding: Finding) -> int:
        """Store one revision of a finding; tells its number in the feed."""
        done = self._db.execute(
            "INSERT INTO findings (finding_id, rev, body) VALUES (?, ?, ?)",
            (finding.finding_id, finding.rev, msgspec.json.encode(finding)),
        )
        return int(done.lastrowid or 0)

    def feed(self, *, after: int, limit: int) -> list[tuple[int, Finding]]:
        """List revisions in the order in which they were stored."""
        found = self._db.execute(
            "SELECT n, body FROM findings WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
        )
        return [(n, _FINDING.decode(body)) for n, body in found.fetchall()]

    def latest(self, finding_id: str) -> Finding | None:
        """Give the newest revision."""
        found = self._db.execute(
            "SELECT body FROM findings WHERE finding_id = ? ORDER BY n DESC LIMIT 1", (finding_id,)
        ).fetchone()
        return None if found is None else _FINDING.decode(found[0])

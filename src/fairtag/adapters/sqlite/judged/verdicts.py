"""What does the judge remember? States, findings and how far it has read."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.judging.book import Head, JudgeState
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
    Column("whole", Integer, nullable=False),  # up to here each state holds everything
)
states = Table(
    "states",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("upto", Integer, nullable=False),  # the position at which it stood so
    Column("due", Integer),  # when its next timer falls
    Column("sealed", LargeBinary, nullable=False),
    Column("rulings", LargeBinary),  # what the judge was told, sealed
    Column("still", LargeBinary),  # sealed; None: it does not lie among many
)
findings = Table(
    "findings",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("finding_id", String, nullable=False, index=True),
    Column("rev", Integer, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("decided_at", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

_COLUMNS = "n, finding_id, rev, wearer_id, decided_at, sealed"
_FINDING = msgspec.json.Decoder(Finding)
# A state is always the newest one: its key does not follow the calendar.
_ALWAYS = Micros(0)
_PARTS = ("state", "rulings", "still")  # what a row's seals are bound to, with the order's id


class SqliteVerdicts:
    """Keeps `fairtag.app.ports.Verdicts`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def judged_upto(self) -> int:
        """Tell the journal position up to which everything was judged."""
        found = self._db.execute("SELECT upto FROM judged WHERE one = 1").fetchone()
        return 0 if found is None else int(found[0])

    def whole_upto(self) -> int:
        """Tell the position up to which every state holds everything."""
        found = self._db.execute("SELECT whole FROM judged WHERE one = 1").fetchone()
        return 0 if found is None else int(found[0])

    def set_judged_upto(self, n: int, *, whole: int | None = None) -> None:
        """Move the position, and the one up to which states are whole."""
        told = (n, n if whole is None else whole)
        self._db.execute("INSERT OR REPLACE INTO judged VALUES (1, ?, ?)", told).close()

    def heads(self) -> list[Head]:
        """List what stands beside the states."""
        found = self._db.execute("SELECT order_id, wearer_id, upto, due FROM states").fetchall()
        if closed := shut(self._db):
            found = [row for row in found if not is_shut(closed, row[1], RecordKind.STATE, _ALWAYS)]
        return list(map(Head._make, found))  # of a million orders, so nothing is done for each

    def state(self, order_id: OrderId) -> JudgeState | None:
        """Open an order's state."""
        row = self._db.execute(
            "SELECT wearer_id, upto, due, sealed, rulings, still FROM states WHERE order_id = ?",
            (order_id,),
        ).fetchone()
        if row is None or is_shut(shut(self._db), row[0], RecordKind.STATE, _ALWAYS):
            return None
        wearer_id, upto, due, *sealed = row
        whose = [(WearerId(wearer_id), f"{name}/{order_id}") for name in _PARTS]
        told = [(*one, each) for one, each in zip(whose, sealed, strict=True) if each is not None]
        opened = iter(self._vault.unseal_many(told, kind=RecordKind.STATE, at=_ALWAYS))
        dump, rulings, still = (None if each is None else next(opened) for each in sealed)
        return JudgeState(
            order_id=order_id,
            wearer_id=wearer_id,
            upto=upto,
            due=due,
            dump=dump,
            rulings=rulings,
            still=still,
        )

    def stills(self, orders: Sequence[OrderId]) -> list[tuple[OrderId, bytes]]:
        """Open how some orders lay among many."""
        rows = self._db.execute(
            "SELECT order_id, wearer_id, still FROM states"
            " WHERE order_id IN (SELECT value FROM json_each(?)) AND still IS NOT NULL",
            (json.dumps(orders),),
        ).fetchall()
        closed = shut(self._db) if rows else frozenset()
        rows = [row for row in rows if not is_shut(closed, row[1], RecordKind.STATE, _ALWAYS)]
        told = [(WearerId(wearer_id), f"still/{name}", sealed) for name, wearer_id, sealed in rows]
        opened = self._vault.unseal_many(told, kind=RecordKind.STATE, at=_ALWAYS)
        return [(OrderId(row[0]), plain) for row, plain in zip(rows, opened, strict=True)]

    def put_states(self, states: Sequence[JudgeState]) -> frozenset[OrderId]:
        """Replace states of orders; what was erased must not come back with a late one."""
        closed = shut(self._db) if states else frozenset()
        left = frozenset(
            one.order_id
            for one in states
            if one.dump == b"" or is_shut(closed, one.wearer_id, RecordKind.STATE, _ALWAYS)
        )
        kept = [one for one in states if one.order_id not in left]
        sealed = self._sealed(kept)
        whole = [
            (one.order_id, one.wearer_id, one.upto, one.due, *parts)
            for one, parts in zip(kept, sealed, strict=True)
            if one.dump is not None
        ]
        moved = [
            (one.upto, one.due, parts[-1], one.order_id)
            for one, parts in zip(kept, sealed, strict=True)
            if one.dump is None
        ]
        put = "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?, ?)"
        move = "UPDATE states SET upto = ?, due = ?, still = ? WHERE order_id = ?"
        self._db.executemany(put, whole).close()
        self._db.executemany(move, moved).close()
        return left

    def _sealed(self, states: Sequence[JudgeState]) -> list[tuple[bytes | None, ...]]:
        """Seal what states say, all at once; by `_PARTS`."""
        parts = [(one, one.dump, one.rulings, one.still) for one in states]
        told = [
            (one.wearer_id, f"{name}/{one.order_id}", plain)
            for one, *each in parts
            for name, plain in zip(_PARTS, each, strict=True)
            if plain is not None
        ]
        sealed = iter(self._vault.seal_many(told, kind=RecordKind.STATE, at=_ALWAYS))
        return [
            tuple(None if plain is None else next(sealed) for plain in each) for _, *each in parts
        ]

    def add(self, finding: Finding, *, wearer_id: WearerId) -> int:
        """Store one revision of a finding, sealed; tells its number in the feed."""
        sealed = self._vault.seal(
            msgspec.json.encode(finding),
            wearer_id=wearer_id,
            kind=RecordKind.FINDING,
            at=finding.decided_at,
            row=f"finding/{finding.finding_id}/{finding.rev}",
        )
        done = self._db.execute(
            "INSERT INTO findings (finding_id, rev, wearer_id, decided_at, sealed)"
            " VALUES (?, ?, ?, ?, ?)",
            (finding.finding_id, finding.rev, wearer_id, finding.decided_at, sealed),
        )
        return int(done.lastrowid or 0)

    def feed(self, *, after: int, limit: int) -> list[tuple[int, Finding]]:
        """List revisions in the order in which they were stored."""
        closed = shut(self._db)
        told: list[tuple[int, Finding]] = []
        while len(told) < limit:  # a reader must not stop where a run of them is locked
            found = self._db.execute(
                f"SELECT {_COLUMNS} FROM findings WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608
                (after, limit - len(told)),
            ).fetchall()
            if not found:
                break
            after = found[-1][0]
            told += [
                (row[0], self._opened(row))
                for row in found
                if not is_shut(closed, row[3], RecordKind.FINDING, Micros(row[4]))
            ]
        return told

    def latest(self, finding_id: str) -> Finding | None:
        """Give the newest revision."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM findings WHERE finding_id = ? ORDER BY n DESC LIMIT 1",  # noqa: S608
            (finding_id,),
        ).fetchone()
        return None if found is None else self._opened(found)

    def of_wearer(self, wearer_id: WearerId) -> list[Finding]:
        """List every revision about one wearer, in the order in which they were stored."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM findings WHERE wearer_id = ? ORDER BY n",  # noqa: S608
            (wearer_id,),
        )
        return [self._opened(row) for row in found.fetchall()]

    def _opened(self, row: tuple[int, str, int, str, int, bytes]) -> Finding:
        _, finding_id, rev, wearer_id, decided_at, sealed = row
        told = self._vault.unseal(
            sealed,
            wearer_id=WearerId(wearer_id),
            kind=RecordKind.FINDING,
            at=Micros(decided_at),
            row=f"finding/{finding_id}/{rev}",
        )
        return _FINDING.decode(told)

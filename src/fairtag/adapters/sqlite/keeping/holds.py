"""Where are holds? Rows as written; the newest of a name is how the hold stands."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Row, String, Table, func, select
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.retention.holds import Hold
from fairtag.retention.refusals import HoldRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

holds = Table(
    "holds",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("hold_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the case
)
keep_as_written(holds, "a hold")

_HOLD = msgspec.json.Decoder(Hold)


class SqliteHoldBook:
    """Keeps `fairtag.app.retention.book.HoldBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def put(self, hold: Hold, *, at: Micros) -> None:
        """Store a hold as it stands from now on; the case is sealed."""
        sealed = self._vault.seal(
            hold.case.encode(),
            wearer_id=hold.wearer_id,
            kind=RecordKind.TEXT,
            at=at,
            row=f"hold/{hold.hold_id}",
        )
        body = msgspec.json.encode(msgspec.structs.replace(hold, case=""))
        row = {"hold_id": hold.hold_id, "owner": hold.wearer_id, "at": at}
        self._db.execute(insert(holds).values(**row, body=body, sealed=sealed))

    def get(self, hold_id: str) -> Hold:
        """Give one.

        Raises: HoldRefused.
        """
        wanted = select(holds).where(holds.c.hold_id == hold_id).order_by(holds.c.n.desc())
        found = self._db.execute(wanted.limit(1)).first()
        if found is None:
            raise HoldRefused(f"there is no hold {hold_id}")
        return self._read(found, bare=False)

    def listed(self, *, wearer_id: WearerId | None = None, bare: bool = True) -> list[Hold]:
        """List holds as they stand, newest first."""
        newest = select(func.max(holds.c.n)).group_by(holds.c.hold_id)
        wanted = select(holds).where(holds.c.n.in_(newest)).order_by(holds.c.n.desc())
        if wearer_id is not None:
            wanted = wanted.where(holds.c.owner == wearer_id)
        return [self._read(row, bare=bare) for row in self._db.execute(wanted)]

    def _read(self, row: Row[Any], *, bare: bool) -> Hold:
        hold = _HOLD.decode(row.body)
        if bare or is_shut(shut(driver(self._db)), row.owner, RecordKind.TEXT, Micros(row.at)):
            return hold
        told = self._vault.unseal(
            row.sealed,
            wearer_id=hold.wearer_id,
            kind=RecordKind.TEXT,
            at=Micros(row.at),
            row=f"hold/{hold.hold_id}",
        )
        return msgspec.structs.replace(hold, case=told.decode())

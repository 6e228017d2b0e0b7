"""Where does bad content of good devices wait? Sealed, 14 days, counted by reason."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import QuarantinedItem, Vault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import DeviceId, WearerId
from fairtag.terms.instants import DAY, Micros

KEPT = 14 * DAY  # contract §6

quarantine = Table(
    "quarantine",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("owner", String, nullable=False),  # the wearer, or 'device:ID' when it has no order
    Column("device_id", String, nullable=False, index=True),
    Column("received_at", Integer, nullable=False),
    Column("goes_at", Integer, nullable=False, index=True),
    Column("why", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


class SqliteQuarantine:
    """Keeps `fairtag.app.ports.Quarantine`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def put(self, item: QuarantinedItem) -> None:
        """Store it, sealed."""
        owner = WearerId(item.wearer_id or f"device:{item.device_id}")
        sealed = self._vault.seal(
            item.raw,
            wearer_id=owner,
            kind=RecordKind.QUARANTINE,
            at=item.received_at,
            row=f"quarantine/{item.device_id}/{item.received_at}",
        )
        row = (owner, item.device_id, item.received_at, item.received_at + KEPT, item.why, sealed)
        self._db.execute(
            "INSERT INTO quarantine (owner, device_id, received_at, goes_at, why, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            row,
        ).close()

    def count(self, device_id: DeviceId | None = None) -> dict[str, int]:
        """Count items by reason."""
        where = "" if device_id is None else "WHERE device_id = ?"
        found = self._db.execute(
            f"SELECT why, count(*) FROM quarantine {where} GROUP BY why ORDER BY why",  # noqa: S608
            () if device_id is None else (device_id,),
        )
        return dict(found.fetchall())

    def devices_since(self, at: Micros) -> list[DeviceId]:
        """List devices whose content came here after an instant."""
        found = self._db.execute(
            "SELECT DISTINCT device_id FROM quarantine WHERE received_at > ? ORDER BY device_id",
            (at,),
        )
        return [DeviceId(row[0]) for row in found.fetchall()]

    def purge(self, *, now: Micros) -> int:
        """Remove what has waited its 14 days; tells how many."""
        done = self._db.execute("DELETE FROM quarantine WHERE goes_at <= ?", (now,))
        return done.rowcount

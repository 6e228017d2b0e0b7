"""Where is what wearers said of themselves? Sealed, a row a wearer; and the reports, as counts."""

from __future__ import annotations

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.disclosure.fair.declared import Declared
from fairtag.disclosure.fair.tables import Fairness
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

said = Table(
    "declared",
    metadata,
    Column("wearer_id", String, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
reports = Table(
    "fairness_reports",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("month", String, nullable=False, unique=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # counts of ten or more
)
keep_as_written(reports, "a fairness report")

_KIND = RecordKind.DECLARED


class SqliteDeclaredBook:
    """Keeps `fairtag.app.fairness.book.DeclaredBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def put(self, wearer_id: WearerId, declared: Declared, *, at: Micros) -> None:
        """Store what a wearer says now; all answers are padded to one length."""
        plain = msgspec.json.encode(declared)
        sealed = self._vault.seal(
            plain.ljust(_PADDED), wearer_id=wearer_id, kind=_KIND, at=at, row=_row(wearer_id)
        )
        self._db.execute(insert(said).values(wearer_id=wearer_id, at=at, sealed=sealed))

    def withdraw(self, wearer_id: WearerId) -> Micros | None:
        """Take it away."""
        before = self.said_at(wearer_id)
        self._db.execute(delete(said).where(said.c.wearer_id == wearer_id))
        return before

    def said_at(self, wearer_id: WearerId) -> Micros | None:
        """Tell when a wearer said something."""
        row = self._db.execute(select(said.c.at).where(said.c.wearer_id == wearer_id)).first()
        return None if row is None else Micros(row.at)

    def in_counts(self) -> dict[WearerId, Declared]:
        """Open everything that is not locked."""
        gone = shut(driver(self._db))
        found: dict[WearerId, Declared] = {}
        for row in self._db.execute(select(said)):
            whose, at = WearerId(row.wearer_id), Micros(row.at)
            if not is_shut(gone, whose, _KIND, at):
                plain = self._vault.unseal(
                    row.sealed, wearer_id=whose, kind=_KIND, at=at, row=_row(whose)
                )
                found[whose] = msgspec.json.decode(plain, type=Declared)
        return found


class SqliteFairnessBook:
    """Keeps `fairtag.app.fairness.book.FairnessBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, report: Fairness) -> None:
        """Store one."""
        body = msgspec.json.encode(report)
        row = {"month": report.month, "at": report.made_at, "body": body}
        self._db.execute(insert(reports).values(**row))

    def of(self, month: str) -> Fairness | None:
        """Give one."""
        row = self._db.execute(select(reports.c.body).where(reports.c.month == month)).first()
        return None if row is None else msgspec.json.decode(row.body, type=Fairness)

    def months(self) -> list[str]:
        """List the months, newest first."""
        found = self._db.execute(select(reports.c.month).order_by(reports.c.month.desc()))
        return [row.month for row in found]


_PADDED = 160  # longer than every question with its longest answer; the length tells nothing


def _row(wearer_id: WearerId) -> str:
    return f"declared/{wearer_id}"

"""Where is kept which closed alerts are looked at again, and what was said of them?"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, String, Table, UniqueConstraint

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.alerts.model import Cause
from fairtag.review.measures import SecondLook
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros

second_looks = Table(
    "second_looks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("what", String, nullable=False),  # drawn, said
    Column("owner", String),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("cause", String),
    UniqueConstraint("alert_id", "what"),  # drawn once, said once
)
keep_as_written(second_looks, "a second look")


class SqliteSecondLookBook:
    """Keeps `fairtag.app.reviewing.book.SecondLookBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = driver(connection)

    def add(self, look: SecondLook) -> None:
        """Store one."""
        what = "drawn" if look.cause is None else "said"
        self._db.execute(
            "INSERT INTO second_looks (alert_id, what, owner, at, by, cause)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (look.alert_id, what, look.owner, look.at, look.by, look.cause),
        ).close()

    def listed(self) -> list[SecondLook]:
        """List all, oldest first."""
        rows = self._db.execute(
            "SELECT alert_id, owner, at, by, cause FROM second_looks ORDER BY n"
        )
        return [
            SecondLook(
                alert_id=AlertId(alert_id),
                owner=None if owner is None else WearerId(owner),
                at=Micros(at),
                by=by,
                cause=None if cause is None else Cause(cause),
            )
            for alert_id, owner, at, by, cause in rows
        ]

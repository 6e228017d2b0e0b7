"""Where are the threshold profiles that two people put in force?"""

from __future__ import annotations

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, insert, select

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.matching.book import KeptProfile

profiles = Table(
    "face_profiles",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # figures about groups, no person
)
keep_as_written(profiles, "a matcher that was put in force")

_KEPT = msgspec.json.Decoder(KeptProfile)


class SqliteProfileBook:
    """Keeps `fairtag.app.matching.book.ProfileBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, kept: KeptProfile) -> None:
        """Store one."""
        body = msgspec.json.encode(kept)
        self._db.execute(insert(profiles).values(at=kept.at, by=kept.by, body=body))

    def current(self) -> KeptProfile | None:
        """Give the newest."""
        found = self._db.execute(select(profiles.c.body).order_by(profiles.c.n.desc()).limit(1))
        row = found.first()
        return None if row is None else _KEPT.decode(row.body)

    def listed(self) -> list[KeptProfile]:
        """List all, newest first."""
        found = self._db.execute(select(profiles.c.body).order_by(profiles.c.n.desc()))
        return [_KEPT.decode(row.body) for row in found]

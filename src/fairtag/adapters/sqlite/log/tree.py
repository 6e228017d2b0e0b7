"""Where is the tree of the access log? In tiles, in the database that holds the entries.

A transaction that adds entries adds their hashes; checkpoints and cosignatures stand beside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written, let_grow
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.log.book import KeptCheckpoint
from fairtag.audit import tree
from fairtag.audit.notes import Checkpoint
from fairtag.audit.tiles import WIDTH, Name, grown, node_in
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.instants import Micros

tiles = Table(
    "log_tiles",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("size", Integer, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("note", String, nullable=False),
)
cosignatures = Table(
    "log_cosignatures",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("size", Integer, nullable=False, index=True),
    Column("witness", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("line", String, nullable=False),
)
let_grow(tiles, "hashes", "a tree only grows")
keep_as_written(checkpoints, "a checkpoint")
keep_as_written(cosignatures, "a cosignature")


class SqliteTree:
    """The tree's part of `fairtag.app.log.book.AuditBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = driver(connection)

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of entries."""
        made = grown(self._tile, self._size(), leaves)
        self._db.executemany(
            "INSERT INTO log_tiles VALUES (?, ?, ?)"
            " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
            [(level, n, hashes) for (level, n), hashes in made.items()],
        ).close()

    def size(self) -> int:
        """Tell over how many entries the tree stands.

        Raises: LogUnavailable.
        """
        with _translated():
            return self._size()

    def root(self, size: int) -> bytes:
        """Give the root over the first entries."""
        return tree.root_of(size, node_in(self._tile))

    def inclusion(self, n: int, *, size: int) -> list[bytes]:
        """Prove that entry `n` is in the tree of `size`."""
        return tree.inclusion(n - 1, size, node_in(self._tile))

    def consistency(self, old: int, *, size: int) -> list[bytes]:
        """Prove that the tree of `old` is the beginning of that of `size`."""
        return tree.consistency(old, size, node_in(self._tile))

    def tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """List the tree's tiles: level, number, hashes."""
        yield from self._db.execute(
            "SELECT level, n, CAST(hashes AS BLOB) FROM log_tiles ORDER BY level, n"
        )

    def add_checkpoint(self, note: str, checkpoint: Checkpoint, *, at: Micros) -> None:
        """Keep a signed checkpoint."""
        self._db.execute(
            "INSERT INTO log_checkpoints (size, at, note) VALUES (?, ?, ?)",
            (checkpoint.size, at, note),
        ).close()

    def add_cosignature(self, size: int, line: str, *, witness: str, at: Micros) -> None:
        """Keep what a witness wrote under the checkpoint of a size."""
        self._db.execute(
            "INSERT INTO log_cosignatures (size, witness, at, line) VALUES (?, ?, ?, ?)",
            (size, witness, at, line),
        ).close()

    def checkpoint(self) -> KeptCheckpoint | None:
        """Give the newest checkpoint.

        Raises: LogUnavailable.
        """
        with _translated():
            found = self._db.execute(
                "SELECT size, at, note FROM log_checkpoints ORDER BY n DESC LIMIT 1"
            ).fetchone()
            return None if found is None else self._noted(*found, is_last_only=True)

    def checkpoints(self) -> Iterator[KeptCheckpoint]:
        """List all checkpoints, oldest first."""
        for row in self._db.execute("SELECT size, at, note FROM log_checkpoints ORDER BY n"):
            yield self._noted(*row, is_last_only=False)

    def witnessed_at(self) -> Micros | None:
        """Tell when a witness last answered.

        Raises: LogUnavailable.
        """
        with _translated():
            (found,) = self._db.execute("SELECT max(at) FROM log_cosignatures").fetchone()
        return None if found is None else Micros(found)

    def _noted(self, size: int, at: int, note: str, *, is_last_only: bool) -> KeptCheckpoint:
        """Put what witnesses wrote under a note: each one's newest line, or every line."""
        last = "SELECT witness, max(at), line FROM log_cosignatures WHERE size = ? GROUP BY witness"
        every = "SELECT witness, at, line FROM log_cosignatures WHERE size = ? ORDER BY n"
        found = self._db.execute(last if is_last_only else every, (size,)).fetchall()
        return KeptCheckpoint(
            size=size,
            at=Micros(at),
            note=note + "".join(line for _, _, line in found),
            cosigned=tuple((witness, Micros(when)) for witness, when, _ in found),
        )

    def _size(self) -> int:
        found = self._db.execute(
            "SELECT n, length(CAST(hashes AS BLOB)) FROM log_tiles WHERE level = 0"
            " ORDER BY n DESC LIMIT 1"
        ).fetchone()
        return 0 if found is None else int(found[0]) * WIDTH + int(found[1]) // tree.HASH_BYTES

    def _tile(self, name: Name) -> bytes:
        found = self._db.execute(
            "SELECT CAST(hashes AS BLOB) FROM log_tiles WHERE level = ? AND n = ?", name
        ).fetchone()
        if found is None:
            raise sqlite3.DatabaseError(f"tile {name} of the log is missing")
        return bytes(found[0])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise LogUnavailable(f"log table: {error}") from error

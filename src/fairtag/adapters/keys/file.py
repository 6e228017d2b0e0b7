"""How is a file of secrets opened, so that what is deleted is overwritten and what is done lasts?

journal_mode=DELETE with synchronous=EXTRA: with FULL a power cut right after a commit may bring the
journal's name back, and with it a key that was destroyed, or none that was made. Source: SQLite's
documentation of these pragmas.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import LiteralString

from fairtag.custody.root import RootCheck
from fairtag.terms.errors import StoreRefused

PRAGMAS: tuple[LiteralString, ...] = (
    "journal_mode=DELETE",
    "synchronous=EXTRA",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "busy_timeout=10000",
)


def opened(path: Path, schema: LiteralString, *, version: int, mark: int) -> sqlite3.Connection:
    """Open a file of secrets that only its owner may read, making it when it is not there.

    `mark` is the file's application id, `version` its user version.
    Raises: StoreRefused when it is no such file, or a newer fairtag wrote it.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}").close()
        demand(db, path, version=version, mark=mark)
        db.execute("BEGIN IMMEDIATE").close()
        for statement in schema.split(";"):
            db.execute(statement).close()
        db.execute(f"PRAGMA application_id = {mark}").close()
        db.execute(f"PRAGMA user_version = {version}").close()
        db.execute("COMMIT").close()
    except sqlite3.DatabaseError as error:
        db.close()
        raise StoreRefused(f"{path} can't be read as a file of keys: {error}") from error
    except StoreRefused:
        db.close()
        raise
    return db


def demand(db: sqlite3.Connection, path: Path, *, version: int, mark: int) -> None:
    """See that a file is empty or one of ours.

    Raises: StoreRefused.
    """
    is_empty = number(db, "SELECT count(*) FROM sqlite_master") == 0
    if not is_empty and number(db, "PRAGMA application_id") != mark:
        raise StoreRefused(f"{path} is no such file of fairtag, or an unreleased one wrote it")
    if number(db, "PRAGMA user_version") > version:
        raise StoreRefused(f"a newer fairtag wrote {path}; this one knows up to version {version}")


def number(db: sqlite3.Connection, asked: str) -> int:
    """Ask for one number."""
    cursor = db.execute(asked)
    try:
        return int(cursor.fetchone()[0])
    finally:
        cursor.close()


def check_in(db: sqlite3.Connection) -> RootCheck | None:
    """Read the check of the root that wraps a keystore; None when it is a new one."""
    asked = "SELECT name, value FROM mark WHERE name IN ('root_check', 'root_digest')"
    with closing(db.execute(asked)) as found:
        marks = {name: bytes(value) for name, value in found}
    if not marks:
        return None
    return RootCheck(wrapped=marks["root_check"], digest=marks["root_digest"])


def demand_keys(path: Path, beside: tuple[Path, ...]) -> None:
    """Refuse to begin a keystore anew where one was: what it sealed would be lost unseen.

    Raises: StoreRefused.
    """
    left = [str(one) for one in beside if one.exists()]
    if left and not path.exists():
        detail = f"{path} is missing, but there is {left[0]}"
        raise StoreRefused(f"{detail}; put a copy back with `fairtag keys restore`")

"""How is the keystore copied, and put back? Sealed for its week; destroyed keys stay destroyed.

A copy is an age file. While it is made and while it is put back, keys are in memory only: no file
ever holds what was destroyed. Memory: about three times the keystore.
Source: age (C2SP), through pyrage.
"""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pyrage

from fairtag.adapters import keystore
from fairtag.adapters.keys.epochs import Epochs
from fairtag.adapters.keys.file import PRAGMAS, demand, number
from fairtag.adapters.roots.file import erase, sync_folder
from fairtag.custody.refusals import KeyBackupRefused
from fairtag.terms.errors import StoreRefused
from fairtag.terms.instants import Micros


def copy_out(path: Path, epochs: Epochs, out: Path, *, now: Micros) -> None:
    """Write a sealed, consistent copy of a keystore, while it is used.

    Raises: KeyBackupRefused when something is in the way.
    """
    # The week's key first: what is destroyed from here on is remembered for this copy.
    recipient = epochs.recipient(now)
    sealed = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(_bytes_of(path)), sealed, [recipient])
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyBackupRefused(f"{out} is there already; a copy never replaces one") from error
    except OSError as error:
        raise KeyBackupRefused(f"{out}: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(sealed.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(out.absolute().parent)


def copy_in(packed: Path, epochs: Epochs, path: Path, *, now: Micros) -> int:
    """Put a copy in the place of a keystore that is lost or unreadable; tells how many keys it has.

    Keys that were destroyed since the copy was made are left out, with all below them.
    Raises: KeyBackupRefused when no key of a week opens it, or the keystore there is whole.
    """
    if is_whole(path):
        raise KeyBackupRefused(f"{path} is whole; a copy would take keys away that are newer")
    plain = _opened(packed, epochs, now)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        try:
            db.deserialize(plain)
            demand(db, packed, version=keystore.VERSION, mark=keystore.MARK)
            _leave_out(db, epochs.gone())
            count = number(db, "SELECT count(*) FROM keys")
        except (sqlite3.Error, StoreRefused) as error:
            raise KeyBackupRefused(f"{packed} holds no keystore: {error}") from error
        _written(db, path)
    return count


def is_whole(path: Path) -> bool:
    """Tell whether a keystore is there and can be read."""
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            with closing(db.execute("PRAGMA quick_check")) as found:
                is_sound = found.fetchone()[0] == "ok"
            return is_sound and number(db, "PRAGMA application_id") == keystore.MARK
    except sqlite3.Error:
        return False


def _bytes_of(path: Path) -> bytes:
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)
        return copy.serialize()


def _opened(packed: Path, epochs: Epochs, now: Micros) -> bytes:
    plain = io.BytesIO()
    try:
        with packed.open("rb") as file:
            pyrage.decrypt_io(file, plain, epochs.identities(now))
    except (pyrage.DecryptError, OSError) as error:
        detail = f"{packed}: no week's key opens it: damaged, of another house"
        raise KeyBackupRefused(f"{detail}, or past the 30 days a copy lives") from error
    return plain.getvalue()


def _leave_out(db: sqlite3.Connection, gone: Iterable[bytes]) -> None:
    db.execute("CREATE TEMP TABLE gone (id BLOB PRIMARY KEY)").close()
    db.executemany("INSERT INTO gone VALUES (?)", ((one,) for one in gone)).close()
    asked = "SELECT coalesce(json_group_array(name), '[]') FROM keys JOIN gone USING (id)"
    with closing(db.execute(asked)) as found:
        names = found.fetchone()
    db.execute(keystore.BELOW, names).close()
    db.execute("UPDATE mark SET value = value + 1 WHERE name = 'generation'").close()
    db.execute("DROP TABLE gone").close()
    db.execute("VACUUM").close()


def _written(db: sqlite3.Connection, path: Path) -> None:
    """Write a keystore beside its place, then put it there in one step."""
    part = path.with_suffix(".restored")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(part, isolation_level=None)) as target:
        for pragma in PRAGMAS:
            target.execute(f"PRAGMA {pragma}").close()
        db.backup(target)
    erase(path)
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    part.rename(path)
    sync_folder(path.parent)

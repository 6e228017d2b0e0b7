"""How is a store copied while it runs, and put back? One file of sealed rows and the log; no keys.

Keys are kept elsewhere on purpose: what was destroyed can't come back with a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from fairtag.adapters.durable import created
from fairtag.adapters.roots.file import sync_folder
from fairtag.audit.beside import read_file, written
from fairtag.audit.entries import read
from fairtag.terms.errors import StoreRefused

_DATABASE = "fairtag.db"
_LOG = "log/access.log"
_KEYS = "keys.db"
_BESIDE_KEYS = ("root.key", "epochs.db")  # unless a module holds the root, another disk the epochs


def copy_out(data: Path, out: Path, *, log: Path) -> None:
    """Write a consistent copy of the store and of its log's file.

    Raises: StoreRefused when there is no store, or something is in the way.
    """
    if not (data / _DATABASE).is_file():
        raise StoreRefused(f"{data} holds no store")
    if out.exists():
        raise StoreRefused(f"{out} is there already; a backup never replaces one")
    with tempfile.TemporaryDirectory(dir=out.absolute().parent) as folder:
        copy = Path(folder) / _DATABASE
        with (
            closing(sqlite3.connect(data / _DATABASE)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        lines = Path(folder) / "access.log"
        lines.write_bytes(_lines_of(copy, log))
        with created(out) as file, tarfile.open(fileobj=file, mode="w:gz") as packed:
            packed.add(copy, _DATABASE)
            packed.add(lines, _LOG)


def _lines_of(copy: Path, log: Path) -> bytes:
    """Give the lines of the log that belong to the copy; newer ones came while it was made."""
    with closing(sqlite3.connect(copy)) as database:
        known = {ref for (ref,) in database.execute("SELECT ref FROM log")}
    held = read_file(log.read_bytes() if log.exists() else b"")
    found = ((body, read(body)) for body in held.bodies)
    return b"".join(
        written(body) for body, entry in found if entry is not None and entry.ref in known
    )


def copy_in(packed: Path, keys: Path | None, data: Path) -> None:
    """Put a copy and its keys, when they are at hand, into a new data folder.

    Raises: StoreRefused when the folder holds something, or the files are not a backup's.
    """
    if data.exists() and any(data.iterdir()):
        raise StoreRefused(f"{data} is not empty; restore into a new folder")
    if keys is not None and not (keys / _KEYS).is_file():
        raise StoreRefused(f"{keys} holds no {_KEYS}")
    if not data.exists():
        data.mkdir(parents=True, mode=0o700)
        sync_folder(data.absolute().parent)
    try:
        with tarfile.open(packed, "r:gz") as opened:
            for name in (_DATABASE, _LOG):
                _copy_member(opened, name, data / name)
    except (OSError, tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        raise StoreRefused(f"{packed} is not a backup of fairtag") from error
    (data / "keys").mkdir(mode=0o700)
    for name in (_KEYS, *_BESIDE_KEYS):
        if keys is not None and (keys / name).is_file():
            with created(data / "keys" / name) as file:
                file.write((keys / name).read_bytes())
    sync_folder(data)


def _copy_member(packed: tarfile.TarFile, name: str, target: Path) -> None:
    """Copy the bytes of one named file; nothing else that the archive holds is looked at."""
    if (held := packed.extractfile(name)) is None:
        raise KeyError(name)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with held, created(target) as file:
        shutil.copyfileobj(held, file)

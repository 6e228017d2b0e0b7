"""Does another process serve this folder? Two judges of one store would tell everything twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairtag.terms.errors import StoreRefused


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder while the block lasts; the system lets go of it when the process ends.

    Raises: StoreRefused when another process holds it.
    """
    handle = os.open(folder / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            detail = f"another fairtag serves {folder}; stop it first, or use another folder"
            raise StoreRefused(detail) from error
        yield
    finally:
        os.close(handle)

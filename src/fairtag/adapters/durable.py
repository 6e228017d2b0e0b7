"""How does a new file get onto the disk? Whole, with its name, for its owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fairtag.adapters.roots.file import sync_folder


@contextmanager
def created(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file to write; once the block is over it is on disk, and so is its name.

    What fails leaves no half of a file behind.
    Raises: FileExistsError.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    sync_folder(path.absolute().parent)

"""What does the service stand on? The disk with its free space, and the access log's file.

Units: bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from fairtag.adapters.spool import Spool


class FolderGround:
    """Keeps `fairtag.app.house.Ground` for one data folder."""

    def __init__(self, folder: Path, spool: Spool) -> None:
        self._folder = folder
        self._spool = spool

    def free_bytes(self) -> int:
        """Tell the free space where the data are."""
        return shutil.disk_usage(self._folder).free

    def free_share(self) -> float:
        """Tell which share of the disk is free where the data are."""
        told = shutil.disk_usage(self._folder)
        return told.free / told.total if told.total else 1.0

    def check_log(self) -> None:
        """See that the access log's file can be written, and write nothing.

        Raises: LogUnavailable.
        """
        self._spool.check()

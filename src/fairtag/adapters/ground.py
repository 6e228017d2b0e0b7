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

    def check_log(self) -> None:
        """See that the access log's file can be written, and write nothing.

        Raises: LogUnavailable.
        """
        self._spool.check()

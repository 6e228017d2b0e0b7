"""What makes a test's house start fast: tables made once, pages only for who asks for them, and
passwords that cost nothing.
"""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher

from fairtag.adapters.sqlite.engine import driver, writing
from fairtag.adapters.sqlite.migrations import bring_forward
from fairtag.app import sign_in
from fairtag.app.house import House
from fairtag.app.run_service import Pulse
from fairtag.web.device_api.app import DeviceDoor, Receive, Scope, Send
from fairtag.web.site import Site

# A service's own takes a tenth of a second for each password; tests make thousands.
HASHER: Final = sign_in._HASHER
sign_in._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Doors:
    """A site whose pages are made when somebody first asks for one; devices have theirs at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._door = DeviceDoor(house)
        self._site: Site | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/d/"):
            await self._door(scope, receive, send)
            return
        if scope["type"] == "lifespan":  # a service has none either
            await _lived(receive, send)
            return
        await self.site(scope, receive, send)

    @property
    def site(self) -> Site:
        """Give the whole site; made now unless it is there."""
        if self._site is None:
            self._site = Site(self._house, Pulse())
        return self._site

    @property
    def _pages(self) -> Any:  # for tests that list or change the site's own parts
        return self.site._pages

    @property
    def _portal(self) -> Any:
        return self.site._portal


async def _lived(receive: Receive, send: Send) -> None:
    for word in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{word}.complete"})


def lay_tables(folder: Path) -> None:
    """Put a store with every table and no row into a folder that has none."""
    path = folder / "fairtag.db"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(_tables())
    path.chmod(0o600)


@lru_cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "fairtag.db"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = writing(path)
        bring_forward(connection)
        driver(connection).execute("PRAGMA wal_checkpoint(truncate)").close()
        connection.close()
        return path.read_bytes()

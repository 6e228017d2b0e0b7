"""What makes a test's house start fast, and do the same again: tables and pages made once,
passwords that cost nothing, and draws from a seed.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from argon2 import PasswordHasher

from fairtag.adapters.sqlite.engine import driver, writing
from fairtag.adapters.sqlite.migrations import bring_forward
from fairtag.app import sign_in
from fairtag.app.house import House
from fairtag.app.run_service import Pulse
from fairtag.web.console.app import console
from fairtag.web.device_api.app import DeviceDoor, Receive, Scope, Send
from fairtag.web.ops import ops
from fairtag.web.portal.app import portal
from fairtag.web.site import Site
from fairtag.web.wearer_app.app import WearerApp

# A service's own takes a tenth of a second for each password; tests make thousands.
HASHER: Final = sign_in._HASHER
sign_in._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


ADDRESS: Final = "http://127.0.0.1:8080"
_CLOCKED: Final = "/readyz"  # it watches a clock from the moment on at which the pages are made


_DRAWS: Final = random.Random()


def draw_anew(test: str) -> None:
    """Let the houses of a test draw what they drew in its last run of the same seed."""
    _DRAWS.seed(test)


def drawn() -> Callable[[int], bytes]:
    """Give a house's chance: another for each house, and the same again for the same test."""
    return random.Random(_DRAWS.getrandbits(128)).randbytes


class Lodger:
    """Stands for the house whose turn it is, in pages that are older than it is."""

    def __init__(self, house: Any) -> None:
        self.house = house

    def __getattr__(self, name: str) -> Any:
        return getattr(self.house, name)


class Lent(Site):
    """Pages and portal, made once in a process and lent to one house after another.

    Half a second goes into making them, and nothing of a house stays in them but its address.
    """

    def __init__(self) -> None:
        self.lodger: Any = Lodger(SimpleNamespace(address=ADDRESS, clock=_Unmoved()))
        pulse = Pulse()
        self._pages = console(self.lodger, is_judging=lambda: pulse.is_well)
        self._pages.include_router(ops(self.lodger, pulse, metrics_token=""))
        self._portal = portal(self.lodger)
        self.lodger.house = None


class _Unmoved:
    def now(self) -> int:
        return 0


_FREE: Final[list[Lent]] = []
_AT_ONCE: Final = 2  # a house of a module's, and one of a test's


def prepare_pages() -> None:
    """Make the pages that are lent: before any test could change how pages are made."""
    while len(_FREE) < _AT_ONCE:
        _FREE.append(Lent())


class Doors:
    """A site whose pages are there when one is first asked for; devices have theirs at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._door = DeviceDoor(house)
        self._site: Site | None = None
        self._lent: Lent | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/d/"):
            await self._door(scope, receive, send)
            return
        if scope["type"] == "lifespan":  # a service has none either
            await _lived(receive, send)
            self._give_back()
            return
        await self._site_for(scope["path"])(scope, receive, send)

    @property
    def site(self) -> Site:
        """Give a whole site of this house's own; made now unless it is there."""
        self._give_back()
        if self._site is None:
            self._site = Site(self._house, Pulse())
        return self._site

    def _site_for(self, path: str) -> Site:
        if self._site is None and self._lent is None and self._house.address == ADDRESS and _FREE:
            self._lent = _FREE.pop()
            self._lent.lodger.house = self._house
            self._lent._wearer_app = WearerApp(self._house)
        return self.site if self._lent is None or path == _CLOCKED else self._lent

    def _give_back(self) -> None:
        if self._lent is not None:
            self._lent.lodger.house = None
            _FREE.append(self._lent)
            self._lent = None

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

"""How is everything put together? By hand, here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from fairtag.adapters.changes import LoopChanges
from fairtag.adapters.clock import MachineClock
from fairtag.adapters.ground import FolderGround
from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.notify import MailNotifier, NoNotifier, WebhookNotifier, signing_key
from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.adapters.vault import KeyVault
from fairtag.app.charter import is_rehearsal
from fairtag.app.house import House
from fairtag.app.ports import Clock, Notifier
from fairtag.app.set_duty import check_address
from fairtag.settings import Settings, settings_of

_CLOCK = MachineClock()


@contextmanager
def open_house(
    data: Path,
    *,
    kind: Literal["service", "demo"] | None = None,
    clock: Clock = _CLOCK,
    address: str | None = None,
    speed: float = 1.0,
) -> Iterator[House]:
    """Open the data folder, making it when it is not there.

    Raises: StoreRefused, UsageError.
    """
    settings = settings_of(data)
    if settings.webhook_secret:
        signing_key(settings.webhook_secret)  # a wrong one is said now, not at the first alarm
    if settings.inspector_to:
        check_address(settings.inspector_to)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = KeyStore(data / "keys", chance=os.urandom)
    vault = KeyVault(keys, chance=os.urandom)
    store = SqliteStore(data, vault=vault, kind=kind)
    try:
        yield House(
            store=store,
            clock=clock,
            vault=vault,
            changes=LoopChanges(),
            ground=FolderGround(data, store.spool),
            chance=os.urandom,
            notifier_for=lambda to: _notifier(to, settings, clock),
            address=address or settings.address,
            speed=speed,
            is_demo=store.kind == "demo",
            is_rehearsal=is_rehearsal(),
            inspector_to=settings.inspector_to,
        )
    finally:
        store.close()
        keys.close()


def _notifier(to: str, settings: Settings, clock: Clock) -> Notifier:
    if to.startswith("mailto:") and settings.mail_host:
        return MailNotifier(
            host=settings.mail_host,
            port=settings.mail_port,
            sender=settings.mail_from,
            security=settings.mail_security,
            clock=clock,
        )
    if to.startswith(("https://", "http://")) and settings.webhook_secret:
        return WebhookNotifier(key=signing_key(settings.webhook_secret), clock=clock)
    return NoNotifier()

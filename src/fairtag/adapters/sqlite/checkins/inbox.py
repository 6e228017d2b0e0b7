"""What was a device given to show, and under which number?"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.checkins.tables import device_inbox
from fairtag.app.checkins.asking import Given, Item
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


class SqliteInbox:
    """Keeps the part of `AskingBook` that is about what devices show."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def give(self, device_id: DeviceId, kind: Item, ref: str, *, at: Micros) -> int:
        """Number something for a device to show; the same thing keeps its number."""
        told = {"device_id": device_id, "kind": kind, "ref": ref, "at": at}
        self._db.execute(insert(device_inbox).values(**told).on_conflict_do_nothing())
        wanted = select(device_inbox.c.n).where(
            device_inbox.c.device_id == device_id,
            device_inbox.c.kind == kind,
            device_inbox.c.ref == ref,
        )
        return int(self._db.execute(wanted).scalar_one())

    def given(self, device_id: DeviceId, *, after: int) -> list[Given]:
        """List what a device was given beyond a number, in order."""
        wanted = select(device_inbox).where(
            device_inbox.c.device_id == device_id, device_inbox.c.n > after
        )
        return [
            Given(n=row.n, kind=row.kind, ref=row.ref, at=Micros(row.at))
            for row in self._db.execute(wanted.order_by(device_inbox.c.n))
        ]

    def was_given(self, device_id: DeviceId, kind: Item, ref: str) -> bool:
        """Tell whether a device was ever given something."""
        wanted = select(device_inbox.c.n).where(
            device_inbox.c.device_id == device_id,
            device_inbox.c.kind == kind,
            device_inbox.c.ref == ref,
        )
        return self._db.execute(wanted).first() is not None

    def forget_given(self, before: Micros) -> int:
        """Forget prompts and messages that devices were given long ago; tells how many."""
        old = delete(device_inbox).where(
            device_inbox.c.at < before, device_inbox.c.kind.in_(("prompt", "message"))
        )
        return self._db.execute(old).rowcount

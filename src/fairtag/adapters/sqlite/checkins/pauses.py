"""Which pauses does a wearer have, and which orders must be reviewed early for their sake?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from fairtag.adapters.sqlite.checkins.tables import prompt_pauses, prompts, review_calls
from fairtag.adapters.sqlite.orders import versions
from fairtag.app.checkins.asking import Pause
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.errors import UnknownOrder
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros


class SqlitePauses:
    """Keeps the part of `AskingBook` that is about pauses."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def pause(self, pause: Pause) -> None:
        """Store a pause; prompts of its time become void."""
        sealed = b""
        if pause.text:
            sealed = self._vault.seal(
                pause.text.encode(),
                wearer_id=pause.wearer_id,
                kind=RecordKind.TEXT,
                at=pause.recorded_at,
                row=f"pause/{pause.pause_id}",
            )
        self._db.execute(
            insert(prompt_pauses).values(
                pause_id=pause.pause_id,
                owner=pause.wearer_id,
                kind=pause.kind,
                start=pause.start,
                ask_until=pause.ask_until,
                free_until=pause.free_until,
                recorded_at=pause.recorded_at,
                alert_id=pause.alert_id,
                sealed=sealed,
            )
        )
        until = max(pause.asked_again(), pause.counts_again())
        touched = update(prompts).where(
            prompts.c.wearer_id == pause.wearer_id,
            prompts.c.at < until,
            prompts.c.until > pause.start,
            prompts.c.at > pause.start - DAY,
            prompts.c.is_void == 0,
        )
        self._db.execute(touched.values(is_void=1))

    def end_pause(self, pause_id: str, *, at: Micros, by: str) -> None:
        """End a pause that lasts until a person decides."""
        wanted = update(prompt_pauses).where(prompt_pauses.c.pause_id == pause_id)
        open_one = wanted.where(prompt_pauses.c.ended_at.is_(None))
        self._db.execute(open_one.values(ended_at=at, ended_by=by))

    def pauses(
        self,
        wearer_id: WearerId | None = None,
        *,
        is_open: bool = False,
        since: Micros | None = None,
    ) -> list[Pause]:
        """List pauses, oldest first, without their texts."""
        wanted = select(prompt_pauses).order_by(prompt_pauses.c.n)
        if wearer_id is not None:
            wanted = wanted.where(prompt_pauses.c.owner == wearer_id)
        if is_open:
            wanted = wanted.where(
                prompt_pauses.c.ended_at.is_(None), prompt_pauses.c.free_until.is_(None)
            )
        if since is not None:
            newer = (prompt_pauses.c.recorded_at >= since, prompt_pauses.c.ended_at >= since)
            wanted = wanted.where(or_(*newer))
        return [pause_from(row) for row in self._db.execute(wanted)]

    def pause_text(self, pause_id: str) -> str:
        """Open what the wearer said."""
        wanted = select(prompt_pauses).where(prompt_pauses.c.pause_id == pause_id)
        row = self._db.execute(wanted).one()
        if not row.sealed:
            return ""
        return self._vault.unseal(
            row.sealed,
            wearer_id=row.owner,
            kind=RecordKind.TEXT,
            at=row.recorded_at,
            row=f"pause/{pause_id}",
        ).decode()

    def call_review(
        self, order_id: OrderId, *, by_date: str, recorded_at: Micros, alert_id: AlertId
    ) -> None:
        """Say that an order must be reviewed early, and by when.

        Raises: UnknownOrder.
        """
        wanted = select(versions.c.wearer_id).where(versions.c.order_id == order_id)
        row = self._db.execute(wanted).first()
        if row is None:
            raise UnknownOrder(order_id)
        told: dict[str, Any] = {"order_id": order_id, "owner": row.wearer_id, "by_date": by_date}
        told |= {"recorded_at": recorded_at, "alert_id": alert_id}
        self._db.execute(insert(review_calls).values(**told))


def pause_from(row: Row[Any]) -> Pause:
    """Read a row, without its text."""
    return Pause(
        pause_id=row.pause_id,
        wearer_id=WearerId(row.owner),
        kind=row.kind,
        start=Micros(row.start),
        ask_until=None if row.ask_until is None else Micros(row.ask_until),
        free_until=None if row.free_until is None else Micros(row.free_until),
        recorded_at=Micros(row.recorded_at),
        alert_id=None if row.alert_id is None else AlertId(row.alert_id),
        ended_at=None if row.ended_at is None else Micros(row.ended_at),
    )

"""Where are alerts? In rows that can't be deleted and only move forward, with every act beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.guards import guard_alerts
from fairtag.adapters.sqlite.orders import versions
from fairtag.adapters.sqlite.people import people
from fairtag.adapters.sqlite.schema import metadata
from fairtag.alerts.model import Alert, AlertAct, ContactNote, DutyEntry
from fairtag.app.notices import QueuedNotice
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.intake.messages import Position
from fairtag.terms.errors import UnknownAlert
from fairtag.terms.ids import AlertId, DeviceId, FindingId, OrderId, WearerId
from fairtag.terms.instants import Micros

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("order_id", String),
    Column("wearer_id", String),
    Column("device_id", String),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("state", String, nullable=False),
    Column("raised_at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # no place and no name in it
)
Index("alerts_open", alerts.c.state, alerts.c.order_id)
Index("alerts_about", alerts.c.kind, alerts.c.order_id, alerts.c.device_id)
gathered = Table(
    "alert_findings",
    metadata,
    Column("finding_id", String, primary_key=True),
    Column("alert_id", String, primary_key=True),
)
acts = Table(
    "alert_acts",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("alert_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("owner", String, nullable=False),  # whose key the reason is sealed under
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
)
evidence = Table(
    "alert_evidence",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
duty = Table(
    "duty",
    metadata,
    Column("step", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("urgency", String, nullable=False),
    Column("to", String, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("sent_at", Integer),
)
Index("outbox_waiting", outbox.c.sent_at, outbox.c.due_at)

guard_alerts(alerts, acts, contacts)

_ALERT = msgspec.json.Decoder(Alert)
_HOUSE = WearerId("house")
_EVIDENCE_MOST = 2000  # positions kept with an alert; a matter of many days keeps its newest
_URGENCY = case({"urgent": 0, "normal": 1}, value=alerts.c.priority, else_=2)


class SqliteAlertBook:
    """Keeps `fairtag.app.alert_book.AlertBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def put(self, alert: Alert) -> None:
        """Insert an alert or replace its current state."""
        values = {
            "order_id": alert.order_id,
            "wearer_id": alert.wearer_id,
            "device_id": alert.device_id,
            "kind": alert.kind,
            "recipient": alert.recipient,
            "priority": alert.priority,
            "state": alert.state,
            "raised_at": alert.raised_at,
            "body": msgspec.json.encode(alert),
        }
        known = update(alerts).where(alerts.c.alert_id == alert.alert_id).values(**values)
        if self._db.execute(known).rowcount == 0:
            self._db.execute(insert(alerts).values(alert_id=alert.alert_id, **values))
        for finding_id in alert.findings:
            held = insert(gathered).values(finding_id=finding_id, alert_id=alert.alert_id)
            self._db.execute(held.on_conflict_do_nothing())

    def get(self, alert_id: AlertId) -> Alert:
        """Give one.

        Raises: UnknownAlert.
        """
        row = self._db.execute(select(alerts.c.body).where(alerts.c.alert_id == alert_id)).first()
        if row is None:
            raise UnknownAlert(alert_id)
        return _ALERT.decode(row.body)

    def open_for(self, order_id: OrderId | None, device_id: DeviceId | None = None) -> list[Alert]:
        """List raised and acknowledged alerts of an order, or of no order."""
        wanted = select(alerts.c.body).where(
            alerts.c.state.in_(("raised", "acknowledged")),
            alerts.c.order_id.is_(None) if order_id is None else alerts.c.order_id == order_id,
        )
        if device_id is not None:
            wanted = wanted.where(alerts.c.device_id == device_id)
        found = self._db.execute(wanted.order_by(alerts.c.raised_at, alerts.c.alert_id))
        return [_ALERT.decode(row.body) for row in found]

    def holding(self, finding_id: FindingId) -> list[Alert]:
        """List alerts that a finding is in, closed ones too."""
        wanted = (
            select(alerts.c.body)
            .join(gathered, gathered.c.alert_id == alerts.c.alert_id)
            .where(gathered.c.finding_id == finding_id)
        )
        return [_ALERT.decode(row.body) for row in self._db.execute(wanted)]

    def last_about(
        self, kind: str, *, order_id: OrderId | None, device_id: DeviceId | None
    ) -> Alert | None:
        """Give the newest alert of a kind about an order and device."""
        wanted = (
            select(alerts.c.body)
            .where(
                alerts.c.kind == kind,
                alerts.c.order_id.is_not_distinct_from(order_id),
                alerts.c.device_id.is_not_distinct_from(device_id),
            )
            .order_by(alerts.c.raised_at.desc(), alerts.c.alert_id.desc())
            .limit(1)
        )
        row = self._db.execute(wanted).first()
        return None if row is None else _ALERT.decode(row.body)

    def listed(
        self,
        *,
        states: Sequence[str],
        recipient: str | None = None,
        limit: int = 500,
        only_urgent_or: Sequence[str] | None = None,
    ) -> list[Alert]:
        """List alerts, most urgent and oldest first."""
        wanted = select(alerts.c.body).where(alerts.c.state.in_(states))
        if recipient is not None:
            wanted = wanted.where(alerts.c.recipient == recipient)
        if only_urgent_or is not None:
            is_urgent = alerts.c.priority == "urgent"
            wanted = wanted.where(or_(is_urgent, alerts.c.kind.in_(only_urgent_or)))
        ordered = wanted.order_by(_URGENCY, alerts.c.raised_at, alerts.c.alert_id).limit(limit)
        return [_ALERT.decode(row.body) for row in self._db.execute(ordered)]

    def add_act(self, act: AlertAct) -> None:
        """Append what happened to an alert; free text is sealed."""
        owner = self.get(act.alert_id).wearer_id or _HOUSE
        bare = msgspec.structs.replace(act, reason="")
        # Nothing said, nothing sealed: a key that seals nothing would cost an fsync each.
        row = f"act/{act.alert_id}"
        sealed = self._seal(act.reason, owner, act.at, row) if act.reason else None
        self._db.execute(
            insert(acts).values(
                alert_id=act.alert_id,
                at=act.at,
                owner=owner,
                body=msgspec.json.encode(bare),
                sealed=sealed,
            )
        )

    def acts(self, alert_id: AlertId, *, bare: bool = False) -> list[AlertAct]:
        """List what happened to an alert, oldest first; `bare`: reasons stay sealed."""
        found = []
        wanted = select(acts).where(acts.c.alert_id == alert_id).order_by(acts.c.n)
        for row in self._db.execute(wanted):
            act = msgspec.json.decode(row.body, type=AlertAct)
            reason = ""
            if row.sealed is not None and not bare:
                reason = self._unseal(row.sealed, row.owner, row.at, f"act/{alert_id}")
            found.append(msgspec.structs.replace(act, reason=reason))
        return found

    def keep_evidence(
        self, alert_id: AlertId, *, wearer_id: WearerId, at: Micros, sealed_from: bytes
    ) -> None:
        """Add to the sealed copy of the deciding positions; what was kept before stays."""
        kept = msgspec.json.decode(self.evidence(alert_id), type=list[Position])
        new = msgspec.json.decode(sealed_from, type=list[Position])
        known = {msgspec.json.encode(one): one for one in (*kept, *new)}
        both = sorted(known.values(), key=lambda one: one.at)[-_EVIDENCE_MOST:]
        sealed = self._vault.seal(
            msgspec.json.encode(both),
            wearer_id=wearer_id,
            kind=RecordKind.EVIDENCE,
            at=at,
            row=f"evidence/{alert_id}",
        )
        values = {"wearer_id": wearer_id, "at": at, "sealed": sealed}
        fresh = insert(evidence).values(alert_id=alert_id, **values)
        self._db.execute(fresh.on_conflict_do_update(index_elements=["alert_id"], set_=values))

    def evidence(self, alert_id: AlertId) -> bytes:
        """Open the deciding positions; empty when there are none."""
        row = self._db.execute(select(evidence).where(evidence.c.alert_id == alert_id)).first()
        if row is None:
            return b"[]"
        return self._vault.unseal(
            row.sealed,
            wearer_id=row.wearer_id,
            kind=RecordKind.EVIDENCE,
            at=row.at,
            row=f"evidence/{alert_id}",
        )

    def add_contact(self, note: ContactNote) -> None:
        """Log a call or visit; free text is sealed."""
        owner = self._wearer(note)
        self._db.execute(
            insert(contacts).values(
                order_id=note.order_id,
                at=note.at,
                owner=owner,
                body=msgspec.json.encode(msgspec.structs.replace(note, text="")),
                sealed=self._seal(note.text, owner, note.at, f"contact/{note.order_id}"),
            )
        )

    def contacts(self, order_id: OrderId, *, bare: bool = False) -> list[ContactNote]:
        """List calls and visits, newest first; `bare`: what was said stays sealed."""
        found = []
        wanted = select(contacts).where(contacts.c.order_id == order_id)
        for row in self._db.execute(wanted.order_by(contacts.c.n.desc())):
            note = msgspec.json.decode(row.body, type=ContactNote)
            if not bare:
                told = self._unseal(row.sealed, row.owner, row.at, f"contact/{order_id}")
                note = msgspec.structs.replace(note, text=told)
            found.append(note)
        return found

    def contacts_counted(self) -> dict[OrderId, int]:
        """Count calls and visits of each order, without opening them."""
        wanted = select(contacts.c.order_id, func.count().label("number"))
        found = self._db.execute(wanted.group_by(contacts.c.order_id))
        return {OrderId(row.order_id): row.number for row in found}

    def duty(self) -> list[DutyEntry]:
        """List who is on duty, first to last; whose account is closed is on duty no more."""
        steps = ("first", "second", "supervisor")
        wanted = (
            select(duty.c.body)
            .join(people, people.c.user_id == duty.c.user_id)
            .where(people.c.disabled_at.is_(None))
        )
        found = [msgspec.json.decode(row.body, type=DutyEntry) for row in self._db.execute(wanted)]
        return sorted(found, key=lambda entry: steps.index(entry.step))

    def set_duty(self, entries: Sequence[DutyEntry]) -> None:
        """Replace the roster."""
        self._db.execute(delete(duty))
        for entry in entries:
            body = msgspec.json.encode(entry)
            self._db.execute(insert(duty).values(step=entry.step, user_id=entry.user_id, body=body))

    def queue_notice(self, notice: QueuedNotice) -> None:
        """Put a notice into the outbox, unless the same one still waits there."""
        same = select(outbox.c.n).where(
            outbox.c.alert_id == notice.alert_id,
            outbox.c.to == notice.to,
            outbox.c.urgency == notice.urgency,
            outbox.c.sent_at.is_(None),
        )
        if self._db.execute(same).first() is not None:
            return
        self._db.execute(
            insert(outbox).values(
                alert_id=notice.alert_id,
                urgency=notice.urgency,
                to=notice.to,
                due_at=notice.due_at,
                tries=0,
            )
        )

    def notices_due(self, *, at: Micros, limit: int = 50) -> list[QueuedNotice]:
        """List unsent notices that are due, urgent ones first."""
        wanted = select(outbox).where(outbox.c.sent_at.is_(None), outbox.c.due_at <= at)
        ordered = wanted.order_by(outbox.c.urgency.desc(), outbox.c.n).limit(limit)
        return [_notice(row) for row in self._db.execute(ordered)]

    def notices_failing(self, *, tries: int) -> int:
        """Count unsent notices that failed at least so many times."""
        wanted = select(func.count()).where(outbox.c.sent_at.is_(None), outbox.c.tries >= tries)
        return int(self._db.execute(wanted).scalar() or 0)

    def notice_done(self, notice_id: int, *, sent_at: Micros | None, next_at: Micros) -> None:
        """Mark a notice as handed over, or say when to try again."""
        self._db.execute(
            update(outbox)
            .where(outbox.c.n == notice_id)
            .values(sent_at=sent_at, due_at=next_at, tries=outbox.c.tries + 1)
        )

    def _wearer(self, note: ContactNote) -> WearerId:
        """Tell whose key a note is sealed under: it ends with the wearer's record."""
        wanted = select(versions.c.wearer_id).where(versions.c.order_id == note.order_id)
        known = self._db.execute(wanted.limit(1)).scalar()
        if known is None and note.alert_id is not None:
            known = self.get(note.alert_id).wearer_id
        return WearerId(known or _HOUSE)

    def _seal(self, told: str, owner: WearerId, at: Micros, row: str) -> bytes:
        return self._vault.seal(
            told.encode(), wearer_id=owner, kind=RecordKind.TEXT, at=at, row=row
        )

    def _unseal(self, sealed: bytes, owner: str, at: int, row: str) -> str:
        return self._vault.unseal(
            sealed, wearer_id=WearerId(owner), kind=RecordKind.TEXT, at=Micros(at), row=row
        ).decode()


def _notice(row: Row[Any]) -> QueuedNotice:
    return QueuedNotice(
        notice_id=row.n,
        alert_id=row.alert_id,
        urgency=row.urgency,
        to=row.to,
        due_at=row.due_at,
        tries=row.tries,
    )

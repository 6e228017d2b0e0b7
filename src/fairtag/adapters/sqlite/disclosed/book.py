"""Where are disclosures and their recipients? In rows that stand as they were written."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, insert, select

from fairtag.adapters.sqlite.disclosed.tables import disclosure_steps, disclosures, recipients
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.disclosure.course import Asked, How, Step
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.refusals import RecipientRefused, UnknownDisclosure
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_TEXTS = ("asked_by", "authority", "case_ref", "purpose")


class SqliteDisclosureBook:
    """Keeps `fairtag.app.disclosure.book.DisclosureBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def register(self, recipient: Recipient, *, by: str, second: str) -> str:
        """Add a body's newest entry of the register."""
        body = msgspec.json.encode(recipient, order="deterministic")
        row = {"recipient_id": recipient.recipient_id, "body": body, "by": by, "second": second}
        self._db.execute(insert(recipients).values(**row))
        return _digest(by, second, body)

    def recipients(self) -> list[Recipient]:
        """List the newest entry of each body, by reference."""
        rows = self._db.execute(select(recipients).order_by(recipients.c.n))
        newest = {row.recipient_id: row.body for row in rows}
        return [msgspec.json.decode(newest[name], type=Recipient) for name in sorted(newest)]

    def recipient(self, recipient_id: str) -> Recipient:
        """Give one.

        Raises: RecipientRefused.
        """
        wanted = select(recipients.c.body).where(recipients.c.recipient_id == recipient_id)
        row = self._db.execute(wanted.order_by(recipients.c.n.desc()).limit(1)).first()
        if row is None:
            raise RecipientRefused(f"{recipient_id} is not in the register")
        return msgspec.json.decode(row.body, type=Recipient)

    def ask(self, asked: Asked) -> str:
        """Store what is asked for."""
        texts = {name: getattr(asked, name) for name in _TEXTS}
        body = msgspec.json.encode(msgspec.structs.replace(asked, **dict.fromkeys(_TEXTS, "")))
        sealed = self._seal(texts, asked.wearer_id, asked.at, f"disclosure/{asked.disclosure_id}")
        row = {
            "disclosure_id": asked.disclosure_id,
            "owner": asked.wearer_id,
            "at": asked.at,
            "body": body,
            "sealed": sealed,
        }
        self._db.execute(insert(disclosures).values(**row))
        return _digest(asked.wearer_id, str(asked.at), body, sealed)

    def add(self, step: Step) -> str:
        """Store what was done next.

        Raises: UnknownDisclosure.
        """
        owner = WearerId(self._row(step.disclosure_id).owner)
        body = msgspec.json.encode(msgspec.structs.replace(step, told={}))
        bound = f"disclosure-step/{step.disclosure_id}/{step.what}"
        sealed = self._seal(step.told, owner, step.at, bound)
        row = {
            "disclosure_id": step.disclosure_id,
            "what": step.what,
            "owner": owner,
            "at": step.at,
            "body": body,
            "sealed": sealed,
        }
        self._db.execute(insert(disclosure_steps).values(**row))
        return _digest(owner, str(step.at), body, sealed)

    def get(self, disclosure_id: str) -> tuple[Asked, tuple[Step, ...]]:
        """Give a disclosure and its steps.

        Raises: UnknownDisclosure.
        """
        row = self._row(disclosure_id)
        texts = self._unseal(row, f"disclosure/{disclosure_id}")
        bare = msgspec.json.decode(row.body, type=Asked)
        asked = msgspec.structs.replace(bare, **texts)
        return asked, tuple(self._told(one) for one in self._steps(disclosure_id))

    def listed(
        self, *, wearer_id: WearerId | None = None, how: How | None = None
    ) -> list[tuple[Asked, tuple[Step, ...]]]:
        """List disclosures, newest first, without their texts."""
        wanted = select(disclosures).order_by(disclosures.c.n.desc())
        if wearer_id is not None:
            wanted = wanted.where(disclosures.c.owner == wearer_id)
        rows = self._db.execute(wanted).all()
        found = (msgspec.json.decode(row.body, type=Asked) for row in rows)
        return [
            (
                asked,
                tuple(
                    msgspec.json.decode(one.body, type=Step)
                    for one in self._steps(asked.disclosure_id)
                ),
            )
            for asked in found
            if how in (None, asked.how)
        ]

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every row is."""
        found = [
            ("recipient", row.recipient_id, _digest(row.by, row.second, row.body))
            for row in self._all(recipients)
        ]
        found += [("asked", row.disclosure_id, _of(row)) for row in self._all(disclosures)]
        return found + [
            (row.what, row.disclosure_id, _of(row)) for row in self._all(disclosure_steps)
        ]

    def _all(self, table: Table) -> list[Row[Any]]:
        return list(self._db.execute(select(table).order_by(table.c.n)).all())

    def _row(self, disclosure_id: str) -> Row[Any]:
        wanted = select(disclosures).where(disclosures.c.disclosure_id == disclosure_id)
        found = self._db.execute(wanted).first()
        if found is None:
            raise UnknownDisclosure(disclosure_id)
        return found

    def _steps(self, disclosure_id: str) -> list[Row[Any]]:
        wanted = select(disclosure_steps).where(disclosure_steps.c.disclosure_id == disclosure_id)
        return list(self._db.execute(wanted.order_by(disclosure_steps.c.n)).all())

    def _told(self, row: Row[Any]) -> Step:
        bare = msgspec.json.decode(row.body, type=Step)
        told = self._unseal(row, f"disclosure-step/{row.disclosure_id}/{row.what}")
        return msgspec.structs.replace(bare, told=told)

    def _seal(self, told: dict[str, str], owner: WearerId, at: Micros, row: str) -> bytes:
        return self._vault.seal(
            msgspec.json.encode(told), wearer_id=owner, kind=RecordKind.TEXT, at=at, row=row
        )

    def _unseal(self, row: Row[Any], bound: str) -> dict[str, str]:
        plain = self._vault.unseal(
            row.sealed, wearer_id=row.owner, kind=RecordKind.TEXT, at=row.at, row=bound
        )
        return msgspec.json.decode(plain, type=dict[str, str])


def _of(row: Row[Any]) -> str:
    return _digest(row.owner, str(row.at), row.body, row.sealed)


def _digest(*parts: str | bytes) -> str:
    """Name a row as it stands; each part has its length before it, so that none can move."""
    told = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode()
        told.update(len(raw).to_bytes(8) + raw)
    return told.hexdigest()

"""Where are the pictures that answers are compared with, and who was asked for some?

Each picture has a key of its own, and so has each template: what is taken away ends in every copy.
"""

from __future__ import annotations

import hashlib
from collections import Counter

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.answers.book import name_frames
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.checkins.book import WANTED, EnrolledPicture, Invitation
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.faces.model import Template
from fairtag.faces.refusals import UnknownEnrolment
from fairtag.retention.due import DataKey
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

enrolments = Table(
    "enrolments",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("picture_id", String, nullable=False, unique=True),
    Column("invitation_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("period", String, nullable=False, index=True),
    Column("told", LargeBinary, nullable=False),  # sealed too: where it comes from, its quality
    Column("sealed", LargeBinary, nullable=False),
)
templates = Table(
    "enrolled_templates",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("picture_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("period", String, nullable=False, index=True),
    Column("engine", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
invitations = Table(
    "enrolment_invitations",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("invitation_id", String, nullable=False, unique=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("order_id", String, nullable=False),
    Column("device_id", String),
    Column("at", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("tries", Integer, nullable=False),
)

_TOLD = msgspec.json.Decoder(EnrolledPicture)
_TEMPLATE = msgspec.json.Decoder(Template)
_INVITATION = (
    "SELECT invitation_id, wearer_id, order_id, device_id, at, until, by, tries,"
    " (SELECT count(*) FROM enrolments e WHERE e.invitation_id = i.invitation_id)"
    " FROM enrolment_invitations i"
)
_FILLED = f"""
{_INVITATION} WHERE device_id IS NOT NULL
 AND (SELECT count(*) FROM enrolments f WHERE f.invitation_id = i.invitation_id) >= ?
 ORDER BY n DESC LIMIT ?
"""  # noqa: S608 - our own names


class SqliteEnrolmentBook:
    """Keeps `fairtag.app.checkins.book.EnrolmentBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def put(self, told: EnrolledPicture, picture: bytes, template: Template) -> None:
        """Store one."""
        owner, at, of = told.wearer_id, told.added_at, told.picture_id
        period = period_of(RecordKind.ENROLMENT, at, of=of)
        words = self._sealed(msgspec.json.encode(told), owner, at, of, row=f"told/{of}")
        sealed = self._sealed(picture, owner, at, of, row=f"enrolled/{of}")
        self._db.execute(
            "INSERT INTO enrolments"
            " (picture_id, invitation_id, wearer_id, at, period, told, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (of, told.invitation_id, owner, at, period, words, sealed),
        ).close()
        frame = hashlib.sha256(picture).digest()
        name_frames(self._db, self._vault, [frame], wearer_id=owner, at=at, whose=of)
        self._add_template(of, owner, template, at)

    def put_template(self, picture_id: str, template: Template, *, at: Micros) -> None:
        """Store what another engine made of a kept picture, instead of what is there.

        Raises: UnknownEnrolment.
        """
        wanted = "SELECT wearer_id FROM enrolments WHERE picture_id = ?"
        row = self._db.execute(wanted, (picture_id,)).fetchone()
        if row is None:
            raise UnknownEnrolment(f"there is no enrolled picture {picture_id}")
        self.drop_template(picture_id)
        self._add_template(picture_id, WearerId(row[0]), template, at)

    def put_use(self, told: EnrolledPicture) -> None:
        """Say anew what a picture is used for.

        Raises: UnknownEnrolment.
        """
        owner, at, of = told.wearer_id, told.added_at, told.picture_id
        words = self._sealed(msgspec.json.encode(told), owner, at, of, row=f"told/{of}")
        changed = "UPDATE enrolments SET told = ? WHERE picture_id = ?"
        if self._db.execute(changed, (words, of)).rowcount == 0:
            raise UnknownEnrolment(f"there is no enrolled picture {of}")

    def listed(self, wearer_id: WearerId) -> list[EnrolledPicture]:
        """List a wearer's, newest first; no content."""
        wanted = "SELECT picture_id, at, told FROM enrolments WHERE wearer_id = ? ORDER BY n DESC"
        return [
            _TOLD.decode(self._opened(told, wearer_id, at, of, row=f"told/{of}"))
            for of, at, told in self._db.execute(wanted, (wearer_id,)).fetchall()
            if not self._is_shut(wearer_id, at, of)
        ]

    def in_use(self, wearer_id: WearerId) -> list[EnrolledPicture]:
        """List the wearer's newest full set, newest first; every picture when there is none."""
        mine = [one for one in self.listed(wearer_id) if one.use == "in_use"]
        sizes = Counter(one.invitation_id for one in mine)  # in the order of the newest picture
        full = [name for name, size in sizes.items() if size >= WANTED]
        return [one for one in mine if one.invitation_id == full[0]] if full else mine

    def templates(self, wearer_id: WearerId, *, of: str | None = None) -> list[Template]:
        """Open the templates of what is in use, or `of` one invitation; for comparing only."""
        wanted = (
            "SELECT picture_id, engine, at, sealed FROM enrolled_templates"
            " WHERE wearer_id = ? ORDER BY n"
        )
        rows = self._db.execute(wanted, (wearer_id,)).fetchall()
        closed, whole = shut(self._db), self._names(wearer_id, of)
        found = []
        for picture_id, engine, at, sealed in rows:
            of = _template_id(picture_id, engine, at)
            is_closed = is_shut(closed, wearer_id, RecordKind.TEMPLATE, Micros(at), of=of)
            if is_closed or picture_id not in whole:
                continue
            plain = self._vault.unseal(
                sealed,
                wearer_id=wearer_id,
                kind=RecordKind.TEMPLATE,
                at=Micros(at),
                row=f"template/{of}",
                of=of,
            )
            found.append(_TEMPLATE.decode(plain))
        return found

    def pictures(self, wearer_id: WearerId, *, of: str | None = None) -> list[bytes]:
        """Open the pictures that are in use, or `of` one invitation, newest first."""
        whole = self._names(wearer_id, of)
        return [picture for name, picture in self.kept(wearer_id) if name in whole]

    def kept(self, wearer_id: WearerId) -> list[tuple[str, bytes]]:
        """Open every picture that is kept of a wearer, newest first, for another engine only."""
        told = "SELECT picture_id, at, sealed FROM enrolments WHERE wearer_id = ? ORDER BY n DESC"
        return [
            (of, self._opened(sealed, wearer_id, at, of, row=f"enrolled/{of}"))
            for of, at, sealed in self._db.execute(told, (wearer_id,)).fetchall()
            if not self._is_shut(wearer_id, at, of)
        ]

    def drop_template(self, picture_id: str) -> None:
        """Take a template away; its picture stays."""
        gone = "DELETE FROM enrolled_templates WHERE picture_id = ?"
        self._db.execute(gone, (picture_id,)).close()

    def remove(self, picture_id: str) -> None:
        """Take one away, with its template; their keys go with the next routine erasure."""
        for table in ("enrolled_templates", "enrolments"):
            told = f"DELETE FROM {table} WHERE picture_id = ?"  # noqa: S608 - our own names
            self._db.execute(told, (picture_id,)).close()
        self._db.execute("DELETE FROM frame_names WHERE whose = ?", (picture_id,)).close()

    def wearers(self) -> list[WearerId]:
        """List who has enrolled pictures."""
        found = self._db.execute("SELECT DISTINCT wearer_id FROM enrolments ORDER BY wearer_id")
        return [WearerId(row[0]) for row in found.fetchall()]

    def invite(self, invitation: Invitation) -> None:
        """Store an invitation."""
        one = invitation
        row = (one.invitation_id, one.wearer_id, one.order_id, one.device_id, one.opened_at)
        self._db.execute(
            "INSERT INTO enrolment_invitations"
            " (invitation_id, wearer_id, order_id, device_id, at, until, by, tries)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, one.until, one.opened_by, one.tries),
        ).close()

    def invitation(self, invitation_id: str) -> Invitation:
        """Give one as it stands.

        Raises: UnknownEnrolment.
        """
        found = self._db.execute(f"{_INVITATION} WHERE invitation_id = ?", (invitation_id,))
        row = found.fetchone()
        if row is None:
            raise UnknownEnrolment(f"there is no invitation {invitation_id}")
        return _invitation(row)

    def invited(self, wearer_id: WearerId, *, at: Micros) -> Invitation | None:
        """Give the wearer's newest invitation that is open and not filled yet."""
        wanted = f"{_INVITATION} WHERE wearer_id = ? ORDER BY n DESC LIMIT 1"
        row = self._db.execute(wanted, (wearer_id,)).fetchone()
        found = None if row is None else _invitation(row)
        is_open = found is not None and found.opened_at <= at < found.until
        return found if is_open and found is not None and not found.is_full else None

    def filled(self, *, most: int) -> list[Invitation]:
        """List invitations to devices that have a full set, newest first."""
        found = self._db.execute(_FILLED, (WANTED, most))
        return [_invitation(row) for row in found.fetchall()]

    def tried(self, invitation_id: str) -> None:
        """Count an upload."""
        told = "UPDATE enrolment_invitations SET tries = tries + 1 WHERE invitation_id = ?"
        self._db.execute(told, (invitation_id,)).close()

    def singles(self) -> list[DataKey]:
        """List the keys of what is stored here."""
        found = self._db.execute(
            "SELECT wearer_id, 'enrolment', period FROM enrolments"
            " UNION ALL SELECT wearer_id, 'template', period FROM enrolled_templates"
        )
        return [
            DataKey(wearer_id=WearerId(owner), kind=RecordKind(kind), period=period)
            for owner, kind, period in found.fetchall()
        ]

    def _names(self, wearer_id: WearerId, of: str | None) -> frozenset[str]:
        """Name the pictures of an invitation; without one, those in use."""
        if of is None:
            return frozenset(one.picture_id for one in self.in_use(wearer_id))
        mine = self.listed(wearer_id)
        return frozenset(one.picture_id for one in mine if one.invitation_id == of)

    def _add_template(
        self, picture_id: str, wearer_id: WearerId, template: Template, at: Micros
    ) -> None:
        of = _template_id(picture_id, template.engine, at)
        sealed = self._vault.seal(
            msgspec.json.encode(template),
            wearer_id=wearer_id,
            kind=RecordKind.TEMPLATE,
            at=at,
            row=f"template/{of}",
            of=of,
        )
        period = period_of(RecordKind.TEMPLATE, at, of=of)
        self._db.execute(
            "INSERT INTO enrolled_templates (picture_id, wearer_id, at, period, engine, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (picture_id, wearer_id, at, period, template.engine, sealed),
        ).close()

    def _sealed(self, plain: bytes, owner: WearerId, at: Micros, of: str, *, row: str) -> bytes:
        kind = RecordKind.ENROLMENT
        return self._vault.seal(plain, wearer_id=owner, kind=kind, at=at, row=row, of=of)

    def _opened(self, sealed: bytes, owner: WearerId, at: int, of: str, *, row: str) -> bytes:
        kind, then = RecordKind.ENROLMENT, Micros(at)
        return self._vault.unseal(sealed, wearer_id=owner, kind=kind, at=then, row=row, of=of)

    def _is_shut(self, owner: WearerId, at: int, of: str) -> bool:
        closed = shut(self._db)
        return is_shut(closed, owner, RecordKind.ENROLMENT, Micros(at), of=of)


def _template_id(picture_id: str, engine: str, at: int) -> str:
    """Name a template so that one of another engine, or made again, has a key of its own."""
    told = f"{picture_id}/{engine}/{at}".encode()
    return f"t_{hashlib.sha256(told).hexdigest()[:24]}"


def _invitation(row: tuple[str, str, str, str | None, int, int, str, int, int]) -> Invitation:
    names = ("invitation_id", "wearer_id", "order_id", "device_id", "opened_at", "until")
    told = dict(zip((*names, "opened_by", "tries", "taken"), row, strict=True))
    return msgspec.convert(told, Invitation)

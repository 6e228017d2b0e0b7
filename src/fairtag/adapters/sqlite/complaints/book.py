"""Where are complaints and what was done about them? Words are sealed under the wearer's key.

The database itself refuses an answer by a person whom the complaint is about.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import (
    DDL,
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
    insert,
    select,
)

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.reviewing.rows import digest, opened, sealed
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.review.complaints.model import Complaint, Step
from fairtag.review.refusals import ComplaintDone, UnknownComplaint
from fairtag.terms.ids import WearerId

complaints = Table(
    "complaints",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("complaint_id", String, nullable=False, unique=True),
    Column("owner", String, nullable=False, index=True),
    Column("about", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
complaint_steps = Table(
    "complaint_steps",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("complaint_id", String, nullable=False),
    Column("what", String, nullable=False),
    Column("by", String, nullable=False),
    Column("about", String, nullable=False),
    Column("owner", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("complaint_id", "what", "about"),  # nothing is done twice
)
keep_as_written(complaints, "a complaint")
keep_as_written(complaint_steps, "what was done about a complaint")


def _refuse(name: str, when: str, told: str) -> None:
    made = (
        f"CREATE TRIGGER {name} BEFORE INSERT ON complaint_steps WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, '{told}'); END"
    )
    event.listen(complaint_steps, "after_create", DDL(made))  # type: ignore[no-untyped-call]


_SAID = "json_extract(CAST(NEW.body AS TEXT), '$.{0}') IS NOT NEW.{0}"
_ITS_OWN = (
    "EXISTS (SELECT 1 FROM complaints AS c WHERE c.complaint_id = NEW.complaint_id"
    " AND c.about = NEW.by) OR EXISTS (SELECT 1 FROM complaint_steps AS s"
    " WHERE s.complaint_id = NEW.complaint_id AND s.what = 'named' AND s.about = NEW.by)"
)
_refuse(
    "complaint_steps_honest",
    " OR ".join(_SAID.format(name) for name in ("complaint_id", "what", "by", "about")),
    "what was done about a complaint says one thing",
)
_refuse(
    "complaint_steps_other",
    f"NEW.what = 'answered' AND ({_ITS_OWN})",
    "whoever a complaint is about does not answer it",
)


class SqliteComplaintBook:
    """Keeps `fairtag.app.complaints.book.ComplaintBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add(self, complaint: Complaint) -> str:
        """Store one; its words are sealed."""
        row = {
            "complaint_id": complaint.complaint_id,
            "owner": complaint.wearer_id,
            "about": complaint.about,
            "at": complaint.at,
            "body": msgspec.json.encode(msgspec.structs.replace(complaint, text="")),
            "sealed": sealed(
                self._vault,
                {"text": complaint.text},
                owner=complaint.wearer_id,
                at=complaint.at,
                row=_bound(complaint.complaint_id),
            ),
        }
        self._db.execute(insert(complaints).values(**row))
        return digest(row)

    def step(self, step: Step) -> str:
        """Store what was done; its words are sealed.

        Raises: ComplaintDone.
        """
        if any((one.what, one.about) == (step.what, step.about) for one in self._steps(step)):
            raise ComplaintDone(f"it was {step.what} before")
        row = {
            "complaint_id": step.complaint_id,
            "what": step.what,
            "by": step.by,
            "about": step.about,
            "owner": step.wearer_id,
            "at": step.at,
            "body": msgspec.json.encode(msgspec.structs.replace(step, text="")),
            "sealed": sealed(
                self._vault,
                {"text": step.text},
                owner=step.wearer_id,
                at=step.at,
                row=_bound(_name(step)),
            ),
        }
        self._db.execute(insert(complaint_steps).values(**row))
        return digest(row)

    def get(self, complaint_id: str) -> tuple[Complaint, tuple[Step, ...]]:
        """Give one and its steps; no words.

        Raises: UnknownComplaint.
        """
        wanted = select(complaints.c.body).where(complaints.c.complaint_id == complaint_id)
        row = self._db.execute(wanted).first()
        if row is None:
            raise UnknownComplaint("no such complaint")
        found = msgspec.json.decode(row.body, type=Complaint)
        return found, self._steps(found)

    def listed(self, wearer_id: WearerId | None = None) -> list[tuple[Complaint, tuple[Step, ...]]]:
        """List complaints, newest first; no words."""
        wanted = select(complaints.c.body).order_by(complaints.c.n.desc())
        if wearer_id is not None:
            wanted = wanted.where(complaints.c.owner == wearer_id)
        found = [msgspec.json.decode(row.body, type=Complaint) for row in self._db.execute(wanted)]
        return [(one, self._steps(one)) for one in found]

    def complained(self, complaint_id: str) -> str:
        """Open what was written."""
        wanted = select(complaints).where(complaints.c.complaint_id == complaint_id)
        return opened(self._vault, self._db.execute(wanted).one(), _bound(complaint_id))["text"]

    def replied(self, complaint_id: str) -> dict[str, str]:
        """Open what was told to the wearer, by step."""
        wanted = select(complaint_steps).where(
            complaint_steps.c.complaint_id == complaint_id,
            complaint_steps.c.what.in_(("acknowledged", "answered")),
        )
        return {
            row.what: opened(self._vault, row, _bound(f"{complaint_id}/{row.what}/"))["text"]
            for row in self._db.execute(wanted)
        }

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every complaint and step is."""
        whole = self._db.execute(select(complaints))
        found = [("recorded", row.complaint_id, digest(row)) for row in whole]
        return found + [
            (row.what, f"{row.complaint_id}/{row.what}/{row.about}", digest(row))
            for row in self._db.execute(select(complaint_steps))
        ]

    def _steps(self, of: Complaint | Step) -> tuple[Step, ...]:
        wanted = select(complaint_steps.c.body).order_by(complaint_steps.c.n)
        found = self._db.execute(wanted.where(complaint_steps.c.complaint_id == of.complaint_id))
        return tuple(msgspec.json.decode(row.body, type=Step) for row in found)


def _name(step: Step) -> str:
    return f"{step.complaint_id}/{step.what}/{step.about}"


def _bound(name: str) -> str:
    return f"complaint/{name}"

"""Where is what two people decide together? Rows that are added and never changed."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Row, String, Table, select
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.review.four_eyes import Mark, Matter, Proposal
from fairtag.terms.errors import UnknownProposal
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_HOUSE = WearerId("house")

proposals = Table(
    "proposals",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("proposal_id", String, nullable=False, unique=True),
    Column("matter", String, nullable=False),
    Column("owner", String, nullable=False),  # whose key the reason is sealed under
    Column("asked_at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
proposal_marks = Table(
    "proposal_marks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("proposal_id", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
keep_as_written(proposals, "a question to a second person")
keep_as_written(proposal_marks, "what became of a question")

_ENDS = ("refused", "withdrawn", "done")


class SqliteProposalBook:
    """Keeps `fairtag.app.four_eyes.book.ProposalBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def ask(self, proposal: Proposal) -> None:
        """Store a question; its reason is sealed."""
        owner = proposal.wearer_id or _HOUSE
        bare = msgspec.structs.replace(proposal, reason="")
        row = f"proposal/{proposal.proposal_id}"
        self._db.execute(
            insert(proposals).values(
                proposal_id=proposal.proposal_id,
                matter=proposal.matter,
                owner=owner,
                asked_at=proposal.asked_at,
                body=msgspec.json.encode(bare),
                sealed=self._seal(proposal.reason, owner, proposal.asked_at, row),
            )
        )

    def mark(self, mark: Mark) -> None:
        """Store what became of one.

        Raises: UnknownProposal.
        """
        owner = WearerId(self._row(mark.proposal_id).owner)
        bare = msgspec.structs.replace(mark, reason="")
        row = f"proposal-mark/{mark.proposal_id}/{mark.state}"
        self._db.execute(
            insert(proposal_marks).values(
                proposal_id=mark.proposal_id,
                state=mark.state,
                owner=owner,
                at=mark.at,
                body=msgspec.json.encode(bare),
                sealed=self._seal(mark.reason, owner, mark.at, row),
            )
        )

    def get(self, proposal_id: str) -> tuple[Proposal, tuple[Mark, ...]]:
        """Give a question and its marks, oldest first.

        Raises: UnknownProposal.
        """
        return self._read(self._row(proposal_id))

    def listed(
        self, *, matter: Matter | None = None, is_open: bool = True
    ) -> list[tuple[Proposal, tuple[Mark, ...]]]:
        """List questions, newest first; by default those without an end mark."""
        wanted = select(proposals).order_by(proposals.c.n.desc())
        if matter is not None:
            wanted = wanted.where(proposals.c.matter == matter)
        if is_open:
            ended = select(proposal_marks.c.proposal_id).where(proposal_marks.c.state.in_(_ENDS))
            wanted = wanted.where(proposals.c.proposal_id.not_in(ended))
        closed = shut(driver(self._db))
        return [
            self._read(row)
            for row in self._db.execute(wanted).all()
            if not is_shut(closed, row.owner, RecordKind.TEXT, Micros(row.asked_at))
        ]

    def acts(self) -> list[tuple[str, str]]:
        """List what was asked and what became of it, nothing unsealed: id, and state."""
        asked = self._db.execute(select(proposals.c.proposal_id)).scalars()
        marks = select(proposal_marks.c.proposal_id, proposal_marks.c.state)
        ended = [(row.proposal_id, row.state) for row in self._db.execute(marks)]
        return [*((one, "asked") for one in asked), *ended]

    def _row(self, proposal_id: str) -> Row[Any]:
        wanted = select(proposals).where(proposals.c.proposal_id == proposal_id)
        found = self._db.execute(wanted).first()
        if found is None:
            raise UnknownProposal(proposal_id)
        return found

    def _read(self, row: Row[Any]) -> tuple[Proposal, tuple[Mark, ...]]:
        bare = msgspec.json.decode(row.body, type=Proposal)
        reason = self._unseal(row.sealed, row, row.asked_at, f"proposal/{row.proposal_id}")
        wanted = select(proposal_marks).where(proposal_marks.c.proposal_id == row.proposal_id)
        marks = self._db.execute(wanted.order_by(proposal_marks.c.n)).all()
        return msgspec.structs.replace(bare, reason=reason), tuple(map(self._read_mark, marks))

    def _read_mark(self, row: Row[Any]) -> Mark:
        bare = msgspec.json.decode(row.body, type=Mark)
        bound = f"proposal-mark/{row.proposal_id}/{row.state}"
        return msgspec.structs.replace(bare, reason=self._unseal(row.sealed, row, row.at, bound))

    def _seal(self, told: str, owner: WearerId, at: Micros, row: str) -> bytes:
        return self._vault.seal(
            told.encode(), wearer_id=owner, kind=RecordKind.TEXT, at=at, row=row
        )

    def _unseal(self, sealed: bytes, row: Row[Any], at: int, bound: str) -> str:
        owner = WearerId(row.owner)
        return self._vault.unseal(
            sealed, wearer_id=owner, kind=RecordKind.TEXT, at=Micros(at), row=bound
        ).decode()

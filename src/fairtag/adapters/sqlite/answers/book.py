"""Where are answers, their pictures, and what people decided about them?

The pictures of an answer have a key of their own. Of each frame a keyed name is kept, so that one
that is sent again is known; the name tells nothing and ends with the wearer's key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import is_shut, shut
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.checkins.book import Answer, Decided
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import DataKey
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

answers = Table(
    "answers",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("answer_id", String, nullable=False, unique=True),
    Column("check_in_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),  # of receipt
    Column("result", String, nullable=False),
    Column("is_sampled", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
answer_pictures = Table(
    "answer_pictures",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("answer_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("period", String, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
answer_decisions = Table(
    "answer_decisions",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("answer_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("outcome", String, nullable=False),
)
frame_names = Table(
    "frame_names",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("whose", String, nullable=False),  # the answer or enrolled picture
    Index("ix_frame_names_wearer_id_name", "wearer_id", "name"),
)
keep_as_written(answers, "an answer")
keep_as_written(answer_decisions, "what people decided about an answer")

_ANSWER = msgspec.json.Decoder(Answer)
_COLUMNS = "answer_id, wearer_id, at, sealed"
_Row = tuple[str, str, int, bytes]
# The newest decision is what stands; a match of the machine stands by itself.
_KEPT = """
SELECT DISTINCT p.wearer_id, p.period, a.result, a.at, d.outcome, d.at,
 (SELECT min(b.at) FROM answers b WHERE b.check_in_id = a.check_in_id AND b.n > a.n)
FROM answer_pictures p JOIN answers a ON a.answer_id = p.answer_id
LEFT JOIN answer_decisions d ON d.n =
 (SELECT max(e.n) FROM answer_decisions e WHERE e.answer_id = a.answer_id)
"""
_TO_REVIEW = f"""
SELECT {_COLUMNS} FROM answers a WHERE (result = 'refer' OR is_sampled = 1)
 AND NOT EXISTS (SELECT 1 FROM answer_decisions d WHERE d.answer_id = a.answer_id)
 AND NOT EXISTS (SELECT 1 FROM answers b WHERE b.check_in_id = a.check_in_id AND b.n > a.n)
 ORDER BY n
"""  # noqa: S608 - our own names


class SqliteAnswerBook:
    """Keeps `fairtag.app.checkins.book.AnswerBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def put(
        self, answer: Answer, pictures: Sequence[bytes], *, frames: Sequence[bytes] = ()
    ) -> None:
        """Store an answer and its pictures, sealed; of `frames` keyed names are kept."""
        owner, at = answer.wearer_id, answer.received_at
        sealed = self._vault.seal(
            msgspec.json.encode(answer),
            wearer_id=owner,
            kind=RecordKind.FINDING,
            at=at,
            row=f"answer/{answer.answer_id}",
        )
        told = (answer.answer_id, answer.check_in_id, owner, at, answer.result)
        self._db.execute(
            "INSERT INTO answers"
            " (answer_id, check_in_id, wearer_id, at, result, is_sampled, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*told, int(answer.is_sampled), sealed),
        ).close()
        for place, picture in enumerate(pictures):
            self._put_picture(answer, place, picture)
        name_frames(self._db, self._vault, frames, wearer_id=owner, at=at, whose=answer.answer_id)

    def _put_picture(self, answer: Answer, place: int, picture: bytes) -> None:
        owner, at, of = answer.wearer_id, answer.received_at, answer.answer_id
        sealed = self._vault.seal(
            picture,
            wearer_id=owner,
            kind=RecordKind.PHOTO,
            at=at,
            row=f"photo/{of}/{place}",
            of=of,
        )
        period = period_of(RecordKind.PHOTO, at, of=of)
        self._db.execute(
            "INSERT INTO answer_pictures (answer_id, wearer_id, at, period, place, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (of, owner, at, period, place, sealed),
        ).close()

    def seen(self, wearer_id: WearerId, frames: Sequence[bytes]) -> list[str | None]:
        """Tell of each frame, by its digest, what of this wearer held it first."""
        told = "SELECT whose FROM frame_names WHERE wearer_id = ? AND name = ? ORDER BY n LIMIT 1"
        found = []
        for frame in frames:
            name = self._vault.name(frame, wearer_id=wearer_id)
            row = self._db.execute(told, (wearer_id, name)).fetchone()
            found.append(None if row is None else str(row[0]))
        return found

    def get(self, answer_id: str) -> Answer:
        """Give one.

        Raises: UnknownCheckIn.
        """
        wanted = f"SELECT {_COLUMNS} FROM answers WHERE answer_id = ?"  # noqa: S608
        row = self._db.execute(wanted, (answer_id,)).fetchone()
        if row is None:
            raise UnknownCheckIn(f"there is no answer {answer_id}")
        return self._opened(row)

    def of_prompt(self, check_in_id: str) -> list[Answer]:
        """List the answers to a prompt, oldest first."""
        wanted = f"SELECT {_COLUMNS} FROM answers WHERE check_in_id = ? ORDER BY n"  # noqa: S608
        return self._all(self._db.execute(wanted, (check_in_id,)).fetchall())

    def to_review(self) -> list[Answer]:
        """List answers that people must look at and that are not decided, oldest first."""
        return self._all(self._db.execute(_TO_REVIEW).fetchall())

    def decided(self, answer_id: str, outcome: str, *, at: Micros) -> None:
        """Say that people decided; from then on its pictures' end is known."""
        told = (
            "INSERT INTO answer_decisions (answer_id, owner, at, outcome)"
            " SELECT answer_id, wearer_id, ?, ? FROM answers WHERE answer_id = ?"
        )
        if self._db.execute(told, (at, outcome, answer_id)).rowcount == 0:
            raise UnknownCheckIn(f"there is no answer {answer_id}")

    def outcome(self, answer_id: str) -> str | None:
        """Tell what people decided last about an answer; None: nobody did."""
        wanted = "SELECT outcome FROM answer_decisions WHERE answer_id = ? ORDER BY n DESC LIMIT 1"
        found = self._db.execute(wanted, (answer_id,)).fetchone()
        return None if found is None else str(found[0])

    def pictures(self, answer_id: str) -> list[bytes]:
        """Open the pictures. Callers log first.

        Raises: SealBroken when they are gone.
        """
        wanted = (
            "SELECT wearer_id, at, place, sealed FROM answer_pictures"
            " WHERE answer_id = ? ORDER BY place"
        )
        rows = self._db.execute(wanted, (answer_id,)).fetchall()
        if not rows and self.get(answer_id).frames:
            raise SealBroken("these pictures went on their date")
        return [
            self._vault.unseal(
                sealed,
                wearer_id=WearerId(owner),
                kind=RecordKind.PHOTO,
                at=Micros(at),
                row=f"photo/{answer_id}/{place}",
                of=answer_id,
            )
            for owner, at, place, sealed in rows
        ]

    def sampled(self) -> dict[str, int]:
        """Count what was said of matches that people looked at blind, by outcome; no one's name."""
        found = self._db.execute(
            "SELECT d.outcome, count(*) FROM answer_decisions d"
            " JOIN answers a ON a.answer_id = d.answer_id"
            " WHERE a.is_sampled = 1 AND d.n ="
            " (SELECT max(e.n) FROM answer_decisions e WHERE e.answer_id = d.answer_id)"
            " GROUP BY d.outcome"
        )
        return dict(found.fetchall())

    def has_pictures(self, answer_id: str) -> bool:
        """Tell whether pictures are kept of an answer; opens none."""
        wanted = "SELECT 1 FROM answer_pictures WHERE answer_id = ? LIMIT 1"
        return self._db.execute(wanted, (answer_id,)).fetchone() is not None

    def singles(self) -> list[tuple[DataKey, Decided | None]]:
        """List the keys of kept pictures, each with what came of its answer; None: undecided."""
        return [
            (
                DataKey(wearer_id=WearerId(owner), kind=RecordKind.PHOTO, period=period),
                _came_of(result, at, outcome, decided_at, again_at),
            )
            for owner, period, result, at, outcome, decided_at, again_at in self._db.execute(_KEPT)
        ]

    def acts(self) -> list[tuple[str, str]]:
        """List every stored answer and decision: a code, and the answer's id; for the log."""
        found = self._db.execute(
            "SELECT 'check_in.answer', answer_id FROM answers"
            " UNION ALL SELECT 'check_in.decided', answer_id FROM answer_decisions"
        )
        return [(what, answer_id) for what, answer_id in found.fetchall()]

    def _all(self, rows: Iterable[_Row]) -> list[Answer]:
        closed = shut(self._db)
        return [
            self._opened(row)
            for row in rows
            if not is_shut(closed, row[1], RecordKind.FINDING, Micros(row[2]))
        ]

    def _opened(self, row: _Row) -> Answer:
        answer_id, owner, at, sealed = row
        told = self._vault.unseal(
            sealed,
            wearer_id=WearerId(owner),
            kind=RecordKind.FINDING,
            at=Micros(at),
            row=f"answer/{answer_id}",
        )
        return _ANSWER.decode(told)


def name_frames(
    db: sqlite3.Connection,
    vault: Vault,
    frames: Sequence[bytes],
    *,
    wearer_id: WearerId,
    at: Micros,
    whose: str,
) -> None:
    """Keep a keyed name of each frame, so that it is known when it comes again."""
    rows = [(wearer_id, at, vault.name(one, wearer_id=wearer_id), whose) for one in frames]
    told = "INSERT INTO frame_names (wearer_id, at, name, whose) VALUES (?, ?, ?, ?)"
    db.executemany(told, rows).close()


def _came_of(
    result: str, at: int, outcome: str | None, decided_at: int | None, again_at: int | None
) -> Decided | None:
    """Tell what stands: the people's word; a match; or that a later answer took its place."""
    if outcome is not None and decided_at is not None:
        # A match that people confirm was a match from the first: its pictures stay no longer.
        since = at if result == outcome == "match" else decided_at
        return Decided(outcome=outcome, at=Micros(since))
    if result == "match":
        return Decided(outcome="match", at=Micros(at))
    return None if again_at is None else Decided(outcome="match", at=Micros(again_at))

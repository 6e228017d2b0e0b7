"""Where are grants, looks, reviews and delays? Rows that are added and never changed."""

from __future__ import annotations

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
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.openings.book import Look, Review
from fairtag.app.ports import Vault
from fairtag.custody.delay import Delay
from fairtag.custody.kinds import RecordKind
from fairtag.custody.opening import Grant, GrantKind
from fairtag.custody.refusals import UnknownGrant
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

grants = Table(
    "grants",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("grant_id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("person", String, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("granted_at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),  # why, in the person's words
)
Index("grants_of", grants.c.person, grants.c.granted_at)
looks = Table(
    "looks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("person", String, nullable=False),
    Column("wearer_id", String, index=True),
    Column("refused", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("looks_of", looks.c.person, looks.c.at)
reviews = Table(
    "grant_reviews",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("grant_id", String, nullable=False, unique=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
delays = Table(
    "notice_delays",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("grant_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
)
keep_as_written(grants, "a grant")
keep_as_written(looks, "a look")
keep_as_written(reviews, "a review")
keep_as_written(delays, "a delay")


class SqliteOpeningBook:
    """Keeps `fairtag.app.openings.book.OpeningBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add(self, grant: Grant, *, reason: str = "") -> None:
        """Store a grant; its reason is sealed."""
        row = f"grant/{grant.grant_id}"
        self._db.execute(
            insert(grants).values(
                grant_id=grant.grant_id,
                kind=grant.kind,
                person=grant.person,
                wearer_id=grant.wearer_id,
                granted_at=grant.granted_at,
                body=msgspec.json.encode(grant),
                sealed=self._seal(reason, grant.wearer_id, grant.granted_at, row),
            )
        )

    def get(self, grant_id: str) -> Grant:
        """Give one.

        Raises: UnknownGrant.
        """
        return msgspec.json.decode(self._grant(grant_id).body, type=Grant)

    def reason(self, grant_id: str) -> str:
        """Open what the person wrote when the grant was made."""
        row = self._grant(grant_id)
        if row.sealed is None:
            return ""
        return self._vault.unseal(
            row.sealed,
            wearer_id=WearerId(row.wearer_id),
            kind=RecordKind.TEXT,
            at=Micros(row.granted_at),
            row=f"grant/{grant_id}",
        ).decode()

    def granted(
        self,
        *,
        person: str | None = None,
        kinds: tuple[GrantKind, ...] = (),
        since: Micros | None = None,
    ) -> list[Grant]:
        """List grants, oldest first."""
        wanted = select(grants.c.body).order_by(grants.c.n)
        if person is not None:
            wanted = wanted.where(grants.c.person == person)
        if kinds:
            wanted = wanted.where(grants.c.kind.in_(kinds))
        if since is not None:
            wanted = wanted.where(grants.c.granted_at > since)
        return [msgspec.json.decode(row.body, type=Grant) for row in self._db.execute(wanted)]

    def looked(self, look: Look) -> None:
        """Write down a look or a refusal."""
        self._db.execute(
            insert(looks).values(
                at=look.at,
                person=look.person,
                wearer_id=look.wearer_id,
                refused=look.refused,
                body=msgspec.json.encode(look),
            )
        )

    def looks(
        self,
        *,
        wearer_id: WearerId | None = None,
        person: str | None = None,
        is_refused: bool | None = None,
        since: Micros | None = None,
        limit: int = 1000,
    ) -> list[Look]:
        """List looks, newest first."""
        wanted = select(looks.c.body).order_by(looks.c.n.desc()).limit(limit)
        if wearer_id is not None:
            wanted = wanted.where(looks.c.wearer_id == wearer_id)
        if person is not None:
            wanted = wanted.where(looks.c.person == person)
        if is_refused is not None:
            wanted = wanted.where(looks.c.refused != "" if is_refused else looks.c.refused == "")
        if since is not None:
            wanted = wanted.where(looks.c.at > since)
        return [msgspec.json.decode(row.body, type=Look) for row in self._db.execute(wanted)]

    def count_looks(self, person: str, *, since: Micros) -> int:
        """Count a person's looks, without refused ones."""
        wanted = select(func.count()).where(
            looks.c.person == person, looks.c.at > since, looks.c.refused == ""
        )
        return int(self._db.execute(wanted).scalar() or 0)

    def review(self, review: Review, *, reason: str, wearer_id: WearerId) -> None:
        """Store what was said about a break-glass opening; the reason is sealed."""
        row = f"grant-review/{review.grant_id}"
        self._db.execute(
            insert(reviews).values(
                grant_id=review.grant_id,
                at=review.at,
                body=msgspec.json.encode(review),
                sealed=self._seal(reason, wearer_id, review.at, row),
            )
        )

    def reviewed(self) -> dict[str, Review]:
        """Give the reviews by grant."""
        found = self._db.execute(select(reviews).order_by(reviews.c.n))
        return {row.grant_id: msgspec.json.decode(row.body, type=Review) for row in found}

    def delay(self, delay: Delay, *, wearer_id: WearerId, reason: str) -> None:
        """Store a delay of a notice; the reason in words is sealed."""
        row = f"notice-delay/{delay.grant_id}/{delay.at}"
        self._db.execute(
            insert(delays).values(
                grant_id=delay.grant_id,
                wearer_id=wearer_id,
                at=delay.at,
                body=msgspec.json.encode(delay),
                sealed=self._seal(reason, wearer_id, delay.at, row),
            )
        )

    def delays(self, *, grant_id: str | None = None) -> list[Delay]:
        """List delays, oldest first."""
        wanted = select(delays.c.body).order_by(delays.c.n)
        if grant_id is not None:
            wanted = wanted.where(delays.c.grant_id == grant_id)
        return [msgspec.json.decode(row.body, type=Delay) for row in self._db.execute(wanted)]

    def delays_about(self, wearer_id: WearerId) -> dict[str, tuple[Delay, ...]]:
        """Give a wearer's delays by grant, each oldest first."""
        wanted = select(delays.c.body).where(delays.c.wearer_id == wearer_id).order_by(delays.c.n)
        found: dict[str, tuple[Delay, ...]] = {}
        for row in self._db.execute(wanted):
            one = msgspec.json.decode(row.body, type=Delay)
            found[one.grant_id] = (*found.get(one.grant_id, ()), one)
        return found

    def _grant(self, grant_id: str) -> Row[Any]:
        found = self._db.execute(select(grants).where(grants.c.grant_id == grant_id)).first()
        if found is None:
            raise UnknownGrant(grant_id)
        return found

    def _seal(self, told: str, wearer_id: WearerId, at: Micros, row: str) -> bytes | None:
        if not told:
            return None
        return self._vault.seal(
            told.encode(), wearer_id=wearer_id, kind=RecordKind.TEXT, at=at, row=row
        )

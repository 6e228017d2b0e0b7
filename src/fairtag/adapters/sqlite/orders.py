"""Where are order versions kept? Immutable and sealed, with suspensions and ends beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
)

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.ordered.facts import facts_of
from fairtag.adapters.sqlite.ordered.stretch import between
from fairtag.adapters.sqlite.prompting.excused import called, excused
from fairtag.adapters.sqlite.schema import metadata
from fairtag.adapters.sqlite.taking.news import tell_changes
from fairtag.app.books import OrderFacts
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.orders.inforce import Mark, MarkWhat, mark_refusal, with_marks, worn
from fairtag.orders.model import CheckIn, Identity, OrderVersion, Review, Ruling
from fairtag.orders.read import is_simulated, reopen
from fairtag.terms.errors import OrderConflict, UnknownOrder
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

versions = Table(
    "order_versions",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("authority_id", String, nullable=False),
    Column("starts_at", Integer, nullable=False),
    Column("ends_at", Integer, nullable=False),
    Column("review_by", String, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("recorded_at", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("asks", Integer, nullable=False, server_default="1"),  # 0: it asks no check-in
)
Index("order_versions_asking", versions.c.wearer_id, sqlite_where=versions.c.asks == 1)
marks = Table(
    "order_marks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("recorded_at", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
# That an order was reviewed, and by when again.
reviews = Table(
    "reviews",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("recorded_at", Integer, nullable=False),
    Column("by_date", String, nullable=False),
    Column("by", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
keep_as_written(reviews, "a review")
# What follows from versions and marks, kept ready for the device door.
activations = Table(
    "activations",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("order_id", String, nullable=False, index=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("order_ends_at", Integer, nullable=False),
)

tell_changes(activations, "device_id")

_CLEAR = [column for column in versions.c if column.name not in ("sealed", "asks")]


class SqliteOrderBook:
    """Keeps `fairtag.app.books.OrderBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def put(self, order: OrderVersion) -> None:
        """Store a version; the same bytes again change nothing.

        Raises: OrderConflict.
        """
        stored = self._db.execute(
            select(versions.c.version, versions.c.wearer_id, versions.c.starts_at)
            .where(versions.c.order_id == order.order_id)
            .order_by(versions.c.version)
        ).all()
        if order.version in {row.version for row in stored}:
            if self.version(order.order_id, order.version).source != order.source:
                detail = f"version {order.version} of this order is stored with other content"
                raise OrderConflict(detail)
            return
        if order.version != len(stored) + 1:
            detail = f"the next version of this order is {len(stored) + 1}"
            raise OrderConflict(detail)
        if any(row.wearer_id != order.wearer_id for row in stored):
            raise OrderConflict("a new version can't move an order to another wearer")
        now = order.ruling.recorded_at
        if any(one.what == "end" and one.at <= now for one in self._marks(order.order_id, None)):
            raise OrderConflict("this order was ended; monitoring again takes a new order")
        if stored and stored[-1].starts_at <= now < order.ruling.during.start:
            raise OrderConflict("the order runs; a version that starts later would stop it")
        self._vault.enrol(order.wearer_id, order.authority.id)
        if not is_simulated(order.source):  # from now on no rehearsal may open this store
            self._db.exec_driver_sql("INSERT OR IGNORE INTO house VALUES ('orders', 'live')")
        self._insert(order)
        self._refresh(order.order_id, order.wearer_id)

    def mark(
        self,
        order_id: OrderId,
        what: MarkWhat,
        *,
        at: Micros,
        recorded_at: Micros,
        by: str,
        reason: str,
    ) -> None:
        """Record a suspension, its end, the end of the order, a lapsed review or its end.

        Raises: UnknownOrder; OrderConflict when the order is not in a state for it then.
        """
        newest = self._rows(order_id)[-1]
        wearer_id = newest.wearer_id
        why = mark_refusal(
            Interval(start=newest.starts_at, end=newest.ends_at),
            self._marks(order_id, None),
            Mark(what=what, at=at, recorded_at=recorded_at),
        )
        if why is not None:
            raise OrderConflict(why)
        sealed = self._vault.seal(
            reason.encode(),
            wearer_id=wearer_id,
            kind=RecordKind.TEXT,
            at=recorded_at,
            row=f"mark/{order_id}/{what}/{recorded_at}",
        )
        self._db.execute(
            insert(marks).values(
                order_id=order_id,
                what=what,
                at=at,
                recorded_at=recorded_at,
                by=by,
                sealed=sealed,
            )
        )
        self._refresh(order_id, wearer_id)

    def put_review(
        self, order_id: OrderId, *, by_date: str, recorded_at: Micros, by: str, reason: str
    ) -> None:
        """Record that the order was reviewed, and by when again.

        Raises: UnknownOrder.
        """
        wearer_id = self._rows(order_id)[-1].wearer_id
        sealed = self._vault.seal(
            reason.encode(),
            wearer_id=wearer_id,
            kind=RecordKind.TEXT,
            at=recorded_at,
            row=f"review/{order_id}/{recorded_at}",
        )
        told = {"order_id": order_id, "owner": wearer_id, "recorded_at": recorded_at}
        self._db.execute(insert(reviews).values(**told, by_date=by_date, by=by, sealed=sealed))

    def review(self, order_id: OrderId) -> Review:
        """Tell who must review the order by when.

        Raises: UnknownOrder.
        """
        review = self.version(order_id).review
        return replace(review, by=self.facts(order_id=order_id)[0].review_by)

    def stamp(self, order_id: OrderId) -> tuple[int, int]:
        """Count an order's versions and marks."""
        found = driver(self._db).execute(
            "SELECT (SELECT count(*) FROM order_versions WHERE order_id = ?1),"
            " (SELECT count(*) FROM order_marks WHERE order_id = ?1)",
            (order_id,),
        )
        many, marked = found.fetchone()
        return int(many), int(marked)

    def rulings(self, order_id: OrderId, *, as_of: Micros | None = None) -> tuple[Ruling, ...]:
        """List the versions for the judge, oldest first.

        Raises: UnknownOrder.
        """
        rows = [row for row in self._rows(order_id) if as_of is None or row.recorded_at <= as_of]
        free = excused(self._db, rows[-1].wearer_id, as_of) if rows else ()
        found = [self._open(row).ruling for row in rows]
        if free:
            found = [replace(one, absences=(*one.absences, *free)) for one in found]
        return with_marks(found, self._marks(order_id, as_of))

    def marks(self, order_id: OrderId) -> list[Mark]:
        """List suspensions, their ends and the end, as they were recorded; no reasons."""
        return self._marks(order_id, None)

    def facts(
        self,
        *,
        order_id: OrderId | None = None,
        wearer_id: WearerId | None = None,
        among: tuple[str, str | None] | None = None,
    ) -> list[OrderFacts]:
        """List the newest version of each order; of some only, if named."""
        some: list[ColumnElement[bool]] = []
        if order_id is not None:
            some.append(versions.c.order_id == order_id)
        if wearer_id is not None:
            some.append(versions.c.wearer_id == wearer_id)
        if among is not None:
            some.append(between(versions.c.wearer_id, among))
        wanted = select(*_CLEAR).where(*some).order_by(versions.c.order_id, versions.c.version)
        newest = {row.order_id: row for row in self._db.execute(wanted)}
        chosen = select(versions.c.order_id).where(*some) if some else None
        told: dict[str, list[Mark]] = {}
        for name, mark in self._marked(chosen):
            told.setdefault(name, []).append(mark)
        again = self._reviewed(chosen)
        early = called(self._db, chosen)
        return [
            facts_of(row, told.get(row.order_id, []), again.get(row.order_id), early)
            for row in newest.values()
        ]

    def wearers(self, *, after: str, limit: int) -> list[WearerId]:
        """List wearers who have an order, by their ids, beyond one."""
        wanted = select(versions.c.wearer_id).where(versions.c.wearer_id > after).distinct()
        found = self._db.execute(wanted.order_by(versions.c.wearer_id).limit(limit))
        return [WearerId(row.wearer_id) for row in found]

    def asked(self) -> list[WearerId]:
        """List wearers of whom some version may ask a check-in."""
        wanted = select(versions.c.wearer_id).where(versions.c.asks == 1).distinct()
        return [WearerId(row.wearer_id) for row in self._db.execute(wanted)]

    def identity(self, order_id: OrderId) -> Identity:
        """Open who wears the device."""
        return self.version(order_id).identity

    def version(self, order_id: OrderId, version: int | None = None) -> OrderVersion:
        """Open a whole version (default the newest).

        Raises: UnknownOrder.
        """
        rows = [row for row in self._rows(order_id) if version in (None, row.version)]
        if not rows:
            raise UnknownOrder(order_id)
        return self._open(rows[-1])

    def _insert(self, order: OrderVersion) -> None:
        sealed = self._vault.seal(
            order.source,
            wearer_id=order.wearer_id,
            kind=RecordKind.ORDER,
            at=order.ruling.recorded_at,
            row=f"order/{order.order_id}/{order.version}",
        )
        self._db.execute(
            insert(versions).values(
                order_id=order.order_id,
                version=order.version,
                wearer_id=order.wearer_id,
                authority_id=order.authority.id,
                starts_at=order.ruling.during.start,
                ends_at=order.ruling.during.end,
                review_by=order.review.by,
                time_zone=order.ruling.time_zone,
                recorded_at=order.ruling.recorded_at,
                sealed=sealed,
                asks=int(any(isinstance(one, CheckIn) for one in order.ruling.conditions)),
            )
        )

    def _refresh(self, order_id: OrderId, wearer_id: WearerId) -> None:
        """Write down again who wears what when; a device serves one wearer at a time."""
        self._db.execute(delete(activations).where(activations.c.order_id == order_id))
        rulings = self.rulings(order_id)
        for device_id, span in worn(rulings):
            clash = self._db.execute(
                select(activations.c.order_id).where(
                    activations.c.device_id == device_id,
                    activations.c.start < span.end,
                    activations.c.end > span.start,
                )
            ).first()
            if clash is not None:
                detail = f"device {device_id} serves order {clash.order_id} in that time"
                raise OrderConflict(detail)
            self._db.execute(
                insert(activations).values(
                    device_id=device_id,
                    start=span.start,
                    end=span.end,
                    order_id=order_id,
                    wearer_id=wearer_id,
                    order_ends_at=rulings[-1].during.end,
                )
            )

    def _reviewed(self, chosen: Select[Any] | None) -> dict[str, Row[Any]]:
        """Find the newest review of each order."""
        wanted = select(reviews).order_by(reviews.c.n)
        if chosen is not None:
            wanted = wanted.where(reviews.c.order_id.in_(chosen))
        return {row.order_id: row for row in self._db.execute(wanted)}

    def _rows(self, order_id: OrderId | None) -> list[Row[Any]]:
        wanted = select(versions).order_by(versions.c.order_id, versions.c.version)
        if order_id is not None:
            wanted = wanted.where(versions.c.order_id == order_id)
        rows = self._db.execute(wanted).all()
        if order_id is not None and not rows:
            raise UnknownOrder(order_id)
        return list(rows)

    def _marks(self, order_id: OrderId, as_of: Micros | None) -> list[Mark]:
        found = (mark for _, mark in self._marked((order_id,)))
        return [mark for mark in found if as_of is None or mark.recorded_at <= as_of]

    def _marked(self, chosen: Select[Any] | Sequence[OrderId] | None) -> list[tuple[str, Mark]]:
        wanted = select(marks).order_by(marks.c.n)
        if chosen is not None:
            wanted = wanted.where(marks.c.order_id.in_(chosen))
        return [
            (row.order_id, Mark(what=row.what, at=row.at, recorded_at=row.recorded_at))
            for row in self._db.execute(wanted)
        ]

    def _open(self, row: Row[Any]) -> OrderVersion:
        source = self._vault.unseal(
            row.sealed,
            wearer_id=row.wearer_id,
            kind=RecordKind.ORDER,
            at=row.recorded_at,
            row=f"order/{row.order_id}/{row.version}",
        )
        # It was checked when it was taken; a scheme that changed later does not unmake it.
        return reopen(source, recorded_at=row.recorded_at)

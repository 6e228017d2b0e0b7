"""Where are pairs of pictures and what people said of them? No picture is here."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from fairtag.adapters.sqlite.reviewing.rows import HOUSE, digest, opened, sealed
from fairtag.adapters.sqlite.reviewing.tables import photo_cases, photo_deals, photo_reviews
from fairtag.app.ports import Vault
from fairtag.review.photos import Deal, PhotoCase, PhotoReview
from fairtag.review.refusals import PhotoCaseRefused
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros


class SqlitePhotoReviewBook:
    """Keeps `fairtag.app.reviewing.book.PhotoReviewBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add_case(self, case: PhotoCase) -> None:
        """Store a pair."""
        row = {
            "case_id": case.case_id,
            "answer_id": case.answer_id,
            "owner": case.wearer_id or HOUSE,
            "at": case.made_at,
            "body": msgspec.json.encode(case),
        }
        self._db.execute(insert(photo_cases).values(**row))

    def case(self, case_id: str) -> PhotoCase:
        """Give one.

        Raises: PhotoCaseRefused.
        """
        wanted = select(photo_cases.c.body).where(photo_cases.c.case_id == case_id)
        row = self._db.execute(wanted).first()
        if row is None:
            raise PhotoCaseRefused("there is no such pair")
        return msgspec.json.decode(row.body, type=PhotoCase)

    def of_answer(self, answer_id: str) -> PhotoCase | None:
        """Find the pair that an answer became."""
        wanted = select(photo_cases.c.body).where(photo_cases.c.answer_id == answer_id)
        row = self._db.execute(wanted).first()
        return None if row is None else msgspec.json.decode(row.body, type=PhotoCase)

    def cases(self, *, wearer_id: WearerId | None = None) -> list[PhotoCase]:
        """List pairs, oldest first."""
        wanted = select(photo_cases.c.body).order_by(photo_cases.c.n)
        if wearer_id is not None:
            wanted = wanted.where(photo_cases.c.owner == wearer_id)
        return [msgspec.json.decode(row.body, type=PhotoCase) for row in self._db.execute(wanted)]

    def deal(self, deal: Deal) -> None:
        """Write down to whom a pair was given."""
        owner = self.case(deal.case_id).wearer_id or HOUSE
        told = msgspec.to_builtins(deal)
        self._db.execute(insert(photo_deals).values(owner=owner, **told))

    def dealt(self, *, case_id: str | None = None, by: str | None = None) -> list[Deal]:
        """List deals, oldest first."""
        wanted = select(photo_deals).order_by(photo_deals.c.n)
        if case_id is not None:
            wanted = wanted.where(photo_deals.c.case_id == case_id)
        if by is not None:
            wanted = wanted.where(photo_deals.c.by == by)
        return [
            Deal(case_id=row.case_id, by=row.by, at=Micros(row.at), until=Micros(row.until))
            for row in self._db.execute(wanted)
        ]

    def add(self, review: PhotoReview) -> str:
        """Store what a person said.

        Raises: PhotoCaseRefused when the pair is not known.
        """
        owner = self.case(review.case_id).wearer_id or HOUSE
        bound = f"photo-review/{review.review_id}"
        texts = {"note": review.note}
        row = {
            "review_id": review.review_id,
            "case_id": review.case_id,
            "by": review.by,
            "outcome": review.outcome.value,
            "settles": None if review.settles is None else review.settles.value,
            "alert_id": review.alert_id,
            "owner": owner,
            "at": review.at,
            "body": msgspec.json.encode(msgspec.structs.replace(review, note="")),
            "sealed": sealed(self._vault, texts, owner=owner, at=review.at, row=bound),
        }
        self._db.execute(insert(photo_reviews).values(**row))
        return digest(row)

    def reviews(self, case_id: str | None = None) -> list[PhotoReview]:
        """List what people said, oldest first; notes stay sealed."""
        wanted = select(photo_reviews.c.body).order_by(photo_reviews.c.n)
        if case_id is not None:
            wanted = wanted.where(photo_reviews.c.case_id == case_id)
        return [msgspec.json.decode(row.body, type=PhotoReview) for row in self._db.execute(wanted)]

    def of_alert(self, alert_id: AlertId) -> PhotoCase | None:
        """Find the pair for which an alert was raised."""
        wanted = select(photo_reviews.c.case_id).where(photo_reviews.c.alert_id == alert_id)
        row = self._db.execute(wanted).first()
        return None if row is None else self.case(row.case_id)

    def note(self, review_id: str) -> str:
        """Open what a person wrote beside an answer."""
        wanted = select(photo_reviews).where(photo_reviews.c.review_id == review_id)
        row: Row[Any] = self._db.execute(wanted).one()
        return opened(self._vault, row, f"photo-review/{review_id}")["note"]

    def digests(self) -> list[tuple[str, str]]:
        """List what every look is."""
        return [(row.review_id, digest(row)) for row in self._db.execute(select(photo_reviews))]

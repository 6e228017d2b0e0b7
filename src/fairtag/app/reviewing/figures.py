"""What does a supervisor see of reviewing? What waits, and how right each reviewer is."""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.overdue import Waiting, waiting
from fairtag.review.measures import Figures, Share, blind, figures


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The state of reviewing."""

    waiting: Waiting
    reviewers: tuple[Figures, ...]
    blind: Share  # a machine's matches that people looked at blind and could not confirm
    known_pairs: int  # of different people, in the configured set


def see_figures(house: House, person: Person) -> Desk:
    """Give the state of reviewing; no picture and no wearer is in it.

    Raises: NotPermitted.
    """
    demand(person, Act.REVIEWERS)
    now = house.clock.now()

    def work(tx: Transaction) -> Desk:
        return Desk(
            waiting=waiting(tx, now=now),
            reviewers=figures(tx.photo_reviews.cases(), tx.photo_reviews.reviews()),
            blind=blind(tx.answers.sampled()),
            known_pairs=len(house.known_pairs.names()),
        )

    return house.store.read(work)

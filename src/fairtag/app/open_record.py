"""Open what is sealed about an alert: one confirmation, a grant, a logged look, then the record."""

from __future__ import annotations

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings.book import ApartNote
from fairtag.app.openings.delay import delay_notice
from fairtag.app.openings.grants import grant_alert, grant_apart, grant_texts
from fairtag.app.openings.read import Opened, Texts, read_apart, read_positions, read_texts
from fairtag.terms.ids import AlertId

__all__ = ["Opened", "Texts", "open_apart", "open_evidence", "open_texts"]


def open_evidence(
    house: House, alert_id: AlertId, *, person: Person, purpose: str, delay_for: str = ""
) -> Opened:
    """Open the alert's positions, the name, and what was said.

    `delay_for` is a reason to let the wearer's notice of it wait; it is set before the look.

    Raises: UnknownAlert, OpeningRefused, DelayRefused, LogUnavailable, SealBroken.
    """
    grant = grant_alert(house, alert_id, person=person, purpose=purpose)
    if delay_for and not house.store.read(lambda tx: tx.openings.delays(grant_id=grant.grant_id)):
        delay_notice(house, person, grant.grant_id, reason=delay_for)
    return read_positions(house, grant.grant_id, person=person)


def open_texts(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Texts:
    """Open what was said and why an alert was closed; no position and no name.

    Raises: UnknownAlert, OpeningRefused, LogUnavailable, SealBroken.
    """
    grant = grant_texts(house, alert_id, person=person, purpose=purpose)
    return read_texts(house, grant.grant_id, person=person)


def open_apart(
    house: House, alert_id: AlertId, *, person: Person, purpose: str
) -> tuple[ApartNote, ...]:
    """Open what concerns a victim or witness; nothing of it is ever for the wearer.

    Raises: UnknownAlert, OpeningRefused, LogUnavailable, SealBroken.
    """
    grant = grant_apart(house, alert_id, person=person, purpose=purpose)
    return read_apart(house, grant.grant_id, person=person)

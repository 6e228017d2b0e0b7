"""Show the two pictures of a check-in to whoever decides about it; the log says so first."""

from __future__ import annotations

from fairtag.app.books import Person
from fairtag.app.deciding.basis import demand_decider
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.grants import new_grant
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.deal import Pair, opened_pair
from fairtag.custody.opening import Purpose, of_photos
from fairtag.review.photos import LEASE, PhotoCase
from fairtag.review.refusals import PhotoCaseRefused
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros


def see_pictures(house: House, alert_id: AlertId, *, person: Person) -> Pair:
    """Open the pair that two people could not confirm.

    Raises: UnknownAlert, NotPermitted, DecisionRefused, PhotoCaseRefused, LogUnavailable,
    SealBroken when the pictures went on their date.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> tuple[PhotoCase, Micros]:
        demand_decider(tx, person, tx.alerts.get(alert_id))
        case = tx.photo_reviews.of_alert(alert_id)
        if case is None or case.wearer_id is None or case.order_id is None:
            raise PhotoCaseRefused("this matter rests on no pictures")
        whose = Whose(wearer_id=case.wearer_id, order_id=case.order_id, alert_id=alert_id)
        opening = of_photos(Purpose.HANDLE_ALERT, now=now, lease=LEASE)
        grant = new_grant(house, person, opening, about=whose, now=now)
        writing.granted(tx, person, grant)
        writing.looked(tx, person, grant, now)
        return case, grant.until

    case, until = house.store.transact(work)
    return house.store.read(lambda tx: opened_pair(tx, case, until))

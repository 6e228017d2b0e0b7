"""What do the books say about a person who asks to open a wearer?"""

from __future__ import annotations

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.books import OrderFacts, Person
from fairtag.app.ports import Transaction
from fairtag.custody.opening import OF_ONE_PERSON_POSITIONS, AboutAlert
from fairtag.custody.refusals import InterestDeclared
from fairtag.custody.standing import COOL_OFF, SHIFT, Standing
from fairtag.terms.errors import UnknownOrder
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros


def standing_of(
    tx: Transaction,
    person: Person,
    *,
    wearer_id: WearerId,
    order_id: OrderId,
    alert: Alert | None,
    of_positions: bool,
    now: Micros,
) -> Standing:
    """Gather what counts, in the same transaction in which it is decided."""
    name = person.user_id
    roster = tx.alerts.duty()
    recent = tx.openings.granted(person=name, since=Micros(now - max(SHIFT, COOL_OFF)))
    return Standing(
        person=name,
        knows_wearer=tx.circles.knows(name, wearer_id),
        assigned=tx.circles.assigned(order_id),
        is_on_duty=any(one.user_id == name for one in roster),
        is_roster_empty=not roster,
        handles=alert is not None and alert.acknowledged_by == name,
        is_urgent=alert is not None and alert.priority == "urgent",
        with_alert=alert is not None and alert.state is not AlertState.CLOSED,
        of_positions=of_positions,
        openings=sum(
            one.kind in OF_ONE_PERSON_POSITIONS and now - one.granted_at < SHIFT for one in recent
        ),
        looks=tx.openings.count_looks(name, since=Micros(now - DAY)),
        repeats=tuple(
            one.granted_at for one in recent if one.wearer_id == wearer_id and not one.with_alert
        ),
    )


def demand_no_ties(tx: Transaction, wearer_id: WearerId, *names: str) -> None:
    """Go on only when none of these people is recorded as knowing the wearer.

    Raises: InterestDeclared.
    """
    for name in names:
        if tx.circles.knows(name, wearer_id):
            raise InterestDeclared(f"{name} is recorded as knowing this wearer")


def about(alert: Alert) -> AboutAlert:
    """Tell what counts of an alert when somebody asks to open it."""
    return AboutAlert(
        is_urgent=alert.priority == "urgent",
        began_at=Micros(min(alert.began_at, alert.raised_at)),
        closed_at=alert.closed_at,
    )


def facts_of(tx: Transaction, order_id: OrderId) -> OrderFacts:
    """Give what may stand in a list about one order.

    Raises: UnknownOrder.
    """
    found = tx.orders.facts(order_id=order_id)
    if not found:
        raise UnknownOrder(order_id)
    return found[0]
